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
    const deaf = signal && listen(signal, token);
    const clock = limits.timeoutMs === undefined ? undefined : new Clock(limits.timeoutMs, token);
    let ended = (): void => {};
    this.#calls.set(token, new Promise((resolve) => (ended = resolve)));
    try {
      return await start(token, limits);
    } catch (thrown) {
      throw failure(thrown, signal, clock);
    } finally {
      deaf?.();
      clock?.stop();
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

/** The options that every call takes. */
export const CALL_OPTIONS = ['signal', 'timeoutMs', 'correlationId'] as const;

/** `given`, which may have these options and no others. */
export function known<T extends object>(argument: string, given: T, names: readonly string[]): T {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(argument, 'they are no object');
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw invalid(argument, `there is no ${name}; there are ${names.join(', ')}`);
  }
  return given;
}

/** The calls that wait for a signal: one listener serves all. */
const listening = new WeakMap<AbortSignal, { tokens: Set<NativeCancelToken>; stop: () => void }>();

/** Cancels `token` when `signal` is aborted. What is returned ends that. */
function listen(signal: AbortSignal, token: NativeCancelToken): () => void {
  let listener = listening.get(signal);
  if (listener === undefined) {
    const tokens = new Set<NativeCancelToken>();
    const stop = (): void => tokens.forEach((one) => one.cancel());
    listener = { tokens, stop };
    listening.set(signal, listener);
    signal.addEventListener('abort', stop, { once: true });
  }
  const { tokens, stop } = listener;
  tokens.add(token);
  return () => {
    tokens.delete(token);
    if (tokens.size > 0) return;
    signal.removeEventListener('abort', stop);
    listening.delete(signal);
  };
}

/** How long the engine has to end by itself what is out of time, before it is stopped. */
const GRACE_MS = 50;

/** The longest time that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Ends a call whose time is over, wherever it waits. */
class Clock {
  readonly #timer: NodeJS.Timeout;
  isOver = false;

  constructor(timeoutMs: number, token: NativeCancelToken) {
    this.#timer = setTimeout(() => {
      this.isOver = true;
      token.cancel();
    }, Math.min(Math.max(timeoutMs, 0) + GRACE_MS, MAX_TIMER_MS));
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function checked(options: CallOptions): CallOptions {
  const { signal, timeoutMs, correlationId } = known('options', options, CALL_OPTIONS);
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

function failure(thrown: unknown, signal: AbortSignal | undefined, clock: Clock | undefined): unknown {
  const error = fromNative(thrown);
  if (error instanceof PampaxError && error.code === 'CANCELLED' && clock?.isOver && !signal?.aborted) {
    return errorOf('DEADLINE_EXCEEDED', 'the deadline passed while the call waited');
  }
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
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`${key} is a ${typeof value}`);
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
