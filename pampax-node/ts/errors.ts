/**
 * The one class of errors, made of the documents that the engine tells errors by.
 *
 * Never here: the table of codes, which the engine has.
 */
import { native } from './native.js';

/** The stable name of an error; docs/errors.md has the table. */
export type ErrorCode =
  | 'INVALID_CONFIG'
  | 'INVALID_ARGUMENT'
  | 'EMBEDDER_MISMATCH'
  | 'IO'
  | 'INDEX_MISSING'
  | 'INDEX_LOCKED'
  | 'INDEX_DAMAGED'
  | 'INDEX_VERSION'
  | 'EMBEDDER_FAILED'
  | 'RERANKER_FAILED'
  | 'NETWORK'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'INTERNAL';

/** What is said of an error, as every skin of the engine says it. */
export interface ErrorBody {
  /** The stable number. */
  code: number;
  /** The stable name. */
  name: ErrorCode;
  /** What went wrong. */
  message: string;
  /** What a person can do about it. */
  remedy: string;
}

/** An error as every skin of the engine tells it. */
export interface ErrorDocument {
  error: ErrorBody;
}

/** An error of the engine. Every promise of this package rejects with one. */
export class PampaxError extends Error {
  override readonly name: string = 'PampaxError';
  /** The stable name, such as `INDEX_MISSING`. */
  readonly code: ErrorCode;
  /** The stable number, such as 301. */
  readonly number: number;
  /** The exit status of a program that ends with this error: the hundreds digit of the number. */
  readonly exitStatus: number;
  /** What a person can do about it. */
  readonly remedy: string;

  constructor(body: ErrorBody, options?: ErrorOptions) {
    super(body.message, options);
    this.code = body.name;
    this.number = body.code;
    this.exitStatus = Math.trunc(body.code / 100);
    this.remedy = body.remedy;
  }

  /** The document that the other skins tell it by. */
  document(): ErrorDocument {
    return { error: { code: this.number, name: this.code, message: this.message, remedy: this.remedy } };
  }
}

/** An error of this side of the engine, with the number and the remedy of the table. */
export function errorOf(code: ErrorCode, message: string, options?: ErrorOptions): PampaxError {
  return new PampaxError(JSON.parse(native().addon.errorBody(code, message)) as ErrorBody, options);
}

/** An `INVALID_ARGUMENT`. */
export function invalid(argument: string, reason: string, options?: ErrorOptions): PampaxError {
  return errorOf('INVALID_ARGUMENT', `invalid argument: ${argument}: ${reason}`, options);
}

/** What the addon threw, or rejected with, as an error of this package; others are given back as they are. */
export function fromNative(thrown: unknown): unknown {
  if (thrown instanceof PampaxError || !(thrown instanceof Error)) return thrown;
  const body = bodyOf(thrown.message);
  if (body !== undefined) return new PampaxError(body);
  // The macro that makes the addon names the type it expected.
  const code = (thrown as { code?: unknown }).code;
  if (typeof code === 'string' && (code.endsWith('Expected') || code === 'InvalidArg')) {
    return errorOf('INVALID_ARGUMENT', `invalid argument: ${thrown.message}`, { cause: thrown });
  }
  return thrown;
}

function bodyOf(message: string): ErrorBody | undefined {
  if (!message.startsWith('{"error":{"code":')) return undefined;
  return (JSON.parse(message) as ErrorDocument).error;
}
