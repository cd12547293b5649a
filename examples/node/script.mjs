// Indexes a folder and prints context for a question: `node script.mjs FOLDER QUESTION`.
import { Index, PampaxError } from 'pampax';

const [root = '.', ...words] = process.argv.slice(2);
const question = words.join(' ') || 'where does the program begin';

try {
  const index = await Index.open(root, { variables: process.env });
  const report = await index.update({
    onProgress: ({ stage, files_done: done, files_total: total }) => {
      if (stage === 'parse' && done === total) console.error(`${done} of ${total} files`);
    },
  });
  console.error(`${report.totals.files} files, ${report.totals.chunks} chunks`);

  const { hits, suggestion } = await index.search({ text: question, limit: 5 });
  for (const { path, start_line: line, symbol, score } of hits) {
    console.log(`${path}:${line} ${symbol ?? ''} ${score.toFixed(2)}`);
  }
  if (hits.length === 0) console.log(suggestion);

  const bundle = await index.assemble({ query: question, budget: 2_000 });
  console.log(bundle.text);
  console.error(`${bundle.tokens} of ${bundle.budget} tokens; ${bundle.stop.detail}`);
  await index.close();
} catch (error) {
  if (!(error instanceof PampaxError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.remedy}`);
  process.exitCode = error.exitStatus;
}
