//! The arguments of `pampax cache`.

use super::{PlaceArgs, TimeArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: CacheAction,
    /// Where the index is.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// What to do with kept answers.
#[derive(Debug, Subcommand)]
pub enum CacheAction {
    /// Tell what is saved, and how much of it is usable now
    Stats,
    /// Answer a file of questions and save the answers in the index folder
    Warm {
        /// The questions, one line each; `-` is standard input
        #[arg(long, value_name = "FILE")]
        queries: PathBuf,
        /// Also save a bundle for each question, as `pampax assemble` makes it
        #[arg(long)]
        bundles: bool,
        /// The time limit.
        #[command(flatten)]
        time: TimeArgs,
    },
    /// Drop what is saved
    Clear,
}
