//! The ignore files that hold for a folder, and which of their lines decides about a path.
//!
//! Never here: finding and reading those files.

use super::pattern::{Pattern, Subject};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::rc::Rc;

/// Where rules come from; an earlier source overrules a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Exclude,
    Pampaxignore,
    Ignore,
    Gitignore,
    GitExclude,
}

impl Source {
    /// The ignore files that may lie in any folder.
    pub(super) const IN_FOLDERS: [Source; 3] = [Source::Pampaxignore, Source::Ignore, Source::Gitignore];

    /// The name of the file, or the key of the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Source::Exclude => "indexer.exclude",
            Source::Pampaxignore => ".pampaxignore",
            Source::Ignore => ".ignore",
            Source::Gitignore => ".gitignore",
            Source::GitExclude => ".git/info/exclude",
        }
    }
}

/// The line of an ignore file that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IgnoreRule {
    /// The ignore file relative to the root, or `indexer.exclude`.
    pub file: String,
    /// The line, counted from 1; for `indexer.exclude` the position in the list.
    pub line: u32,
    /// The line as written.
    pub pattern: String,
}

/// The patterns of one ignore file.
#[derive(Debug)]
pub(super) struct IgnoreFile {
    source: Source,
    folder: String,
    lines: Vec<Line>,
    /// The indices of the lines that name one path or one file name literally, by that text.
    literal: HashMap<String, Vec<usize>>,
    /// The indices of the other lines.
    others: Vec<usize>,
}

#[derive(Debug)]
struct Line {
    number: u32,
    text: String,
    pattern: Pattern,
}

impl IgnoreFile {
    /// The rules in `bytes` for everything below `folder`, which is relative to the root.
    pub(super) fn parse(source: Source, folder: &str, bytes: &[u8]) -> IgnoreFile {
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let lines = body.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        IgnoreFile::from_lines(source, folder, lines)
    }

    /// The rules in `lines`.
    pub(super) fn from_lines<'a>(source: Source, folder: &str, lines: impl Iterator<Item = &'a [u8]>) -> IgnoreFile {
        let lines = (1u32..).zip(lines).filter_map(|(number, line)| {
            let pattern = Pattern::parse(line)?;
            Some(Line { number, text: String::from_utf8_lossy(line).into_owned(), pattern })
        });
        let lines: Vec<Line> = lines.collect();
        let (mut literal, mut others): (HashMap<String, Vec<usize>>, Vec<usize>) = Default::default();
        for (index, line) in lines.iter().enumerate() {
            match line.pattern.literal() {
                Some(text) => literal.entry(text.to_owned()).or_default().push(index),
                None => others.push(index),
            }
        }
        IgnoreFile { source, folder: folder.to_owned(), lines, literal, others }
    }

    fn decide(&self, path: &str, is_folder: bool) -> Option<&Line> {
        let below = match self.folder.as_str() {
            "" => path,
            folder => path.strip_prefix(folder)?.strip_prefix('/')?,
        };
        let subject = Subject::new(below, is_folder);
        let matches = |index: &&usize| self.lines.get(**index).is_some_and(|line| line.pattern.matches(&subject));
        let named = |text: &str| self.literal.get(text).and_then(|lines| lines.iter().rev().find(matches));
        let by_name = named(subject.name).max(named(subject.path));
        // Only lines after the one already found can still change the answer.
        let later = self.others.iter().rev().take_while(|index| Some(*index) > by_name).find(matches);
        later.or(by_name).and_then(|index| self.lines.get(*index))
    }

    fn rule(&self, line: &Line) -> IgnoreRule {
        let file = match (self.source, self.folder.as_str()) {
            (Source::Exclude, _) | (_, "") => self.source.name().to_owned(),
            (source, folder) => format!("{folder}/{}", source.name()),
        };
        IgnoreRule { file, line: line.number, pattern: line.text.clone() }
    }
}

/// What the ignore files say about a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// A line excludes it.
    Exclude(IgnoreRule),
    /// A line that starts with `!` includes it.
    Include,
    /// No line names it.
    Silent,
}

/// All ignore files that hold for the entries of one folder, the most decisive first.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules(Rc<[Rc<IgnoreFile>]>);

impl Rules {
    /// These rules with those of a deeper folder.
    pub(super) fn with(&self, files: Vec<IgnoreFile>) -> Rules {
        if files.iter().all(|file| file.lines.is_empty()) {
            return self.clone();
        }
        let mut all: Vec<Rc<IgnoreFile>> = files.into_iter().map(Rc::new).chain(self.0.iter().cloned()).collect();
        // The sort is stable, so within one source the deeper folder stays in front.
        all.sort_by_key(|file| file.source);
        Rules(all.into())
    }

    /// What the first file with a matching line says; in each file the last matching line counts.
    pub(super) fn decide(&self, path: &str, is_folder: bool) -> Decision {
        let decided = self.0.iter().find_map(|file| file.decide(path, is_folder).map(|line| (file, line)));
        match decided {
            Some((_, line)) if line.pattern.negated => Decision::Include,
            Some((file, line)) => Decision::Exclude(file.rule(line)),
            None => Decision::Silent,
        }
    }
}
