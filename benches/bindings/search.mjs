// Answers the questions on standard input, one a line, with "NANOSECONDS HITS FIRST": how long the search took until its
// results were objects of JavaScript, how many hits there are, and where the first is. Usage: node search.mjs FOLDER OPTIONS
import { createInterface } from 'node:readline';
import { Index } from '../../pampax-node/dist/index.js';

const [root, options] = process.argv.slice(2);
const { index_dir: indexDir, ...others } = JSON.parse(options);
const index = await Index.open(root, { ...others, indexDir });
const searcher = await index.searcher();
for await (const question of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint();
  const { hits } = await searcher.search(question);
  const end = process.hrtime.bigint();
  console.log(`${end - start} ${hits.length} ${hits[0].path}:${hits[0].start_line}`);
}
