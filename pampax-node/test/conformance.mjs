// Answers requests from standard input, one a line, as `pampax call` does: `node conformance.mjs ROOT OPTIONS`, where
// OPTIONS is the JSON of the engine's options. The answer of each, or its error, is a line on standard output.
import { Index, PampaxError } from '../dist/index.js';
import { invalid } from '../dist/errors.js';

const [root, options = '{}'] = process.argv.slice(2);
const { index_dir: indexDir, ...others } = JSON.parse(options);
const index = await Index.open(root, { ...others, indexDir });

async function* lines(stream) {
  let rest = Buffer.alloc(0);
  for await (const bytes of stream) {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}

function decoded(line) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch (cause) {
    throw invalid('request', 'it is not UTF-8', { cause });
  }
}

async function answer(line) {
  try {
    return await index.callJson(decoded(line));
  } catch (error) {
    if (!(error instanceof PampaxError)) throw error;
    return JSON.stringify(error.document());
  }
}

function print(text) {
  return new Promise((resolve, reject) => {
    process.stdout.write(text + '\n', (error) => (error ? reject(error) : resolve()));
  });
}

for await (const line of lines(process.stdin)) {
  if (!line.every((byte) => byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 32)) {
    await print(await answer(line));
  }
}
await index.close();
