//! What an index that a compiler made says about a mention.
//!
//! Never here: how such an index is read (`scip.rs`).

use super::Resolution;
use super::resolve::Target;
use super::site::Site;
use super::view::{Place, View};
use crate::error::Result;
use crate::parse::Reference;

/// The definitions that an imported index names for `reference`; `None` when it says nothing of it.
pub(super) fn targets(view: &View<'_>, site: &Site, reference: &Reference) -> Result<Option<Vec<Target>>> {
    if !view.has_exact()? {
        return Ok(None);
    }
    let file_id = view.searcher.corpus().files[site.file as usize].id;
    let rows = view.searcher.catalog().exact_target(file_id, reference.line, &reference.name)?;
    let mut targets = Vec::new();
    for (target_id, line) in rows.unwrap_or_default() {
        let Some(file) = view.searcher.corpus().index_of_id(target_id) else { continue };
        let document = view.document(file)?;
        let text = &document.text;
        // A definition's name stands between its first line and the end of its signature.
        let names_it = |at: &usize| {
            let span = &document.parsed.spans[*at];
            let signature_lines = span.signature.slice(text).matches('\n').count() as u32;
            (span.lines.start..=span.lines.start + signature_lines).contains(&line)
        };
        let spans = 0..document.parsed.spans.len();
        let innermost = spans.filter(names_it).min_by_key(|at| document.parsed.spans[*at].bytes.len());
        targets.extend(innermost.map(|at| Target {
            place: Place { file, span: Some(at as u32) },
            resolution: Resolution::Exact,
            confidence: Resolution::Exact.confidence(),
        }));
    }
    Ok((!targets.is_empty()).then_some(targets))
}
