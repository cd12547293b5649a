// The suite of requests of tests/conformance through the package and through the program: the same bytes. Cargo's tests make
// the same comparison between the program, the Rust crate and C.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platformName } from '../dist/platform.js';

const here = dirname(fileURLToPath(import.meta.url));
const suite = join(here, '..', '..', 'tests', 'conformance');
const program = join(here, '..', 'npm', platformName(), process.platform === 'win32' ? 'pampax.exe' : 'pampax');
const requests = readFileSync(join(suite, 'requests.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));

// Every skin finds the tree at the same path, and as new.
function renew(root) {
  rmSync(root, { recursive: true, force: true });
  for (const part of readFileSync(join(suite, 'tree.txt'), 'utf8').split('//- ').slice(1)) {
    const end = part.indexOf('\n');
    const path = join(root, part.slice(0, end));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, part.slice(end + 1));
  }
}

function answers(root, command, args) {
  renew(root);
  const input = requests.map(({ request }) => request + '\n').join('');
  const env = { PATH: process.env.PATH };
  const { status, stdout, stderr } = spawnSync(command, args, { input, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, requests.length);
  return lines;
}

test('the package says what the program says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pampax-'));
  try {
    const root = join(folder, 'tree');
    const expected = answers(root, program, ['call', '--root', root]);
    const found = answers(root, process.execPath, [join(here, 'conformance.mjs'), root, '{"metrics":false}']);
    requests.forEach(({ name, request }, at) => assert.equal(found[at], expected[at], `${name}: ${request}`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
