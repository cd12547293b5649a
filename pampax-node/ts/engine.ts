/** An index: kept up to date, asked, looked after. */
import { asked, Asking, text, type Answering } from './asking.js';
import { CALL_OPTIONS, known, OpenCalls, type CallOptions } from './calls.js';
import type {
  BackupReport, BackupTarget, CacheStatistics, CacheWarming, CompactReport, ConfigValues, HealthQuery, HealthReport,
  Languages, MetricsSnapshot, Missing, MissingQuery, PampaImport, PathExplanation, Progress, ReloadReport, RestoreReport,
  RestoreSource, ScipReport, Status, Tune, TuneReport, Tunings, UpdateReport, VerifyReport, WarmReport, WatchEvent, WatchSummary,
} from './documents.js';
import { invalid } from './errors.js';
import { native, type NativeIndex } from './native.js';
import { Queue } from './queue.js';
import { Searcher } from './searcher.js';
import { nativeSeams, teller, type Seams } from './seams.js';

/** The configuration in parts, the later ones stronger. Neither files nor variables of the process are read. */
export interface Configuration {
  /** The text of a `pampax.toml`. Default: none. */
  config?: string | undefined;
  /** Variables such as `PAMPAX_CACHE_ENABLED`; pass `process.env` to use the process's own. Default: none. */
  variables?: Record<string, string | undefined> | undefined;
  /** Values by key, such as `{ 'cache.enabled': false }`. Default: none. */
  settings?: Record<string, unknown> | undefined;
  /** The folder of the index, absolute or relative to the root. Default: `storage.index_dir`. */
  indexDir?: string | undefined;
  /** Whether measurements are kept for `metrics()`. Default: true. */
  metrics?: boolean | undefined;
}

/** How an index is opened. */
export interface IndexOptions extends Configuration, Seams {}

/** Bounds of an update, and who is told how far it is. */
export interface UpdateOptions extends CallOptions {
  /**
   * Paths relative to the root: these files are brought up to date and the others left as they are, in time that does not grow with
   * the tree. A folder or a file of ignore rules among them leads to a look at the whole tree. Default: the whole tree.
   */
  files?: readonly string[] | undefined;
  /** Told every stage. What it throws stops the update, which then rejects with it. Default: nobody. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A searchable copy of a source tree. Calls may be made at once, and from any number of places. */
export class Index extends Asking {
  readonly #native: NativeIndex;

  private constructor(native: NativeIndex) {
    super();
    if (native === undefined) throw invalid('Index', 'an index is made by Index.open');
    this.#native = native;
  }

  /** An index of the folder `root`. Cheap: nothing is read or made before it is needed. */
  static open(root: string, options: IndexOptions = {}): Promise<Index> {
    return new OpenCalls().make(undefined, async () => {
      known('options', options, [...CONFIGURATION, ...SEAMS]);
      const { addon, runtime } = native();
      const seams = nativeSeams(options);
      return new Index(await addon.openIndex(runtime, text('root', root), configurationText(options), seams));
    });
  }

  protected override answering(): Answering {
    return this.#native;
  }

  /** Brings the index up to date with the tree. What is done when it is stopped is kept. */
  async update(options: UpdateOptions = {}): Promise<UpdateReport> {
    const { onProgress, files, ...bounds } = known('options', options ?? {}, [...CALL_OPTIONS, 'onProgress', 'files']);
    if (files !== undefined && onProgress !== undefined) throw invalid('onProgress', 'an update of given files tells of none');
    if (onProgress === undefined) return this.call('update', files === undefined ? {} : { files }, bounds);
    if (typeof onProgress !== 'function') throw invalid('onProgress', 'it is no function');
    const thrown: unknown[] = [];
    const tell = (progress: Progress): void => {
      if (thrown.length === 0) onProgress(progress);
    };
    try {
      const report = await this.calls.make(bounds, async (token, limits) => {
        const note = (error: unknown): void => {
          thrown.push(error);
          token.cancel();
        };
        const report = await this.#native.update(teller(tell, note), token, limits);
        await turn();
        return JSON.parse(report) as UpdateReport;
      });
      if (thrown.length === 0) return report;
    } catch (error) {
      if (thrown.length === 0) throw error;
    }
    throw thrown[0];
  }

