// The packages as they are published, installed into an empty folder without a network.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const shell = process.platform === 'win32';
const scratch = mkdtempSync(join(tmpdir(), 'pampax-packed-'));
const project = join(scratch, 'project');
const root = join(scratch, 'tree');

before(() => {
  const packed = join(scratch, 'packed');
  execFileSync(process.execPath, [join(here, 'scripts', 'pack.mjs'), packed]);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
  // The package of this platform comes first: the main one names it, and finds it there.
  const archives = readdirSync(packed).sort((a, b) => b.length - a.length).map((name) => join(packed, name));
  assert.equal(archives.length, 2, String(archives));
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', ...archives], { cwd: project, shell });
  mkdirSync(root);
  writeFileSync(join(root, 'session.rs'), 'pub fn login_user(name: &str) {}\n');
});
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));

const USE = `
  const index = await Index.open(${JSON.stringify(root)});
  await index.update();
  process.stdout.write((await index.search('login')).hits[0].path);
  await index.close();`;

function run(name, source) {
  writeFileSync(join(project, name), source);
  return spawnSync(process.execPath, [name], { cwd: project, encoding: 'utf8', timeout: 60_000 });
}

test('import', () => {
  const { status, stdout, stderr } = run('use.mjs', `import { Index } from 'pampax';${USE}`);
  assert.deepEqual([status, stdout, stderr], [0, 'session.rs', '']);
});

test('require', () => {
  const source = `const { Index, PampaxError } = require('pampax');\nrequire('pampax/compat');\n(async () => {${USE}})();`;
  const { status, stdout } = run('use.cjs', source);
  assert.deepEqual([status, stdout], [0, 'session.rs']);
});

test('only what is used is in the packages', () => {
  const installed = join(project, 'node_modules', 'pampax');
  assert.deepEqual(readdirSync(installed).sort(), ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'bin', 'dist', 'package.json']);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  assert.equal(Object.keys(manifest.optionalDependencies).length, 5);
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined, 'nothing runs when it is installed');
});

const bin = join(project, 'node_modules', '.bin', shell ? 'pampax.cmd' : 'pampax');

test('the program is the one of the command line', () => {
  const found = spawnSync(bin, ['search', '--json', 'login'], { cwd: root, encoding: 'utf8', shell });
  assert.equal(JSON.parse(found.stdout).hits[0].path, 'session.rs', found.stderr);
  const wrong = spawnSync(bin, ['no-such-command'], { cwd: root, encoding: 'utf8', shell });
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  const called = spawnSync(bin, ['call'], { cwd: root, encoding: 'utf8', shell, input: '{"op": "generation"}\n' });
  assert.deepEqual([called.status, called.stdout], [0, '{"generation":1}\n']);
});

test('a signal reaches the program, whose end is passed on', { skip: shell && 'Windows has no signals' }, async () => {
  const child = spawn(bin, ['watch', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const end = new Promise((resolve) => child.on('exit', (status, signal) => resolve([status, signal])));
  child.kill('SIGTERM');
  const plain = spawn(join(here, 'npm', readdirSync(join(project, 'node_modules', '@pampax'))[0], 'pampax'), ['watch', '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => plain.stdout.once('data', resolve));
  const plainEnd = new Promise((resolve) => plain.on('exit', (status, signal) => resolve([status, signal])));
  plain.kill('SIGTERM');
  assert.deepEqual(await end, await plainEnd);
});

test('a platform without a package is told', () => {
  rmSync(join(project, 'node_modules', '@pampax'), { recursive: true });
  const { stdout } = run('missing.mjs', `
    import { Index } from 'pampax';
    const error = await Index.open('.').catch((error) => error);
    process.stdout.write(error.name + ' ' + error.code + ' ' + error.message);`);
  assert.match(stdout, /^PlatformError ERR_PAMPAX_PLATFORM pampax.node of pampax is not installed: add @pampax\//);
  const { status, stderr } = spawnSync(bin, ['--help'], { encoding: 'utf8', shell });
  assert.equal(status, 6);
  assert.match(stderr, /^pampax: pampax(\.exe)? of pampax is not installed/);
});
