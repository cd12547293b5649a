// Builds the addon, the program and the facade from this checkout: `npm run build`. With --release, as they are published;
// with --with-panics, also the addon that the tests ask for a panic.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(here);
const isRelease = process.argv.includes('--release');
const profile = isRelease ? 'release' : 'debug';

function cargo(...more) {
  // The whole workspace is built, so that other steps find what they need with the same features.
  const args = ['build', '--locked', '--workspace', ...(isRelease ? ['--release'] : []), ...more];
  execFileSync('cargo', args, { cwd: root, stdio: 'inherit' });
}

const libraries = { linux: 'libpampax_node.so', darwin: 'libpampax_node.dylib', win32: 'pampax_node.dll' };
const library = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), profile, libraries[process.platform]);

// A file is removed first: one that a process has loaded must not change under it.
function put(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  copyFileSync(from, to);
}

if (process.argv.includes('--with-panics')) {
  cargo('--features', 'pampax-node/inject-panic');
  put(library, join(here, 'test', 'addons', 'panics.node'));
}
cargo();
execFileSync(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', here], { stdio: 'inherit' });

const { platformName } = await import('../dist/platform.js');
const folder = join(here, 'npm', platformName());
const program = process.platform === 'win32' ? 'pampax.exe' : 'pampax';
put(library, join(folder, 'pampax.node'));
put(join(dirname(library), program), join(folder, program));
