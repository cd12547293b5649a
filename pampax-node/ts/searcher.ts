/** One state of an index. */
import { Asking, type Answering } from './asking.js';
import type { NativeSearcher } from './native.js';

/**
 * Answers questions from one state of an index, whatever is updated meanwhile: the same question gets the same answer.
 * Made by `Index.searcher()`.
 */
export class Searcher extends Asking {
  readonly #native: NativeSearcher;

  /** Use `Index.searcher()`. */
  constructor(native: NativeSearcher) {
    super();
    this.#native = native;
  }

  protected override answering(): Answering {
    return this.#native;
  }

  /** Stops what is under way and lets the state go. Later calls reject with `INVALID_ARGUMENT`. */
  async close(): Promise<void> {
    await this.calls.stop();
    this.#native.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
