// JavaScript functions as embedder, reranker, token counter, log and metrics sink.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PampaxError, RemoteError } from '../dist/index.js';
import { indexed, opened, tree, write } from './helpers.mjs';

const IN_TIME = { 'remote.timeout_ms': 300, 'remote.batch_timeout_ms': 300, 'remote.retries': 0 };

/** A vector that says whether a text is about logging in. */
const aboutLogin = (text) => (/log.?in|enter/i.test(text) ? [1, 0.1] : [0.1, 1]);

function embedder(embed) {
  return { id: 'test-model', dimensions: 2, embed };
}

/** What was missing in the answer to a question, with this embedder. */
async function degradedWith(test, embed) {
  const { index } = await indexed(test, { embedder: embedder(embed), settings: IN_TIME });
  const results = await index.search('login');
  assert.equal(results.hits[0].path, 'src/session.rs', 'lexical hits are there');
  return results.degraded.map((degradation) => `${degradation.what}: ${degradation.why}`).join('\n');
}

test('an embedder that answers now, in batches', async (test) => {
  const calls = [];
  const embed = (texts, { purpose }) => {
    calls.push([purpose, texts.length]);
    return texts.map(aboutLogin);
  };
  const { index } = await indexed(test, { embedder: embedder(embed) });
  const status = await index.status();
  assert.deepEqual([status.embedding.model, status.embedding.dimensions], ['test-model', 2]);
  const results = await index.search('enter');
  assert.deepEqual(results.degraded, []);
  assert.ok(results.hits.length > 0, 'a question without a word of the text finds by vectors');
  assert.ok(calls.some(([purpose, count]) => purpose === 'document' && count > 1), JSON.stringify(calls));
  assert.ok(calls.some(([purpose, count]) => purpose === 'query' && count === 1));
});

test('an embedder that answers later, in other forms', async (test) => {
  const forms = [
    async (texts) => texts.map(aboutLogin),
    async (texts) => texts.map((text) => Float32Array.from(aboutLogin(text))),
    async (texts) => Float32Array.from(texts.flatMap(aboutLogin)),
    async (texts) => new Promise((resolve) => setTimeout(() => resolve(texts.map(aboutLogin)), 20)),
  ];
  for (const form of forms) {
    const { index } = await indexed(test, { embedder: embedder(form) });
    assert.deepEqual((await index.search('enter')).degraded, []);
  }
});

test('an embedder without dimensions is asked what it has', async (test) => {
  const { index } = await indexed(test, { embedder: { id: 'x', embed: (texts) => texts.map(aboutLogin) } });
  assert.equal((await index.status()).embedding.dimensions, 2);
});

test('an embedder that throws, rejects, or answers wrongly leaves lexical hits and says so', async (test) => {
  const cases = [
    [() => { throw new Error('out of order'); }, /out of order/],
    [async () => { throw new Error('gone away'); }, /gone away/],
    [() => Promise.reject('a text'), /a text/],
    [() => { throw undefined; }, /undefined/],
    [() => { throw { toString() { throw new Error('inner'); } }; }, /no text/],
    [(texts) => texts.map(() => [NaN, 1]), /finite|number/],
    [(texts) => texts.map(() => [1]), /1 components, not 2/],
    [(texts) => texts.slice(1).map(aboutLogin), /.+/],
    [() => Float32Array.of(1, 2, 3), /.+/],
    [() => undefined, /no list/],
    [() => 7, /no list/],
    [(texts) => texts.map(() => null), /no components/],
  ];
  for (const [embed, why] of cases) assert.match(await degradedWith(test, embed), why, String(embed));
});

test('an embedder that never settles is given up in time', async (test) => {
  const started = performance.now();
  assert.match(await degradedWith(test, () => new Promise(() => {})), /no answer (within|in time)/);
  assert.ok(performance.now() - started < 20_000);
});

test('a remote error is tried again', async (test) => {
  let calls = 0;
  const embed = async (texts) => {
    calls += 1;
    if (calls === 1) throw new RemoteError('HTTP 503 from models', { status: 503, retryAfterMs: 5 });
    return texts.map(aboutLogin);
  };
  const settings = { 'remote.retries': 2, 'remote.retry_base_ms': 1 };
  const { index } = await indexed(test, { embedder: embedder(embed), settings });
  assert.equal((await index.status()).embedding.files, 4);
  assert.ok(calls >= 2);
});

