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

/// The library that was loaded.
static LOADED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Loads the library at `path`, unless this process has it.
///
/// # Errors
/// `INVALID_ARGUMENT` when it is missing, is no such library or too old, or another one has been loaded.
pub(super) fn load(path: &Path) -> Result<()> {
    let wrong = |what: &dyn std::fmt::Display| Error::argument("runtime", format!("{}: {what}", path.display()));
    let place = files::place(path).map_err(|error| wrong(&error))?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    match &*loaded {
        Some(library) if *library == place => return Ok(()),
        Some(other) => {
            let what =
                format!("this process runs models with {}, and a process can load one such library", other.display());
            return Err(wrong(&what));
        }
        None => {}
    }
    guarded(|| begin(&place)).unwrap_or_else(Err).map_err(|error| wrong(&error))?;
    *loaded = Some(place);
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
