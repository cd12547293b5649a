// What an index and a searcher answer, and how calls are bounded.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Index, PampaxError, Searcher } from '../dist/index.js';
import { indexed, manyFiles, opened, tree, write } from './helpers.mjs';

/** A check of an error: `code`, and what its message says. */
function failsWith(code, message) {
  return (error) => {
    assert.ok(error instanceof PampaxError && error instanceof Error, String(error));
    assert.equal(error.code, code, error.message);
    if (message) assert.match(error.message, message);
    assert.equal(error.exitStatus, Math.trunc(error.number / 100));
    assert.ok(error.remedy.length > 0);
    return true;
  };
}

test('an index is opened, updated and asked', async (test) => {
  const { index } = await indexed(test);
  const results = await index.search('login user');
  assert.equal(results.hits[0].path, 'src/session.rs');
  assert.equal(results.hits[0].symbol, 'login_user');
  const bundle = await index.assemble({ query: 'how does login work', budget: 500 });
  assert.ok(bundle.tokens <= 500 && bundle.text.includes('login_user'));
  const callers = await index.callers('check_password');
  assert.ok(callers.nodes.some((node) => node.symbol === 'login_user'));
});

test('an update of given files leaves the others as they are', async (test) => {
  const { index, root } = await indexed(test);
  write(root, { 'src/one.rs': 'fn first_of_two() {}\n', 'src/two.rs': 'fn second_of_two() {}\n' });
  assert.equal((await index.update({ files: ['src/one.rs'] })).added, 1);
  assert.equal((await index.search('first_of_two')).hits[0].path, 'src/one.rs');
  assert.ok((await index.search('second_of_two')).hits.every((hit) => hit.path !== 'src/two.rs'));
  await assert.rejects(index.update({ files: ['../outside.rs'] }), failsWith('INVALID_ARGUMENT'));
  const both = index.update({ files: [], onProgress: () => {} });
  await assert.rejects(both, failsWith('INVALID_ARGUMENT', /onProgress/));
});

