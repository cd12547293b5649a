/**
 * One call of the addon: its signal, its limits, its error.
 *
 * Never here: what is called.
 */
import { errorOf, fromNative, invalid, PampaxError } from './errors.js';
import { native, type NativeCancelToken, type NativeLimits } from './native.js';

/** Bounds of one call. */
export interface CallOptions {
  /**
   * Stops the call. It then rejects with `CANCELLED`, once it has stopped; the reason of the signal is the error's
   * `cause`. A signal that is aborted already lets nothing begin. Default: none.
   */
  signal?: AbortSignal | undefined;
  /** The longest time the call may take, in milliseconds; then it rejects with `DEADLINE_EXCEEDED`. Default: no limit. */
  timeoutMs?: number | undefined;
  /** The id that every log record of the call carries. Default: one of the engine's own. */
  correlationId?: string | undefined;
}

/** The calls that are under way, so that closing can end them. */
export class OpenCalls {
  readonly #calls = new Map<NativeCancelToken, Promise<void>>();

  /** Makes a call that `options` bound. */
  async make<T>(
    options: CallOptions | undefined,
    start: (token: NativeCancelToken, limits: NativeLimits) => Promise<T>,
  ): Promise<T> {
    const { signal, ...limits } = checked(options ?? {});
    if (signal?.aborted) throw cancelled(signal);
    const { addon, runtime } = native();
    const token = new addon.CancelToken(runtime);
    const stop = (): void => token.cancel();
    signal?.addEventListener('abort', stop, { once: true });
    let ended = (): void => {};
    this.#calls.set(token, new Promise((resolve) => (ended = resolve)));
    try {
      return await start(token, limits);
    } catch (thrown) {
      throw failure(thrown, signal);
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#calls.delete(token);
      ended();
    }
  }

  /** Stops all calls, and waits until they have stopped. */
  async stop(): Promise<void> {
    const ends = [...this.#calls.values()];
    for (const token of this.#calls.keys()) token.cancel();
    await Promise.all(ends);
  }
}

function checked(options: CallOptions): CallOptions {
  if (typeof options !== 'object') throw invalid('options', 'they are no object');
  const { signal, timeoutMs, correlationId } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal', 'it is no AbortSignal');
  if (timeoutMs !== undefined && typeof timeoutMs !== 'number') throw invalid('timeoutMs', 'it is no number');
  if (correlationId !== undefined && typeof correlationId !== 'string') {
    throw invalid('correlationId', 'it is no text');
  }
  return { signal, timeoutMs, correlationId };
}

function cancelled(signal: AbortSignal): PampaxError {
  return errorOf('CANCELLED', 'cancelled before the call began', { cause: signal.reason });
}

function failure(thrown: unknown, signal: AbortSignal | undefined): unknown {
  const error = fromNative(thrown);
  if (error instanceof PampaxError && error.code === 'CANCELLED' && signal?.aborted) {
    Object.defineProperty(error, 'cause', { value: signal.reason, configurable: true, writable: true });
  }
  return error;
}

/** The text of a request. Throws an `INVALID_ARGUMENT` where the parameters have no JSON form. */
export function requestText(op: string, params: unknown): string {
  try {
    return JSON.stringify({ protocol: 1, op, params: params === undefined ? {} : params }, writable);
  } catch (thrown) {
    throw invalid('params', `they cannot be written as JSON: ${reason(thrown)}`, { cause: thrown });
  }
}

/** A value that JSON has a form for, without a change of what is asked. */
function writable(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${key} is ${value}`);
  // Half of a character is none; what is read in its place is what decoders read.
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** What `thrown` says. */
export function reason(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  } catch {
    // What is thrown may be anything, even something that throws when it is looked at.
    return 'it has no text';
  }
}
