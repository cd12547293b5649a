/** What is asked of a searcher, and what it answers; docs/schemas/search.schema.json is the schema of results. */
import type {
  ByteRange, Contribution, Degradation, Filters, Freshness, Generation, Language, Role, Skipped, SpanKind,
} from './source.js';

/** A question. */
export interface Query {
  /** What is looked for; no character is syntax. */
  text: string;
  /** The most hits. Default: 10. */
  limit?: number;
  /** Default: everything. */
  filters?: Filters;
  /** The least confidence of a hit, from 0 to 1. Default: 0. */
  min_confidence?: number;
}

/** A place that answers a question. */
export interface Hit {
  path: string;
  start_line: number;
  end_line: number;
  bytes: ByteRange;
  /** The sum of the contributions. */
  score: number;
  /** The probability that the file answers, from 0 to 1. */
  confidence: number;
  language: Language;
  role: Role;
  symbol: string | null;
  kind: SpanKind | null;
  span_id: string | null;
  breadcrumb: string;
  snippet: string;
  tokens: number;
  freshness: Freshness;
  contributions: Contribution[];
}

/** What a question came to. */
export interface SearchResults {
  /** The best first. */
  hits: Hit[];
  degraded: Degradation[];
  /** What could be asked instead, where there are no hits. */
  suggestion: string | null;
  /** The probability that any of the first ten hits answers, from 0 to 1. */
  confidence: number;
  generation: Generation;
}

/** A name of definitions. */
export interface SymbolQuery {
  name: string;
  /** Default: 50. */
  limit?: number;
}

/** A definition. */
export interface SymbolDefinition {
  span_id: string;
  name: string;
  qualified_name: string;
  kind: SpanKind;
  path: string;
  language: Language;
  start_line: number;
  end_line: number;
  signature: string;
  doc: string | null;
}

/** Definitions of a name. */
export interface Symbols {
  symbols: SymbolDefinition[];
  generation: Generation;
}

/** What a question is about. */
export type Intent = 'symbol' | 'config' | 'api' | 'incident' | 'search';

/** What was recognised in a question. */
export interface Recognition {
  intent: Intent;
  why: string;
  places: CodePlace[];
  unmatched: UnmatchedPlace[];
  codes: string[];
  routes: string[];
  keys: string[];
  names: string[];
  generation: Generation;
}

/** A place of the code that a question names. */
export interface CodePlace {
  written: string;
  path: string;
  line: number | null;
  start_line: number;
  end_line: number;
  symbol: string | null;
  kind: SpanKind | null;
  span_id: string | null;
  confidence: number;
}

/** A place that a question names and that is not indexed. */
export interface UnmatchedPlace {
  written: string;
  function: string | null;
  why: string;
}

/** Lines of a file. */
export interface Lines {
  path: string;
  /** Default: the first. */
  first_line?: number;
  /** Default: the last. */
  last_line?: number;
}

/** Lines of a file as they were indexed. */
export interface Shown {
  path: string;
  language: Language;
  role: Role;
  start_line: number;
  end_line: number;
  line_count: number;
  hash: string;
  text: string;
  generation: Generation;
}

/** A question, and a file that is missing among its results. */
export interface MissingQuery {
  query: Query;
  path: string;
}

/** Why a file is not among the results. */
export interface Missing {
  path: string;
  verdict: 'returned' | 'not_indexed' | 'filtered' | 'not_matched' | 'empty' | 'below_cut_off';
  stage: 'index' | 'filter' | 'retrieve' | 'candidates' | 'order' | 'rerank' | 'results';
  detail: string;
  remedy: string;
  rank: number | null;
  cut_off: number | null;
  score: number | null;
  last_score: number | null;
  signals: SignalDifference[];
  near: string[];
  explanation: PathExplanation | null;
  degraded: Degradation[];
  generation: Generation;
}

/** One signal of the file and of the last result. */
export interface SignalDifference {
  signal: string;
  file: number;
  last: number;
  difference: number;
}

/** Why a file is or is not indexed. */
export interface PathExplanation {
  path: string;
  outcome: 'indexed' | 'walked' | 'skipped' | 'missing';
  skipped: Skipped | null;
  ignore_rule: { file: string; line: number; pattern: string } | null;
  file: { size: number; encoding: string; language: Language; role: Role; role_pattern: string } | null;
  in_index: boolean | null;
}
