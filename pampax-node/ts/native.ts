/**
 * The addon as it is: texts in, promises of texts out.
 *
 * Never here: objects made of the texts.
 */
import { createRequire } from 'node:module';
import { addonPath } from './platform.js';

/** The threads of this environment. */
export interface NativeRuntime {
  readonly openCalls: number;
}

/** Stops the one call that it was given to. */
export interface NativeCancelToken {
  cancel(): void;
}

/** Bounds of one call. */
export interface NativeLimits {
  timeoutMs?: number | undefined;
  correlationId?: string | undefined;
}

/** Takes the answer of one call of a function. */
export interface NativeReply {
  numbers(numbers: Float32Array): void;
  fail(why: string): void;
  failRemote(why: string, status?: number, retryAfterMs?: number): void;
}

/** Takes a JSON array, as text. Must not throw. */
export type Teller = (letters: string) => void;

/** The functions that an index is opened with. None of them may throw. */
export interface NativeSeams {
  embedder?: { id: string; dimensions: number; embed: (reply: NativeReply, texts: string[], purpose: string) => void };
  reranker?: { id: string; score: (reply: NativeReply, query: string, documents: string[]) => void };
  tokenCounter?: { name: string; count: (reply: NativeReply, text: string) => void };
  log?: Teller;
  metrics?: Teller;
}

/** One state of an index. */
export interface NativeSearcher {
  call(request: string, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
  close(): void;
}

/** An index. */
export interface NativeIndex {
  call(request: string, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
  searcher(token: NativeCancelToken, limits: NativeLimits): Promise<NativeSearcher>;
  update(onProgress: Teller, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
  watch(onEvent: Teller, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
  importScip(file: string, under: string | undefined, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
  close(): void;
}

/** What the addon exports. */
export interface Addon {
  Runtime: new () => NativeRuntime;
  CancelToken: new (runtime: NativeRuntime) => NativeCancelToken;
  openIndex(runtime: NativeRuntime, root: string, options: string, seams: NativeSeams): Promise<NativeIndex>;
  errorBody(name: string, message: string): string;
}

let loaded: { addon: Addon; runtime: NativeRuntime } | undefined;

/** The addon, and the threads of this environment. Both are made when they are first needed. */
export function native(): { addon: Addon; runtime: NativeRuntime } {
  if (loaded === undefined) {
    const addon = createRequire(import.meta.url)(addonPath()) as Addon;
    loaded = { addon, runtime: new addon.Runtime() };
  }
  return loaded;
}
