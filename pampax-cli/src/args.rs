//! The command line: what can be asked, and in which words.
//!
//! Never here: what a command does.

mod cache;
mod config;
mod evaluate;
mod graph;
mod operate;

pub use cache::{CacheAction, CacheArgs};
pub use config::{ConfigAction, ConfigArgs};
pub use evaluate::{EvalArgs, TuneArgs};
pub use graph::{Drawing, GraphArgs, PathArgs, TestsArgs, WalkArgs};
pub use operate::{BackupArgs, CompactArgs, DoctorArgs, HealthArgs, RestoreArgs, TrainArgs, VerifyArgs};

use crate::place::{Choices, Where};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use pampax_core::assemble::{Format, Level};
use pampax_core::config::{Colour, Config};
use pampax_core::search::{Filters, Intent};
use pampax_core::source::{Language, Role, SpanKind};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  pampax index                          index the current folder
  pampax search 'where is login checked'
  pampax assemble 'retry with backoff' --budget 4000
  pampax show src/main.rs:10-20

Piped output is JSON, one document or one document per line; see docs/cli.md.";

/// Index a codebase, search it, and assemble context that fits a token budget.
#[derive(Debug, Parser)]
#[command(name = "pampax", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// How output looks.
    #[command(flatten)]
    pub look: Look,
    /// What is configured for this run.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How output looks.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Look {
    /// Print JSON, also on a terminal
    #[arg(long, global = true)]
    pub json: bool,
    /// Print for people, also into a pipe
    #[arg(long, global = true, conflicts_with = "json")]
    pub text: bool,
    /// When to colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_parser = colour_parser())]
    pub color: Option<Colour>,
    /// Write log records to standard error
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Print data and errors only: no progress, no summaries
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print nothing that differs between two runs on the same index: no colour, times, or measurements of the machine
    #[arg(long, global = true)]
    pub deterministic: bool,
}

impl Look {
    /// Whether the command line says how to talk.
    pub fn is_chosen(&self) -> bool {
        self.json || self.text || self.quiet || self.verbose
    }
}

/// What is configured for this run.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ChoiceArgs {
    /// The configuration file [default: the nearest pampax.toml of the root and the folders above it]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set a key of the configuration, such as cache.enabled=false; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The id that every log record of this run carries [default: another one each time]
    #[arg(long, global = true, value_name = "ID")]
    pub correlation_id: Option<String>,
}

impl ChoiceArgs {
    /// The choices.
    pub fn of(&self) -> Choices<'_> {
        Choices { config: self.config.as_deref(), set: &self.set }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the index of a folder up to date, or make it
    Index(IndexArgs),
    /// Keep the index of a folder up to date while its files change
    #[cfg(feature = "watch")]
    Watch(WatchArgs),
    /// Take over which line names which definition from an index.scip
    ImportScip(ImportScipArgs),
    /// Read what a .pampa folder of the JavaScript system holds, by the present index
    ImportPampa(ImportPampaArgs),
    /// Find the code that answers a question
    Search(SearchArgs),
    /// Put together context for a question within a token budget
    Assemble(AssembleArgs),
    /// Show named pieces at a level of detail
    Expand(ExpandArgs),
    /// Check an index or a backup in full, or whether what a bundle was made from has moved
    Verify(VerifyArgs),
    /// Make a bundle again and compare it
    Replay(ReceiptArgs),
    /// Find definitions by name
    Symbols(SymbolsArgs),
    /// List what calls a definition
    Callers(WalkArgs),
    /// List what a definition calls
    Callees(WalkArgs),
    /// List what mentions a definition: calls, extends, implements, uses or reads it
    References(WalkArgs),
    /// List what a file imports, and what imports it
    #[command(mut_arg("symbol", |symbol| symbol.value_name("FILE").help("The file, relative to the root")))]
    Imports(WalkArgs),
    /// List the tests of a definition
    Tests(TestsArgs),
    /// Find the surest way from one definition to another
    Path(PathArgs),
    /// List or draw what definitions are connected with
    Graph(GraphArgs),
    /// Print an indexed file, or some of its lines
    Show(ShowArgs),
    /// Tell what the index holds
    Status(StatusArgs),
    /// Tell what answers are kept, save some ahead, or drop them
    #[command(mut_arg("root", |arg| arg.global(true)), mut_arg("index_dir", |arg| arg.global(true)))]
    Cache(CacheArgs),
    /// Print what was measured
    Metrics(MetricsArgs),
    /// Tell why a file is or is not indexed
    Why(WhyArgs),
    /// Tell what a question is about, or why a file is not among its results
    Explain(ExplainArgs),
    /// Measure how well questions are answered whose answers are known
    Eval(EvalArgs),
    /// Fit the ranking to the repository's own history, where that proves better
    Tune(TuneArgs),
    /// Tell how the index is, from many sides, within a time and without a change
    Health(HealthArgs),
    /// List what is wrong, each with the command that mends it
    Doctor(DoctorArgs),
    /// Write the index into one file, also while it is being updated
    Backup(BackupArgs),
    /// Replace the index with the one in a backup
    Restore(RestoreArgs),
    /// Take away the room that the index does not need
    Compact(CompactArgs),
    /// Learn a model of one's own from code
    Train(TrainArgs),
    /// Show, check or make a configuration
    #[command(mut_arg("root", |arg| arg.global(true)), mut_arg("index_dir", |arg| arg.global(true)))]
    Config(ConfigArgs),
    /// Answer requests in JSON, those that the bindings speak
    Call(CallArgs),
    /// List the languages that are recognised
    Languages,
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them into a folder
    Man(ManArgs),
}