  /** An update whose progress is iterated; the report is the return value. Leaving the loop stops the update. */
  updating(options: CallOptions = {}): AsyncGenerator<Progress, UpdateReport, undefined> {
    const stop = new AbortController();
    return left(this.#updating(options, stop), stop);
  }

  async *#updating(options: CallOptions, stop: AbortController): AsyncGenerator<Progress, UpdateReport, undefined> {
    const queue = new Queue<Progress, UpdateReport>();
    const bounds = { ...options, signal: either(options?.signal, stop.signal) };
    const update = this.update({ ...bounds, onProgress: (progress) => queue.push(progress) });
    const ended = update.then((report) => queue.end(report), (error: unknown) => queue.fail(error));
    try {
      return yield* queue;
    } finally {
      stop.abort();
      await ended;
    }
  }

  /**
   * Brings the index up to date, and again whenever files change. The events are iterated; leaving the loop, aborting the
   * signal and the end of the time end the watching, and the loop. What the watcher did is the return value.
   */
  watch(options: CallOptions = {}): AsyncGenerator<WatchEvent, WatchSummary, undefined> {
    const stop = new AbortController();
    return left(this.#watching(options, stop), stop);
  }

  async *#watching(options: CallOptions, stop: AbortController): AsyncGenerator<WatchEvent, WatchSummary, undefined> {
    const queue = new Queue<WatchEvent, WatchSummary>();
    const bounds = { ...options, signal: either(options?.signal, stop.signal) };
    const watching = this.calls.make(bounds, async (token, limits) => {
      const push = teller((event: WatchEvent) => queue.push(event), (error) => queue.fail(error));
      const summary = await this.#native.watch(push, token, limits);
      await turn();
      return JSON.parse(summary) as WatchSummary;
    });
    const ended = watching.then((summary) => queue.end(summary), (error: unknown) => queue.fail(error));
    try {
      return yield* queue;
    } finally {
      stop.abort();
      await ended;
    }
  }

