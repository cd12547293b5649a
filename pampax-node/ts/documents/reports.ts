/** What is asked of an index, and what it answers. */
import type { ErrorBody } from '../errors.js';
import type { Request } from './bundle.js';
import type { Ranking } from './evaluation.js';
import type { Query } from './search.js';
import type { Degradation, Filters, Generation, Language, Role, Skipped, Totals } from './source.js';

/** What an update did. */
export interface UpdateReport {
  generation: Generation;
  added: number;
  changed: number;
  renamed: number;
  removed: number;
  unchanged: number;
  totals: Totals;
  bytes_parsed: number;
  embedded: number;
  reused: number;
  skipped: Skipped[];
  skipped_counts: Record<string, number>;
  degraded_files: DegradedFile[];
  degraded: Degradation[];
}

/** A file whose structure is incomplete. */
export interface DegradedFile {
  path: string;
  why: 'syntax_errors' | 'timed_out' | 'too_deep';
}

/** How far an update is. */
export interface Progress {
  stage: 'walk' | 'parse' | 'embed' | 'commit';
  files_done: number;
  files_total: number;
  bytes_done: number;
  bytes_total: number;
}

/** What a watcher tells. */
export type WatchEvent =
  | { event: 'updated'; report: UpdateReport }
  | { event: 'failed'; error: ErrorBody }
  | { event: 'rescanning'; error: ErrorBody };

/** What a watcher did until it ended. */
export interface WatchSummary {
  updates: number;
  failures: number;
}

/** What an index holds. */
export interface Status {
  root: string;
  index_dir: string;
  generation: Generation;
  complete: boolean;
  totals: Totals;
  languages: Record<Language, number>;
  roles: Partial<Record<Role, number>>;
  skipped: Record<string, number>;
  degraded_files: DegradedFile[];
  disk_bytes: number;
  embedding: EmbeddingStatus | null;
  /** Which weights rank its answers. */
  ranking: Ranking;
}

/** The vectors of an index. */
export interface EmbeddingStatus {
  model: string;
  dimensions: number;
  files: number;
  vectors: number;
}

/** A side of an index that health looks at. */
export type Component =
  | 'catalog' | 'text' | 'vectors' | 'cache' | 'memory' | 'configuration' | 'disk' | 'drift' | 'languages' | 'lock';

/** What health looks at. */
export interface HealthQuery {
  /** Default: all. */
  components?: Component[];
  /** Default: `quick`. */
  depth?: 'quick' | 'deep';
  /** The longest time that each side may take. */
  timeout_ms?: number | null;
  /** From when on something is worth a word. */
  thresholds?: Thresholds;
}

/** From when on something is worth a word; docs/health.md says what each is by default. */
export interface Thresholds {
  wal_bytes?: number;
  sparse_catalog_bytes?: number;
  sparse_documents?: number;
  drift_percent?: number;
  age_ms?: number;
  degraded_percent?: number;
  degraded_files?: number;
  lock_ms?: number;
}

/** How an index is; docs/health.md lists the codes. */
export interface HealthReport {
  status: 'healthy' | 'degraded' | 'unhealthy';
  conditions: HealthCondition[];
  components: {
    component: Component;
    status: ComponentStatus;
    codes: string[];
    facts: Record<string, unknown> | null;
    elapsed_ms?: number;
  }[];
  elapsed_ms: number;
}

/** How one side is. */
export type ComponentStatus = 'ok' | 'warning' | 'error';

/** Something that is not as it should be. */
export interface HealthCondition {
  code: string;
  status: ComponentStatus;
  component: Component;
  message: string;
  remedy: string;
  command: string | null;
}

/** What a look at the whole index found. */
export interface VerifyReport {
  is_sound: boolean;
  generation: Generation | null;
  backup: BackupReport | null;
  integrity: string[];
  documents: number;
  hashed: number;
  text_documents: number | null;
  problems: { code: string; detail: string }[];
}

/** A file to back up into. */
export interface BackupTarget {
  file: string;
  /** Whether a file of that name may be replaced. Default: false. */
  replace?: boolean;
}

/** What a backup holds. */
export interface BackupReport {
  path: string;
  generation: Generation;
  schema: number;
  root: string | null;
  files: number;
  catalog_bytes: number;
  hash: string;
}

