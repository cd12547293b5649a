// Trees of source files for tests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Index } from '../dist/index.js';

/** A few files that call each other. */
export const FILES = {
  'src/lib.rs': 'pub mod password;\npub mod session;\n',
  'src/session.rs': 'use crate::password::check_password;\n\n/// Opens a session.\npub fn login_user(name: &str) {\n    check_password(name);\n}\n',
  'src/password.rs': '/// Checks a password.\npub fn check_password(name: &str) -> bool {\n    !name.is_empty()\n}\n',
  'docs/guide.md': '# Guide\n\nHow to log in.\n\n## Sessions\n\nA session is opened by login_user.\n',
};

/** A folder with `files` that is gone when the test ends. */
export function tree(test, files = FILES) {
  const root = mkdtempSync(join(tmpdir(), 'pampax-node-'));
  test.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  write(root, files);
  return root;
}

/** Writes `files` below `root`. */
export function write(root, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Source of which an update takes its time. */
export function manyFiles(count, lines = 150) {
  const files = {};
  for (let file = 0; file < count; file += 1) {
    let text = '';
    for (let line = 0; line < lines; line += 1) {
      text += `pub fn function_${file}_${line}(value: u32) -> u32 {\n    function_${(file + 1) % count}_${line}(value + ${line})\n}\n\n`;
    }
    files[`src/file_${file}.rs`] = text;
  }
  return files;
}

/** An index of `root` that is closed when the test ends. */
export async function opened(test, root, options) {
  const index = await Index.open(root, options);
  test.after(() => index.close());
  return index;
}

/** An index of `files`, brought up to date. */
export async function indexed(test, options, files = FILES) {
  const root = tree(test, files);
  const index = await opened(test, root, options);
  await index.update();
  return { index, root };
}

/** A promise and what settles it. */
export function deferred() {
  let settle;
  const promise = new Promise((resolve) => (settle = resolve));
  return { promise, settle };
}
