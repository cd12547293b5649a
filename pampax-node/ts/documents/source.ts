/** Words that several documents share. Fields are named as in the JSON of every other skin. */

/** A number that rises with every update that changed something. */
export type Generation = number;

/** How a file on disk compares with what was indexed. */
export type Freshness = 'fresh' | 'stale' | 'missing' | 'unknown';

/** What a file is for. */
export type Role = 'code' | 'test' | 'doc' | 'config' | 'generated' | 'vendored';

/** The name of a language, such as `rust`; `Index.languages()` lists them. */
export type Language = string;

/** What a definition is, such as `function`. */
export type SpanKind =
  | 'module' | 'class' | 'struct' | 'enum' | 'enum_member' | 'interface' | 'trait' | 'impl' | 'type' | 'function'
  | 'method' | 'constructor' | 'macro' | 'constant' | 'variable' | 'field' | 'property' | 'section' | 'key' | 'rule'
  | 'element' | 'table' | 'target';

/** Bytes of a file, the end excluded. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Something an answer had to do without. */
export interface Degradation {
  /** The stable name of what is missing or reduced, such as `embedder`. */
  what: string;
  /** Why. */
  why: string;
}

/** Which files and definitions are asked for. An empty list leaves the choice open. */
export interface Filters {
  /** Globs of which a path must match one. Default: none. */
  include?: string[];
  /** Globs of which a path must match none. Default: none. */
  exclude?: string[];
  /** Default: all. */
  languages?: Language[];
  /** Default: all. */
  kinds?: SpanKind[];
  /** Default: all. */
  roles?: Role[];
}

/** What a part of a score comes from. */
export interface Contribution {
  signal: string;
  value: number;
  weight: number;
  contribution: number;
}

/** Sums over files. */
export interface Totals {
  files: number;
  bytes: number;
  lines: number;
  spans: number;
  chunks: number;
}

/** A file that is not indexed. */
export interface Skipped {
  path: string;
  reason: string;
  detail: string;
}
