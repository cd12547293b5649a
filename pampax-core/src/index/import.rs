//! Takes over what an `index.scip` knows: which line names which definition.
//!
//! The import and the index may be of different states of a file, so every place is compared with the indexed text. Where
//! all definitions of a file stand as the import has them, its other places are believed too: a name may be written
//! differently there.
//!
//! Never here: protobuf, SQL.

use crate::error::{Error, Result};
use crate::host::log::{Completion, Event};
use crate::host::observe::End;
use crate::index::Index;
use crate::index::agree::Lines;
use crate::index::report::{ScipReport, ScipSkip};
use crate::index::write::{Batch, CommitStep, Writer};
use crate::limits::{Limits, Watch};
use crate::scip::{Meaning, Purpose, ScipDocument, ScipIndex, ScipOccurrence, meaning};
use crate::source::{Generation, RepoPath};
use crate::store::catalog::Snapshot;
use crate::store::commit::Commit;
use crate::store::exact::ExactReference;
use std::collections::{BTreeSet, HashMap};

/// The most places that define one symbol; what has more is no answer to where it is defined.
const MAX_PLACES: usize = 8;
/// The most files that a report names as unknown.
const MAX_UNKNOWN: usize = 20;

impl Index {
    /// [`Index::import_scip`]. `on_step` hears of every step of the commit and may stop there.
    pub(super) fn import_stepwise(
        &self,
        (bytes, under): (&[u8], Option<&RepoPath>),
        limits: &Limits,
        on_step: &dyn Fn(CommitStep) -> Result<()>,
    ) -> Result<ScipReport> {
        let watch = self.host.watch(limits);
        let import = || {
            let scip = ScipIndex::decode(bytes)?;
            let mut writer = self.existing_writer(&watch)?;
            writer.mend_text(&self.write_context(), &watch)?;
            let mut batch = writer.batch(on_step)?;
            import(Source { scip: &scip, under }, &writer, &mut batch, &watch)
        };
        watch.observer().operation(Event::IndexImportScip, import, imported)
    }

    /// The writer of an index that was updated before.
    pub(super) fn existing_writer(&self, watch: &Watch) -> Result<Writer> {
        match Snapshot::open(&self.folder) {
            // The writer brings an older catalog up to date, and refuses a newer one.
            Ok(_) | Err(Error::IndexVersion { .. }) => {}
            Err(error) => return Err(error),
        }
        let writer = Writer::open(&self.write_context(), watch)?;
        match writer.catalog().generation()? {
            Generation(0) => Err(Error::IndexMissing { path: self.folder.clone() }),
            _ => Ok(writer),
        }
    }
}

/// How an import that succeeded is told.
fn imported(report: &ScipReport, end: &End<'_>) {
    end.log(Completion::Ok, "references were taken over from another program", || {
        vec![
            ("generation", report.generation.0.into()),
            ("documents", report.documents.into()),
            ("documents_unknown", report.documents_unknown.into()),
            ("definitions", report.definitions.into()),
            ("references", report.references.into()),
        ]
    });
}

/// An index to import, and the folder of the tree that it was made in.
#[derive(Clone, Copy)]
struct Source<'a> {
    scip: &'a ScipIndex,
    under: Option<&'a RepoPath>,
}

