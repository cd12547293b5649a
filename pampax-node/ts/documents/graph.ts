/** What is asked of the graph of code, and what it answers. */
import type { Degradation, Filters, Generation, Role, SpanKind } from './source.js';

/** What an edge means. */
export type EdgeKind =
  | 'call' | 'import' | 'inherit' | 'implement' | 'reference' | 'test-of' | 'route' | 'config-key';

/** How an edge was resolved, the surest first. */
export type Resolution = 'exact' | 'same-file' | 'import-resolved' | 'unique-name' | 'ambiguous';

/** A walk along edges. */
export interface GraphQuery {
  /** Definitions or files to begin with. */
  symbols?: string[];
  /** Default: `both`. */
  direction?: 'in' | 'out' | 'both';
  /** Default: all. */
  kinds?: EdgeKind[];
  /** The most edges from a start. */
  depth?: number;
  /** From 0 to 1. */
  min_confidence?: number;
  /** The most nodes. */
  limit?: number;
  filters?: Filters;
}

/** A walk from one definition, or one file. */
export interface Walk {
  symbol: string;
  depth?: number;
  min_confidence?: number;
  limit?: number;
  filters?: Filters;
}

/** Two definitions, and by which edges to go. */
export interface Ends {
  from: string;
  to: string;
  query?: GraphQuery;
}

/** A definition or a file. */
export interface GraphNode {
  path: string;
  symbol: string | null;
  kind: SpanKind | null;
  span_id: string | null;
  role: Role;
  start_line: number;
  end_line: number;
}

/** An edge between nodes, by their positions. */
export interface GraphEdge {
  kind: EdgeKind;
  from: number;
  to: number;
  line: number;
  receiver: string | null;
  resolution: Resolution;
  confidence: number;
}

/** What a walk found. */
export interface Graph {
  starts: number[];
  nodes: GraphNode[];
  edges: GraphEdge[];
  hubs: { node: number; direction: 'in' | 'out' | 'both'; degree: number }[];
  unresolved: { from: number; kind: EdgeKind; name: string; receiver: string | null; line: number }[];
  dropped: { reason: string; count: number }[];
  degraded: Degradation[];
  generation: Generation;
}

/** The surest way from one definition to another. */
export interface GraphPath {
  nodes: GraphNode[];
  edges: GraphEdge[];
  confidence: number;
  generation: Generation;
}
