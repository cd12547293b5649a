// Progress and events, as functions and as iterators.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexed, manyFiles, opened, tree, write } from './helpers.mjs';

test('progress is told in the order of the stages, up to the last', async (test) => {
  const index = await opened(test, tree(test, manyFiles(50, 20)));
  const told = [];
  await index.update({ onProgress: (progress) => told.push(progress) });
  const stages = told.map((progress) => progress.stage);
  assert.deepEqual([...new Set(stages)], ['walk', 'parse', 'commit']);
  const parsed = told.filter((progress) => progress.stage === 'parse').at(-1);
  assert.deepEqual([parsed.files_done, parsed.files_total], [50, 50]);
});

test('what onProgress throws stops the update, which rejects with it', async (test) => {
  const index = await opened(test, tree(test, manyFiles(300)));
  const error = new RangeError('my own');
  const update = index.update({ onProgress: () => { throw error; } });
  await assert.rejects(update, (thrown) => thrown === error);
  assert.equal((await index.update()).totals.files, 300);
});

test('an update is iterated, and its report is the return value', async (test) => {
  const index = await opened(test, tree(test, manyFiles(50, 20)));
  const updating = index.updating();
  const stages = new Set();
  let step = await updating.next();
  for (; !step.done; step = await updating.next()) stages.add(step.value.stage);
  assert.ok(stages.has('parse') && stages.has('commit'));
  assert.equal(step.value.totals.files, 50);
});

test('leaving the loop stops the update', async (test) => {
  const index = await opened(test, tree(test, manyFiles(300)));
  for await (const progress of index.updating()) {
    assert.ok(progress.stage);
    break;
  }
  assert.equal((await index.update()).totals.files, 300, 'the lock is free again');
});

test('an update that fails fails its loop', async (test) => {
  const index = await opened(test, tree(test, manyFiles(300)));
  const iterate = async () => {
    for await (const progress of index.updating({ timeoutMs: 1 })) assert.ok(progress.stage);
  };
  await assert.rejects(iterate(), (error) => error.code === 'DEADLINE_EXCEEDED');
});

test('a watcher tells of every update until its signal is aborted', async (test) => {
  const { index, root } = await indexed(test, { settings: { 'indexer.watch_debounce_ms': 50 } });
  const stop = new AbortController();
  const events = [];
  const watching = index.watch({ signal: stop.signal });
  let step = await watching.next();
  for (; !step.done; step = await watching.next()) {
    events.push(step.value);
    if (step.value.event === 'updated' && step.value.report.added === 0) write(root, { 'src/new.rs': 'pub fn newest() {}\n' });
    if (step.value.event === 'updated' && step.value.report.added === 1) stop.abort();
  }
  assert.equal(events.at(-1).report.totals.files, 5);
  assert.ok(step.value.updates >= 2 && step.value.failures === 0, JSON.stringify(step.value));
  assert.equal((await index.search('newest')).hits[0].path, 'src/new.rs');
});

test('leaving the loop ends the watcher', async (test) => {
  const { index } = await indexed(test);
  for await (const event of index.watch()) {
    assert.equal(event.event, 'updated');
    break;
  }
  assert.equal((await index.update()).unchanged, 4);
});

test('the end of its time ends a watcher', async (test) => {
  const { index } = await indexed(test);
  const events = [];
  for await (const event of index.watch({ timeoutMs: 300 })) events.push(event.event);
  assert.deepEqual(events, ['updated']);
});

test('closing the index ends its watchers', async (test) => {
  const { index } = await indexed(test);
  for await (const event of index.watch()) {
    assert.equal(event.event, 'updated');
    await index.close();
  }
});