  /** A searcher over the last committed state. */
  searcher(options?: CallOptions): Promise<Searcher> {
    return this.calls.make(options, async (token, limits) => new Searcher(await this.#native.searcher(token, limits)));
  }

  /** What the index holds. */
  status(options?: CallOptions): Promise<Status> {
    return this.call('status', {}, options);
  }

  /** How the index is, within a time and without a change. */
  health(query: HealthQuery = {}, options?: CallOptions): Promise<HealthReport> {
    return this.call('health', query, options);
  }

  /** Why a file is or is not indexed. */
  why(path: string, options?: CallOptions): Promise<PathExplanation> {
    return this.call('why', { path }, options);
  }

  /** Why a file is not among the results of a query. */
  explainMissing(missing: MissingQuery, options?: CallOptions): Promise<Missing> {
    return this.call('explain_missing', asked(missing, 'query'), options);
  }

  /** Checks the whole index. */
  verify(options?: CallOptions): Promise<VerifyReport> {
    return this.call('verify', {}, options);
  }

  /** Checks a backup as a whole. */
  verifyBackup(file: string, options?: CallOptions): Promise<VerifyReport> {
    return this.call('verify_backup', { file }, options);
  }

  /** Writes the index into one file. */
  backup(target: string | BackupTarget, options?: CallOptions): Promise<BackupReport> {
    return this.call('backup', asked(target, 'file'), options);
  }

  /** Replaces the index with the one in a backup. */
  restore(source: string | RestoreSource, options?: CallOptions): Promise<RestoreReport> {
    return this.call('restore', asked(source, 'file'), options);
  }

  /** Takes away the room that the index does not need. */
  compact(options?: CallOptions): Promise<CompactReport> {
    return this.call('compact', {}, options);
  }

  /** Mends what health finds and what can be mended without a loss. */
  mend(options?: CallOptions): Promise<HealthReport> {
    return this.call('mend', {}, options);
  }

  /** The answers that are kept. */
  readonly cache = {
    /** How often they were of use. */
    statistics: (options?: CallOptions): Promise<CacheStatistics> => this.call('cache_statistics', {}, options),
    /** Drops all of them. */
    clear: (options?: CallOptions): Promise<CacheStatistics> => this.call('cache_clear', {}, options),
    /** Answers questions ahead and saves the answers. */
    warm: (warming: CacheWarming, options?: CallOptions): Promise<WarmReport> =>
      this.call('cache_warm', warming, options),
  };

  /** The configuration in effect, or one key or section of it. */
  config(key?: string, options?: CallOptions): Promise<ConfigValues> {
    return this.call('config', key === undefined ? {} : { key }, options);
  }

  /** Takes over another configuration, as a whole. Calls that run, and searchers, keep the one they have. */
  async reload(configuration: Configuration, options?: CallOptions): Promise<ReloadReport> {
    return this.call('reload', configurationOf(known('configuration', configuration, CONFIGURATION)), options);
  }

  /** What was measured since the index was opened: a document, or a text for Prometheus or in line protocol. */
  metrics(format?: 'json', options?: CallOptions): Promise<MetricsSnapshot>;
  metrics(format: 'prometheus' | 'line', options?: CallOptions): Promise<string>;
  metrics(format: 'json' | 'prometheus' | 'line' = 'json', options?: CallOptions): Promise<MetricsSnapshot | string> {
    return this.call('metrics', { format }, options);
  }

  /** Takes over exact references from an `index.scip`, made of this tree or of the folder `under` it. */
  importScip(file: string, options: CallOptions & { under?: string } = {}): Promise<ScipReport> {
    const { under, ...bounds } = options ?? {};
    return this.calls.make(bounds, async (token, limits) => {
      const report = await this.#native.importScip(text('file', file), under, token, limits);
      return JSON.parse(report) as ScipReport;
    });
  }

  /** Fits the ranking to questions of the repository, the newest first, and keeps it if it wins on the newer ones. */
  tune(tune: Tune, options?: CallOptions): Promise<TuneReport> {
    return this.call('tune', tune, options);
  }

  /** The adjustments of the ranking that were accepted. */
  tunings(options?: CallOptions): Promise<Tunings> {
    return this.call('tunings', {}, options);
  }

  /** Chooses another adjustment of the ranking, or with null the weights of the program. */
  useTuning(version: number | null = null, options?: CallOptions): Promise<Tunings> {
    return this.call('use_tuning', { version }, options);
  }

  /** What a `.pampa` folder of the JavaScript system holds, by the present index. Default: `.pampa` in the root. */
  importPampa(folder = '.pampa', options?: CallOptions): Promise<PampaImport> {
    return this.call('import_pampa', { folder }, options);
  }

  /** The languages that are recognised. */
  languages(options?: CallOptions): Promise<Languages> {
    return this.call('languages', {}, options);
  }

  /** The versions of the engine and of the protocol. */
  version(options?: CallOptions): Promise<{ engine: string; protocol: number }> {
    return this.call('version', {}, options);
  }

  /** Stops what is under way and lets the index go. Later calls reject with `INVALID_ARGUMENT`; searchers stay. */
  async close(): Promise<void> {
    await this.calls.stop();
    this.#native.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The parts of a configuration, and the functions that the engine may call. */
const CONFIGURATION = ['config', 'variables', 'settings', 'indexDir', 'metrics'] as const;
const SEAMS = ['embedder', 'reranker', 'tokenCounter', 'log', 'metricsSink'] as const;

/** The configuration as the engine takes it. */
function configurationOf(configuration: Configuration): object {
  const { config, variables, settings, indexDir, metrics } = configuration;
  return { config, variables, settings, index_dir: indexDir, metrics };
}

function configurationText(configuration: Configuration): string {
  try {
    return JSON.stringify(configurationOf(configuration));
  } catch (thrown) {
    throw invalid('options', 'they cannot be written as JSON', { cause: thrown });
  }
}

/** An iterator that also stops when it is left while somebody waits for its next item. */
function left<T, R>(items: AsyncGenerator<T, R, undefined>, stop: AbortController): AsyncGenerator<T, R, undefined> {
  const leave = items.return.bind(items);
  items.return = (value) => {
    stop.abort();
    return leave(value);
  };
  return items;
}

function either(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  if (given === undefined) return own;
  if (!(given instanceof AbortSignal)) throw invalid('signal', 'it is no AbortSignal');
  return AbortSignal.any([given, own]);
}

/** One turn of the event loop: what the addon told before its promise was settled has arrived by then. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
