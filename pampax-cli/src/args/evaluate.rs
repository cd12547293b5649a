//! The arguments of the commands that measure quality.
//!
//! Never here: what a command does.

use super::{PlaceArgs, TimeArgs};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pampax_core::eval::{Gate, Source};
use std::path::PathBuf;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The questions, one JSON object on each line; `-` is standard input
    #[arg(value_name = "QUESTIONS", required_unless_present = "itself")]
    pub questions: Option<PathBuf>,
    /// Ask what the repository says of itself: its history, its doc comments, the names of its tests
    #[arg(long = "self", conflicts_with = "questions")]
    pub itself: bool,
    /// With --self: where questions come from, separated by commas [default: history,docs,tests]
    #[arg(long, value_name = "SOURCE", value_delimiter = ',', requires = "itself", value_parser = source_parser())]
    pub from: Vec<Source>,
    /// The most questions, with --self from each source [default: all of a file; 200]
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// Where NDCG and MRR are cut, from 1 to 1000
    #[arg(long, short, value_name = "N", default_value_t = 10)]
    pub k: usize,
    /// The budgets of tokens at which bundles are assembled, separated by commas; 0 for none
    #[arg(long, value_name = "TOKENS", value_delimiter = ',', default_value = "500,1000,2000,4000")]
    pub budgets: Vec<usize>,
    /// How tokens are counted [default: cli.tokenizer of the configuration]
    #[arg(long, value_name = "NAME")]
    pub tokenizer: Option<String>,
    /// Ask again with this configuration file, and compare
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,
    /// Ask again with a key of the configuration set, and compare; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub with: Vec<String>,
    /// Demand MEASURE=VALUE at least, such as ndcg=0.8 or recall@10=0.9, or no-worse of what is compared; may be repeated
    #[arg(long, value_name = "DEMAND", value_parser = |text: &str| text.parse::<Gate>())]
    pub gate: Vec<Gate>,
    /// Write each question with its answer into this file, one JSON object on each line
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the questions into this file, as they can be asked again
    #[arg(long, value_name = "FILE")]
    pub write_questions: Option<PathBuf>,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `tune`.
#[derive(Debug, Args)]
pub struct TuneArgs {
    /// The questions, one JSON object on each line, the newest first; `-` is standard input [default: those of the history]
    #[arg(value_name = "QUESTIONS")]
    pub questions: Option<PathBuf>,
    /// Tell what comes out, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// List the versions that were accepted, and which is used
    #[arg(long, conflicts_with_all = ["questions", "dry_run", "revert"])]
    pub list: bool,
    /// Use this version again, or without one the weights that the program came with
    #[arg(long, value_name = "VERSION", num_args = 0..=1, conflicts_with_all = ["questions", "dry_run"])]
    pub revert: Option<Option<u32>>,
    /// The most questions
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1000)]
    pub limit: usize,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

fn source_parser() -> impl TypedValueParser<Value = Source> {
    let mined = [Source::History, Source::Docs, Source::Tests];
    let names = PossibleValuesParser::new(mined.iter().map(|source| source.name()));
    names.try_map(|name| Source::from_name(&name).ok_or("unknown source"))
}
