/**
 * Where the addon and the program of this platform lie.
 *
 * Never here: what is in them.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Why there is no addon, or no program. Its `code` is `ERR_PAMPAX_PLATFORM`. */
export class PlatformError extends Error {
  readonly code = 'ERR_PAMPAX_PLATFORM';
  override readonly name = 'PlatformError';
}

/** The platforms that packages are made for. */
export const PLATFORMS: readonly string[] = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
];

/** The name of this platform, as the packages are named. */
export function platformName(): string {
  switch (process.platform) {
    case 'linux':
      return `linux-${process.arch}-${isGlibc() ? 'gnu' : 'musl'}`;
    case 'win32':
      return `win32-${process.arch}-msvc`;
    default:
      return `${process.platform}-${process.arch}`;
  }
}

function isGlibc(): boolean {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  const header = (report.getReport() as { header?: { glibcVersionRuntime?: string } }).header;
  if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  return header?.glibcVersionRuntime !== undefined;
}

/** The addon of this platform. Throws a {@link PlatformError} where there is none. */
export function addonPath(): string {
  return find('pampax.node');
}

/** The `pampax` program of this platform. Throws a {@link PlatformError} where there is none. */
export function programPath(): string {
  return find(process.platform === 'win32' ? 'pampax.exe' : 'pampax');
}

function find(file: string): string {
  const platform = platformName();
  const installed = folderOf(`@pampax/${platform}/package.json`);
  // A build from source puts them where the package of the platform is made.
  const built = join(dirname(fileURLToPath(import.meta.url)), '..', 'npm', platform);
  const found = [installed, built].map((folder) => folder && join(folder, file)).find((path) => path && existsSync(path));
  if (found) return found;
  throw new PlatformError(
    PLATFORMS.includes(platform)
      ? `${file} of pampax is not installed: add @pampax/${platform}, which package managers leave out without optional dependencies, or build it with \`npm run build\` in a checkout`
      : `pampax has no package for ${platform}; there are ${PLATFORMS.join(', ')}`,
  );
}

function folderOf(manifest: string): string | undefined {
  try {
    return dirname(require.resolve(manifest));
  } catch {
    // It is not installed, which the caller tells if nothing else is found.
    return undefined;
  }
}
