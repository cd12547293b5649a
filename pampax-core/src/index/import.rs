//! Takes over what an `index.scip` knows: which line names which definition.
//!
//! The import and the index may be of different states of a file, so every place is compared with the indexed text. Where
//! all definitions of a file stand as the import has them, its other places are believed too: a name may be written
//! differently there.
//!
//! Never here: protobuf, SQL.

use crate::error::{Error, Result};
use crate::index::report::{ScipReport, ScipSkip};
use crate::index::write::{Batch, Writer};
use crate::limits::Watch;
use crate::scip::{Meaning, Purpose, ScipDocument, ScipIndex, ScipOccurrence, meaning};
use crate::source::RepoPath;
use crate::store::commit::Commit;
use crate::store::exact::ExactReference;
use std::collections::{BTreeSet, HashMap};

/// The most places that define one symbol; what has more is no answer to where it is defined.
const MAX_PLACES: usize = 8;
/// The most files that a report names as unknown.
const MAX_UNKNOWN: usize = 20;

/// An index to import, and the folder of the tree that it was made in.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub scip: &'a ScipIndex,
    pub under: Option<&'a RepoPath>,
}

/// Replaces all exact references with those of `source`, as a new generation.
///
/// # Errors
/// `INVALID_ARGUMENT` when a document cannot be read, and those of the catalog, the text index and the watch. After an
/// error the references are those from before.
pub(super) fn import(
    source: Source<'_>,
    writer: &Writer,
    batch: &mut Batch<'_>,
    watch: &Watch,
) -> Result<ScipReport> {
    let files = writer.catalog().file_table()?.into_iter().map(|row| (row.path, row.id)).collect();
    let mut import = Import { source, files, writer, watch, report: ScipReport::new(batch.generation()) };
    let definitions = import.definitions()?;
    batch.content()?.0.clear_exact()?;
    import.references(&definitions, batch)?;
    import.report.generation = batch.commit(writer.catalog().is_complete()?)?;
    Ok(import.report)
}

struct Import<'a> {
    source: Source<'a>,
    files: HashMap<RepoPath, u32>,
    writer: &'a Writer,
    watch: &'a Watch,
    report: ScipReport,
}

/// What is defined where.
#[derive(Default)]
struct Definitions {
    by_symbol: HashMap<String, Definition>,
    /// Whether all definitions of a document stand where the import has them, for each indexed document in turn.
    is_current: Vec<bool>,
}

struct Definition {
    names: Vec<String>,
    /// Files and lines; at most one more than [`MAX_PLACES`].
    places: Vec<(u32, u32)>,
}

/// A document of the import whose file is indexed.
struct Indexed {
    file_id: u32,
    text: String,
    document: ScipDocument,
}

