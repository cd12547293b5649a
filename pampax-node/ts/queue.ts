/**
 * Things that arrive one after another, as an async iterator.
 *
 * Never here: where they come from.
 */

/** What has arrived waits here until it is taken. */
export class Queue<T, R> implements AsyncIterable<T, R> {
  readonly #waiting: T[] = [];
  #end: { result: R } | { error: unknown } | undefined;
  #wake = (): void => {};

  push(item: T): void {
    this.#waiting.push(item);
    this.#wake();
  }

  end(result: R): void {
    this.#end ??= { result };
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, R, undefined> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift() as T;
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error;
        return this.#end.result;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
