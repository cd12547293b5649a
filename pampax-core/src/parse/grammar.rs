//! The compiled form of a language's row: grammar, query, and what each capture of the query means.
//!
//! Never here: running a query.

use super::language::{self, LanguageRow};
use crate::source::{EdgeKind, Language, SpanKind};
use std::sync::OnceLock;
use tree_sitter::{Node, Query};

/// What a capture of a query file says about its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Definition(SpanKind),
    Name,
    Qualifier,
    Body,
    Docstring,
    Mention(EdgeKind),
    /// Not a definition, though another pattern says so.
    Skip,
    /// A capture for a predicate only; its name begins with `_`.
    Helper,
}

impl Role {
    fn of(capture: &str) -> Option<Role> {
        match capture.split_once('.') {
            Some(("definition", kind)) => SpanKind::from_name(kind).map(Role::Definition),
            Some(("reference", kind)) => EdgeKind::from_name(kind).map(Role::Mention),
            Some(_) => None,
            None => match capture {
                "name" => Some(Role::Name),
                "qualifier" => Some(Role::Qualifier),
                "body" => Some(Role::Body),
                "skip" => Some(Role::Skip),
                "docstring" => Some(Role::Docstring),
                _ => capture.starts_with('_').then_some(Role::Helper),
            },
        }
    }
}

/// What is needed to parse one language.
pub(super) struct Grammar {
    pub(super) language: tree_sitter::Language,
    pub(super) query: Query,
    /// The role of each capture, by the capture's index.
    pub(super) roles: Vec<Role>,
    pub(super) comments: Vec<u16>,
    pub(super) attributes: Vec<u16>,
    pub(super) wrappers: Vec<u16>,
    /// The node kind that holds keywords and attributes before a definition in some languages; 0 in the others.
    pub(super) modifiers: u16,
    pub(super) row: &'static LanguageRow,
}

impl Grammar {
    /// Whether `node` is a comment or an attribute, which lead to what follows them.
    pub(super) fn leads(&self, node: Node<'_>) -> bool {
        let kind = node.kind_id();
        self.comments.contains(&kind) || self.attributes.contains(&kind)
    }
}

/// Compiled once per language, on first use: compiling takes 10 to 30 ms.
static COMPILED: [OnceLock<Option<Grammar>>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];

/// The grammar of `language`, or `None` when it goes by lines.
pub(super) fn of(language: Language) -> Option<&'static Grammar> {
    // A query that does not compile leaves its language to lines; a test proves that each one compiles.
    COMPILED[language as usize].get_or_init(|| compile(language).ok()).as_ref()
}

fn compile(language: Language) -> Result<Grammar, String> {
    let row = language::row(language);
    let grammar = row.grammar.ok_or("no grammar")?();
    let query = Query::new(&grammar, row.query).map_err(|error| error.to_string())?;
    let role = |name: &&str| Role::of(name).ok_or(format!("unknown capture @{name}"));
    let roles = query.capture_names().iter().map(role).collect::<Result<_, _>>()?;
    let ids = |kinds: &[&str]| kinds.iter().map(|kind| kind_id(&grammar, kind)).collect::<Result<Vec<u16>, String>>();
    let (comments, attributes, wrappers) = (ids(row.comments)?, ids(row.attributes)?, ids(row.wrappers)?);
    let modifiers = grammar.id_for_node_kind("modifiers", true);
    Ok(Grammar { modifiers, language: grammar, query, roles, comments, attributes, wrappers, row })
}

fn kind_id(grammar: &tree_sitter::Language, kind: &str) -> Result<u16, String> {
    match grammar.id_for_node_kind(kind, true) {
        0 => Err(format!("no node kind {kind}")),
        id => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_compiles_and_holds_only_known_captures() {
        let failures: Vec<String> = language::languages()
            .iter()
            .filter(|row| row.is_parsed())
            .filter_map(|row| Some(format!("{}: {}", row.display, compile(row.language).err()?)))
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}
