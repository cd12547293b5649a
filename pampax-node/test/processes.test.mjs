// What happens around an index: other threads, other copies, the end of the process, the garbage collector.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { indexed, manyFiles, tree } from './helpers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const facade = pathToFileURL(join(here, '..', 'dist', 'index.js')).href;
const platform = join(here, '..', 'npm', (await import('../dist/platform.js')).platformName());

/** Runs `code` as a program of its own; `root` is its first argument. */
function program(code, root, ...flags) {
  const full = `import { Index } from ${JSON.stringify(facade)};\nconst root = process.argv[1];\n${code}`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', full, '--', root]);
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, output });
    });
  });
}

test('a process ends by itself once its calls are settled', async (test) => {
  const code = `
    const embedder = { id: 'x', dimensions: 1, embed: (texts) => texts.map(() => [1]) };
    const index = await Index.open(root, { embedder, log() {}, metricsSink() {} });
    await index.update({ onProgress() {} });
    console.log((await index.search('login')).hits.length > 0);`;
  const { status, signal, output } = await program(code, tree(test));
  assert.deepEqual([status, signal, output], [0, null, 'true\n']);
});

test('a process that exits while it works ends with its own status', async (test) => {
  const root = tree(test, manyFiles(200));
  const cases = [
    `const index = await Index.open(root); index.update(); setTimeout(() => process.exit(7), 100);`,
    `const index = await Index.open(root); index.update({ onProgress: () => process.exit(7) });`,
    `const index = await Index.open(root); (async () => { for await (const event of index.watch()) process.exit(7); })();`,
    `const embedder = { id: 'x', dimensions: 1, embed: () => new Promise(() => {}) };
     const index = await Index.open(root, { embedder }); index.update(); setTimeout(() => process.exit(7), 1500);`,
    `const index = await Index.open(root); await index.update();
     for (let call = 0; call < 100; call += 1) index.search('function ' + call); process.exit(7);`,
    `const embedder = { id: 'x', dimensions: 1, embed: () => process.exit(7) };
     const index = await Index.open(root, { embedder }); await index.update();`,
  ];
  for (const code of cases) {
    const { status, signal, output } = await program(code, root);
    assert.deepEqual([status, signal, output], [7, null, ''], code);
  }
});

test('an exception while it works ends the process as exceptions do', async (test) => {
  const code = `const index = await Index.open(root); index.update(); setTimeout(() => { throw new Error('mine'); }, 50);`;
  const { status, signal, output } = await program(code, tree(test, manyFiles(100)));
  assert.deepEqual([status, signal], [1, null]);
  assert.match(output, /Error: mine/);
});

test('an update that was ended by its process can be made again', async (test) => {
  const root = tree(test, manyFiles(100));
  const code = `const index = await Index.open(root); index.update({ onProgress: () => process.exit(0) });`;
  assert.equal((await program(code, root)).status, 0);
  const again = `const index = await Index.open(root); console.log((await index.update()).totals.files);`;
  assert.equal((await program(again, root)).output, '100\n');
});

test('nothing is left unhandled', async (test) => {
  const code = `
    process.on('unhandledRejection', (error) => { console.log('unhandled', error); });
    const index = await Index.open(root, { log() { throw new Error('sink'); } });
    process.removeAllListeners('warning'); process.on('warning', () => {});
    await index.update();
    const stop = new AbortController();
    for await (const event of index.watch({ signal: stop.signal })) { stop.abort(); }
    for await (const progress of index.updating()) break;
    await index.search('x', { timeoutMs: -1 }).catch(() => {});
    await index.updating({ signal: AbortSignal.abort() }).next().catch(() => {});
    await index.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log('end');`;
  const { status, output } = await program(code, tree(test), '--no-warnings');
  assert.deepEqual([status, output], [0, 'end\n']);
});

