/** What is asked of the assembler, and what it answers; docs/schemas/bundle.schema.json is the schema of bundles. */
import type { EdgeKind, Resolution } from './graph.js';
import type { Intent } from './search.js';
import type {
  ByteRange, Contribution, Degradation, Filters, Freshness, Generation, Language, Role, SpanKind,
} from './source.js';

/** How much of a piece is shown. */
export type Level = 'outline' | 'signatures' | 'elided' | 'full';

/** How a bundle is written. */
export type Format = 'markdown' | 'json' | 'xml';

/** What context is wanted. */
export interface Request {
  query: string;
  /** The most tokens of the text. Default: 8000. */
  budget?: number;
  /** `o200k_base`, `cl100k_base`, `approximate`, or the name of the host's counter. Default: `o200k_base`. */
  tokenizer?: string;
  /** Default: `markdown`. */
  format?: Format;
  /** How many hits are looked at. */
  candidates?: number;
  filters?: Filters;
  /** The least confidence of a hit that is used, from 0 to 1. Default: 0. */
  min_confidence?: number;
  /** Default: recognised from the question. */
  intent?: Intent | null;
  /** Places that must be in it, such as `src/login.rs:12`. */
  required?: string[];
  /** What was sent before: `{}` to begin with, then that of the last bundle. */
  session?: Partial<Session> | null;
}

/** What pieces are wanted. */
export interface Expansion {
  targets: string[];
  level?: Level | null;
  budget?: number;
  tokenizer?: string;
  format?: Format;
  session?: Partial<Session> | null;
}

/** Context within a budget of tokens. */
export interface Bundle {
  query: string;
  text: string;
  tokens: number;
  budget: number;
  tokenizer: string;
  /** The probability that the files in the text are all that the answer needs, from 0 to 1. */
  confidence: number;
  items: Item[];
  dropped: DroppedPiece[];
  stop: { reason: StopReason; detail: string; next_steps: string[] };
  intent: Intent;
  why_intent: string;
  packing: PackingReport;
  degraded: Degradation[];
  generation: Generation;
  stale: PieceChange[];
  moved: PieceChange[];
  session: Session | null;
  receipt: Receipt;
  replay: Replay | null;
}

/** Why nothing more was packed. */
export type StopReason =
  | 'satisfied' | 'budget_reached' | 'required_over_budget' | 'score_cliff' | 'candidates_exhausted' | 'no_results'
  | 'deadline' | 'session_budget' | 'cancelled';

/** Where a piece comes from. */
export type Origin = 'required' | 'place' | 'search' | 'graph' | 'test';

/** A piece that is shown. */
export interface Item {
  path: string;
  start_line: number;
  end_line: number;
  language: Language;
  role: Role;
  symbol: string | null;
  kind: SpanKind | null;
  span_id: string | null;
  level: Level;
  why_not_higher: string | null;
  replaces: Level | null;
  tokens: number;
  origin: Origin;
  relevance: number;
  score: number;
  contributions: Contribution[];
  edges: WalkedEdge[];
  content_hash: string;
}

/** An edge that led to a piece. */
export interface WalkedEdge {
  kind: EdgeKind;
  direction: 'to' | 'from';
  path: string;
  symbol: string | null;
  line: number;
  resolution: Resolution;
  confidence: number;
}

/** A piece that is not shown. */
export interface DroppedPiece {
  path: string;
  start_line: number;
  end_line: number;
  symbol: string | null;
  origin: Origin;
  score: number;
  reason:
    | 'over_budget' | 'duplicate' | 'already_sent' | 'not_reached' | 'over_quota' | 'below_floor' | 'required_first'
    | 'not_needed';
  tokens: number | null;
}

/** How well the budget was used. */
export interface PackingReport {
  value: number;
  bound: number;
  reached: number;
  everything: number;
  more: { tokens: number; value: number; pieces: PurchasedPiece[] }[];
}

/** A piece that a greater budget would show. */
export interface PurchasedPiece {
  path: string;
  start_line: number;
  end_line: number;
  level: Level;
  instead_of: Level | null;
}

/** A piece that is no longer what was sent. */
export interface PieceChange {
  path: string;
  start_line: number;
  end_line: number;
  symbol: string | null;
  span_id: string | null;
  what: 'changed' | 'missing' | 'moved';
  now_start_line: number | null;
  now_end_line: number | null;
}

/** What a piece was made from. */
export interface Imprint {
  path: string;
  start_line: number;
  end_line: number;
  level: Level;
  symbol: string | null;
  span_id: string | null;
  content_hash: string;
  bytes: ByteRange;
  text_hash: string;
  above: number[];
  section_start: number;
  section_bytes: number;
  section_hash: string;
}

/** What was sent so far. */
export interface Session {
  budget: number | null;
  tokenizer: string | null;
  spent: number;
  bytes: number;
  prefix_bytes: number;
  sent: (Imprint & { is_stale: boolean })[];
}

/** What a bundle was made from. */
export interface Receipt {
  version: number;
  asked: { assemble: Request } | { expand: Expansion };
  generation: Generation;
  index: string;
  config: {
    engine: string;
    masks_secrets: boolean;
    tokenizer: string;
    policy: string;
    embedder: string | null;
    has_reranker: boolean;
  };
  stop: StopReason;
  text_hash: string;
  text_bytes: number;
  items: Imprint[];
}

/** Whether a bundle that was made again is the same. */
export type Replay = { outcome: 'identical' } | { outcome: 'differs'; line: number };

/** Whether what a bundle was made from has moved. */
export interface Verification {
  is_unchanged: boolean;
  generation: 'same' | 'other';
  index: 'same' | 'other';
  config: 'same' | 'other';
  moved: PieceChange[];
  disk: { path: string; freshness: Freshness }[];
  detail: string;
  current_generation: Generation;
}
