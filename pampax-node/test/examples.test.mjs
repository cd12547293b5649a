// The examples, and the programs in the documentation, run as they are written.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tree, write } from './helpers.mjs';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(here, '..', 'examples', 'node');

/** A folder in which `pampax` is installed. */
function project(test) {
  const folder = tree(test, {});
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(here, join(folder, 'node_modules', 'pampax'), 'junction');
  return folder;
}

test('the script prints hits and context', (test) => {
  const [folder, root] = [project(test), tree(test)];
  cpSync(join(examples, 'script.mjs'), join(folder, 'script.mjs'));
  const run = (...args) => spawnSync(process.execPath, ['script.mjs', ...args], { cwd: folder, encoding: 'utf8' });
  const { status, stdout, stderr } = run(root, 'login', 'user');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^src\/session\.rs:\d+ login_user/);
  assert.match(stdout, /check_password\(name\)/);
  assert.match(stderr, /of 2000 tokens/);
  const wrong = run(join(root, 'none'));
  assert.equal(wrong.status, 3);
  assert.match(wrong.stderr, /^IO: /);
});

test('the host of an editor answers, follows changes, and cancels what is out of date', async (test) => {
  const [folder, root] = [project(test), tree(test)];
  cpSync(join(examples, 'editor-host.mjs'), join(folder, 'editor-host.mjs'));
  const host = spawn(process.execPath, ['editor-host.mjs', root], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => host.on('close', resolve));
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const seen = [];
  /** The message that is `wanted`, among those that came and those to come. */
  const until = async (wanted) => {
    while (!seen.some(wanted)) {
      const { value, done } = await lines.next();
      assert.ok(!done, JSON.stringify(seen));
      seen.push(JSON.parse(value));
    }
    return seen.find(wanted);
  };
  const ask = (id, text) => host.stdin.write(JSON.stringify({ id, text }) + '\n');
  ask(1, 'login user');
  const first = await until((message) => message.id === 1);
  assert.ok(first.places.some((place) => place.startsWith('src/session.rs')), JSON.stringify(first));
  await until((message) => message.generation === 1);
  write(root, { 'src/logout.rs': 'pub fn logout_user() {}\n' });
  const changed = await until((message) => message.files === 5);
  assert.equal(changed.generation, 2);
  ask(2, 'where is logout_user');
  ask(3, 'logout_user');
  const last = await until((message) => message.id === 3);
  assert.ok(last.places.some((place) => place.startsWith('src/logout.rs')), JSON.stringify(last));
  const before = await until((message) => message.id === 2);
  assert.ok(before.failed === 'CANCELLED' || before.places.length > 0, JSON.stringify(before));
  host.stdin.end();
  assert.equal(await ended, 0);
});

for (const page of ['docs/node-api.md', 'docs/migrating.md', 'pampax-node/README.md']) {
  test(`the programs in ${page}`, (test) => {
    const text = readFileSync(join(here, '..', page), 'utf8');
    const programs = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program]) => program);
    assert.ok(programs.length > 0);
    for (const program of programs) {
      const folder = project(test);
      write(folder, { 'src/lib.rs': 'pub mod session;\n', 'src/session.rs': '/// Opens a session.\npub fn login_user() {}\n', '.gitignore': 'node_modules\n' });
      writeFileSync(join(folder, 'program.mjs'), program);
      const { status, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
      assert.equal(status, 0, `${program}\n${stderr}`);
    }
  });
}
