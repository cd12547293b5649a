/**
 * The calls of the old JavaScript system, with its arguments and the shapes of its answers, over this engine.
 * docs/migrating.md says for each call what it became and what is different.
 *
 * Never here: new features; they are in the package's main entry.
 */
import type { Bundle, Hit, Progress, Request, SymbolDefinition, WatchEvent } from '../documents.js';
import { errorOf, invalid, PampaxError } from '../errors.js';
import { indexOf, nameOf, type Provider } from './indexes.js';
import { filtersOf, leftOut, normalizeScopeFilters, type Scope, type ScopeOptions } from './scope.js';

export { close, type EmbeddingProvider, type Provider } from './indexes.js';
export { normalizeScopeFilters, type Scope, type ScopeOptions, type ScoreFunction } from './scope.js';

/** What is indexed, and how. */
export interface IndexProjectOptions {
  /** Default: the current directory. */
  repoPath?: string;
  provider?: Provider;
  /** Told of every state of the update. */
  onProgress?: ((progress: { type: 'progress' } & Progress) => void) | null;
  /** Which files changed is found out; what is named here has no part in it. */
  changedFiles?: string[] | null;
  deletedFiles?: string[];
  embeddingProviderOverride?: Provider | null;
  embeddingProvider?: Provider | null;
  /** Chunks are not encrypted; `on` is refused. */
  encrypt?: string | undefined;
  encryptMode?: string | undefined;
}

/** What indexing came to. */
export interface IndexProjectResult {
  success: true;
  processedChunks: number;
  totalChunks: number;
  provider: string;
  errors: { type: string; file: string; error: string }[];
}

/** Indexes a folder; only what changed is read. Rejects with a `PampaxError`. */
export async function indexProject(options: IndexProjectOptions = {}): Promise<IndexProjectResult> {
  const { repoPath = '.', onProgress } = options;
  if ((options.encrypt ?? options.encryptMode) === 'on') throw invalid('encrypt', 'chunks are not encrypted');
  const provider = options.embeddingProviderOverride ?? options.embeddingProvider ?? options.provider;
  const index = await indexOf(repoPath, provider);
  const tell = onProgress ? { onProgress: (progress: Progress) => onProgress({ type: 'progress', ...progress }) } : {};
  const report = await index.update(tell);
  const errors = report.degraded_files.map(({ path, why }) => ({ type: 'indexing_error', file: path, error: why }));
  const isNew = report.added + report.changed > 0;
  return {
    success: true,
    processedChunks: isNew ? report.totals.chunks : 0,
    totalChunks: report.totals.chunks,
    provider: nameOf(provider),
    errors,
  };
}

/** Brings an index up to date. Files that are named are not looked at more than others: what changed is found out. */
export const updateProject = indexProject;
/** The older name of {@link updateProject}. */
export const updateIndex = indexProject;

/** One result. `sha` is a name for the place, good for {@link getChunk} as long as the file is indexed as it is. */
export interface CodeResult {
  type: 'code';
  lang: string;
  path: string;
  sha: string;
  data: null;
  meta: {
    id: string;
    symbol: string | null;
    /** From 0 to 1, as a share of the best result's. */
    score: number;
    scoreRaw?: number;
    searchType?: 'hybrid';
    intent?: null;
    description?: null;
  };
}

/** What a search came to. */
export interface SearchCodeResult {
  success: boolean;
  query?: string;
  searchType?: 'hybrid';
  intentionResults?: number;
  vectorResults?: number;
  provider: string;
  scope: Scope;
  reranker: string;
  hybrid: { enabled: boolean; bm25Enabled: boolean; fused?: boolean };
  symbolBoost: { enabled: boolean; boosted: boolean };
  /** What of the scope has no meaning here. */
  leftOut: string[];
  results: CodeResult[];
  error?: 'database_not_found' | 'no_relevant_matches' | 'search_error';
  message?: string;
  suggestion?: string;
}