impl Import<'_> {
    /// Finds all definitions and the documents that are not indexed.
    fn definitions(&mut self) -> Result<Definitions> {
        let mut definitions = Definitions::default();
        let mut unknown = BTreeSet::new();
        for document in self.source.scip.documents() {
            self.watch.check("import")?;
            match self.indexed(document?)? {
                Ok(indexed) => self.define(&indexed, &mut definitions),
                Err(path) => drop(unknown.insert(path)),
            }
        }
        self.report.documents_unknown = unknown.len() as u64;
        self.report.unknown = unknown.into_iter().take(MAX_UNKNOWN).collect();
        Ok(definitions)
    }

    /// The document with its indexed text, or the path under which nothing is indexed.
    fn indexed(&self, document: ScipDocument) -> Result<std::result::Result<Indexed, String>> {
        let path = match self.source.under {
            Some(folder) => RepoPath::new(&format!("{folder}/{}", document.path)),
            None => RepoPath::new(&document.path),
        };
        let Some(file_id) = path.ok().and_then(|path| self.files.get(&path)).copied() else {
            return Ok(Err(document.path));
        };
        match self.writer.catalog().document(file_id)? {
            Some(stored) => Ok(Ok(Indexed { file_id, text: stored.text, document })),
            None => Err(Error::internal(format!("file {file_id} has no content"))),
        }
    }

    fn define(&mut self, indexed: &Indexed, definitions: &mut Definitions) {
        let lines = Lines::new(&indexed.text);
        let mut is_current = None;
        for occurrence in indexed.document.occurrences.iter().filter(|one| one.purpose == Purpose::Definition) {
            let names = match names(occurrence) {
                Ok(names) => names,
                Err(reason) => {
                    self.skip(reason, 1);
                    continue;
                }
            };
            let stands = lines.hold(occurrence, &names);
            is_current = Some(is_current.unwrap_or(true) && stands);
            if !stands {
                self.skip(ScipSkip::Moved, 1);
                continue;
            }
            self.report.definitions += 1;
            definitions.add(occurrence, names, indexed.file_id);
        }
        definitions.is_current.push(is_current.unwrap_or(false));
        self.report.documents += 1;
        self.skip(ScipSkip::Malformed, indexed.document.malformed);
    }

    /// Writes what refers to the definitions.
    fn references(&mut self, definitions: &Definitions, batch: &mut Batch<'_>) -> Result<()> {
        let mut is_current = definitions.is_current.iter();
        for document in self.source.scip.documents() {
            self.watch.check("import")?;
            let Ok(indexed) = self.indexed(document?)? else { continue };
            let lines = Lines::new(&indexed.text);
            let is_current = is_current.next().copied().unwrap_or(false);
            let (commit, _) = batch.content()?;
            for occurrence in indexed.document.occurrences.iter().filter(|one| one.purpose != Purpose::Definition) {
                match definitions.referred(occurrence, &lines, is_current) {
                    Ok(reference) => {
                        self.report.references += 1;
                        write(commit, (indexed.file_id, occurrence.line), &reference)?;
                    }
                    Err(reason) => self.skip(reason, 1),
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, reason: ScipSkip, count: u64) {
        if count > 0 {
            *self.report.skipped.entry(reason).or_insert(0) += count;
        }
    }
}

/// The definition that a place refers to, and the name that is written there when it is another one.
struct Reference<'a> {
    definition: &'a Definition,
    written: Option<&'a str>,
}

impl Definitions {
    fn add(&mut self, occurrence: &ScipOccurrence, names: Vec<String>, file_id: u32) {
        let empty = || Definition { names, places: Vec::new() };
        let places = &mut self.by_symbol.entry(occurrence.symbol.clone()).or_insert_with(empty).places;
        let place = (file_id, occurrence.line);
        if places.len() <= MAX_PLACES && !places.contains(&place) {
            places.push(place);
        }
    }

    /// What a place refers to, or why that is not taken over.
    fn referred<'a>(
        &'a self,
        occurrence: &ScipOccurrence,
        lines: &Lines<'a>,
        is_current: bool,
    ) -> std::result::Result<Reference<'a>, ScipSkip> {
        let Some(definition) = self.by_symbol.get(&occurrence.symbol) else {
            return Err(names(occurrence).err().unwrap_or(ScipSkip::Undefined));
        };
        if occurrence.purpose == Purpose::Declaration {
            return Err(ScipSkip::Unnamed);
        }
        if definition.places.len() > MAX_PLACES {
            return Err(ScipSkip::Ambiguous);
        }
        if lines.hold(occurrence, &definition.names) {
            return Ok(Reference { definition, written: None });
        }
        match lines.line(occurrence.line) {
            Some(_) if is_current => Ok(Reference { definition, written: lines.identifier(occurrence) }),
            _ => Err(ScipSkip::Moved),
        }
    }
}

fn write(commit: &mut Commit<'_>, (file_id, line): (u32, u32), reference: &Reference<'_>) -> Result<()> {
    let Definition { names, places } = reference.definition;
    for name in names.iter().map(String::as_str).chain(reference.written) {
        for (target_file, target_line) in places.iter().copied() {
            commit.put_exact(&ExactReference { file_id, line, name, target_file, target_line })?;
        }
    }
    Ok(())
}

/// The names of what stands at a place, or why it has none.
fn names(occurrence: &ScipOccurrence) -> std::result::Result<Vec<String>, ScipSkip> {
    match meaning(&occurrence.symbol) {
        None => Err(ScipSkip::Malformed),
        Some(Meaning::Local) => Err(ScipSkip::Local),
        Some(Meaning::Unnamed) => Err(ScipSkip::Unnamed),
        Some(Meaning::Named(_)) if occurrence.purpose == Purpose::Definition && occurrence.columns.is_none() => {
            Err(ScipSkip::Unnamed)
        }
        Some(Meaning::Named(names)) => Ok(names),
    }
}

/// The lines of an indexed text.
struct Lines<'t>(Vec<&'t str>);

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        Lines(text.split('\n').collect())
    }

    /// A line, counted from 1.
    fn line(&self, number: u32) -> Option<&'t str> {
        self.0.get((number as usize).checked_sub(1)?).copied()
    }

    /// Whether one of `names` is where the import has it.
    fn hold(&self, occurrence: &ScipOccurrence, names: &[String]) -> bool {
        match self.characters(occurrence) {
            Some(written) => names.iter().any(|name| is_same_name(written, name)),
            None => self.line(occurrence.line).is_some_and(|line| names.iter().any(|name| line.contains(name.as_str()))),
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
    fn identifier(&self, occurrence: &ScipOccurrence) -> Option<&'t str> {
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
