// A host as an editor's extension is one: it lives long, keeps its index up to date while files change, and answers what
// the cursor asks for; a question that is out of date is cancelled. Here requests come line by line on standard input,
// `{"id": 1, "text": "…"}`, and answers go to standard output: `node editor-host.mjs FOLDER`.
import { createInterface } from 'node:readline';
import { Index } from 'pampax';

const TOO_LATE_MS = 2_000;

class EditorHost {
  #index;
  #searcher;
  #asked;
  #stop = new AbortController();

  static async start(root) {
    const host = new EditorHost();
    host.#index = await Index.open(root, { log: (record) => record.level === 'error' && console.error(record.msg) });
    await host.#index.update();
    host.#searcher = await host.#index.searcher();
    host.watching = host.#watch();
    return host;
  }

  /** Every update makes a new state; questions are asked of the newest, and those under way keep theirs. */
  async #watch() {
    for await (const event of this.#index.watch({ signal: this.#stop.signal })) {
      if (event.event !== 'updated') {
        tell({ warning: event.error.message });
        continue;
      }
      // Closing the old one would stop what is asked of it; it is let go when nobody holds it any more.
      this.#searcher = await this.#index.searcher();
      tell({ generation: event.report.generation, files: event.report.totals.files });
    }
  }

  /** Context for what is being written. The question before it is of no use any more. */
  async complete(text) {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const signal = AbortSignal.any([asked.signal, AbortSignal.timeout(TOO_LATE_MS)]);
    try {
      const bundle = await this.#searcher.assemble({ query: text, budget: 1_000 }, { signal });
      // A bundle that was stopped is what there was by then.
      if (asked.signal.aborted) return { failed: 'CANCELLED', why: bundle.stop.detail };
      return { tokens: bundle.tokens, places: bundle.items.map((item) => `${item.path}:${item.start_line}`) };
    } catch (error) {
      return { failed: error.code, why: error.message };
    } finally {
      if (this.#asked === asked) this.#asked = undefined;
    }
  }

  async stop() {
    this.#stop.abort();
    await this.watching;
    await this.#searcher.close();
    await this.#index.close();
  }
}

function tell(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

const host = await EditorHost.start(process.argv[2] ?? '.');
const answers = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  const { id, text } = JSON.parse(line);
  const answer = host.complete(text).then((result) => tell({ id, ...result }));
  answers.add(answer);
  answer.finally(() => answers.delete(answer));
}
await Promise.all(answers);
await host.stop();