test('a call that is aborted while the embedder is silent ends', async (test) => {
  let isSilent = false;
  const embed = (texts) => (isSilent ? new Promise(() => {}) : texts.map(aboutLogin));
  const { index } = await indexed(test, { embedder: embedder(embed) });
  isSilent = true;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  const outcome = await index.search('another question', { signal: controller.signal }).catch((error) => error);
  assert.ok(outcome instanceof PampaxError && outcome.code === 'CANCELLED', String(outcome));
});

test('a reranker changes the order, now and later', async (test) => {
  const files = { 'a.rs': 'pub fn login_first() {}\n', 'b.rs': 'pub fn login_second() {}\n' };
  const score = (query, documents) => documents.map((text) => (text.includes('login_second') ? 1 : 0));
  for (const reranker of [{ id: 'r', score }, { id: 'r', score: async (...asked) => score(...asked) }]) {
    const { index } = await indexed(test, { reranker }, files);
    assert.equal((await index.search('login')).hits[0].path, 'b.rs');
  }
  const { index } = await indexed(test, { reranker: { id: 'r', score: (query, documents) => documents.map((text) => (text.includes('login_first') ? 1 : 0)) } }, files);
  assert.equal((await index.search('login')).hits[0].path, 'a.rs');
});

test('a reranker that fails leaves the order and says so', async (test) => {
  const cases = [
    [() => { throw new Error('broken'); }, /broken/],
    [() => [1], /.+/],
    [(query, documents) => documents.map(() => NaN), /.+/],
    [() => new Promise(() => {}), /no answer (within|in time)/],
  ];
  for (const [score, why] of cases) {
    const { index } = await indexed(test, { reranker: { id: 'r', score }, settings: IN_TIME });
    const results = await index.search('login session');
    assert.ok(results.hits.length > 1);
    assert.match(results.degraded.map((degradation) => degradation.why).join('\n'), why, String(score));
  }
});

test('a token counter counts, and one that throws ends the call', async (test) => {
  const words = { name: 'words', count: (text) => text.split(/\s+/).filter(Boolean).length };
  const { index } = await indexed(test, { tokenCounter: words });
  const bundle = await index.assemble({ query: 'login', budget: 200, tokenizer: 'words' });
  assert.equal(bundle.tokens, words.count(bundle.text));
  assert.ok(bundle.tokens > 0 && bundle.tokens <= 200);
  for (const count of [() => { throw new Error('cannot count'); }, () => NaN, () => -1, () => 'x']) {
    const { index } = await indexed(test, { tokenCounter: { name: 'words', count } });
    const broken = index.assemble({ query: 'login', budget: 200, tokenizer: 'words' });
    await assert.rejects(broken, (error) => error.code === 'INVALID_ARGUMENT' && /tokenCounter/.test(error.message));
  }
});

test('a log sink gets records of one correlation id', async (test) => {
  const records = [];
  const { index } = await indexed(test, { log: (record) => records.push(record) });
  await index.search('login', { correlationId: 'request-7' });
  await new Promise((resolve) => setImmediate(resolve));
  const mine = records.filter((record) => record.corr_id === 'request-7');
  assert.ok(mine.some((record) => record.op === 'search' || record.component === 'search'), JSON.stringify(records));
  assert.ok(records.every((record) => record.schema === 1 && typeof record.msg === 'string'));
});

test('a metrics sink gets measurements beside the ones that are kept', async (test) => {
  const measurements = [];
  const { index } = await indexed(test, { metricsSink: (measurement) => measurements.push(measurement) });
  await index.search('login');
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(measurements.some((measurement) => measurement.kind === 'histogram' && measurement.name.includes('search')));
  assert.ok(measurements.every((measurement) => measurement.count >= 1 && typeof measurement.labels === 'object'));
  assert.ok((await index.metrics()).metrics.length > 0);
});

test('a sink that throws becomes a warning, and the call goes on', async (test) => {
  const warnings = [];
  const note = (warning) => warnings.push(warning);
  process.on('warning', note);
  test.after(() => process.off('warning', note));
  const { index } = await indexed(test, { log: () => { throw new Error('full'); } });
  assert.ok((await index.search('login')).hits.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(warnings.some((warning) => warning.name === 'PampaxWarning' && warning.message.includes('full')));
});

test('an embedder may ask the index', async (test) => {
  const root = tree(test);
  let index;
  const embed = async (texts) => {
    await index.version();
    return texts.map(aboutLogin);
  };
  index = await opened(test, root, { embedder: embedder(embed) });
  await index.update();
  write(root, { 'src/more.rs': 'pub fn more() {}\n' });
  assert.equal((await index.update()).embedded, 1);
});
