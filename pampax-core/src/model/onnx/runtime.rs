//! The library that runs models, which a process loads once.
//!
//! The library is global by its own design: what it has loaded and its environment belong to the process. So is what is
//! known of it here.
//!
//! Never here: models.

use crate::error::{Error, Result};
use crate::model::files;
use crate::parallel::guarded;
use ort::environment::Environment;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The library of this process.
enum Library {
    Untried,
    Loaded(PathBuf),
    /// Why there is none. The crate between takes what a load that failed left behind for a library when it is asked again,
    /// so it is never asked again.
    Failed(String),
}

static LIBRARY: Mutex<Library> = Mutex::new(Library::Untried);

/// Loads the library at `path`, unless this process has it.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is missing, is no such library or too old, when another one has been loaded, or when one could
/// not be loaded before.
pub(super) fn load(path: &Path) -> Result<()> {
    let wrong = |what: String| Error::argument("runtime", format!("{}: {what}", path.display()));
    let place = files::place(path).map_err(|error| wrong(error.to_string()))?;
    let mut library = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
    match &*library {
        Library::Loaded(loaded) if *loaded == place => return Ok(()),
        Library::Loaded(other) => {
            let other = other.display();
            return Err(wrong(format!(
                "this process runs models with {other}, and a process can load one such library"
            )));
        }
        Library::Failed(why) => {
            return Err(wrong(format!("this process could not load a library before, and can try once: {why}")));
        }
        Library::Untried => {}
    }
    match guarded(|| begin(&place)).unwrap_or_else(Err) {
        Ok(()) => *library = Library::Loaded(place),
        Err(why) => {
            *library = Library::Failed(format!("{}: {why}", place.display()));
            return Err(wrong(why));
        }
    }
    Ok(())
}

/// Loads the library and makes its environment: without reports to its makers, and without a word on any stream.
fn begin(library: &Path) -> std::result::Result<(), String> {
    let builder = ort::init_from(library).map_err(|error| error.to_string())?;
    // What a library of another kind makes the crate panic for has to come now: a panic while the environment is made would
    // leave a lock behind that the end of the process aborts at.
    ort::api();
    builder.with_name("pampax").with_telemetry(false).with_logger(Arc::new(|_, _, _, _, _| {})).commit();
    Environment::current().map(|_| ()).map_err(|error| error.to_string())
}
