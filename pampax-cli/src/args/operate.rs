//! The arguments of the commands that look after an index.
//!
//! Never here: what a command does.

use super::{PlaceArgs, TimeArgs};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use pampax_core::health::Component;
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
