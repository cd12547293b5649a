//! From the words of the command line to an open index.

use crate::args::PlaceArgs;
use pampax_core::assemble::Policies;
use pampax_core::{Assembler, Config, Error, Host, Index, Result, Searcher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder that holds the index of a root, unless another is named.
const INDEX_FOLDER: &str = ".pampax";

/// The configuration file of a root.
const CONFIG_FILE: &str = "pampax.toml";

/// A root and the configuration to open its index with.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    config: Config,
}

impl Place {
    /// The place a command writes to: `root`, or the current folder.
    ///
    /// # Errors
    /// `IO` when the current folder cannot be found out.
    pub fn to_write(root: Option<&Path>, index_dir: Option<&Path>) -> Result<Place> {
        let root = absolute(root.unwrap_or(Path::new(".")))?;
        let config = match index_dir {
            Some(folder) => Config::default().with_index_dir(absolute(folder)?),
            None => Config::default(),
        };
        Ok(Place { root, config })
    }

    /// The place a command reads: as named, the folder that the named index was made from, or the nearest of the current
    /// folder and its parents that holds an index.
    ///
    /// # Errors
    /// `IO` when the current folder cannot be found out.
    pub fn to_read(args: &PlaceArgs) -> Result<Place> {
        let mut place = Place::to_write(args.root.as_deref(), args.index_dir.as_deref())?;
        if let (None, Some(folder)) = (&args.root, &place.config.storage.index_dir) {
            place.root = Index::root_of(folder)?.unwrap_or(place.root);
        }
        if args.root.is_none() && args.index_dir.is_none() {
            let holds_index = |folder: &&Path| folder.join(INDEX_FOLDER).is_dir();
            let nearest = place.root.ancestors().find(holds_index).map(Path::to_path_buf);
            place.root = nearest.unwrap_or(place.root);
        }
        Ok(place)
    }

    /// A path as the index names it: one that begins with the root loses the root.
    pub fn relative(&self, path: &str) -> String {
        let roots = [Some(self.root.clone()), self.root.canonicalize().ok()];
        let below = roots.iter().flatten().find_map(|root| Path::new(path).strip_prefix(root).ok());
        below.and_then(Path::to_str).map_or_else(|| path.to_owned(), str::to_owned)
    }

    /// The configuration, to be changed before the index is opened.
    pub fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// An assembler with the policies of the root's configuration file, where it has one.
    ///
    /// # Errors
    /// `INVALID_CONFIG` for a mistake in the file, `IO` when it cannot be read.
    pub fn assembler(&self, searcher: Searcher) -> Result<Assembler> {
        let path = self.root.join(CONFIG_FILE);
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Assembler::new(searcher)),
            Err(error) => return Err(Error::io("open", &path, error)),
        };
        let text = std::io::read_to_string(file).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => {
                Error::InvalidConfig { key: CONFIG_FILE.to_owned(), reason: "it is not UTF-8".to_owned() }
            }
            _ => Error::io("read", &path, error),
        })?;
        Ok(Assembler::new(searcher).with_policies(Policies::of_config(&text)?))
    }

    /// Opens the index.
    ///
    /// # Errors
    /// Those of [`Index::open`].
    pub fn open(&self, host: Host) -> Result<Index> {
        Index::open(&self.root, &self.config, host)
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(|error| Error::io("find", path, error))?;
    // A slash at the end would show in every message.
    Ok(absolute.components().collect())
}
