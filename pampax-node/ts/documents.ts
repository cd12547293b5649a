/** The documents that the engine takes and gives. */
export type * from './documents/bundle.js';
export type * from './documents/evaluation.js';
export type * from './documents/graph.js';
export type * from './documents/reports.js';
export type * from './documents/search.js';
export type * from './documents/source.js';
