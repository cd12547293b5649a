//! The one table of what can be set: meaning, type, default, range, and when a change of it takes effect.
//!
//! Never here: what a value does.

use crate::config::change::Effect;
use crate::config::key::{Key, Setting};
use crate::host::log::Level;
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;

named_enum! {
    /// Where the program writes log records.
    LogDestination {
        /// Nowhere.
        None = "none",
        /// To standard error.
        Stderr = "stderr",
        /// To the file that `logging.file` names.
        File = "file",
    }
}

named_enum! {
    /// Who embeds.
    EmbeddingProvider {
        /// The model that the engine has in itself.
        BuiltIn = "built-in",
        /// A model of the same kind in a file that `pampax train` wrote.
        Static = "static",
        /// Nobody: search goes by words, names and paths.
        None = "none",
        /// A server with the OpenAI embeddings interface.
        OpenAi = "openai",
        /// An Ollama server.
        Ollama = "ollama",
        /// A model in the model2vec format, in this process.
        Model2Vec = "model2vec",
        /// A model in the ONNX format, in this process.
        Onnx = "onnx",
    }
}

named_enum! {
    /// How the vectors of tokens become that of their text.
    Pooling {
        /// By their mean.
        Mean = "mean",
        /// The first one stands for the text.
        Cls = "cls",
        /// The last one stands for the text.
        Last = "last",
        /// The model gives the vector of the text itself.
        Model = "model",
    }
}

named_enum! {
    /// Who reorders.
    RerankProvider {
        /// Nobody: the engine's order stands.
        None = "none",
        /// A server with the Cohere rerank interface.
        Cohere = "cohere",
        /// A server with the Jina rerank interface.
        Jina = "jina",
    }
}

named_enum! {
    /// How the program talks.
    CliMode {
        /// Text on a terminal, JSON in a pipe.
        Auto = "auto",
        /// Text, with progress and summaries.
        Interactive = "interactive",
        /// JSON.
        Json = "json",
        /// Data only, and errors.
        Quiet = "quiet",
        /// As `auto`, with log records on standard error.
        Verbose = "verbose",
    }
}

