// What a program may write, and what it may not: checked by the compiler, never run.
import { Index, PampaxError, RemoteError, type Bundle, type Embedder, type Hit, type Searcher } from 'pampax';
import { searchCode, type SearchCodeResult } from 'pampax/compat';

const embedder: Embedder = {
  id: 'model',
  dimensions: 2,
  embed: async (texts, { purpose }) => texts.map((text) => [purpose === 'query' ? 1 : 0, text.length]),
};

export async function use(): Promise<void> {
  const index: Index = await Index.open('.', {
    config: '[cache]\nenabled = false\n',
    variables: process.env,
    settings: { 'cache.enabled': true },
    indexDir: '/tmp/index',
    metrics: false,
    embedder,
    reranker: { id: 'r', score: (query, documents) => documents.map((text) => text.indexOf(query)) },
    tokenCounter: { name: 'words', count: (text) => text.split(' ').length },
    log: (record) => console.error(record.level, record.op, record.fields['path']),
    metricsSink: ({ name, value, labels }) => console.error(name, value, labels['seam']),
  });
  const signal = AbortSignal.timeout(1_000);
  const report = await index.update({ signal, timeoutMs: 1_000, correlationId: 'a', onProgress: ({ stage }) => stage === 'parse' });
  const counted: number = report.totals.files;
  for await (const { stage, files_done } of index.updating()) console.log(stage, files_done);
  for await (const event of index.watch({ signal })) {
    if (event.event === 'updated') console.log(event.report.added);
    else console.log(event.error.name);
  }
  const searcher: Searcher = await index.searcher();
  const hits: Hit[] = (await searcher.search({ text: 'x', limit: 5, filters: { roles: ['code'], kinds: ['function'] } })).hits;
  const bundle: Bundle = await searcher.assemble({ query: 'x', budget: 100, session: {}, tokenizer: 'words' });
  await searcher.assemble({ query: 'y', session: bundle.session });
  const path = await searcher.path({ from: 'a', to: 'b', query: { kinds: ['call'] } });
  console.log(counted, hits[0]?.path, path?.nodes[0]?.symbol ?? null, await index.metrics('prometheus'));
  const found = await index.call<{ hits: Hit[] }>('search', { text: 'x' });
  console.log(found.hits.length);
  const old: SearchCodeResult | { success: boolean } = await searchCode('x', 5, 'auto', '.', { path_glob: 'src/**' });
  console.log(old.success);
  try {
    await index.close();
  } catch (error) {
    if (error instanceof PampaxError && error.code === 'INDEX_LOCKED') console.log(error.number, error.exitStatus, error.remedy);
    throw new RemoteError('HTTP 503', { status: 503, retryAfterMs: 10 });
  }
  await using disposed = await Index.open('.');
  await disposed.status();
}

export async function misuse(index: Index): Promise<void> {
  // @ts-expect-error a root is a text
  await Index.open(7);
  // @ts-expect-error there is no such option
  await Index.open('.', { colour: 'red' });
  // @ts-expect-error a limit is a number
  await index.search({ text: 'x', limit: 'five' });
  // @ts-expect-error fields have the names of the documents
  await index.search({ text: 'x', filters: { language: ['rust'] } });
  // @ts-expect-error there is no such code
  if (new PampaxError({ code: 1, name: 'IO', message: '', remedy: '' }).code === 'NOT_THERE') return;
  // @ts-expect-error an embedder has an id
  await Index.open('.', { embedder: { embed: (texts: string[]) => texts.map(() => [1]) } });
  // @ts-expect-error an index is opened
  new Index();
}