impl Command {
    /// Where the command works.
    pub fn location(&self) -> Where<'_> {
        let reading = match self {
            Command::Index(args) => {
                let (root, index_dir) = (args.root.as_deref(), args.index_dir.as_deref());
                return Where { root, index_dir, here: true };
            }
            #[cfg(feature = "watch")]
            Command::Watch(args) => {
                let (root, index_dir) = (args.root.as_deref(), args.index_dir.as_deref());
                return Where { root, index_dir, here: true };
            }
            Command::ImportScip(args) => &args.place,
            Command::ImportPampa(args) => &args.place,
            Command::Search(args) => &args.place,
            Command::Assemble(args) => &args.place,
            Command::Expand(args) => &args.place,
            Command::Verify(args) => &args.place,
            Command::Replay(args) => &args.place,
            Command::Eval(args) => &args.place,
            Command::Tune(args) => &args.place,
            Command::Health(args) => &args.place,
            Command::Doctor(args) => &args.place,
            Command::Backup(args) => &args.place,
            Command::Restore(args) => &args.place,
            Command::Compact(args) => &args.place,
            Command::Symbols(args) => &args.place,
            Command::Callers(args) | Command::Callees(args) | Command::References(args) | Command::Imports(args) => {
                &args.bounds.place
            }
            Command::Tests(args) => &args.place,
            Command::Path(args) => &args.place,
            Command::Graph(args) => &args.bounds.place,
            Command::Show(args) => &args.place,
            Command::Status(args) => &args.place,
            Command::Metrics(args) => &args.place,
            Command::Cache(args) => &args.place,
            Command::Why(args) => &args.place,
            Command::Explain(args) => &args.place,
            Command::Config(args) => &args.place,
            Command::Call(args) => &args.place,
            Command::Train(_) | Command::Languages | Command::Completions(_) | Command::Man(_) => {
                return Where::default();
            }
        };
        Where { root: reading.root.as_deref(), index_dir: reading.index_dir.as_deref(), here: false }
    }

    /// Whether the command answers without a configuration, or with a broken one.
    pub fn is_plain(&self) -> bool {
        matches!(
            self,
            Command::Config(_)
                | Command::Health(_)
                | Command::Doctor(_)
                | Command::Languages
                | Command::Completions(_)
                | Command::Man(_)
        )
    }

    /// Puts what the arguments of the command say in the place of what is configured.
    pub fn configure(&self, config: &mut Config) {
        let Command::Index(args) = self else { return };
        config.performance.threads = args.threads.unwrap_or(config.performance.threads);
        if !args.exclude.is_empty() {
            config.indexer.exclude.clone_from(&args.exclude);
        }
    }
}

/// Arguments of `index`.
#[derive(Debug, Args)]
pub struct IndexArgs {
    /// The folder to index [default: the current one]
    pub root: Option<PathBuf>,
    /// Where the index lives [default: .pampax in the root]
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
    /// Threads to use; 0 means one for each core
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Leave out files that match, in .gitignore syntax; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
}

