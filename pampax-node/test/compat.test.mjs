// The calls of the old JavaScript system: its arguments, and the shapes of its answers as they were recorded.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as compat from '../dist/compat/index.js';
import { PampaxError } from '../dist/index.js';
import { tree, write } from './helpers.mjs';

/** The names and kinds of what `value` holds, the first item standing for a list. */
function shape(value) {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shape(member)]));
}

/** Checks that `value` has everything that `recorded` has; more is allowed. */
function holds(value, recorded, path = 'answer') {
  if (typeof recorded === 'string') return assert.equal(shape(value), recorded, path);
  if (Array.isArray(recorded)) {
    assert.ok(Array.isArray(value), path);
    return recorded.length > 0 && holds(value[0], recorded[0], `${path}[0]`);
  }
  for (const [name, member] of Object.entries(recorded)) holds(value[name], member, `${path}.${name}`);
}

const CODE = {
  type: 'string', lang: 'string', path: 'string', sha: 'string', data: 'null', meta: { symbol: 'string', score: 'number' },
};
const SCOPE = { reranker: 'string', hybrid: 'boolean', bm25: 'boolean', symbol_boost: 'boolean' };
const SAID = {
  provider: 'string', scope: SCOPE, reranker: 'string',
  hybrid: { enabled: 'boolean', bm25Enabled: 'boolean' }, symbolBoost: { enabled: 'boolean', boosted: 'boolean' },
};
const RECORDED = {
  indexProject: { success: 'boolean', processedChunks: 'number', totalChunks: 'number', provider: 'string', errors: [] },
  searchCode: {
    success: 'boolean', query: 'string', searchType: 'string', intentionResults: 'number', vectorResults: 'number',
    ...SAID, results: [{ ...CODE, meta: { ...CODE.meta, id: 'string', searchType: 'string', intent: 'null', description: 'null' } }],
  },
  notFound: { success: 'boolean', error: 'string', message: 'string', suggestion: 'string', ...SAID, results: [] },
  getOverview: { success: 'boolean', results: [{ ...CODE, meta: { id: 'string', symbol: 'string', score: 'number' } }] },
  getChunk: { success: 'boolean', code: 'string' },
  noChunk: { success: 'boolean', error: 'string' },
};

test.afterEach(() => compat.close());

async function project(test) {
  const repoPath = tree(test);
  const indexed = await compat.indexProject({ repoPath });
  return { repoPath, indexed };
}

test('indexProject and updateProject', async (test) => {
  const { repoPath, indexed } = await project(test);
  holds(indexed, RECORDED.indexProject);
  assert.equal(indexed.success && indexed.processedChunks, indexed.totalChunks);
  const seen = [];
  const again = await compat.updateProject({ repoPath, changedFiles: ['src/session.rs'], onProgress: (told) => seen.push(told.type) });
  assert.equal(again.processedChunks, 0);
  assert.ok(seen.includes('progress'));
  assert.equal(compat.updateIndex, compat.updateProject);
  await assert.rejects(compat.indexProject({ repoPath: join(repoPath, 'none') }), (error) => error.code === 'IO');
  await assert.rejects(compat.indexProject({ repoPath, encrypt: 'on' }), (error) => error.code === 'INVALID_ARGUMENT');
});

test('searchCode', async (test) => {
  const { repoPath } = await project(test);
  const found = await compat.searchCode('login user', 5, 'auto', repoPath);
  holds(found, RECORDED.searchCode);
  assert.equal(found.results[0].path, 'src/session.rs');
  assert.equal(found.results[0].meta.score, 1);
  assert.ok(found.results.every((result) => result.meta.score >= 0 && result.meta.score <= 1));
  const nothing = await compat.searchCode('zzzqqq', 5, 'auto', repoPath);
  holds(nothing, RECORDED.notFound);
  assert.equal(nothing.error, 'no_relevant_matches');
  const missing = await compat.searchCode('login', 5, 'auto', tree(test));
  holds(missing, RECORDED.notFound);
  assert.equal(missing.error, 'database_not_found');
});

