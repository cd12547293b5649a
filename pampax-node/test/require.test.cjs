// The package by `require`.
const assert = require('node:assert/strict');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');

test('require gives what import gives', async () => {
  const required = require('../dist/index.js');
  const imported = await import('../dist/index.js');
  assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
  assert.equal(required.Index, imported.Index);
});

test('an index that was required answers', async (test) => {
  const { Index, PampaxError } = require('../dist/index.js');
  const root = mkdtempSync(join(tmpdir(), 'pampax-node-'));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, 'session.rs'), 'pub fn login_user() {}\n');
  const index = await Index.open(root);
  await assert.rejects(index.search('login'), (error) => error instanceof PampaxError && error.code === 'INDEX_MISSING');
  await index.update();
  assert.equal((await index.search('login')).hits[0].path, 'session.rs');
  await index.close();
});
