// Everything that must hold of the package: `npm test`. It builds first, so that nothing old is tested.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const node = (...args) => execFileSync(process.execPath, args, { cwd: here, stdio: 'inherit' });
const given = process.argv.slice(2);

node(join('scripts', 'build.mjs'), '--with-panics');
node(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', join('test', 'types'));
const files = given.length > 0 ? given : readdirSync(join(here, 'test')).filter((name) => /\.test\.[cm]js$/.test(name)).map((name) => join('test', name));
// One file after another: several measure time, and all of them use every core.
node('--test', '--test-concurrency=1', '--test-timeout=300000', ...files.sort());
