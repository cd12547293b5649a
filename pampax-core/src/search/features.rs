//! From evidence to signals: what every candidate file is worth, comparable between questions. Pure.
//!
//! Never here: weights (`rank.rs`), storage.

use crate::search::corpus::{Corpus, CorpusFile, FileIndex};
use crate::search::definitions::{Definitions, NamedDefinition};
use crate::search::evidence::Evidence;
use crate::search::nearness::Nearness;
use crate::search::question::Question;
use crate::search::rank::{Signal, Signals, Weights};
use crate::search::shortlist;
use crate::search::spoken::SpokenNames;
use crate::source::{Role, SpanKind};

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
    pub evidence: &'a Evidence<'a>,
    pub definitions: &'a Definitions,
    pub nearness: &'a Nearness<'a>,
    pub weights: &'a Weights,
    pub spoken: &'a SpokenNames,
}

/// The best `count` candidates that `accepts` takes, best first; equal scores by path.
pub(crate) fn candidates(inputs: &Inputs<'_>, accepts: &dyn Fn(&CorpusFile) -> bool, count: usize) -> Vec<Candidate> {
    let measure = Measure::new(inputs);
    let weight = inputs.weights.of(Signal::Vector);
    let scored = match inputs.nearness.is_empty() || weight == 0.0 {
        true => {
            let mut best = shortlist::best(&measure, accepts, (count, &[]));
            best.sort_unstable_by(shortlist::by_score);
            best.into_iter().map(|(score, file)| (score, file, inputs.nearness.file(file))).collect()
        }
        // Where there are many files only those are compared that may be among the best `count`: the best without their
        // vectors, and those of the nearest chunks. The others are dropped.
        false => {
            let compared = count.saturating_mul(COMPARED_PER_WANTED);
            let best = shortlist::best(&measure, accepts, (compared, inputs.nearness.leaders()));
            shortlist::with_vectors(best, (|file| inputs.nearness.file(file), weight), count)
        }
    };
    let candidate = |(_, file, similarity): (f64, FileIndex, f64)| {
        let mut signals = measure.signals(file);
        signals.set(Signal::Vector, similarity);
        Candidate { file, signals }
    };
    scored.into_iter().map(candidate).collect()
}

/// How many files are compared by their vectors for each that is wanted.
const COMPARED_PER_WANTED: usize = 4;

/// Measures the signals of files for one question.
pub(crate) struct Measure<'a> {
    pub inputs: &'a Inputs<'a>,
    pub scale: Scale,
}

impl<'a> Measure<'a> {
    fn new(inputs: &'a Inputs<'a>) -> Measure<'a> {
        Measure { inputs, scale: Scale::of(inputs.evidence) }
    }

    /// Those of a file, but for that of its vectors.
    fn signals(&self, file: FileIndex) -> Signals {
        let Inputs { question, corpus, definitions, .. } = self.inputs;
        let mut signals = Signals::new();
        self.scale.set_text_signals(self.inputs.evidence, file, &mut signals);
        signals.set(Signal::NamedPath, f64::from(u8::from(self.is_named(file))));
        signals.set(Signal::Header, f64::from(u8::from(corpus.is_header_of_another[file as usize])));
        if let Some(signal) = role_signal(corpus.files[file as usize].role, question) {
            signals.set(signal, 1.0);
        }
        set_definition_signals(definitions.of(file), question, &mut signals);
        signals
    }

    /// About the sum of what a file's signals contribute.
    pub(crate) fn estimate(&self, file: FileIndex) -> f64 {
        self.signals(file).estimate(self.inputs.weights)
    }

    /// Whether the question names a file by its path or the end of it.
    pub(crate) fn is_named(&self, file: FileIndex) -> bool {
        let paths = &self.inputs.question.paths;
        !paths.is_empty() && {
            let path = self.inputs.corpus.files[file as usize].path.as_str();
            let is_end = |end: &String| {
                path.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            paths.iter().any(is_end)
        }
    }
}

/// The best of all files, which a file's evidence is compared with.
pub(crate) struct Scale {
    pub top_chunks: f64,
    pub body: f64,
    pub names: f64,
    pub path: f64,
}

impl Scale {
    fn of(evidence: &Evidence<'_>) -> Scale {
        let mut scale = Scale { top_chunks: 0.0, body: 0.0, names: 0.0, path: 0.0 };
        for file in evidence.touched() {
            let own = evidence.sums(*file);
            scale.body = scale.body.max(own.body);
            scale.names = scale.names.max(own.names);
            scale.path = scale.path.max(own.path);
            if own.top_chunks_bound() > scale.top_chunks {
                scale.top_chunks = scale.top_chunks.max(evidence.top_chunks(*file));
            }
        }
        scale
    }

    fn set_text_signals(&self, evidence: &Evidence<'_>, file: FileIndex, signals: &mut Signals) {
        let own = evidence.file(file);
        signals.set(Signal::TopChunks, ratio(evidence.top_chunks(file), self.top_chunks));
        signals.set(Signal::Body, ratio(own.body, self.body));
        signals.set(Signal::Names, ratio(own.names, self.names));
        signals.set(Signal::Path, ratio(own.path, self.path));
        signals.set(Signal::Coverage, own.coverage);
        signals.set(Signal::PathCoverage, own.path_coverage);
        signals.set(Signal::NamesCoverage, own.names_coverage);
    }
}

/// `value` against the best.
pub(crate) fn ratio(value: f64, best: f64) -> f64 {
    if best > 0.0 { value / best } else { 0.0 }
}

/// The signal that speaks against files of a role, unless the question asks for them.
pub(crate) fn role_signal(role: Role, question: &Question) -> Option<Signal> {
    let asks = question.asks_for;
    match role {
        Role::Test if !asks.tests => Some(Signal::Test),
        Role::Doc if !asks.documents => Some(Signal::Doc),
        Role::Config if !asks.configuration => Some(Signal::Config),
        Role::Generated => Some(Signal::Generated),
        Role::Vendored => Some(Signal::Vendored),
        _ => None,
    }
}

/// A definition speaks the louder the more its name looks like one and the fewer namesakes it has.
fn set_definition_signals(definitions: &[NamedDefinition], question: &Question, signals: &mut Signals) {
    let (types, others) = loudest(definitions, question);
    signals.set(Signal::DefinesType, types);
    signals.set(Signal::DefinesOther, others);
    if question.is_single_word {
        signals.set(Signal::DefinesWord, types.max(others));
    }
}

/// How clearly the definitions of a file answer at best, types and others.
pub(crate) fn loudest(definitions: &[NamedDefinition], question: &Question) -> (f64, f64) {
    let (mut types, mut others) = (0.0f64, 0.0f64);
    for definition in definitions {
        let voice = voice(definition, question);
        match is_type(definition.kind) {
            true => types = types.max(voice),
            false => others = others.max(voice),
        }
    }
    (types, others)
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
