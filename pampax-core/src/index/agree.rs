//! Whether an import and the indexed text agree: what stands at a place.
//!
//! Never here: what follows from it.

use crate::scip::ScipOccurrence;

/// The lines of an indexed text.
pub(super) struct Lines<'t>(Vec<&'t str>);

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Lines<'t> {
        Lines(text.split('\n').collect())
    }

    /// A line, counted from 1.
    pub(super) fn line(&self, number: u32) -> Option<&'t str> {
        self.0.get((number as usize).checked_sub(1)?).copied()
    }

    /// Whether one of `names` is where the import has it.
    pub(super) fn hold(&self, occurrence: &ScipOccurrence, names: &[String]) -> bool {
        match self.characters(occurrence) {
            Some(written) => names.iter().any(|name| is_same_name(written, name)),
            None => {
                self.line(occurrence.line).is_some_and(|line| names.iter().any(|name| line.contains(name.as_str())))
            }
        }
    }

    /// What stands at the columns of an occurrence; nothing when they are outside the line, `None` when the units of the
    /// columns matter.
    fn characters(&self, occurrence: &ScipOccurrence) -> Option<&'t str> {
        let (line, columns) = (self.line(occurrence.line)?, occurrence.columns.as_ref()?);
        let (start, end) = (columns.start as usize, columns.end as usize);
        line.bytes().take(end).all(|byte| byte.is_ascii()).then(|| line.get(start..end).unwrap_or(""))
    }

    /// What stands at the columns of an occurrence when it is one identifier.
    pub(super) fn identifier(&self, occurrence: &ScipOccurrence) -> Option<&'t str> {
        self.characters(occurrence).filter(|text| !text.is_empty() && text.chars().all(is_of_name))
    }
}

/// Whether two names are the same but for quotes and other signs around them.
fn is_same_name(written: &str, name: &str) -> bool {
    fn core(name: &str) -> &str {
        name.trim_matches(|c| !is_of_name(c))
    }
    written == name || (core(written) == core(name) && !core(name).is_empty())
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}
