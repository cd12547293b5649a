/** pampax: an in-process code-context engine. docs/node-api.md is the guide. */
export { Asking } from './asking.js';
export type { CallOptions } from './calls.js';
export type * from './documents.js';
export { Index, type Configuration, type IndexOptions, type UpdateOptions } from './engine.js';
export { PampaxError, type ErrorBody, type ErrorCode, type ErrorDocument } from './errors.js';
export { PlatformError, PLATFORMS } from './platform.js';
export { Searcher } from './searcher.js';
export { RemoteError, type Embedder, type Reranker, type Seams, type TokenCounter, type Vectors } from './seams.js';