/** A backup to restore. */
export interface RestoreSource {
  file: string;
  /** Whether a backup of another root is accepted. Default: false. */
  accept_other_root?: boolean;
}

/** What was restored. */
export interface RestoreReport {
  backup: BackupReport;
  replaced: Generation | null;
  generation: Generation;
}

/** What compacting came to. */
export interface CompactReport {
  generation: Generation;
  before: Room;
  after: Room;
}

/** The room that an index takes. */
export interface Room {
  catalog_bytes: number;
  text_bytes: number;
  text_segments: number;
}

/** How often kept answers were of use. */
export interface CacheStatistics {
  enabled: boolean;
  search: AnswerStatistics;
  bundle: AnswerStatistics;
  saved: {
    enabled: boolean;
    entries: number;
    bytes: number;
    generation: Generation | null;
    usable: number;
    problem: string | null;
  };
}

/** Kept answers of one kind. */
export interface AnswerStatistics {
  hits: number;
  from_saved: number;
  misses: number;
  shared: number;
  hit_ratio: number;
  not_kept: number;
  evictions: number;
  expired: number;
  outdated: number;
  entries: number;
  bytes: number;
}

/** What answers are saved ahead. */
export interface CacheWarming {
  queries?: Query[];
  requests?: Request[];
}

/** What was saved ahead. */
export interface WarmReport {
  generation: Generation;
  searches: number;
  bundles: number;
  not_saved: { query: string; why: string }[];
  dropped: number;
  pushed_out: number;
  remade: string | null;
  stopped: string | null;
}

/** The configuration in effect. */
export interface ConfigValues {
  values: { key: string; value: unknown; origin?: string }[];
}

/** What another configuration changed. */
export interface ReloadReport {
  changes: { key: string; from: string | null; to: string | null; effect: 'immediate' | 'next_update' | 'restart' }[];
  needs_restart: boolean;
}

/** What was measured; docs/schemas/metrics.schema.json is the schema. */
export interface MetricsSnapshot {
  schema: number;
  metrics: {
    name: string;
    kind: 'counter' | 'gauge' | 'histogram';
    unit: string;
    series: ({ labels: Record<string, string> } & (
      | { counter: number }
      | { gauge: number }
      | { histogram: Distribution }
    ))[];
  }[];
}

/** The values of a histogram. */
export interface Distribution {
  count: number;
  sum: number;
  mean: number;
  min: number;
  max: number;
  p50: number;
  p95: number;
  p99: number;
  exact: Record<string, unknown>;
}

/** What the import of an `index.scip` did. */
export interface ScipReport {
  generation: Generation;
  documents: number;
  documents_unknown: number;
  unknown: string[];
  definitions: number;
  references: number;
  skipped: Record<string, number>;
}

/** What a `.pampa` folder of the JavaScript system holds, by the present index. */
export interface PampaImport {
  chunks: PampaChunk[];
  packs: { key: string; name: string; description: string | null; filters: Filters; left_out: string[] }[];
  intentions: { query: string; sha: string; confidence: number; uses: number }[];
  vectors: { provider: string; dimensions: number; sound: number; unsound: number }[];
  problems: Degradation[];
  generation: Generation;
}

/** A chunk of a `.pampa` folder, and what became of it. */
export interface PampaChunk {
  sha: string;
  file: string;
  symbol: string;
  tags: string[];
  intent: string | null;
  description: string | null;
  state: 'same' | 'changed' | 'gone';
  target: string | null;
}

/** The languages that are recognised. */
export interface Languages {
  languages: {
    name: Language;
    display: string;
    parsed: boolean;
    extensions: string[];
    file_names: string[];
    interpreters: string[];
  }[];
}

/** A log record; docs/schemas/log-record.schema.json is the schema. */
export interface LogRecord {
  schema: number;
  time: string;
  level: 'error' | 'warn' | 'info' | 'debug';
  component: string;
  op: string;
  corr_id: string;
  msg: string;
  status: 'ok' | 'degraded' | 'failed' | null;
  duration_ms: number | null;
  err_code: string | null;
  fields: Record<string, string | number | boolean>;
}

/** One measurement, as it was taken. */
export interface Measurement {
  kind: 'counter' | 'gauge' | 'histogram';
  name: string;
  value: number;
  /** How many equal observations it stands for. */
  count: number;
  labels: Record<string, string>;
}
