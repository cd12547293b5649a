//! `pampax config`.

use crate::args::{ConfigAction, ConfigArgs};
use crate::failure::Outcome;
use crate::output::style::{DIM, WARN, clean, paint};
use crate::output::{Mode, Output};
use crate::place::{CONFIG_FILE, Choices, Place, Where, layers};
use pampax_core::config::{self, Problem, Settings, ShownValue};
use pampax_core::{Error, Result};
use serde::Serialize;
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The values that hold.
#[derive(Debug, Serialize)]
struct Shown {
    file: Option<PathBuf>,
    values: Vec<ShownValue>,
}

/// What is wrong.
#[derive(Debug, Serialize)]
struct Checked {
    file: Option<PathBuf>,
    valid: bool,
    problems: Vec<Problem>,
}

/// Does with the configuration what `args` say.
pub fn run(args: &ConfigArgs, choices: Choices<'_>, output: &Output) -> Outcome {
    let location = Where { root: args.place.root.as_deref(), index_dir: args.place.index_dir.as_deref(), here: false };
    match &args.action {
        ConfigAction::Show { key, origin } => {
            let place = Place::find(location, choices)?;
            show(&shown(&place, key.as_deref(), *origin)?, output)
        }
        ConfigAction::Validate => validate(location, choices, output),
        ConfigAction::Init { file, force } => init(file.as_deref().unwrap_or(Path::new(CONFIG_FILE)), *force, output),
        ConfigAction::Schema => output.write_json(&config::schema()?),
        ConfigAction::Reference => output.write(&config::reference()?),
    }
}

fn shown(place: &Place, key: Option<&str>, with_origin: bool) -> Result<Shown> {
    let settings = place.settings();
    let mut values = settings.config.shown(key)?;
    for value in values.iter_mut().filter(|_| with_origin) {
        value.origin = Some(settings.origin(value.key));
    }
    Ok(Shown { file: place.file().map(Path::to_path_buf), values })
}

fn show(shown: &Shown, output: &Output) -> Outcome {
    if output.mode() == Mode::Json {
        return output.write_json(shown);
    }
    let mut text = String::new();
    for ShownValue { key, value, origin, .. } in &shown.values {
        let value = match value {
            Value::Null => paint(DIM, "not set"),
            value => clean(&value.to_string()).into_owned(),
        };
        let origin =
            origin.as_ref().map_or_else(String::new, |origin| format!("  {}", paint(DIM, &clean(&origin.to_string()))));
        text.push_str(&format!("{key} = {value}{origin}\n"));
    }
    output.write_styled(&text)
}

/// Lists what is wrong; the first problem ends the program with its status.
fn validate(location: Where<'_>, choices: Choices<'_>, output: &Output) -> Outcome {
    let root =
        std::path::absolute(location.root.unwrap_or(Path::new("."))).map_err(|error| Error::io("find", ".", error))?;
    let (layers, file) = layers(&root, choices)?;
    let mut problems = Settings::problems(&layers);
    if problems.is_empty() {
        let settings = Settings::of(&layers)?;
        if let Err(Error::InvalidConfig { key, reason }) = settings.config.check_seams(&root) {
            let origin = settings.origin(&key);
            problems.push(Problem::new(key, reason).with_origin(origin));
        }
    }
    let checked = Checked { file, valid: problems.is_empty(), problems };
    match output.mode() {
        Mode::Json => output.write_json(&checked)?,
        Mode::Text => output.write_styled(&in_words(&checked))?,
    }
    match checked.problems.into_iter().next() {
        Some(problem) => Err(problem.into_error().into()),
        None => Ok(()),
    }
}

fn in_words(checked: &Checked) -> String {
    let file = checked.file.as_ref().map_or_else(
        || format!("no {CONFIG_FILE}: defaults, variables and arguments"),
        |file| file.display().to_string(),
    );
    let mut text = clean(&file).into_owned();
    text.push_str(if checked.valid { ": nothing is wrong\n" } else { ":\n" });
    for Problem { key, reason, origin, .. } in &checked.problems {
        let line = clean(&format!("{key}: {reason} ({origin})")).into_owned();
        text.push_str(&(paint(WARN, &line) + "\n"));
    }
    text
}

fn init(path: &Path, force: bool, output: &Output) -> Outcome {
    let text = config::template()?;
    if path == Path::new("-") {
        return output.write(&text);
    }
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::argument("file", format!("{} is there already; --force replaces it", path.display()))
        }
        _ => Error::io("write", path, error),
    })?;
    match output.mode() {
        Mode::Json => output.write_json(&serde_json::json!({ "file": path })),
        Mode::Text => output.write_styled(&format!("{}\n", clean(&path.display().to_string()))),
    }
}
