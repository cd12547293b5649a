/** What old callers narrow a search by, and what it means here. */
import type { Filters } from '../documents.js';

/** Narrows a search, in the words of the old system. */
export interface ScopeOptions {
  path_glob?: string | string[];
  /** Tags of comments are not indexed; the answer says that they were passed over. */
  tags?: string | string[];
  lang?: string | string[];
  provider?: string;
  /** `off`, `transformers`, or a function that scores documents; only a function changes the order. */
  reranker?: 'off' | 'transformers' | ScoreFunction;
  hybrid?: boolean | string;
  bm25?: boolean | string;
  symbol_boost?: boolean | string;
  [other: string]: unknown;
}

/** Scores documents against a query; higher is better. */
export type ScoreFunction = (query: string, documents: string[]) => number[] | Promise<number[]>;

/** A scope as answers tell it. */
export interface Scope {
  path_glob?: string[];
  tags?: string[];
  lang?: string[];
  provider?: string;
  reranker: string;
  hybrid: boolean;
  bm25: boolean;
  symbol_boost: boolean;
}

/** A scope in the form in which answers tell it. */
export function normalizeScopeFilters(options: ScopeOptions = {}): Scope {
  const paths = listed(options.path_glob ?? options['pathGlob'] ?? options['path']);
  const tags = listed(options.tags ?? options['tag']).map((tag) => tag.toLowerCase());
  const given = listed(options.lang ?? options['language'] ?? options['languages']);
  const languages = listed(given.flatMap((names) => names.toLowerCase().split(',')));
  const provider = typeof options.provider === 'string' ? options.provider.trim() : '';
  return {
    ...(paths.length > 0 ? { path_glob: paths } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(languages.length > 0 ? { lang: languages } : {}),
    ...(provider ? { provider } : {}),
    reranker: rerankerName(options.reranker),
    hybrid: toggle(options.hybrid),
    bm25: toggle(options.bm25),
    symbol_boost: toggle(options.symbol_boost),
  };
}

/** The filters that a scope means. */
export function filtersOf(scope: Scope): Filters {
  return { include: scope.path_glob ?? [], languages: scope.lang ?? [] };
}

/** What of a scope has no meaning here. */
export function leftOut(scope: Scope): string[] {
  const names: string[] = [];
  if (scope.tags !== undefined) names.push('tags');
  if (scope.reranker === 'transformers') names.push('reranker');
  if (!scope.hybrid) names.push('hybrid');
  if (!scope.bm25) names.push('bm25');
  if (!scope.symbol_boost) names.push('symbol_boost');
  return names;
}

function rerankerName(reranker: unknown): string {
  if (typeof reranker === 'function') return 'function';
  return reranker === 'transformers' ? 'transformers' : 'off';
}

function listed(values: unknown): string[] {
  const list = Array.isArray(values) ? values : [values];
  return list.map((value) => (typeof value === 'string' ? value.trim() : '')).filter(Boolean);
}

function toggle(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const words = ['off', 'false', '0', 'no', 'disable', 'disabled'];
  return !(typeof value === 'string' && words.includes(value.trim().toLowerCase()));
}
