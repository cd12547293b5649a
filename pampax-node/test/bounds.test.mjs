// What bounds a call holds wherever the call is, and what is no bound is refused.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Index, PampaxError } from '../dist/index.js';
import { deferred, indexed } from './helpers.mjs';

const refused = (code, part) => (error) =>
  error instanceof PampaxError && error.code === code && (part === undefined || error.message.includes(part));

test('options that there are not are refused', async (t) => {
  const { index, root } = await indexed(t);
  await assert.rejects(Index.open(root, { setings: {} }), refused('INVALID_ARGUMENT', 'there is no setings'));
  await assert.rejects(index.search('login', { timeout: 5 }), refused('INVALID_ARGUMENT', 'there is no timeout'));
  await assert.rejects(index.update({ timeout: 5 }), refused('INVALID_ARGUMENT', 'there is no timeout'));
  await assert.rejects(index.reload(), refused('INVALID_ARGUMENT'));
  await assert.rejects(index.search(Symbol('login')), refused('INVALID_ARGUMENT'));
  await assert.rejects(index.search(() => 'login'), refused('INVALID_ARGUMENT'));
  await index.update(null);
});

test('one signal serves any number of calls without a warning', async (t) => {
  const { index } = await indexed(t);
  const warnings = [];
  const warned = (warning) => warnings.push(warning.name);
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 40 }, () => index.search('login', { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});

test('a call that waits for its turn ends with its time, and thousands that are aborted end at once', async (t) => {
  const { promise, settle } = deferred();
  const embedder = {
    id: 'slow',
    dimensions: 2,
    embed: async (texts, { purpose }) => {
      if (purpose === 'query') await promise;
      return texts.map(() => [1, 2]);
    },
  };
  const { index } = await indexed(t, { embedder });
  const slow = Array.from({ length: 16 }, (_, at) => index.search(`login ${at}`, { timeoutMs: 60_000 }));
  await assert.rejects(index.status({ timeoutMs: 100 }), refused('DEADLINE_EXCEEDED'));
  const stop = new AbortController();
  const queued = Array.from({ length: 5_000 }, () => index.status({ signal: stop.signal }));
  stop.abort();
  const outcomes = await Promise.allSettled(queued);
  assert.ok(outcomes.every(({ reason }) => refused('CANCELLED')(reason)));
  settle();
  await Promise.all(slow);
});

test('what onProgress throws rejects the update, whenever it is thrown', async (t) => {
  const { root } = await indexed(t);
  for (const stage of ['walk', 'commit']) {
    const folder = mkdtempSync(join(tmpdir(), 'pampax-index-'));
    t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const index = await Index.open(root, { indexDir: folder });
    const thrown = new Error(stage);
    const onProgress = (progress) => {
      if (progress.stage === stage) throw thrown;
    };
    await assert.rejects(index.update({ onProgress }), (error) => error === thrown);
    await index.close();
  }
});

test('a token counter that never answers ends with the call', async (t) => {
  const tokenCounter = { name: 'never', count: () => new Promise(() => {}) };
  const { index } = await indexed(t, { tokenCounter });
  const asked = index.assemble({ query: 'login', tokenizer: 'never', budget: 500 }, { timeoutMs: 300 });
  await assert.rejects(asked, refused('DEADLINE_EXCEEDED'));
});

test('a tokenizer that is built in keeps its name', async (t) => {
  const { root } = await indexed(t);
  const tokenCounter = { name: 'o200k_base', count: (text) => text.length };
  await assert.rejects(Index.open(root, { tokenCounter }), refused('INVALID_ARGUMENT', 'is built in'));
});

test('a watcher that is left while it waits ends', async (t) => {
  const { index } = await indexed(t);
  const events = index.watch();
  assert.equal((await events.next()).value.event, 'updated');
  const waiting = events.next();
  const returned = await events.return();
  assert.equal(returned.done, true);
  assert.equal((await waiting).done, true);
});

test('an index is made by opening it', () => {
  assert.throws(() => new Index(), refused('INVALID_ARGUMENT', 'Index.open'));
});
