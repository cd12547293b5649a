//! `pampax languages`.

use crate::failure::Outcome;
use crate::output::{Mode, Output, table};
use pampax_core::parse::language::{Recognised, recognised};
use serde::Serialize;

#[derive(Serialize)]
struct Languages {
    languages: Vec<Recognised>,
}

/// Prints what is recognised, and by which signs.
pub fn run(output: &Output) -> Outcome {
    let languages = recognised();
    match output.mode() {
        Mode::Json => output.write_json(&Languages { languages }),
        Mode::Text => {
            let rows: Vec<Vec<String>> = languages.iter().map(cells).collect();
            output.write_styled(&table::render(&rows))
        }
    }
}

fn cells(language: &Recognised) -> Vec<String> {
    let extensions = language.extensions.iter().map(|extension| format!(".{extension}"));
    let names = language.file_names.iter().map(|name| (*name).to_owned());
    let programs = language.interpreters.iter().map(|program| format!("#!{program}"));
    let signs: Vec<String> = extensions.chain(names).chain(programs).collect();
    let how = if language.parsed { "parsed" } else { "by lines" };
    vec![language.name.to_string(), how.to_owned(), signs.join(" ")]
}
