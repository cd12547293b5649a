//! The definitions whose names one question holds. Pure.
//!
//! Never here: how they are looked up (`names.rs`), what they are worth (`features.rs`).

use crate::search::corpus::FileIndex;
use crate::source::SpanKind;

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

/// The definitions whose names one question holds, those of a file together.
#[derive(Debug, Default)]
pub(crate) struct Definitions(Vec<NamedDefinition>);

impl Definitions {
    /// Puts them in the order of their files. Those of a file stay in the order in which they are given.
    pub(crate) fn new(mut definitions: Vec<NamedDefinition>) -> Definitions {
        definitions.sort_by_key(|definition| definition.file);
        Definitions(definitions)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those in a file.
    pub(crate) fn of(&self, file: FileIndex) -> &[NamedDefinition] {
        let first = self.0.partition_point(|definition| definition.file < file);
        leading(&self.0[first..], file)
    }

    /// The file of every definition, ascending.
    pub(crate) fn files(&self) -> impl Iterator<Item = FileIndex> {
        self.0.iter().map(|definition| definition.file)
    }

    /// [`Definitions::of`] for many files.
    pub(crate) fn by_file(&self) -> ByFile<'_> {
        ByFile(&self.0)
    }
}

/// Gives the definitions of one file after another.
pub(crate) struct ByFile<'a>(&'a [NamedDefinition]);

impl<'a> ByFile<'a> {
    /// Those in `file`, which comes after every file that was asked for before.
    pub(crate) fn next_of(&mut self, file: FileIndex) -> &'a [NamedDefinition] {
        let earlier = self.0.iter().take_while(|definition| definition.file < file).count();
        let found = leading(&self.0[earlier..], file);
        self.0 = &self.0[earlier + found.len()..];
        found
    }
}

fn leading(definitions: &[NamedDefinition], file: FileIndex) -> &[NamedDefinition] {
    let count = definitions.iter().take_while(|definition| definition.file == file).count();
    &definitions[..count]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn definition(file: FileIndex, span: u32) -> NamedDefinition {
        NamedDefinition { file, span, chunk: 0, kind: SpanKind::Function, name: 0, is_exact: true, namesakes: 1 }
    }

    proptest! {
        #[test]
        fn every_file_has_its_definitions_in_their_order(files in proptest::collection::vec(0u32..9, 0..40)) {
            let all: Vec<NamedDefinition> = files.iter().zip(0..).map(|(file, span)| definition(*file, span)).collect();
            let definitions = Definitions::new(all.clone());
            let mut by_file = definitions.by_file();
            for file in (0..9).filter(|file| file % 4 != 2) {
                let expected: Vec<NamedDefinition> = all.iter().filter(|one| one.file == file).copied().collect();
                prop_assert_eq!(definitions.of(file), &expected);
                prop_assert_eq!(by_file.next_of(file), &expected);
            }
        }
    }
}
