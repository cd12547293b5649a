//! The arguments of the commands that look after an index.
//!
//! Never here: what a command does.

use super::{PlaceArgs, TimeArgs};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pampax_core::health::Component;
use pampax_core::model::TrainOptions;
use std::path::PathBuf;

/// Arguments of `health`.
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Look at these only, separated by commas [default: all]
    #[arg(long, value_name = "COMPONENT", value_delimiter = ',', value_parser = component_parser())]
    pub components: Vec<Component>,
    /// Read everything: every page, every stored file, every byte of the text index
    #[arg(long)]
    pub deep: bool,
    /// In JSON, print what differs from moment to moment too: memory, free space, ages and times
    #[arg(long)]
    pub measures: bool,
    /// The longest a component may take, in milliseconds [default: 2000; 300000 with --deep]
    #[arg(long, value_name = "N")]
    pub timeout_ms: Option<u64>,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Do what mends something and loses nothing: build the text index again, update, compact
    #[arg(long)]
    pub fix: bool,
    /// The time limit of each look and each repair.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write
    pub file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A file that `backup` wrote
    pub file: PathBuf,
    /// Restore a backup of another root too
    #[arg(long)]
    pub force: bool,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is, or shall be.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `compact`.
#[derive(Debug, Args)]
pub struct CompactArgs {
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A backup, or the JSON that a command printed for a bundle; `-` is standard input [default: the index itself]
    pub file: Option<PathBuf>,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

fn component_parser() -> impl TypedValueParser<Value = Component> {
    let names = PossibleValuesParser::new(Component::ALL.iter().map(|component| component.name()));
    names.try_map(|name| Component::from_name(&name).ok_or("unknown component"))
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The folders to learn from, one for each project; with kept pairs they may be left out
    #[arg(required_unless_present = "pairs")]
    pub sources: Vec<PathBuf>,
    /// The file to write the model to
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// A file that keeps what was mined; where it exists it is used, and the folders are not read
    #[arg(long, value_name = "FILE")]
    pub pairs: Option<PathBuf>,
    /// A table of the sources that the model keeps: kind, name, version and licence, with tabs between them
    #[arg(long, value_name = "FILE")]
    pub packages: Option<PathBuf>,
    /// Where chance begins; the same seed gives the same model
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().seed)]
    pub seed: u64,
    /// Components of a vector
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().dimensions)]
    pub dimensions: usize,
    /// Tokens that get a row of their own, at most
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().vocabulary)]
    pub vocabulary: usize,
    /// Rows for the sub-words that other tokens are made of
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().subwords)]
    pub subwords: u32,
    /// Bits of a value, 4 or 8
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().bits)]
    pub bits: u32,
    /// How often everything is gone through
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().epochs)]
    pub epochs: usize,
    /// The most bytes of code that are read of one folder
    #[arg(long, value_name = "N", default_value_t = 8_000_000)]
    pub source_bytes: u64,
    /// The most definitions that are taken of one folder
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    pub source_pairs: usize,
    /// Threads to use; 0 means one for each core
    #[arg(long, value_name = "N", default_value_t = TrainOptions::default().threads)]
    pub threads: usize,
    /// The time limit.
    #[command(flatten)]
    pub time: TimeArgs,
}
