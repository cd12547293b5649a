//! Where a command works: the root, and the configuration that holds there.
//!
//! Never here: what a value of the configuration does.

use pampax_core::config::{Layer, Settings};
use pampax_core::{Error, Index, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder that holds the index of a root, unless another is named.
const INDEX_FOLDER: &str = ".pampax";

/// The configuration file, looked for in the root and in the folders above it.
pub const CONFIG_FILE: &str = "pampax.toml";

/// The variable that names the configuration file.
const CONFIG_VARIABLE: &str = "PAMPAX_CONFIG";

/// What the command line says about where to work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Where<'a> {
    /// The root, if it is named.
    pub root: Option<&'a Path>,
    /// The index folder, if it is named.
    pub index_dir: Option<&'a Path>,
    /// Whether a root that is not named is the current folder, and not the nearest one with an index.
    pub here: bool,
}

/// What the command line says about the configuration.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choices<'a> {
    /// The configuration file, if it is named.
    pub config: Option<&'a Path>,
    /// `KEY=VALUE` pairs.
    pub set: &'a [String],
}

/// A root and the configuration that holds there.
#[derive(Debug)]
pub struct Place {
    root: PathBuf,
    file: Option<PathBuf>,
    settings: Settings,
}

impl Place {
    /// The place of a command: the root as named, the folder that the named index was made from, or the nearest of the
    /// current folder and its parents that holds an index, or else a configuration file.
    ///
    /// # Errors
    /// `INVALID_CONFIG` for a mistake in the file, a variable or an argument; `IO` when the current folder cannot be found
    /// out or the file cannot be read; those of opening a named index.
    pub fn find(location: Where<'_>, choices: Choices<'_>) -> Result<Place> {
        let index_dir = location.index_dir.map(absolute).transpose()?;
        let root = root(location, index_dir.as_deref())?;
        let (layers, file) = layers(&root, choices)?;
        let mut settings = Settings::of(&layers)?;
        if let Some(folder) = index_dir {
            settings.config = settings.config.with_index_dir(folder);
        }
        Ok(Place { root, file, settings })
    }

    /// The root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The configuration file that was read, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The configuration.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The nearest folder above the root that holds an index, where the root has none yet.
    pub fn enclosing_index(&self) -> Option<&Path> {
        if self.settings.config.storage.index_dir.is_some() || self.root.join(INDEX_FOLDER).is_dir() {
            return None;
        }
        self.root.ancestors().skip(1).find(|folder| folder.join(INDEX_FOLDER).is_dir())
    }

    /// A path as the index names it: one that begins with the root loses the root.
    pub fn relative(&self, path: &str) -> String {
        let roots = [Some(self.root.clone()), self.root.canonicalize().ok()];
        let below = roots.iter().flatten().find_map(|root| Path::new(path).strip_prefix(root).ok());
        below.and_then(Path::to_str).map_or_else(|| path.to_owned(), str::to_owned)
    }
}

fn root(location: Where<'_>, index_dir: Option<&Path>) -> Result<PathBuf> {
    let named = absolute(location.root.unwrap_or(Path::new(".")))?;
    if location.root.is_some() || location.here {
        return Ok(named);
    }
    if let Some(folder) = index_dir {
        return Ok(Index::root_of(folder)?.unwrap_or(named));
    }
    let nearest = |holds: fn(&Path) -> bool| named.ancestors().find(|folder| holds(folder)).map(Path::to_path_buf);
    let found = nearest(|folder| folder.join(INDEX_FOLDER).is_dir());
    let found = found.or_else(|| nearest(|folder| folder.join(CONFIG_FILE).is_file()));
    Ok(found.unwrap_or(named))
}

/// The layers of the configuration that holds in `root`, the weakest first, and its file.
///
/// # Errors
/// `INVALID_CONFIG` when the file is not TOML or a pair is no pair, `IO` when the file cannot be read.
pub fn layers(root: &Path, choices: Choices<'_>) -> Result<(Vec<Layer>, Option<PathBuf>)> {
    let file = file(root, choices.config)?;
    let mut layers = Vec::new();
    if let Some(path) = &file {
        layers.push(Layer::file(&path.to_string_lossy(), &read(path)?)?);
    }
    layers.push(Layer::variables(variables()?, &[CONFIG_VARIABLE]));
    let mut arguments = Layer::default();
    for pair in choices.set {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Error::argument("set", format!("{pair:?} is not KEY=VALUE")));
        };
        arguments.argument(key.trim(), value, &format!("--set {}", key.trim()));
    }
    layers.push(arguments);
    Ok((layers, file))
}

/// The file that is named, or the nearest of the root and the folders above it.
fn file(root: &Path, named: Option<&Path>) -> Result<Option<PathBuf>> {
    let variable = std::env::var_os(CONFIG_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    if let Some(named) = named.map(Path::to_path_buf).or(variable) {
        return Ok(Some(absolute(&named)?));
    }
    Ok(root.ancestors().map(|folder| folder.join(CONFIG_FILE)).find(|path| path.symlink_metadata().is_ok()))
}

fn read(path: &Path) -> Result<String> {
    let metadata = path.metadata().map_err(|error| Error::io("open", path, error))?;
    if !metadata.is_file() {
        return Err(Error::io("read", path, std::io::Error::other("it is not a plain file")));
    }
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    std::io::read_to_string(file).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => {
            Error::InvalidConfig { key: CONFIG_FILE.to_owned(), reason: "it is not UTF-8".to_owned() }
        }
        _ => Error::io("read", path, error),
    })
}

/// The variables of the program.
fn variables() -> Result<Vec<(String, String)>> {
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAMPAX_"));
    ours.map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let bad = |_| Error::InvalidConfig { key: name.clone(), reason: "it is not UTF-8".to_owned() };
        value.into_string().map_err(bad).map(|value| (name, value))
    })
    .collect()
}

fn absolute(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).map_err(|error| Error::io("find", path, error))?;
    // A slash at the end would show in every message.
    Ok(absolute.components().collect())
}