test('worker threads have indexes of their own, and may be ended while they work', async (test) => {
  const root = tree(test, manyFiles(60, 60));
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { Index } from ${JSON.stringify(facade)};
    const index = await Index.open(workerData.root, { indexDir: workerData.indexDir });
    if (workerData.isEnded) {
      index.update({ onProgress: () => parentPort.postMessage('working') });
    } else {
      await index.update();
      parentPort.postMessage((await index.search('function_1_1')).hits[0].path);
    }`;
  const start = (number, isEnded) => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
    return new Worker(url, { workerData: { root, indexDir: `.index-${number}`, isEnded } });
  };
  const message = (worker) => new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const workers = [0, 1, 2].map((number) => start(number, false));
  const answers = await Promise.all(workers.map(message));
  assert.ok(answers.every((path) => path.startsWith('src/file_')), String(answers));
  for (let number = 3; number < 6; number += 1) {
    const worker = start(number, true);
    assert.equal(await message(worker), 'working');
    await worker.terminate();
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  const { index } = await indexed(test);
  assert.ok((await index.search('login')).hits.length > 0, 'this thread goes on');
});

test('two copies of the package work in one process', async (test) => {
  const root = tree(test);
  const copies = ['one', 'two'].map((name) => {
    const folder = join(root, '..', `${root.split('/').pop()}-${name}`);
    test.after(() => import('node:fs').then((fs) => fs.rmSync(folder, { recursive: true, force: true })));
    const name_ = platform.split(/[\\/]/).pop();
    mkdirSync(join(folder, 'node_modules', '@pampax'), { recursive: true });
    cpSync(platform, join(folder, 'node_modules', '@pampax', name_), { recursive: true });
    cpSync(join(here, '..', 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(here, '..', 'package.json'), join(folder, 'package.json'));
    return folder;
  });
  const modules = await Promise.all(copies.map((folder) => import(pathToFileURL(join(folder, 'dist', 'index.js')).href)));
  assert.notEqual(modules[0].Index, modules[1].Index);
  const indexes = await Promise.all(modules.map(({ Index }, copy) => Index.open(root, { indexDir: `.index-${copy}` })));
  await Promise.all(indexes.map((index) => index.update()));
  const answers = await Promise.all(indexes.map((index) => index.search('login')));
  assert.equal(answers[0].hits[0].path, answers[1].hits[0].path);
  const foreign = await indexes[1].call('nothing').catch((error) => error);
  assert.ok(foreign instanceof modules[1].PampaxError && !(foreign instanceof modules[0].PampaxError));
  await Promise.all(indexes.map((index) => index.close()));
});

test('handles that nobody holds are collected, and what they held is let go', async (test) => {
  const code = `
    const collected = { count: 0 };
    const registry = new FinalizationRegistry(() => { collected.count += 1; });
    async function use() {
      const index = await Index.open(root);
      await index.update();
      const searcher = await index.searcher();
      await searcher.search('login');
      registry.register(index, 0);
      registry.register(searcher, 0);
    }
    const { readdirSync } = await import('node:fs');
    const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    await use();
    const turns = async (until) => {
      for (let turn = 0; turn < 200 && !until(); turn += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await turns(() => collected.count >= 2);
    const before = openFiles();
    for (let round = 0; round < 20; round += 1) await use();
    await turns(() => collected.count >= 42 && openFiles() <= before + 5);
    console.log(collected.count >= 42, openFiles() <= before + 5);`;
  const { status, output } = await program(code, tree(test), '--expose-gc');
  assert.deepEqual([status, output], [0, 'true true\n']);
});

test('an embedder that is collected with its index leaves nothing behind', async (test) => {
  const code = `
    let isGone = false;
    const registry = new FinalizationRegistry(() => { isGone = true; });
    await (async () => {
      const embedder = { id: 'x', dimensions: 1, embed: (texts) => texts.map(() => [1]) };
      registry.register(embedder, 0);
      const index = await Index.open(root, { embedder });
      await index.update();
      await index.close();
    })();
    for (let turn = 0; turn < 300 && !isGone; turn += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.log(isGone);`;
  assert.equal((await program(code, tree(test), '--expose-gc')).output, 'true\n');
});

test('a panic becomes INTERNAL, and the process goes on', async () => {
  const addon = createRequire(import.meta.url)('./addons/panics.node');
  const runtime = new addon.Runtime();
  for (let round = 0; round < 3; round += 1) {
    await assert.rejects(addon.panicInside(runtime), (error) => {
      const { error: body } = JSON.parse(error.message);
      return body.name === 'INTERNAL' && body.code === 600 && body.message.includes('a panic on purpose');
    });
  }
});
