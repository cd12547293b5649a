//! From evidence to signals: what every candidate file is worth, comparable between questions. Pure.
//!
//! Never here: weights (`rank.rs`), storage.

use crate::search::corpus::{Corpus, CorpusFile, FileIndex};
use crate::search::nearness::Nearness;
use crate::search::question::Question;
use crate::search::rank::{Signal, Signals, Weights, rounded};
use crate::search::retrieve::Evidence;
use crate::source::{Role, SpanKind};
use std::cmp::Ordering;
use std::collections::HashMap;

/// A definition whose name the question holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NamedDefinition {
    /// The file it is in.
    pub file: FileIndex,
    /// Its position among the file's spans.
    pub span: u32,
    /// The number of the chunk it starts in.
    pub chunk: u32,
    /// What it is.
    pub kind: SpanKind,
    /// The position of the name in the question's names.
    pub name: usize,
    /// Whether the name is written with the same capitals.
    pub is_exact: bool,
    /// How many files define that name as firmly.
    pub namesakes: u32,
}

/// A file that may answer.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The file.
    pub file: FileIndex,
    /// Its signals.
    pub signals: Signals,
}

/// What the candidates are made from.
pub(crate) struct Inputs<'a> {
    pub question: &'a Question,
    pub corpus: &'a Corpus,
    pub evidence: &'a Evidence,
    pub definitions: &'a [NamedDefinition],
    pub nearness: &'a Nearness<'a>,
    pub weights: &'a Weights,
}

/// The best `count` candidates that `accepts` takes, best first; equal scores by path.
pub(crate) fn candidates(inputs: &Inputs<'_>, accepts: &dyn Fn(&CorpusFile) -> bool, count: usize) -> Vec<Candidate> {
    let measure = Measure::new(inputs);
    let mut scores: Vec<(f64, FileIndex)> = files(inputs)
        .into_iter()
        .filter(|file| accepts(&inputs.corpus.files[*file as usize]))
        .map(|file| (measure.signals(file).estimate(inputs.weights), file))
        .collect();
    add_vectors(inputs, &mut scores, count);
    if scores.len() > count {
        scores.select_nth_unstable_by(count, by_score);
        scores.truncate(count);
    }
    scores.sort_unstable_by(by_score);
    let candidate = |file: FileIndex| {
        let mut signals = measure.signals(file);
        signals.set(Signal::Vector, inputs.nearness.file(file));
        Candidate { file, signals }
    };
    scores.into_iter().map(|(_, file)| candidate(file)).collect()
}

/// Adds what the files' vectors contribute to their scores. Where there are many files only those are compared that may be
/// among the best `count`: the best without their vectors, and those of the nearest chunks. The others are dropped.
fn add_vectors(inputs: &Inputs<'_>, scores: &mut Vec<(f64, FileIndex)>, count: usize) {
    let weight = inputs.weights.of(Signal::Vector);
    if inputs.nearness.is_empty() || weight == 0.0 {
        return;
    }
    let compared = count.saturating_mul(COMPARED_PER_WANTED);
    if scores.len() > compared {
        scores.select_nth_unstable_by(compared, by_score);
        let is_leader = |(_, file): &(f64, FileIndex)| inputs.nearness.leaders().binary_search(file).is_ok();
        let rest = scores.split_off(compared);
        scores.extend(rest.into_iter().filter(is_leader));
    }
    scores.iter_mut().for_each(|(score, file)| *score += weight * rounded(inputs.nearness.file(*file)));
}

/// Best first; equal scores by path.
fn by_score(left: &(f64, FileIndex), right: &(f64, FileIndex)) -> Ordering {
    right.0.total_cmp(&left.0).then(left.1.cmp(&right.1))
}

/// How many files are compared by their vectors for each that is wanted.
const COMPARED_PER_WANTED: usize = 4;

/// Measures the signals of files for one question.
struct Measure<'a> {
    inputs: &'a Inputs<'a>,
    scale: Scale,
    definitions: HashMap<FileIndex, Vec<NamedDefinition>>,
}

impl<'a> Measure<'a> {
    fn new(inputs: &'a Inputs<'a>) -> Measure<'a> {
        Measure { inputs, scale: Scale::of(inputs), definitions: by_file(inputs.definitions) }
    }

    /// Those of a file, but for that of its vectors.
    fn signals(&self, file: FileIndex) -> Signals {
        let Inputs { question, corpus, .. } = self.inputs;
        let row = &corpus.files[file as usize];
        let mut signals = Signals::new();
        self.scale.set_text_signals(self.inputs, file, &mut signals);
        let names_it = |path: &String| row.path.as_str() == path || row.path.as_str().ends_with(&format!("/{path}"));
        signals.set(Signal::NamedPath, f64::from(u8::from(question.paths.iter().any(names_it))));
        signals.set(Signal::Header, f64::from(u8::from(corpus.is_header_of_another[file as usize])));
        set_role_signals(row.role, question, &mut signals);
        if let Some(definitions) = self.definitions.get(&file) {
            set_definition_signals(definitions, question, &mut signals);
        }
        signals
    }
}