test('every method answers its document', async (test) => {
  const { index, root } = await indexed(test);
  const backup = join(root, '..', `${root.split('/').pop()}.backup`);
  const bundle = await index.assemble('login');
  assert.equal((await index.symbols({ name: 'login_user', limit: 1 })).symbols[0].kind, 'function');
  assert.ok((await index.graph({ symbols: ['login_user'], direction: 'out' })).nodes.length > 1);
  assert.ok((await index.callees('login_user')).edges.some((edge) => edge.kind === 'call'));
  assert.ok(Array.isArray((await index.references({ symbol: 'login_user', depth: 1 })).nodes));
  assert.ok(Array.isArray((await index.imports('src/session.rs')).edges));
  assert.ok(Array.isArray((await index.tests('login_user')).nodes));
  assert.equal((await index.path({ from: 'login_user', to: 'check_password' })).nodes.length, 2);
  assert.equal(await index.path({ from: 'check_password', to: 'login_user', query: { direction: 'out' } }), null);
  assert.ok((await index.expand(['src/session.rs:4'])).text.includes('check_password'));
  assert.equal((await index.verifyBundle(bundle.receipt)).is_unchanged, true);
  assert.deepEqual((await index.replay(bundle.receipt)).replay, { outcome: 'identical' });
  assert.equal((await index.recognise('why does src/session.rs:4 fail')).places[0].path, 'src/session.rs');
  assert.equal((await index.show({ path: 'src/session.rs', first_line: 2, last_line: 2 })).start_line, 2);
  assert.equal(await index.generation(), 1);
  assert.equal((await index.status()).totals.files, 4);
  assert.ok(['healthy', 'degraded'].includes((await index.health({ components: ['catalog'] })).status));
  assert.equal((await index.why('src/session.rs')).outcome, 'indexed');
  const missing = await index.explainMissing({ query: { text: 'login' }, path: 'src/nothing.rs' });
  assert.equal(missing.verdict, 'not_indexed');
  assert.equal((await index.verify()).is_sound, true);
  assert.equal((await index.backup(backup)).files, 4);
  assert.equal((await index.verifyBackup(backup)).is_sound, true);
  assert.ok((await index.restore({ file: backup, accept_other_root: true })).generation >= 1);
  assert.ok((await index.compact()).after.catalog_bytes > 0);
  assert.ok((await index.mend()).conditions);
  assert.equal((await index.cache.warm({ queries: [{ text: 'login' }] })).searches, 1);
  assert.equal((await index.cache.statistics()).enabled, true);
  assert.equal((await index.cache.clear()).search.entries, 0);
  assert.equal((await index.config('cache.enabled')).values[0].value, true);
  assert.equal((await index.reload({ settings: { 'cache.search_entries': 3 } })).changes[0].key, 'cache.search_entries');
  assert.ok((await index.metrics()).metrics.length > 0);
  assert.match(await index.metrics('prometheus'), /^# /);
  assert.ok((await index.languages()).languages.some((language) => language.name === 'rust'));
  assert.equal((await index.version()).protocol, 1);
  assert.deepEqual(await index.call('version'), await index.version());
  assert.deepEqual(JSON.parse(await index.callJson('{"op": "version"}')), await index.version());
});

test('a searcher keeps its state while the index goes on', async (test) => {
  const { index, root } = await indexed(test);
  const searcher = await index.searcher();
  assert.ok(searcher instanceof Searcher);
  write(root, { 'src/logout.rs': 'pub fn logout_user() {}\n' });
  await index.update();
  assert.equal((await searcher.search('logout_user')).hits.filter((hit) => hit.path === 'src/logout.rs').length, 0);
  assert.equal((await index.search('logout_user')).hits[0].path, 'src/logout.rs');
  assert.deepEqual([await searcher.generation(), await index.generation()], [1, 2]);
  await assert.rejects(searcher.call('update'), failsWith('INVALID_ARGUMENT', /asked of an index/));
  await searcher.close();
  await assert.rejects(searcher.search('login'), failsWith('INVALID_ARGUMENT', /searcher: it is closed/));
});

test('options are layers of the configuration', async (test) => {
  const root = tree(test);
  const options = {
    config: '[cache]\nsearch_entries = 7\nbundle_entries = 7\n',
    variables: { PAMPAX_CACHE_SEARCH_ENTRIES: '8', HOME: '/' },
    settings: { 'cache.enabled': false },
    indexDir: 'elsewhere',
    metrics: false,
  };
  const index = await opened(test, root, options);
  await index.update();
  const value = async (key) => (await index.config(key)).values[0].value;
  assert.equal(await value('cache.bundle_entries'), 7);
  assert.equal(await value('cache.search_entries'), 8);
  assert.equal(await value('cache.enabled'), false);
  assert.match((await index.status()).index_dir, /elsewhere$/);
  assert.deepEqual((await index.metrics()).metrics, []);
});

test('what is wrong is told by its code', async (test) => {
  const root = tree(test);
  await assert.rejects(Index.open(join(root, 'nowhere')), failsWith('IO', /cannot open/));
  await assert.rejects(Index.open(root, { settings: { 'cache.colour': 1 } }), failsWith('INVALID_CONFIG', /cache.colour/));
  await assert.rejects(Index.open(root, { config: 'not toml' }), failsWith('INVALID_CONFIG'));
  const index = await opened(test, root);
  await assert.rejects(index.search('login'), failsWith('INDEX_MISSING', /no index/));
  await index.update();
  await assert.rejects(index.call('serch'), failsWith('INVALID_ARGUMENT', /did you mean `search`/));
  await assert.rejects(index.search({ text: 'x', colour: 1 }), failsWith('INVALID_ARGUMENT', /colour/));
  await assert.rejects(index.verifyBackup(join(root, 'none')), failsWith('IO'));
  await assert.rejects(index.importScip(join(root, 'none.scip')), failsWith('IO'));
  await assert.rejects(index.importScip(join(root, 'src/session.rs')), failsWith('INVALID_ARGUMENT'));
});

test('input of a wrong kind is an INVALID_ARGUMENT and never a crash', async (test) => {
  const root = tree(test);
  const wrong = [undefined, null, 7, Symbol('s'), [], () => {}, 1n];
  for (const value of wrong) await assert.rejects(Index.open(value), failsWith('INVALID_ARGUMENT', /root/));
  for (const value of [7, 'text', null]) await assert.rejects(Index.open(root, value), failsWith('INVALID_ARGUMENT'));
  const badOptions = [
    { config: 7 }, { variables: 'x' }, { variables: { A: 1 } }, { settings: [] }, { indexDir: 7 }, { metrics: 'yes' },
    { settings: { 'cache.enabled': 1n } }, { embedder: {} }, { embedder: { id: 'x' } }, { embedder: null },
    { embedder: { id: '', embed() {} } }, { embedder: { id: 'x', embed() {}, dimensions: -1 } }, { reranker: 'x' },
    { reranker: { id: 'x' } }, { tokenCounter: { name: 'x' } }, { log: {} }, { metricsSink: 1 },
  ];
  for (const options of badOptions) {
    await assert.rejects(Index.open(root, options), failsWith('INVALID_ARGUMENT'), JSON.stringify(Object.keys(options)));
  }
  const { index } = await indexed(test);
  const cyclic = {};
  cyclic.self = cyclic;
  for (const value of [undefined, 7, null, [], cyclic, { text: 1n }, { text: 'x', limit: NaN }, { text: 'x', limit: -1 }]) {
    await assert.rejects(index.search(value), failsWith('INVALID_ARGUMENT'));
  }
  for (const value of [undefined, null, 7, {}, Symbol('s')]) {
    await assert.rejects(index.callJson(value), failsWith('INVALID_ARGUMENT', /request: it is no text/));
    await assert.rejects(index.call(value), failsWith('INVALID_ARGUMENT'));
  }
  for (const options of [7, { signal: {} }, { timeoutMs: 'x' }, { timeoutMs: NaN }, { timeoutMs: -1 }, { correlationId: 1 }]) {
    await assert.rejects(index.search('x', options), failsWith('INVALID_ARGUMENT'), JSON.stringify(options));
  }
  await assert.rejects(index.update({ onProgress: 'x' }), failsWith('INVALID_ARGUMENT', /onProgress/));
  await assert.rejects(index.importScip(7), failsWith('INVALID_ARGUMENT', /file/));
  assert.ok((await index.search('\u0000 \ud800 \u202e login')).hits);
});

test('an aborted signal lets nothing begin', async (test) => {
  const { index, root } = await indexed(test);
  write(root, { 'src/more.rs': 'pub fn more() {}\n' });
  const reason = new Error('not now');
  const signal = AbortSignal.abort(reason);
  const check = (error) => failsWith('CANCELLED', /before the call began/)(error) && error.cause === reason;
  await assert.rejects(index.update({ signal }), check);
  await assert.rejects(index.search('login', { signal }), check);
  await assert.rejects(index.searcher({ signal }), check);
  await assert.rejects(index.updating({ signal }).next(), check);
  await assert.rejects(index.watch({ signal }).next(), check);
  assert.equal(await index.generation(), 1);
});

test('a signal stops an update, and the next one goes on', async (test) => {
  const root = tree(test, manyFiles(300));
  const index = await opened(test, root);
  const controller = new AbortController();
  const reason = new Error('enough');
  const update = index.update({ signal: controller.signal, onProgress: () => controller.abort(reason) });
  await assert.rejects(update, (error) => failsWith('CANCELLED')(error) && error.cause === reason);
  assert.equal((await index.update()).totals.files, 300);
});

test('a time-out ends a call', async (test) => {
  const root = tree(test, manyFiles(300));
  const index = await opened(test, root);
  await assert.rejects(index.update({ timeoutMs: 1 }), failsWith('DEADLINE_EXCEEDED'));
  await assert.rejects(index.update({ timeoutMs: 0, onProgress() {} }), failsWith('DEADLINE_EXCEEDED'));
  assert.equal((await index.update({ timeoutMs: 600_000 })).totals.files, 300);
});

test('closing stops what is under way', async (test) => {
  const root = tree(test, manyFiles(300));
  const index = await Index.open(root);
  const update = assert.rejects(index.update(), failsWith('CANCELLED'));
  await index.close();
  await update;
  await assert.rejects(index.search('x'), failsWith('INVALID_ARGUMENT', /index: it is closed/));
  await index.close();
});

test('many calls at once are all answered', async (test) => {
  const { index } = await indexed(test);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, number) => index.search(`login ${number}`)));
  assert.ok(answers.every((answer) => answer.hits.length > 0));
});

test('cancelled calls that wait for a thread are settled at once', async (test) => {
  const held = Array.from({ length: 40 }, () => new AbortController());
  const embedder = { id: 'silent', dimensions: 2, embed: () => new Promise(() => {}) };
  const { index } = await indexed(test, { settings: { 'remote.batch_timeout_ms': 200, 'remote.retries': 0 }, embedder });
  const searches = held.map((controller, number) => index.search(`waits ${number}`, { signal: controller.signal }));
  const settled = Promise.allSettled(searches);
  for (const controller of held) controller.abort();
  const started = performance.now();
  const outcomes = await settled;
  assert.ok(performance.now() - started < 4_000);
  assert.ok(outcomes.some((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'CANCELLED'));
});

test('an index disposes of itself', async (test) => {
  const root = tree(test);
  const index = await Index.open(root);
  await index[Symbol.asyncDispose]();
  await assert.rejects(index.status(), failsWith('INVALID_ARGUMENT', /closed/));
});
