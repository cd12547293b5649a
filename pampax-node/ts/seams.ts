/**
 * JavaScript functions as the seams of the engine: what they return, throw or never settle becomes an answer.
 *
 * Never here: what the engine does with the answers.
 */
import { reason } from './calls.js';
import type { LogRecord, Measurement } from './documents.js';
import { invalid } from './errors.js';
import type { NativeReply, NativeSeams, Teller } from './native.js';

/** Vectors, one for each text: a list of lists, or all of them one after another. */
export type Vectors = Float32Array | readonly ArrayLike<number>[];

/** Turns text into vectors. */
export interface Embedder {
  /** A stable name of the model and its version. Vectors of different ids are never compared. */
  id: string;
  /** The number of components of every vector. Default: what the first answer has. */
  dimensions?: number;
  /**
   * One vector for each text, now or later. It gets many texts at once; it may be called again before it has answered.
   * Where it throws, rejects, or does not answer in time, search goes on without vectors and says so.
   */
  embed(texts: string[], context: { purpose: 'query' | 'document' }): Vectors | PromiseLike<Vectors>;
}

/** Scores candidates against a query. */
export interface Reranker {
  /** A stable name of the model and its version. */
  id: string;
  /** One score for each document, now or later; higher is better. */
  score(query: string, documents: string[]): ArrayLike<number> | PromiseLike<ArrayLike<number>>;
}

/** Counts the tokens of a text as one named model would. */
export interface TokenCounter {
  /** The name by which requests choose it. */
  name: string;
  /** The number of tokens of `text`, which nothing else may have a part in. Where it throws, the call rejects. */
  count(text: string): number;
}

/** What an index asks of the program that it runs in. */
export interface Seams {
  /** Default: the one that the configuration names, or none; search is then lexical and says so. */
  embedder?: Embedder | undefined;
  /** Default: the one that the configuration names, or none. */
  reranker?: Reranker | undefined;
  /** Default: those that are built in. */
  tokenCounter?: TokenCounter | undefined;
  /** Takes log records. An exception of it becomes a warning of the process. Default: none. */
  log?: ((record: LogRecord) => void) | undefined;
  /** Takes measurements, as they are taken. An exception of it becomes a warning of the process. Default: none. */
  metricsSink?: ((measurement: Measurement) => void) | undefined;
}

/**
 * What an embedder or a reranker throws when something far away failed: the engine then asks again where that may help,
 * and leaves the far side alone when it fails too often.
 */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  /** The HTTP status, or undefined when there was no connection or no answer. */
  readonly status: number | undefined;
  /** How long the far side asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { status?: number; retryAfterMs?: number } = {}) {
    super(message, options);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The seams as the addon takes them. Throws an `INVALID_ARGUMENT` for what is no seam. */
export function nativeSeams(seams: Seams): NativeSeams {
  const { embedder, reranker, tokenCounter, log, metricsSink } = seams;
  const native: NativeSeams = {};
  if (embedder !== undefined) native.embedder = nativeEmbedder(embedder);
  if (reranker !== undefined) native.reranker = nativeReranker(reranker);
  if (tokenCounter !== undefined) native.tokenCounter = nativeTokenCounter(tokenCounter);
  if (log !== undefined) native.log = sink('log', log);
  if (metricsSink !== undefined) native.metrics = sink('metricsSink', metricsSink);
  return native;
}

function nativeEmbedder(embedder: Embedder): NonNullable<NativeSeams['embedder']> {
  const { id, dimensions = 0 } = part('embedder', embedder, 'id', 'embed');
  if (!Number.isInteger(dimensions) || dimensions < 0 || dimensions > 65_536) {
    throw invalid('embedder', `dimensions: ${dimensions} is no number of components`);
  }
  return {
    id,
    dimensions,
    embed: (reply, texts, purpose) =>
      answer(reply, async () => {
        const vectors = await embedder.embed(texts, { purpose: purpose as 'query' | 'document' });
        return flat(vectors, dimensions);
      }),
  };
}

function nativeReranker(reranker: Reranker): NonNullable<NativeSeams['reranker']> {
  const { id } = part('reranker', reranker, 'id', 'score');
  return {
    id,
    score: (reply, query, documents) =>
      answer(reply, async () => Float32Array.from(listed(await reranker.score(query, documents)))),
  };
}

function nativeTokenCounter(counter: TokenCounter): NonNullable<NativeSeams['tokenCounter']> {
  const { name } = part('tokenCounter', counter, 'name', 'count');
  return { name, count: (reply, text) => answer(reply, async () => Float32Array.of(await counter.count(text))) };
}

function part<T extends object>(argument: string, seam: T, name: keyof T, method: keyof T): T {
  if (typeof seam !== 'object' || seam === null) throw invalid(argument, 'it is no object');
  if (typeof seam[name] !== 'string' || seam[name] === '') throw invalid(argument, `${String(name)} is no text`);
  if (typeof seam[method] !== 'function') throw invalid(argument, `${String(method)} is no function`);
  return seam;
}

/** Settles `reply` with what `ask` comes to. A promise that never settles leaves it open: the engine gives up in time. */
function answer(reply: NativeReply, ask: () => Promise<Float32Array>): void {
  ask().then(
    (numbers) => reply.numbers(numbers),
    (thrown: unknown) => {
      if (thrown instanceof RemoteError) {
        const status = Number.isInteger(thrown.status) ? thrown.status : undefined;
        reply.failRemote(reason(thrown), status, thrown.retryAfterMs);
      } else {
        reply.fail(reason(thrown));
      }
    },
  );
}

/** All vectors one after another. */
function flat(vectors: Vectors, dimensions: number): Float32Array {
  if (vectors instanceof Float32Array) return vectors;
  const rows = listed(vectors as ArrayLike<ArrayLike<number>>);
  const width = dimensions || (rows[0]?.length ?? 0);
  const numbers = new Float32Array(width * rows.length);
  for (let row = 0; row < rows.length; row += 1) {
    const vector = rows[row];
    if (vector?.length !== width) throw new Error(`vector ${row} has ${vector?.length ?? 'no'} components, not ${width}`);
    numbers.set(vector, row * width);
  }
  return numbers;
}

function listed<T>(list: ArrayLike<T>): ArrayLike<T> {
  if (typeof list !== 'object' || list === null || !Number.isInteger(list.length)) throw new Error('it gave no list');
  return list;
}

/** A function that takes documents one by one, as the addon calls it. */
function sink<T>(argument: string, take: (document: T) => void): Teller {
  if (typeof take !== 'function') throw invalid(argument, 'it is no function');
  return teller(take, (thrown) => {
    process.emitWarning(`the function ${argument} of a pampax index threw: ${reason(thrown)}`, 'PampaxWarning');
  });
}

/** A function that takes documents one by one, and one that is told what it throws. */
export function teller<T>(take: (document: T) => void, onThrow: (thrown: unknown) => void): Teller {
  return (letters) => {
    for (const document of JSON.parse(letters) as T[]) {
      try {
        take(document);
      } catch (thrown) {
        onThrow(thrown);
      }
    }
  };
}