/// Arguments of `watch`.
#[cfg(feature = "watch")]
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The folder to keep indexed [default: the current one]
    pub root: Option<PathBuf>,
    /// Where the index lives [default: .pampax in the root]
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
    /// How long to watch.
    #[command(flatten)]
    pub time: TimeArgs,
}

/// Arguments of `import-scip`.
#[derive(Debug, Args)]
pub struct ImportScipArgs {
    /// The index.scip
    pub file: PathBuf,
    /// The folder it was made in, relative to the root [default: the root]
    #[arg(long, value_name = "FOLDER")]
    pub under: Option<String>,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `import-pampa`.
#[derive(Debug, Args)]
pub struct ImportPampaArgs {
    /// The folder, absolute or relative to the root
    #[arg(default_value = ".pampa")]
    pub folder: PathBuf,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// The question; `-` reads it from standard input
    #[arg(required_unless_present = "queries")]
    pub query: Option<String>,
    /// Answer a file of questions, one line each; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub queries: Option<PathBuf>,
    /// The most hits to return, from 1 to 1000 [default: 10]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Leave out hits that answer with a lower probability than this, from 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub min_confidence: f64,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// What may be returned.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `assemble`.
#[derive(Debug, Args)]
pub struct AssembleArgs {
    /// The question; `-` reads it from standard input
    pub query: String,
    /// The text.
    #[command(flatten)]
    pub bundle: BundleArgs,
    /// The most candidates taken from search, from 1 to 1000
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Leave out candidates that answer with a lower probability than this, from 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub min_confidence: f64,
    /// The kind of question, which chooses the policy [default: recognised from the question]
    #[arg(long, value_parser = intent_parser())]
    pub intent: Option<Intent>,
    /// A definition or file that must be in: NAME, TYPE.NAME, PATH, PATH:LINE, PATH#NAME; may be repeated
    #[arg(long, value_name = "SYMBOL")]
    pub require: Vec<String>,
    /// What was sent before.
    #[command(flatten)]
    pub session: SessionArgs,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// What may be used.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `expand`.
#[derive(Debug, Args)]
pub struct ExpandArgs {
    /// What to show: a definition by its id, the smallest definition around a line, or a file
    #[arg(value_name = "PATH#ID|PATH:LINE|PATH", required = true)]
    pub targets: Vec<String>,
    /// How much to show [default: full; outline for a file]
    #[arg(long, value_parser = level_parser())]
    pub level: Option<Level>,
    /// The text.
    #[command(flatten)]
    pub bundle: BundleArgs,
    /// What was sent before.
    #[command(flatten)]
    pub session: SessionArgs,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReceiptArgs {
    /// The JSON that a command printed for a bundle; `-` is standard input
    pub file: PathBuf,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// How a bundle is counted and written.
#[derive(Debug, Args)]
pub struct BundleArgs {
    /// The most tokens the text may have [default: 5000]
    #[arg(long, short, value_name = "N")]
    pub budget: Option<usize>,
    /// The tokenizer that counts: o200k_base, cl100k_base or approximate [default: o200k_base]
    #[arg(long, value_name = "NAME")]
    pub tokenizer: Option<String>,
    /// How the text is written [default: markdown on a terminal, json in a pipe]
    #[arg(long, value_parser = format_parser())]
    pub format: Option<Format>,
}

/// What was sent before.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// Leave out what this file says was sent, and note in it what is sent now
    #[arg(long, value_name = "FILE")]
    pub session: Option<PathBuf>,
    /// The most tokens all bundles of the session may have together
    #[arg(long, value_name = "N", requires = "session")]
    pub session_budget: Option<usize>,
}

/// Arguments of `symbols`.
#[derive(Debug, Args)]
pub struct SymbolsArgs {
    /// The name, or its beginning, or a qualified name
    pub name: String,
    /// The most definitions to return
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The file, relative to the root, with lines as 10, 10-20 or 10-
    #[arg(value_name = "PATH[:LINES]")]
    pub target: String,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// How to write it: json, prometheus or line [default: json]
    #[arg(long, value_enum, default_value_t = MetricsFormat::Json, hide_default_value = true)]
    pub format: MetricsFormat,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// How measurements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MetricsFormat {
    /// One JSON document.
    Json,
    /// The text format of Prometheus.
    Prometheus,
    /// The line protocol of InfluxDB, without times.
    Line,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// The file or folder, relative to the root
    pub path: String,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The question; `-` reads it from standard input
    pub query: String,
    /// Tell why this file, relative to the root, is not among the results
    #[arg(long, value_name = "PATH")]
    pub missing: Option<String>,
    /// With --missing: the limit of the search, from 1 to 1000
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// With --missing: the least confidence of a hit, from 0 to 1
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub min_confidence: f64,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// With --missing: what the search may return.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `call`.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The request [default: one on each line of standard input]
    pub request: Option<String>,
    /// The time limit of each request.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write a page for the program and each of its commands into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Where the index is that a command reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Index")]
pub struct PlaceArgs {
    /// The indexed folder [default: the nearest of the current folder and its parents that holds an index]
    #[arg(long, value_name = "ROOT")]
    pub root: Option<PathBuf>,
    /// Where the index lives [default: .pampax in the root]
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
}

/// How long a command may take.
#[derive(Debug, Args)]
pub struct TimeArgs {
    /// The longest the work may take, in milliseconds
    #[arg(long, value_name = "N")]
    pub timeout_ms: Option<u64>,
}

/// What may be returned.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// In which files.
    #[command(flatten)]
    pub files: FileArgs,
    /// Only in these kinds of definitions
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind_parser())]
    pub kind: Vec<SpanKind>,
}

/// In which files what is returned may lie.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct FileArgs {
    /// Only files that match; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Not files that match; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Only these languages; see `pampax languages`
    #[arg(long, value_name = "LANG", value_delimiter = ',', hide_possible_values = true, value_parser = language_parser())]
    pub lang: Vec<Language>,
    /// Only files of these roles
    #[arg(long, value_name = "ROLE", value_delimiter = ',', value_parser = role_parser())]
    pub role: Vec<Role>,
}

impl FilterArgs {
    /// The filters of a request.
    pub fn to_filters(&self) -> Filters {
        let mut filters = self.files.to_filters();
        filters.kinds.clone_from(&self.kind);
        filters
    }
}

impl FileArgs {
    /// The filters of a request.
    pub fn to_filters(&self) -> Filters {
        let mut filters = Filters::default();
        filters.include.clone_from(&self.include);
        filters.exclude.clone_from(&self.exclude);
        filters.languages.clone_from(&self.lang);
        filters.roles.clone_from(&self.role);
        filters
    }
}

fn language_parser() -> impl TypedValueParser<Value = Language> {
    let names = PossibleValuesParser::new(Language::ALL.iter().map(|language| language.name()));
    names.try_map(|name| Language::from_name(&name).ok_or("unknown language"))
}

fn kind_parser() -> impl TypedValueParser<Value = SpanKind> {
    let names = PossibleValuesParser::new(SpanKind::ALL.iter().map(|kind| kind.name()));
    names.try_map(|name| SpanKind::from_name(&name).ok_or("unknown kind"))
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    let names = PossibleValuesParser::new(Role::ALL.iter().map(|role| role.name()));
    names.try_map(|name| Role::from_name(&name).ok_or("unknown role"))
}

fn level_parser() -> impl TypedValueParser<Value = Level> {
    let names = PossibleValuesParser::new(Level::ALL.iter().map(|level| level.name()));
    names.try_map(|name| Level::from_name(&name).ok_or("unknown level"))
}

fn intent_parser() -> impl TypedValueParser<Value = Intent> {
    let names = PossibleValuesParser::new(Intent::ALL.iter().map(|intent| intent.name()));
    names.try_map(|name| Intent::from_name(&name).ok_or("unknown intent"))
}

fn colour_parser() -> impl TypedValueParser<Value = Colour> {
    let names = PossibleValuesParser::new(Colour::ALL.iter().map(|when| when.name()));
    names.try_map(|name| Colour::from_name(&name).ok_or("unknown value"))
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()));
    names.try_map(|name| Format::from_name(&name).ok_or("unknown format"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn filters_take_lists() {
        let cli = Cli::try_parse_from(["pampax", "search", "q", "--lang", "rust,go", "--role", "test"]).unwrap();
        let Command::Search(search) = cli.command else { panic!("search was asked for") };
        let filters = search.filters.to_filters();
        assert_eq!(filters.languages, [Language::Rust, Language::Go]);
        assert_eq!(filters.roles, [Role::Test]);
    }
}
