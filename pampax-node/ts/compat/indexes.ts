/** The indexes that the old calls share: one for each folder, embedder and reranker. */
import { resolve } from 'node:path';
import { Index } from '../engine.js';
import type { Embedder, Reranker } from '../seams.js';
import type { ScoreFunction } from './scope.js';

/** An embedding provider of the old system. */
export interface EmbeddingProvider {
  generateEmbedding(text: string): Promise<ArrayLike<number>> | ArrayLike<number>;
  getDimensions(): number;
  getName(): string;
}

/** A name, which has no meaning here; a provider of the old system; or an embedder of this one. */
export type Provider = string | EmbeddingProvider | Embedder;

const open = new Map<string, Map<unknown, Map<unknown, Promise<Index>>>>();

/** The index of a folder. It stays open until {@link close}. */
export function indexOf(folder: string, provider: Provider | undefined, score?: ScoreFunction): Promise<Index> {
  const root = resolve(folder);
  const byProvider = entry(open, root, () => new Map<unknown, Map<unknown, Promise<Index>>>());
  const key = typeof provider === 'object' ? provider : undefined;
  const byScore = entry(byProvider, key, () => new Map<unknown, Promise<Index>>());
  return entry(byScore, score, () => {
    const index = Index.open(root, { embedder: embedderOf(provider), reranker: rerankerOf(score), variables: process.env });
    // One that could not be opened is tried anew.
    index.catch(() => byScore.delete(score));
    return index;
  });
}

/** Closes all indexes that the calls opened. */
export async function close(): Promise<void> {
  const indexes = [...open.values()].flatMap((byProvider) => [...byProvider.values()].flatMap((all) => [...all.values()]));
  open.clear();
  await Promise.all(indexes.map(async (index) => (await index).close()));
}

/** The name that answers give a provider. */
export function nameOf(provider: Provider | undefined): string {
  if (typeof provider !== 'object') return provider ?? 'auto';
  return 'getName' in provider ? provider.getName() : provider.id;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function embedderOf(provider: Provider | undefined): Embedder | undefined {
  if (typeof provider !== 'object') return undefined;
  if (!('generateEmbedding' in provider)) return provider;
  return {
    id: provider.getName(),
    dimensions: provider.getDimensions(),
    embed: (texts) => Promise.all(texts.map((text) => provider.generateEmbedding(text))),
  };
}

function rerankerOf(score: ScoreFunction | undefined): Reranker | undefined {
  return score === undefined ? undefined : { id: score.name || 'function', score };
}