/** Searches a folder. It does not reject: what went wrong is in the answer. */
export async function searchCode(
  query: string,
  limit = 10,
  provider: Provider = 'auto',
  workingPath = '.',
  scopeOptions: ScopeOptions = {},
): Promise<SearchCodeResult | OverviewResult> {
  if (typeof query !== 'string' || !query.trim()) return getOverview(limit, workingPath);
  const scope = normalizeScopeFilters(scopeOptions);
  const said = {
    provider: scope.provider ?? nameOf(provider),
    scope,
    reranker: scope.reranker,
    hybrid: { enabled: scope.hybrid, bm25Enabled: scope.bm25 },
    symbolBoost: { enabled: scope.symbol_boost, boosted: false },
    leftOut: [...leftOut(scope), ...(isMeaningless(scope.provider ?? provider) ? ['provider'] : [])],
  };
  try {
    const score = typeof scopeOptions.reranker === 'function' ? scopeOptions.reranker : undefined;
    const index = await indexOf(workingPath, provider, score);
    const { hits, suggestion } = await index.search({ text: query, limit, filters: filtersOf(scope) });
    if (hits.length === 0) {
      const message = `No relevant matches found for "${query}"`;
      return { success: false, error: 'no_relevant_matches', message, suggestion: suggestion ?? '', ...said, results: [] };
    }
    const vectorResults = hits.filter((hit) => hit.contributions.some(({ signal }) => signal === 'vector')).length;
    return {
      success: true,
      query,
      searchType: 'hybrid',
      intentionResults: 0,
      vectorResults,
      ...said,
      hybrid: { ...said.hybrid, fused: vectorResults > 0 },
      results: hits.map((hit) => resultOf(hit, hits[0]?.score ?? 1)),
    };
  } catch (thrown) {
    return { success: false, ...failure(thrown, workingPath, 'search_error'), ...said, results: [] };
  }
}

/** Whether a provider is only a name, which says nothing here. */
function isMeaningless(provider: Provider): boolean {
  return typeof provider === 'string' && provider !== 'auto';
}

/** What an overview came to. */
export interface OverviewResult {
  success: boolean;
  results: CodeResult[];
  error?: 'database_not_found' | 'overview_error';
  message?: string;
  suggestion?: string;
}

/** Letters that names of definitions are found by, where there is no other question. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz_'];

/** Definitions by path, at most `limit`. It does not reject. */
export async function getOverview(limit = 20, workingPath = '.'): Promise<OverviewResult> {
  try {
    const searcher = await (await indexOf(workingPath, undefined)).searcher();
    const found = await Promise.all(LETTERS.map((name) => searcher.symbols({ name, limit: Math.max(limit, 1_000) })));
    await searcher.close();
    const byId = new Map(found.flatMap(({ symbols }) => symbols.map((symbol) => [symbol.span_id, symbol])));
    const ordered = [...byId.values()].sort(
      (a, b) => order(a.path, b.path) || order(a.qualified_name, b.qualified_name) || a.start_line - b.start_line,
    );
    return { success: true, results: ordered.slice(0, limit).map(overviewOf) };
  } catch (thrown) {
    return { success: false, ...failure(thrown, workingPath, 'overview_error'), results: [] };
  }
}

/** The code of a place that a result named. It does not reject. */
export async function getChunk(
  sha: string,
  workingPath = '.',
): Promise<{ success: true; code: string } | { success: false; error: string }> {
  try {
    const [, path, first, last] = /^(.+):(\d+)-(\d+)$/s.exec(sha) ?? [];
    if (path === undefined) return { success: false, error: `Chunk ${sha} not found: it is no name of a result` };
    const index = await indexOf(workingPath, undefined);
    const shown = await index.show({ path, first_line: Number(first), last_line: Number(last) });
    return { success: true, code: shown.text };
  } catch (thrown) {
    return { success: false, error: messageOf(thrown) };
  }
}

/** How context is assembled. */
export interface AssembleOptions extends Omit<Request, 'query' | 'filters'> {
  /** Default: the current directory. */
  workingPath?: string;
  provider?: Provider;
  scope?: ScopeOptions;
}