/// Every file that anything speaks for, ascending.
fn files(inputs: &Inputs<'_>) -> Vec<FileIndex> {
    let mut files = inputs.evidence.touched.clone();
    files.extend(inputs.definitions.iter().map(|definition| definition.file));
    files.extend(inputs.nearness.leaders());
    files.sort_unstable();
    files.dedup();
    files
}

/// The best of all files, which a file's evidence is compared with.
struct Scale {
    top_chunks: f64,
    body: f64,
    names: f64,
    path: f64,
}

impl Scale {
    fn of(inputs: &Inputs<'_>) -> Scale {
        let mut scale = Scale { top_chunks: 0.0, body: 0.0, names: 0.0, path: 0.0 };
        for file in &inputs.evidence.touched {
            let evidence = &inputs.evidence.files[*file as usize];
            scale.top_chunks = scale.top_chunks.max(evidence.top_chunks);
            scale.body = scale.body.max(evidence.body);
            scale.names = scale.names.max(evidence.names);
            scale.path = scale.path.max(evidence.path);
        }
        scale
    }

    fn set_text_signals(&self, inputs: &Inputs<'_>, file: FileIndex, signals: &mut Signals) {
        let evidence = &inputs.evidence.files[file as usize];
        signals.set(Signal::TopChunks, ratio(evidence.top_chunks, self.top_chunks));
        signals.set(Signal::Body, ratio(evidence.body, self.body));
        signals.set(Signal::Names, ratio(evidence.names, self.names));
        signals.set(Signal::Path, ratio(evidence.path, self.path));
        signals.set(Signal::Coverage, evidence.coverage);
        signals.set(Signal::PathCoverage, evidence.path_coverage);
        signals.set(Signal::NamesCoverage, evidence.names_coverage);
    }
}

/// `value` against the best.
pub(crate) fn ratio(value: f64, best: f64) -> f64 {
    if best > 0.0 { value / best } else { 0.0 }
}

fn by_file(definitions: &[NamedDefinition]) -> HashMap<FileIndex, Vec<NamedDefinition>> {
    let mut files: HashMap<FileIndex, Vec<NamedDefinition>> = HashMap::new();
    for definition in definitions {
        files.entry(definition.file).or_default().push(*definition);
    }
    files
}

fn set_role_signals(role: Role, question: &Question, signals: &mut Signals) {
    let asks = question.asks_for;
    let signal = match role {
        Role::Test if !asks.tests => Signal::Test,
        Role::Doc if !asks.documents => Signal::Doc,
        Role::Config if !asks.configuration => Signal::Config,
        Role::Generated => Signal::Generated,
        Role::Vendored => Signal::Vendored,
        _ => return,
    };
    signals.set(signal, 1.0);
}

/// A definition speaks the louder the more its name looks like one and the fewer namesakes it has.
fn set_definition_signals(definitions: &[NamedDefinition], question: &Question, signals: &mut Signals) {
    let (mut types, mut others) = (0.0f64, 0.0f64);
    for definition in definitions {
        let voice = voice(definition, question);
        match is_type(definition.kind) {
            true => types = types.max(voice),
            false => others = others.max(voice),
        }
    }
    signals.set(Signal::DefinesType, types);
    signals.set(Signal::DefinesOther, others);
    if question.is_single_word {
        signals.set(Signal::DefinesWord, types.max(others));
    }
}

/// How clearly a definition answers to a name in the question.
pub(crate) fn voice(definition: &NamedDefinition, question: &Question) -> f64 {
    let capitals = if definition.is_exact { 1.0 } else { OTHER_CAPITALS };
    let confidence = question.names[definition.name].confidence;
    confidence * capitals * firmness(definition.kind) / f64::from(definition.namesakes.max(1)).sqrt()
}

/// What a name in other capitals is worth.
const OTHER_CAPITALS: f64 = 0.5;

/// How much a definition of this kind is the thing that people mean by its name.
pub(crate) fn firmness(kind: SpanKind) -> f64 {
    use SpanKind::{Constructor, Element, EnumMember, Field, Impl, Key, Property, Rule, Section, Variable};
    match kind {
        Impl | Constructor => 0.0,
        Variable => 0.8,
        Field | Property | EnumMember | Key | Section | Rule | Element => 0.4,
        _ => 1.0,
    }
}

/// Whether a definition of this kind is a type, or holds others as a type does.
pub(crate) fn is_type(kind: SpanKind) -> bool {
    use SpanKind::{Class, Enum, Interface, Module, Struct, Table, Trait, Type};
    matches!(kind, Class | Struct | Enum | Interface | Trait | Type | Module | Table)
}

/// File names that say nothing; the folder's name speaks for them.
const SILENT_NAMES: &[&str] = &["index", "init", "lib", "main", "mod", "package"];

/// The words of a file's name, or of its folder's where its own says nothing.
pub(crate) fn spoken_name(file: &CorpusFile) -> &str {
    let stem = file.path.stem();
    let folder_name = file.path.folder().rsplit('/').next().unwrap_or("");
    let is_silent = SILENT_NAMES.contains(&stem.trim_matches('_').to_ascii_lowercase().as_str());
    if is_silent && !folder_name.is_empty() { folder_name } else { stem }
}
