// Makes the packages that are published, of what `npm run build` or `npm run build:release` built: `npm run pack:local`.
// They lie in packed/: one for this platform, and the main one, which names those of all platforms.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const target = process.argv[2] ?? join(here, 'packed');
const { addonPath, programPath } = await import('../dist/platform.js');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

function pack(folder) {
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(join(here, '..', licence), join(folder, licence));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const shell = process.platform === 'win32';
  const output = execFileSync(npm, ['pack', '--json', '--silent', '--pack-destination', target], { cwd: folder, shell });
  const [{ filename, size, unpackedSize }] = JSON.parse(output);
  process.stdout.write(`${filename}: ${size} bytes, ${unpackedSize} unpacked\n`);
}

const stage = mkdtempSync(join(tmpdir(), 'pampax-pack-'));
try {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });

  const platform = join(stage, 'platform');
  cpSync(dirname(addonPath()), platform, { recursive: true });
  const files = [addonPath(), programPath()].map((path) => join(platform, basename(path)));
  // Elsewhere symbols lie in files of their own, or are part of what is signed.
  if (process.platform === 'linux') execFileSync('strip', files, { stdio: 'inherit' });
  pack(platform);

  const main = join(stage, 'main');
  mkdirSync(main);
  for (const folder of ['dist', 'bin']) cpSync(join(here, folder), join(main, folder), { recursive: true });
  cpSync(join(here, 'README.md'), join(main, 'README.md'));
  const { scripts, devDependencies, ...manifest } = read(join(here, 'package.json'));
  const platforms = readdirSync(join(here, 'npm')).map((name) => read(join(here, 'npm', name, 'package.json')));
  const other = platforms.filter(({ version }) => version !== manifest.version);
  if (other.length > 0) throw new Error(`${other.map(({ name }) => name)} are not of version ${manifest.version}`);
  manifest.optionalDependencies = Object.fromEntries(platforms.map(({ name, version }) => [name, version]));
  writeFileSync(join(main, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
  pack(main);
} finally {
  rmSync(stage, { recursive: true, force: true });
}
