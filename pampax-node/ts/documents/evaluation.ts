/** Questions whose answers are known, and how well they are answered; docs/evaluation.md has the measures. */
import type { Degradation, Generation } from './source.js';

/** A file by its path, or some lines of it. */
export type Target = string | { path: string; start_line?: number | null; end_line?: number | null };

/** A question and what answers it. */
export interface Question {
  query: string;
  /** What answers it, at least one target. */
  relevant: Target[];
  /** What helps to answer it; counted like `relevant`. Default: nothing. */
  secondary?: Target[];
  /** Default: inferred from the question. */
  category?: string | null;
  /** Default: that of the first indexed target. */
  language?: string | null;
  /** Default: given. */
  source?: 'given' | 'history' | 'docs' | 'tests';
  /** What it is told apart by. Default: nothing. */
  id?: string | null;
}

/** Questions, and what to measure. */
export interface Evaluation {
  questions: Question[];
  /** Where NDCG and MRR are cut. Default: 10. */
  k?: number;
  /** Budgets of tokens at which the recall of bundles is measured. Default: 500, 1,000, 2,000, 4,000. */
  budgets?: number[];
  /** What counts the tokens. Default: o200k_base. */
  tokenizer?: string;
  /** Whether the report has each question with its answer. Default: false. */
  details?: boolean;
}

/** The mean of a measure, and how far to trust it. */
export interface Estimate {
  mean: number;
  /** Null for fewer than two questions. */
  standard_error: number | null;
}

/** The measures of some questions. */
export interface MeasuredGroup {
  questions: number;
  targets: number;
  /** By the name of the measure, such as `ndcg@10`. */
  measures: Record<string, Estimate>;
}

/** How well questions are answered. */
export interface EvalReport {
  generation: Generation;
  k: number;
  limit: number;
  tokenizer: string;
  targets_not_indexed: number;
  overall: MeasuredGroup;
  by_category: Record<string, MeasuredGroup>;
  by_source: Record<string, MeasuredGroup>;
  by_language: Record<string, MeasuredGroup>;
  by_folder: Record<string, MeasuredGroup>;
  degraded: Degradation[];
  /** Each question with its answer, where that was asked for. */
  answers?: AnsweredQuestion[];
}

/** One question with its answer. */
export interface AnsweredQuestion {
  query: string;
  id?: string;
  source: string;
  category: string;
  language: string;
  folder: string;
  targets: Target[];
  /** For each target the rank of the first hit on it, from 1. */
  ranks: (number | null)[];
  measures: Record<string, number>;
  results: { path: string; start_line: number; end_line: number; score: number; is_target: boolean }[];
}

/** What to fit the ranking to. */
export interface Tune {
  /** The newest first. */
  questions?: Question[];
  /** Whether to change nothing, whatever comes out. Default: false. */
  dry_run?: boolean;
}

/** What fitting the ranking came to. */
export interface TuneReport {
  accepted: boolean;
  why: string;
  version: number | null;
  fitted_on: number;
  proved_on: number;
  table: string;
  /** By signal what its weight is multiplied with. */
  factors: Record<string, number>;
  before: MeasuredGroup | null;
  after: MeasuredGroup | null;
  differences: Record<string, unknown> | null;
  generation: Generation;
}

/** The adjustments of the ranking that were accepted. */
export interface Tunings {
  /** The version that is chosen; null for the weights of the program. */
  active: number | null;
  versions: Tuning[];
}

/** One adjustment with the figures that proved it. */
export interface Tuning {
  version: number;
  table: string;
  factors: Record<string, number>;
  generation: Generation;
  fitted_on: number;
  proved_on: number;
  ndcg_before: number;
  ndcg_after: number;
  p: number;
}

/** Which weights rank the answers. */
export interface Ranking {
  /** The hash of the table of weights that the program has. */
  table: string;
  /** The version of the adjustment that is used. */
  tuning: number | null;
  /** Why the version that is chosen is not used. */
  unused: string | null;
}