test('searchCode within a scope', async (test) => {
  const { repoPath } = await project(test);
  const paths = async (scope) => {
    const found = await compat.searchCode('login session', 10, 'auto', repoPath, scope);
    return [...new Set(found.results.map((result) => result.path))].sort();
  };
  assert.deepEqual(await paths({ path_glob: 'docs/**' }), ['docs/guide.md']);
  assert.deepEqual(await paths({ lang: ['Rust'] }), (await paths({ path_glob: ['src/**'] })));
  const found = await compat.searchCode('login', 10, 'auto', repoPath, { tags: 'stripe', hybrid: 'off', reranker: 'transformers' });
  assert.deepEqual(found.leftOut, ['tags', 'reranker', 'hybrid']);
  assert.deepEqual(found.scope, { tags: ['stripe'], reranker: 'transformers', hybrid: false, bm25: true, symbol_boost: true });
  // The built-in model makes vectors, and what is left out is said above.
  assert.ok(found.vectorResults > 0 && found.hybrid.fused);
  assert.deepEqual((await compat.searchCode('login', 10, 'openai', repoPath)).leftOut, ['provider']);
  assert.deepEqual(compat.normalizeScopeFilters({ lang: 'RUST, python' }).lang, ['rust', 'python']);
  const wrong = await compat.searchCode('login', 10, 'auto', repoPath, { lang: 'klingon' });
  assert.deepEqual([wrong.success, wrong.error], [false, 'search_error']);
});

test('getOverview, and searchCode without a question', async (test) => {
  const { repoPath } = await project(test);
  const overview = await compat.getOverview(20, repoPath);
  holds(overview, RECORDED.getOverview);
  const paths = overview.results.map((result) => result.path);
  assert.deepEqual(paths, [...paths].sort());
  assert.ok(overview.results.some((result) => result.meta.symbol === 'login_user'));
  assert.deepEqual(await compat.searchCode(' ', 20, 'auto', repoPath), overview);
  assert.equal((await compat.getOverview(1, repoPath)).results.length, 1);
  assert.equal((await compat.getOverview(1, tree(test))).error, 'database_not_found');
});

test('getChunk', async (test) => {
  const { repoPath } = await project(test);
  const { results } = await compat.searchCode('login user', 1, 'auto', repoPath);
  const chunk = await compat.getChunk(results[0].sha, repoPath);
  holds(chunk, RECORDED.getChunk);
  assert.match(chunk.code, /pub fn login_user/);
  for (const sha of ['0123abcd', 'src/none.rs:1-2', '']) holds(await compat.getChunk(sha, repoPath), RECORDED.noChunk);
});

test('a provider and a reranker of the caller', async (test) => {
  const repoPath = tree(test);
  const provider = {
    calls: 0,
    async generateEmbedding(text) {
      this.calls += 1;
      return /login|enter/i.test(text) ? [1, 0] : [0, 1];
    },
    getDimensions: () => 2,
    getName: () => 'my-provider',
  };
  assert.equal((await compat.indexProject({ repoPath, provider })).provider, 'my-provider');
  assert.ok(provider.calls > 0);
  const found = await compat.searchCode('enter', 5, provider, repoPath);
  assert.deepEqual([found.success, found.provider], [true, 'my-provider']);
  assert.ok(found.vectorResults > 0 && found.hybrid.fused);
  let scored = 0;
  const reranker = (query, documents) => {
    scored += 1;
    return documents.map((text) => (text.includes('check_password') ? 1 : 0));
  };
  const reranked = await compat.searchCode('login user', 5, 'auto', repoPath, { reranker });
  assert.equal(reranked.reranker, 'function');
  assert.ok(scored > 0);
  const bundle = await compat.assembleContext('how does login work', { workingPath: repoPath, budget: 300, scope: { reranker } });
  assert.ok(bundle.tokens <= 300 && bundle.text.includes('login_user'));
});

test('startWatch', async (test) => {
  const { repoPath } = await project(test);
  const batches = [];
  let heard = () => {};
  const added = new Promise((resolve) => (heard = resolve));
  const watcher = compat.startWatch({
    repoPath,
    onBatch: (event) => {
      batches.push(event);
      if (event.event === 'updated' && event.report.added > 0) heard();
    },
  });
  await watcher.ready;
  write(repoPath, { 'src/new.rs': 'pub fn newest() {}\n' });
  await added;
  await watcher.close();
  assert.ok(batches.length >= 2);
});

test('memory calls reject', async () => {
  for (const call of ['recordIntention', 'searchByIntention', 'recordQueryPattern', 'getQueryAnalytics']) {
    await assert.rejects(compat[call]('x', 'y'), (error) => {
      return error instanceof PampaxError && error.code === 'INVALID_ARGUMENT' && error.message.includes('memory is not there yet');
    });
  }
});
