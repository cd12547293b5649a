//! `pampax languages`.

use crate::failure::Outcome;
use crate::output::{Mode, Output, table};
use pampax_core::parse::language::{LanguageRow, languages};
use pampax_core::source::Language;
use serde::Serialize;

#[derive(Serialize)]
struct Languages {
    languages: Vec<Recognised>,
}

#[derive(Serialize)]
struct Recognised {
    name: Language,
    display: &'static str,
    parsed: bool,
    extensions: &'static [&'static str],
    file_names: &'static [&'static str],
    interpreters: &'static [&'static str],
}

impl Recognised {
    fn new(row: &LanguageRow) -> Recognised {
        Recognised {
            name: row.language,
            display: row.display,
            parsed: row.is_parsed(),
            extensions: row.extensions,
            file_names: row.file_names,
            interpreters: row.interpreters,
        }
    }

    fn cells(&self) -> Vec<String> {
        let extensions = self.extensions.iter().map(|extension| format!(".{extension}"));
        let names = self.file_names.iter().map(|name| (*name).to_owned());
        let programs = self.interpreters.iter().map(|program| format!("#!{program}"));
        let signs: Vec<String> = extensions.chain(names).chain(programs).collect();
        let how = if self.parsed { "parsed" } else { "by lines" };
        vec![self.name.to_string(), how.to_owned(), signs.join(" ")]
    }
}

/// Prints what is recognised, and by which signs.
pub fn run(output: &Output) -> Outcome {
    let languages: Vec<Recognised> = languages().iter().map(Recognised::new).collect();
    match output.mode() {
        Mode::Json => output.write_json(&Languages { languages }),
        Mode::Text => {
            let rows: Vec<Vec<String>> = languages.iter().map(Recognised::cells).collect();
            output.write_styled(&table::render(&rows))
        }
    }
}