named_enum! {
    /// When the program colours.
    Colour {
        /// On a terminal, unless the environment says otherwise.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

macro_rules! sections {
    ($(
        $(#[doc = $section_doc:literal])*
        $section:ident $type:ident {
            $($(#[doc = $doc:literal])* $key:ident: $value:ty = $default:expr, [$($range:expr)?] $effect:ident $($secret:ident)?;)*
        }
    )*) => {
        $(
            $(#[doc = $section_doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[serde(default, deny_unknown_fields)]
            #[non_exhaustive]
            pub struct $type {
                $($(#[doc = $doc])* pub $key: $value,)*
            }

            impl Default for $type {
                fn default() -> $type {
                    $type { $($key: $default,)* }
                }
            }
        )*

        /// Every key, section by section.
        pub const KEYS: &[Key] = &[$($(
            Key {
                section: stringify!($section),
                name: stringify!($key),
                path: concat!(stringify!($section), ".", stringify!($key)),
                doc: &[$($doc,)*],
                kind: <$value as Setting>::KIND,
                range: sections!(@range $($range)?),
                effect: Effect::$effect,
                is_secret: sections!(@secret $($secret)?),
            },
        )*)*];

        /// The sections in their order, with what each is about.
        pub(super) const SECTIONS: &[(&str, &[&str])] = &[$((stringify!($section), &[$($section_doc,)*]),)*];
    };
    (@range) => { None };
    (@range $range:expr) => { Some($range) };
    (@secret) => { false };
    (@secret secret) => { true };
}

sections! {
    /// What is indexed and how.
    indexer IndexerConfig {
        /// Files larger than this are skipped, in bytes. Default: 2,097,152 (2 MiB).
        max_file_bytes: u64 = 2 << 20, [(1.0, 1_073_741_824.0)] NextUpdate;
        /// The longest a parse of one file may take, in milliseconds; past it the rest of the file goes by lines. Default: 2,000.
        parse_timeout_ms: u64 = 2_000, [(1.0, 3_600_000.0)] NextUpdate;
        /// The upper bound of a chunk, in tokens of the `approximate` tokenizer. Default: 512.
        max_chunk_tokens: u32 = 512, [(32.0, 8_192.0)] NextUpdate;
        /// Whether files and folders that start with a dot are walked. Default: true (`.git` never is).
        hidden: bool = true, [] NextUpdate;
        /// Whether `.gitignore`, `.ignore` and git's exclude files count, beside `.pampaxignore`. Default: true.
        ignore_files: bool = true, [] NextUpdate;
        /// Globs, in `.gitignore` syntax, of files that are left out as well. Default: none.
        exclude: Vec<String> = Vec::new(), [] NextUpdate;
        /// How many bytes of new source an update commits at a time; an update that is killed resumes there. Default: 16,777,216 (16 MiB).
        checkpoint_bytes: u64 = 16 << 20, [(1.0, 1_099_511_627_776.0)] NextUpdate;
        /// How many changed files, of 256 KiB together, may wait to be written to the text index on disk; whoever opens the index analyses them again. 0 writes them with every update. Default: 32.
        unwritten_files: u32 = 32, [(0.0, 1_000.0)] NextUpdate;
        /// How long a watched tree must be quiet before it is indexed again, in milliseconds. Default: 300.
        watch_debounce_ms: u64 = 300, [(10.0, 60_000.0)] Immediate;
    }
    /// Where the index lives.
    storage StorageConfig {
        /// The index folder, relative to the root. Default: `.pampax` in the root.
        index_dir: Option<PathBuf> = None, [] Restart;
        /// Health warns when the disk of the index has less room than this, in bytes. Default: 100,000,000.
        min_free_bytes: u64 = 100_000_000, [(0.0, 1_125_899_906_842_624.0)] Immediate;
    }
    /// How much of the machine is used, and for how long.
    performance PerformanceConfig {
        /// Threads for indexing; 0 means one for each core. Results never depend on it. Default: 0.
        threads: usize = 0, [(0.0, 1_024.0)] NextUpdate;
        /// Memory that the text index may use while writing, in bytes; at least 15,000,000. Default: 48,000,000.
        text_writer_bytes: usize = 48_000_000, [(15_000_000.0, 3_999_999_999.0)] NextUpdate;
        /// The longest a search may take when its caller does not say, in milliseconds; 0 means without end. Default: 5,000.
        search_timeout_ms: u64 = 5_000, [(0.0, 3_600_000.0)] Immediate;
        /// The longest an assembly may take when its caller does not say, in milliseconds; 0 means without end. Default: 10,000.
        assemble_timeout_ms: u64 = 10_000, [(0.0, 3_600_000.0)] Immediate;
        /// Health warns when the process holds more memory than this, in bytes. Nothing is refused because of it. Default: 500,000,000.
        memory_limit_bytes: u64 = 500_000_000, [(1_000_000.0, 1_125_899_906_842_624.0)] Immediate;
    }
    /// What is kept out of every output.
    security SecurityConfig {
        /// Whether files that hold secrets by their name (`.env`, private keys) are indexed. Default: false.
        index_secret_files: bool = false, [] NextUpdate;
        /// Whether keys, tokens and passwords are masked in every output. Default: true.
        mask_secrets: bool = true, [] Immediate;
    }
    /// How vectors are made and searched.
    embedding EmbeddingConfig {
        /// Who embeds: `built-in` (the model that the engine has in itself), `static` (one that `pampax train` made), `none`,
        /// `openai` (any server with that interface), `ollama`, `model2vec` or `onnx`. The last four need a build with the feature
        /// of that name, or `http`. An embedder that the program brings goes before `built-in` and `none`. Default: built-in.
        provider: EmbeddingProvider = EmbeddingProvider::BuiltIn, [] Restart;
        /// The name of the model. Default: none; `openai` and `ollama` need one.
        model: Option<String> = None, [] Restart;
        /// The file of the model for `static`, its folder for `model2vec` and `onnx`, relative to the root. Default: none; they need one.
        path: Option<PathBuf> = None, [] Restart;
        /// The library of ONNX Runtime, 1.17 or newer, that runs models for `onnx`, relative to the root. It becomes a part of the
        /// program: take one you trust. Default: none; `onnx` needs one.
        runtime: Option<PathBuf> = None, [] Restart;
        /// How the vectors of tokens become that of their text for `onnx`: `mean`, `cls` (the first one), `last`, or `model`,
        /// which takes the vector that the model gives for the text. Default: mean.
        pooling: Pooling = Pooling::Mean, [] Restart;
        /// The most tokens of a text that the model is given for `onnx`. Default: 512.
        max_tokens: usize = 512, [(1.0, 1_000_000.0)] Restart;
        /// The address of the server, such as `http://localhost:11434`. Default: the provider's own.
        url: Option<String> = None, [] Restart;
        /// The key that the server asks for. Better set as a variable than in a file. Default: none.
        api_key: Option<String> = None, [] Restart secret;
        /// What is put before each question, for models that tell questions from documents so. Default: none.
        query_prefix: Option<String> = None, [] Restart;
        /// What is put before each piece of a file. Default: none.
        document_prefix: Option<String> = None, [] Restart;
        /// The number of components that vectors are to have, which the server is asked for; 0 means as many as the model gives. Default: 0.
        dimensions: usize = 0, [(0.0, 65_536.0)] Restart;
        /// How many texts one call of the embedder gets. Default: 64.
        batch_size: usize = 64, [(1.0, 4_096.0)] NextUpdate;
        /// The number of vectors above which an approximate graph is searched instead of all of them. Default:
        /// 1,000,000. Up to 463,000, the most that was measured, the scan wins; see docs/benchmarks.md.
        exact_scan_limit: usize = 1_000_000, [(0.0, 1_000_000_000.0)] Immediate;
    }
    /// Who reorders the best hits.
    rerank RerankConfig {
        /// Who reorders: `none`, `cohere` or `jina` (any server with that interface). Needs a build with the feature `http`. Default: none.
        provider: RerankProvider = RerankProvider::None, [] Restart;
        /// The name of the model. Default: none; a provider needs one.
        model: Option<String> = None, [] Restart;
        /// The address of the server. Default: the provider's own.
        url: Option<String> = None, [] Restart;
        /// The key that the server asks for. Better set as a variable than in a file. Default: none.
        api_key: Option<String> = None, [] Restart secret;
        /// The most hits the reranker is asked about. Default: 50.
        pool: usize = 50, [(1.0, 1_000.0)] Immediate;
    }
    /// How embedders and rerankers elsewhere are called.
    remote RemoteConfig {
        /// The longest one attempt to embed a question or to rerank may take, in milliseconds. A search gives all attempts half of its own time at most. Default: 5,000.
        timeout_ms: u64 = 5_000, [(1.0, 600_000.0)] Restart;
        /// The longest one attempt to embed a batch of an update may take, in milliseconds. Default: 60,000.
        batch_timeout_ms: u64 = 60_000, [(1.0, 3_600_000.0)] Restart;
        /// How often a call is repeated after a failure that may pass. Default: 3.
        retries: u32 = 3, [(0.0, 10.0)] Restart;
        /// The wait before the first repetition, in milliseconds; it doubles each time and varies by half. Default: 1,000.
        retry_base_ms: u64 = 1_000, [(0.0, 60_000.0)] Restart;
        /// How many failures in a row open the circuit breaker; 0 means never. Default: 5.
        breaker_failures: u32 = 5, [(0.0, 1_000.0)] Restart;
        /// How many successes close it again. Default: 2.
        breaker_successes: u32 = 2, [(1.0, 1_000.0)] Restart;
        /// How long it stays open before a call is tried, in milliseconds. Default: 60,000.
        breaker_open_ms: u64 = 60_000, [(0.0, 3_600_000.0)] Restart;
        /// How many calls are let through at once while it is tried. Default: 1.
        half_open_calls: u32 = 1, [(1.0, 100.0)] Restart;
        /// The most calls at once; further ones wait within their time. Default: 4.
        max_concurrent: u32 = 4, [(1.0, 1_000.0)] Restart;
    }
    /// What is logged, and where to.
    logging LoggingConfig {
        /// The least urgent level that is logged: `error`, `warn`, `info` or `debug`. Default: info.
        level: Level = Level::Info, [] Immediate;
        /// Where the program writes records: `none`, `stderr` or `file`. Default: none.
        destination: LogDestination = LogDestination::None, [] Restart;
        /// The file for the destination `file`. Default: none.
        file: Option<PathBuf> = None, [] Restart;
        /// A log file that would grow past this many bytes is renamed and a new one begun. Default: 10,485,760 (10 MiB).
        max_bytes: u64 = 10 << 20, [(1_024.0, 1_099_511_627_776.0)] Restart;
        /// How many log files are kept, the current one included. Default: 5.
        max_files: usize = 5, [(1.0, 1_000.0)] Restart;
        /// Whether the text of questions is logged, with secrets masked. Default: false.
        queries: bool = false, [] Immediate;
    }
    /// What is measured, and where to.
    metrics MetricsConfig {
        /// Whether anything is measured. Default: true.
        enabled: bool = true, [] Immediate;
        /// The share of observations that are recorded, from 0 to 1; what is recorded counts for the rest. Default: 1.
        sampling: f64 = 1.0, [(0.0, 1.0)] Immediate;
        /// A file that the program adds its measurements to, as JSON; `pampax metrics` prints it. Default: none.
        file: Option<PathBuf> = None, [] Restart;
    }
    /// How long answers are kept.
    cache CacheConfig {
        /// Whether answers are kept. Default: true.
        enabled: bool = true, [] Immediate;
        /// How long an answer to a search is kept, in milliseconds. Default: 300,000 (5 minutes).
        search_ttl_ms: u64 = 300_000, [(1.0, 604_800_000.0)] Immediate;
        /// The most answers to searches that are kept. Default: 1,000.
        search_entries: usize = 1_000, [(1.0, 1_000_000.0)] Immediate;
        /// How long a bundle is kept, in milliseconds. Default: 1,800,000 (30 minutes).
        bundle_ttl_ms: u64 = 1_800_000, [(1.0, 604_800_000.0)] Immediate;
        /// The most bundles that are kept. Default: 500.
        bundle_entries: usize = 500, [(1.0, 1_000_000.0)] Immediate;
        /// The most bytes that answers and bundles may take, each. Default: 67,108,864 (64 MiB).
        max_bytes: u64 = 64 << 20, [(1_024.0, 1_099_511_627_776.0)] Immediate;
        /// Whether answers that `pampax cache warm` saved in the index folder are used. Default: true.
        saved: bool = true, [] Immediate;
    }
    /// Parts that can be turned off.
    features FeaturesConfig {
        /// Whether vectors are made and searched, whoever makes them. Default: true.
        embedding: bool = true, [] Immediate;
        /// Whether the host's reranker is used. Default: true.
        rerank: bool = true, [] Immediate;
        /// Whether bundles hold what the code graph leads to. Default: true.
        graph: bool = true, [] Immediate;
        /// Whether weights that `pampax tune` fitted to the repository are used. Default: true.
        tuning: bool = true, [] Immediate;
    }
    /// What the `pampax` program does when its arguments do not say.
    cli CliConfig {
        /// How it talks: `auto`, `interactive`, `json`, `quiet` or `verbose`. Default: auto.
        mode: CliMode = CliMode::Auto, [] Restart;
        /// When it colours: `auto`, `always` or `never`. Default: auto.
        color: Colour = Colour::Auto, [] Restart;
        /// The most hits of a search. Default: 10.
        limit: usize = 10, [(1.0, 1_000.0)] Restart;
        /// The most tokens of a bundle. Default: 5,000.
        budget: usize = 5_000, [(50.0, 10_000_000.0)] Restart;
        /// The tokenizer that counts: `o200k_base`, `cl100k_base` or `approximate`. Default: o200k_base.
        tokenizer: String = "o200k_base".to_owned(), [] Restart;
    }
}