/** Puts together context within a budget of tokens, with the provider and the reranker of the caller. Rejects. */
export async function assembleContext(query: string, options: AssembleOptions = {}): Promise<Bundle> {
  const { workingPath = '.', provider, scope: scopeOptions = {}, ...request } = options;
  const score = typeof scopeOptions.reranker === 'function' ? scopeOptions.reranker : undefined;
  const index = await indexOf(workingPath, provider, score);
  return index.assemble({ ...request, query, filters: filtersOf(normalizeScopeFilters(scopeOptions)) });
}

/** How a folder is watched. */
export interface WatchOptions {
  /** Default: the current directory. */
  repoPath?: string;
  provider?: Provider;
  /** Told of every update. */
  onBatch?: ((event: WatchEvent) => void | Promise<void>) | null;
}

/** Keeps an index up to date until it is closed. */
export function startWatch(options: WatchOptions = {}): { ready: Promise<void>; close(): Promise<void> } {
  const { repoPath = '.', provider, onBatch } = options;
  const stop = new AbortController();
  let settle = { resolve: (): void => {}, reject: (_: unknown): void => {} };
  const ready = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const ended = (async () => {
    for await (const event of (await indexOf(repoPath, provider)).watch({ signal: stop.signal })) {
      settle.resolve();
      await onBatch?.(event);
    }
  })();
  // Closed before the first update, or ended by an error: who waits for it hears of it, and close() does too.
  ended.then(settle.resolve, settle.reject);
  ready.catch(() => {});
  return {
    ready,
    async close() {
      stop.abort();
      await ended.catch((thrown: unknown) => {
        if (!(thrown instanceof PampaxError && thrown.code === 'CANCELLED')) throw thrown;
      });
    },
  };
}

function noMemory(call: string): Promise<never> {
  return Promise.reject(errorOf('INVALID_ARGUMENT', `invalid argument: ${call}: memory is not there yet`));
}

/** Rejects: memory is not there yet. */
export const recordIntention = (..._: unknown[]): Promise<never> => noMemory('recordIntention');
/** Rejects: memory is not there yet. */
export const searchByIntention = (..._: unknown[]): Promise<never> => noMemory('searchByIntention');
/** Rejects: memory is not there yet. */
export const recordQueryPattern = (..._: unknown[]): Promise<never> => noMemory('recordQueryPattern');
/** Rejects: memory is not there yet. */
export const getQueryAnalytics = (..._: unknown[]): Promise<never> => noMemory('getQueryAnalytics');

function resultOf(hit: Hit, best: number): CodeResult {
  const sha = placeOf(hit);
  const score = best > 0 ? Math.min(1, hit.score / best) : 0;
  const meta = { id: hit.span_id ?? sha, symbol: hit.symbol, score, scoreRaw: hit.score } as const;
  const searchType = 'hybrid' as const;
  return {
    type: 'code',
    lang: hit.language,
    path: hit.path,
    sha,
    data: null,
    meta: { ...meta, searchType, intent: null, description: null },
  };
}

function overviewOf(symbol: SymbolDefinition): CodeResult {
  const { language: lang, path, span_id: id, qualified_name: name } = symbol;
  return { type: 'code', lang, path, sha: placeOf(symbol), data: null, meta: { id, symbol: name, score: 1 } };
}

function placeOf(place: { path: string; start_line: number; end_line: number }): string {
  return `${place.path}:${place.start_line}-${place.end_line}`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function failure<E extends string>(
  thrown: unknown,
  workingPath: string,
  other: E,
): { error: E | 'database_not_found'; message: string; suggestion?: string } {
  const message = messageOf(thrown);
  if (!(thrown instanceof PampaxError)) return { error: other, message };
  if (thrown.code !== 'INDEX_MISSING') return { error: other, message, suggestion: thrown.remedy };
  return { error: 'database_not_found', message, suggestion: `Run indexProject on directory: ${workingPath}` };
}
