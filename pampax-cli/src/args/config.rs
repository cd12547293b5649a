//! The arguments of `pampax config`.

use super::PlaceArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
    /// Which root's configuration.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// What to do with a configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigAction {
    /// Print every key with the value that holds
    Show {
        /// Only this key, or the keys of this section
        key: Option<String>,
        /// Also print where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// List everything that is wrong with the configuration
    Validate,
    /// Write a commented file with every key and its default
    Init {
        /// The file to write; `-` is standard output [default: pampax.toml]
        file: Option<PathBuf>,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Print the JSON schema of the file
    Schema,
    /// Print the reference of all keys as Markdown
    Reference,
}