/// Replaces all exact references with those of `source`, as a new generation.
///
/// # Errors
/// `INVALID_ARGUMENT` when a document cannot be read, and those of the catalog, the text index and the watch.
fn import(source: Source<'_>, writer: &Writer, batch: &mut Batch<'_>, watch: &Watch) -> Result<ScipReport> {
    let files = writer.catalog().file_table()?.into_iter().map(|row| (row.path, row.id)).collect();
    let mut import = Import { source, files, writer, watch, report: ScipReport::new(batch.generation()) };
    let definitions = import.definitions()?;
    batch.content()?.clear_exact()?;
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
            let commit = batch.content()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::ErrorCode;
    use crate::graph::{GraphQuery, Resolution};
    use crate::host::Host;
    use crate::index::snapshot;
    use crate::scip::fixture::{Written, encode};
    use crate::source::LineRange;
    use crate::store::lock::WriteLock;
    use std::collections::BTreeMap;
    use std::path::Path;

    const A: &str = "export class Foo {\n  constructor(start) {}\n  bar() { return helper(2); }\n}\n\
        export function helper(x) {\n  return x;\n}\n";
    const B: &str = "import { Foo, helper as assist } from './a';\nexport function main() {\n\
        \x20 const foo = new Foo(1);\n  foo.bar();\n  return assist(3);\n}\n";

    /// What the indexer of TypeScript says of `A`.
    const IN_A: &[Written<'_>] = &[
        (&[0, 0, 0], "s npm p 1 `a.ts`/", 1),
        (&[0, 13, 16], "s npm p 1 `a.ts`/Foo#", 1),
        (&[1, 2, 13], "s npm p 1 `a.ts`/Foo#`<constructor>`().", 1),
        (&[1, 14, 19], "s npm p 1 `a.ts`/Foo#`<constructor>`().(start)", 1),
        (&[2, 2, 5], "s npm p 1 `a.ts`/Foo#bar().", 1),
        (&[2, 17, 23], "s npm p 1 `a.ts`/helper().", 0),
        (&[4, 16, 22], "s npm p 1 `a.ts`/helper().", 1),
    ];
    /// What it says of `B`.
    const IN_B: &[Written<'_>] = &[
        (&[0, 9, 12], "s npm p 1 `a.ts`/Foo#", 2),
        (&[0, 14, 20], "s npm p 1 `a.ts`/helper().", 2),
        (&[1, 16, 20], "s npm p 1 `b.ts`/main().", 1),
        (&[2, 8, 11], "local 2", 1),
        (&[2, 18, 21], "s npm p 1 `a.ts`/Foo#`<constructor>`().", 0),
        (&[3, 2, 5], "local 2", 0),
        (&[3, 6, 9], "s npm p 1 `a.ts`/Foo#bar().", 0),
        (&[4, 9, 15], "s npm p 1 `a.ts`/helper().", 0),
        (&[4, 0, 6], "s npm other 1 `c.ts`/far().", 0),
    ];

    fn both() -> Vec<u8> {
        encode(&[("a.ts", IN_A), ("b.ts", IN_B)])
    }

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Tree {
            let tree = Tree(tempfile::tempdir().unwrap());
            files.iter().for_each(|(path, text)| tree.write(path, text));
            tree.update();
            tree
        }

        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        fn rename(&self, from: &str, to: &str) {
            std::fs::rename(self.0.path().join(from), self.0.path().join(to)).unwrap();
        }

        fn index(&self) -> Index {
            Index::open(self.0.path(), &Config::default(), Host::default()).unwrap()
        }

        fn update(&self) -> Generation {
            self.index().update(&Limits::default()).unwrap().generation
        }

        fn import(&self, bytes: &[u8]) -> ScipReport {
            self.index().import_scip(bytes, None, &Limits::default()).unwrap()
        }

        fn refusal(&self, bytes: &[u8]) -> ErrorCode {
            self.index().import_scip(bytes, None, &Limits::default()).unwrap_err().code()
        }

        /// The files and lines at which a reader finds `name` as it stands on a line defined.
        fn targets(&self, path: &str, line: u32, name: &str) -> Vec<String> {
            self.places(path, |catalog, id| catalog.exact_target(id, line, name).unwrap().unwrap_or_default())
        }

        /// The files and lines that a reader finds to refer to lines of a file.
        fn sources(&self, path: &str, start: u32, end: u32) -> Vec<String> {
            self.places(path, |catalog, id| catalog.exact_sources(id, LineRange { start, end }).unwrap())
        }

        fn places(
            &self,
            path: &str,
            ask: impl Fn(&crate::store::schema::Database, u32) -> Vec<(u32, u32)>,
        ) -> Vec<String> {
            let (snapshot, _) = self.open();
            let catalog = snapshot.read();
            let rows = catalog.file_table().unwrap();
            let id = rows.iter().find(|row| row.path.as_str() == path).unwrap().id;
            let path = |id: u32| rows.iter().find(|row| row.id == id).unwrap().path.to_string();
            ask(&catalog, id).into_iter().map(|(id, line)| format!("{}:{line}", path(id))).collect()
        }

        fn has_exact(&self) -> bool {
            self.open().0.read().has_exact().unwrap()
        }

        /// The last committed state, whose two halves are of one generation.
        fn open(&self) -> (crate::store::catalog::Snapshot, crate::store::text::TextSnapshot) {
            let index = self.index();
            let watch = index.host.watch(&Limits::default());
            let (catalog, text) = snapshot::open(&index.write_context(), &watch).unwrap();
            assert_eq!(text.generation(), Some(catalog.read().text_generation().unwrap().0));
            (catalog, text)
        }

        fn files(&self) -> Vec<String> {
            let (snapshot, _) = self.open();
            let rows = snapshot.read().file_table().unwrap();
            rows.iter().map(|row| row.path.to_string()).collect()
        }
    }

    fn imported() -> Tree {
        let tree = Tree::new(&[("a.ts", A), ("b.ts", B)]);
        tree.import(&both());
        tree
    }

    #[test]
    fn the_graph_believes_what_was_imported() {
        let searcher = imported().index().searcher().unwrap();
        let callers = searcher.graph(&GraphQuery::callers("helper"), &Limits::default()).unwrap();
        assert_eq!(callers.edges.len(), 2);
        assert!(callers.edges.iter().all(|edge| edge.resolution == Resolution::Exact && edge.confidence == 1.0));
    }

    #[test]
    fn each_reference_leads_to_its_definition() {
        let tree = Tree::new(&[("a.ts", A), ("b.ts", B)]);
        assert!(!tree.has_exact());
        let report = tree.import(&both());
        assert_eq!((report.generation, report.documents, report.documents_unknown), (Generation(2), 2, 0));
        assert_eq!((report.definitions, report.references), (5, 6));
        let skipped = [(ScipSkip::Local, 3), (ScipSkip::Unnamed, 1), (ScipSkip::Undefined, 1)];
        assert_eq!(report.skipped, BTreeMap::from(skipped));
        assert!(tree.has_exact());
        assert_eq!(tree.targets("b.ts", 1, "Foo"), ["a.ts:1"]);
        assert_eq!(tree.targets("b.ts", 4, "bar"), ["a.ts:3"]);
        assert_eq!(tree.targets("a.ts", 3, "helper"), ["a.ts:5"]);
        assert_eq!(tree.targets("b.ts", 4, "foo"), [""; 0]);
        assert_eq!(tree.sources("a.ts", 5, 7), ["a.ts:3", "b.ts:1", "b.ts:5"]);
        assert_eq!(tree.sources("a.ts", 6, 7), [""; 0]);
    }

    #[test]
    fn a_constructor_is_found_by_the_name_of_its_type_and_an_alias_by_what_is_written() {
        let tree = imported();
        assert_eq!(tree.targets("b.ts", 3, "Foo"), ["a.ts:2"]);
        assert_eq!(tree.targets("b.ts", 3, "constructor"), ["a.ts:2"]);
        assert_eq!(tree.targets("b.ts", 5, "assist"), ["a.ts:5"]);
        assert_eq!(tree.targets("b.ts", 5, "helper"), ["a.ts:5"]);
    }

    #[test]
    fn references_go_when_either_end_changes_and_follow_a_new_path() {
        let tree = imported();
        tree.rename("a.ts", "moved.ts");
        tree.update();
        assert_eq!(tree.targets("b.ts", 4, "bar"), ["moved.ts:3"]);
        tree.write("b.ts", &format!("\n{B}"));
        tree.update();
        assert_eq!(tree.sources("moved.ts", 1, 9), ["moved.ts:3"]);

        let tree = imported();
        tree.write("a.ts", &format!("\n{A}"));
        tree.update();
        assert!(!tree.has_exact());

        let tree = imported();
        tree.rename("a.ts", ".git");
        tree.update();
        assert_eq!(tree.files(), ["b.ts"]);
        assert!(!tree.has_exact());
    }

    #[test]
    fn references_stay_when_a_file_is_only_parsed_again() {
        let tree = imported();
        let mut config = Config::default();
        config.indexer.max_chunk_tokens = 64;
        let index = Index::open(tree.0.path(), &config, Host::default()).unwrap();
        assert_eq!(index.update(&Limits::default()).unwrap().changed, 2);
        assert_eq!(tree.sources("a.ts", 1, 7).len(), 5);
    }

    #[test]
    fn a_second_import_replaces_the_first() {
        let tree = imported();
        assert_eq!(tree.import(&encode(&[("a.ts", IN_A)])).generation, Generation(3));
        assert_eq!(tree.sources("a.ts", 1, 7), ["a.ts:3"]);
        assert_eq!(tree.update(), Generation(3), "an update after an import finds nothing to do");
    }

    #[test]
    fn places_of_another_state_of_a_file_are_left_out() {
        let tree = Tree::new(&[("a.ts", &A.replace("}\nexport", "}\n// new\nexport")), ("b.ts", &format!("\n{B}"))]);
        let report = tree.import(&both());
        assert_eq!((report.definitions, report.references), (3, 0));
        assert_eq!((report.skipped[&ScipSkip::Moved], report.skipped[&ScipSkip::Undefined]), (5, 4));
        assert!(!tree.has_exact());
    }

    #[test]
    fn columns_count_only_where_they_can_be_told() {
        let line = "const größe = 1; let foo = größe; // ü foo\n";
        let tree = Tree::new(&[("a.ts", line)]);
        let foo: Written<'_> = (&[0, 21, 24], "s m p v foo.", 1);
        let wide: Written<'_> = (&[0, 6, 11], "s m p v größe.", 1);
        let reference: Written<'_> = (&[0, 27, 32], "s m p v größe.", 0);
        let report = tree.import(&encode(&[("a.ts", &[foo, wide, reference])]));
        assert_eq!((report.definitions, report.references), (2, 1));
        assert_eq!(tree.targets("a.ts", 1, "größe"), ["a.ts:1"]);
        let ascii = Tree::new(&[("a.ts", "let foo = 1;\n")]);
        let beside: Written<'_> = (&[0, 0, 3], "s m p v foo.", 1);
        let beyond: Written<'_> = (&[0, 40, 43], "s m p v foo.", 1);
        let below: Written<'_> = (&[9, 4, 7], "s m p v foo.", 1);
        assert_eq!(ascii.import(&encode(&[("a.ts", &[beside, beyond, below])])).skipped[&ScipSkip::Moved], 3);
    }

    #[test]
    fn what_is_defined_all_over_is_defined_nowhere() {
        let text = "x\n".repeat(20);
        let tree = Tree::new(&[("a.txt", &text), ("b.txt", "x\n")]);
        for (count, ambiguous) in [(MAX_PLACES, None), (MAX_PLACES + 1, Some(1))] {
            let ranges: Vec<[i32; 3]> = (0..count as i32).map(|line| [line, 0, 1]).collect();
            let definitions: Vec<Written<'_>> = ranges.iter().map(|range| (&range[..], "s m p v x.", 1)).collect();
            let report = tree.import(&encode(&[("a.txt", &definitions), ("b.txt", &[(&[0, 0, 1], "s m p v x.", 0)])]));
            assert_eq!(report.skipped.get(&ScipSkip::Ambiguous).copied(), ambiguous);
            assert_eq!(tree.targets("b.txt", 1, "x").len(), if ambiguous.is_some() { 0 } else { count });
        }
    }

    #[test]
    fn a_folder_of_the_tree_can_be_imported_and_what_is_not_indexed_is_named() {
        let tree = Tree::new(&[("web/a.ts", A), ("web/b.ts", B)]);
        let report = tree.import(&both());
        assert_eq!((report.documents, report.documents_unknown), (0, 2));
        assert_eq!(report.unknown, ["a.ts", "b.ts"]);
        let many: Vec<String> = (0..50).map(|number| format!("../{number:02}")).collect();
        let many: Vec<(&str, &[Written<'_>])> = many.iter().map(|path| (path.as_str(), IN_A)).collect();
        let report = tree.import(&encode(&many));
        assert_eq!((report.documents_unknown, report.unknown.len()), (50, MAX_UNKNOWN));
        let under = RepoPath::new("web").unwrap();
        let report = tree.index().import_scip(&both(), Some(&under), &Limits::default()).unwrap();
        assert_eq!((report.documents, report.documents_unknown, report.references), (2, 0, 6));
        assert_eq!(tree.targets("web/b.ts", 4, "bar"), ["web/a.ts:3"]);
    }

    #[test]
    fn what_is_no_index_changes_nothing() {
        let tree = imported();
        let mut late = both();
        let last = late.len() - IN_B.last().unwrap().1.len();
        late[last..].fill(0xff);
        for bytes in [Vec::new(), b"no index".to_vec(), both()[..400].to_vec(), late] {
            assert_eq!(tree.refusal(&bytes), ErrorCode::InvalidArgument);
        }
        assert_eq!(tree.open().0.generation(), Generation(2));
        assert_eq!(tree.sources("a.ts", 1, 7).len(), 5);
    }

    #[test]
    fn damaged_bytes_are_refused_or_imported() {
        let tree = Tree::new(&[("a.ts", A), ("b.ts", B)]);
        let whole = both();
        let mut refused = 0;
        for at in (0..whole.len()).step_by(11) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            match tree.index().import_scip(&bytes, None, &Limits::default()) {
                Ok(report) => assert!(report.references <= 7 && report.definitions <= 7, "{report:?}"),
                Err(error) => {
                    assert_eq!(error.code(), ErrorCode::InvalidArgument, "{error}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
    }

    #[test]
    fn a_stop_at_any_step_leaves_the_old_state_or_the_new_one() {
        for (stop, is_new) in [(CommitStep::CatalogStamped, false), (CommitStep::CatalogCommitted, true)] {
            let tree = Tree::new(&[("a.ts", A), ("b.ts", B)]);
            let at_stop = |step| if step == stop { Err(Error::internal("stopped")) } else { Ok(()) };
            let stopped = tree.index().import_stepwise((&both(), None), &Limits::default(), &at_stop);
            assert_eq!(stopped.unwrap_err().code(), ErrorCode::Internal);
            let expected = (Generation(if is_new { 2 } else { 1 }), is_new);
            assert_eq!((tree.open().0.generation(), tree.has_exact()), expected, "{stop:?}");
            tree.import(&both());
            assert_eq!(tree.sources("a.ts", 1, 7).len(), 5, "{stop:?}");
        }
    }

    #[test]
    fn an_import_needs_an_index_and_the_right_to_write() {
        let tree = Tree(tempfile::tempdir().unwrap());
        assert_eq!(tree.refusal(&both()), ErrorCode::IndexMissing);
        assert!(!tree.0.path().join(".pampax").exists());
        tree.update();
        let over = Limits::default().with_timeout(std::time::Duration::ZERO);
        let late = tree.index().import_scip(&both(), None, &over).unwrap_err();
        assert_eq!(late.code(), ErrorCode::DeadlineExceeded);
        let lock = WriteLock::acquire(&tree.0.path().join(".pampax")).unwrap();
        assert_eq!(tree.refusal(&both()), ErrorCode::IndexLocked);
        drop(lock);
        assert_eq!(tree.import(&both()).documents_unknown, 2);
    }

    /// Makes the catalog one of the first version, which had no exact references and no blocks of vectors.
    fn age(folder: &Path) {
        let catalog = rusqlite::Connection::open(folder.join("catalog.sqlite")).unwrap();
        catalog
            .execute_batch(
                "DROP TABLE exact_references; DROP TABLE vector_blocks; DROP TABLE unwritten;
                DELETE FROM meta WHERE key = 'text_generation'; PRAGMA user_version = 1;",
            )
            .unwrap();
    }

    #[test]
    fn an_older_index_is_brought_up_to_date_by_whatever_may_write() {
        let tree = Tree::new(&[("a.ts", A), ("b.ts", B)]);
        let folder = tree.0.path().join(".pampax");
        let uses: [&dyn Fn(); 3] = [
            &|| drop(tree.import(&both())), // The vectors of the older index are made anew, which is a new generation.
            &|| assert_eq!(tree.update(), Generation(3)),
            &|| drop(tree.index().searcher().unwrap()),
        ];
        for once in uses {
            age(&folder);
            let old = tree.index().status().unwrap_err();
            assert!(old.code() == ErrorCode::IndexVersion && old.code().remedy().starts_with("run `pampax index`"));
            once();
            assert_eq!(tree.index().status().unwrap().totals.files, 2);
        }
    }
}
