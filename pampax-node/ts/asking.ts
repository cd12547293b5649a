/**
 * The questions that an index and a searcher both answer.
 *
 * Never here: what an operation means; the engine's table of operations says it.
 */
import { OpenCalls, requestText, type CallOptions } from './calls.js';
import type {
  Bundle, Ends, EvalReport, Evaluation, Expansion, Generation, Graph, GraphPath, GraphQuery, Lines, Query, Receipt, Recognition, Request,
  SearchResults, Shown, SymbolQuery, Symbols, Verification, Walk,
} from './documents.js';
import { invalid } from './errors.js';
import type { NativeCancelToken, NativeLimits } from './native.js';

/** What answers a request. */
export interface Answering {
  call(request: string, token: NativeCancelToken, limits: NativeLimits): Promise<string>;
}

/** Answers questions, off the event loop. Every promise rejects with a `PampaxError`. */
export abstract class Asking {
  protected readonly calls = new OpenCalls();

  protected abstract answering(): Answering;

  /** The answer to a request of docs/protocol.md, as text that nobody has parsed. */
  callJson(request: string, options?: CallOptions): Promise<string> {
    return this.calls.make(options, (token, limits) => this.answering().call(text('request', request), token, limits));
  }

  /** The answer of any operation of docs/protocol.md. */
  call<T = unknown>(op: string, params?: object, options?: CallOptions): Promise<T> {
    return this.calls.make(options, async (token, limits) => {
      return JSON.parse(await this.answering().call(requestText(op, params), token, limits)) as T;
    });
  }

  /** Answers a question. */
  search(query: string | Query, options?: CallOptions): Promise<SearchResults> {
    return this.call('search', asked(query, 'text'), options);
  }

  /** Finds definitions by name. */
  symbols(query: string | SymbolQuery, options?: CallOptions): Promise<Symbols> {
    return this.call('symbols', asked(query, 'name'), options);
  }

  /** Follows edges from definitions and files. */
  graph(query: GraphQuery, options?: CallOptions): Promise<Graph> {
    return this.call('graph', query, options);
  }

  /** What calls a definition. */
  callers(symbol: string | Walk, options?: CallOptions): Promise<Graph> {
    return this.call('callers', asked(symbol, 'symbol'), options);
  }

  /** What a definition calls. */
  callees(symbol: string | Walk, options?: CallOptions): Promise<Graph> {
    return this.call('callees', asked(symbol, 'symbol'), options);
  }

  /** What mentions a definition. */
  references(symbol: string | Walk, options?: CallOptions): Promise<Graph> {
    return this.call('references', asked(symbol, 'symbol'), options);
  }

  /** What a file imports, and what imports it. */
  imports(path: string | Walk, options?: CallOptions): Promise<Graph> {
    return this.call('imports', asked(path, 'symbol'), options);
  }

  /** The tests of a definition. */
  tests(symbol: string, options?: CallOptions): Promise<Graph> {
    return this.call('tests', { symbol }, options);
  }

  /** The surest way from one definition to another, or null. */
  path(ends: Ends, options?: CallOptions): Promise<GraphPath | null> {
    return this.call('path', ends, options);
  }

  /** Puts together context within a budget of tokens. */
  assemble(request: string | Request, options?: CallOptions): Promise<Bundle> {
    return this.call('assemble', asked(request, 'query'), options);
  }

  /** Shows named pieces at a level of detail. */
  expand(expansion: readonly string[] | Expansion, options?: CallOptions): Promise<Bundle> {
    return this.call('expand', Array.isArray(expansion) ? { targets: expansion } : asked(expansion as Expansion, 'targets'), options);
  }

  /** Whether what a bundle was made from has moved. */
  verifyBundle(receipt: Receipt, options?: CallOptions): Promise<Verification> {
    return this.call('verify_bundle', { receipt }, options);
  }

  /** Makes a bundle again and compares it: the `replay` of the answer says how. */
  replay(receipt: Receipt, options?: CallOptions): Promise<Bundle> {
    return this.call('replay', { receipt }, options);
  }

  /** How well questions are answered whose answers are known. */
  eval(evaluation: Evaluation, options?: CallOptions): Promise<EvalReport> {
    return this.call('eval', evaluation, options);
  }

  /** What a question is about. */
  recognise(question: string, options?: CallOptions): Promise<Recognition> {
    return this.call('recognise', { text: question }, options);
  }

  /** Lines of a file, as they were indexed. */
  show(lines: string | Lines, options?: CallOptions): Promise<Shown> {
    return this.call('show', asked(lines, 'path'), options);
  }

  /** Which state of the index answers. */
  async generation(options?: CallOptions): Promise<Generation> {
    return (await this.call<{ generation: Generation }>('generation', {}, options)).generation;
  }
}

/** Parameters that may be given by their most important one, a text. */
export function asked(given: string | object, name: string): object {
  if (typeof given === 'string') return { [name]: given };
  // What is left out is no question; the engine says so of null.
  return given === undefined ? (null as unknown as object) : given;
}

/** `value`, which must be a text. */
export function text(argument: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(argument, 'it is no text');
  return value;
}
