//! What of the pieces a session has not sent yet: parts of pieces, and the levels above those that were sent.

use crate::assemble::ladder::View;
use crate::assemble::piece::Piece;
use crate::assemble::render::Level;
use crate::assemble::session::{Known, Region};
use crate::source::ByteRange;
use std::collections::BTreeSet;

/// A detail that adds nothing by the scale of worths is still worth a little.
const LEAST_WORTH: f64 = 0.01;

/// What may be sent, and the candidates of which nothing is left.
pub(crate) struct Unsent<'a> {
    pub(crate) pieces: Vec<Piece<'a>>,
    /// The views of each piece.
    pub(crate) ladders: Vec<Vec<View>>,
    pub(crate) already_sent: Vec<usize>,
}

/// The parts of `pieces` that are not `known` at the level they could be shown at, with what `ladder` makes of them.
pub(crate) fn unsent<'a>(
    pieces: Vec<Piece<'a>>,
    known: Option<&Known>,
    ladder: &dyn Fn(&Piece<'a>) -> Vec<View>,
) -> Unsent<'a> {
    let mut unsent = Unsent { pieces: Vec::new(), ladders: Vec::new(), already_sent: Vec::new() };
    for piece in pieces {
        let regions = known.map_or(&[][..], |known| known.regions(&piece.page.document.path));
        let candidates: BTreeSet<usize> = piece.candidates.iter().copied().collect();
        let before = unsent.pieces.len();
        for part in parts(piece, regions) {
            let mut views = ladder(&part);
            if let Some(known) = known {
                keep_new(&mut views, &part, known);
            }
            if !views.is_empty() {
                unsent.pieces.push(part);
                unsent.ladders.push(views);
            }
        }
        let left: BTreeSet<usize> = unsent.pieces[before..].iter().flat_map(|part| part.candidates.clone()).collect();
        unsent.already_sent.extend(candidates.difference(&left));
    }
    unsent.already_sent.sort_unstable();
    unsent
}

/// The parts of a piece that were not sent in full, each with the level that was sent of it.
fn parts<'a>(piece: Piece<'a>, regions: &[Region]) -> Vec<Piece<'a>> {
    let text = &piece.page.document.text;
    let is_whole = |bytes: ByteRange| text.get(bytes.start as usize..bytes.end as usize).is_some();
    let is_near = |region: &&Region| {
        region.bytes.start < piece.bytes.end && piece.bytes.start < region.bytes.end && is_whole(region.bytes)
    };
    let near: Vec<&Region> = regions.iter().filter(is_near).collect();
    if near.is_empty() {
        return vec![piece];
    }
    let segments = segments(piece.bytes, &near).into_iter();
    let part = |(bytes, sent): (ByteRange, Option<Level>)| part(&piece, piece.page.trimmed(bytes), sent);
    let mut parts: Vec<Piece<'a>> = segments.filter_map(part).collect();
    // A candidate that lies in two parts belongs to the first.
    let mut taken = BTreeSet::new();
    for part in &mut parts {
        part.candidates.retain(|candidate| taken.insert(*candidate));
    }
    parts
}

/// `bytes` cut where the level that was sent changes; what was sent in full is left out.
fn segments(bytes: ByteRange, near: &[&Region]) -> Vec<(ByteRange, Option<Level>)> {
    let ends = near.iter().flat_map(|region| [region.bytes.start, region.bytes.end]);
    let mut cuts: BTreeSet<u32> = ends.filter(|cut| bytes.start < *cut && *cut < bytes.end).collect();
    cuts.extend([bytes.start, bytes.end]);
    let cuts: Vec<u32> = cuts.into_iter().collect();
    let mut segments: Vec<(ByteRange, Option<Level>)> = Vec::new();
    for pair in cuts.windows(2) {
        let segment = ByteRange { start: pair[0], end: pair[1] };
        let around = near.iter().filter(|region| region.bytes.contains(segment));
        let sent = around.map(|region| region.level).max();
        match segments.last_mut().filter(|last| last.1 == sent) {
            Some(last) => last.0.end = segment.end,
            None => segments.push((segment, sent)),
        }
    }
    segments.retain(|(_, sent)| *sent != Some(Level::Full));
    segments
}

/// The part of a piece at `bytes`; nothing where no word of what was found is in it: the rest was there to go with
/// that.
fn part<'a>(piece: &Piece<'a>, bytes: ByteRange, sent: Option<Level>) -> Option<Piece<'a>> {
    let within = |found: &ByteRange| ByteRange { start: found.start.max(bytes.start), end: found.end.min(bytes.end) };
    let found: Vec<ByteRange> = piece.found.iter().map(within).collect();
    let has_words = |found: &ByteRange| found.slice(&piece.page.document.text).contains(char::is_alphanumeric);
    let candidates = piece.candidates.iter().zip(&found).filter(|(_, found)| has_words(found));
    let candidates = candidates.map(|(candidate, _)| *candidate).collect();
    let found: Vec<ByteRange> = found.into_iter().filter(has_words).collect();
    let is_wanted = !found.is_empty();
    let label = piece.label.clone();
    is_wanted.then_some(Piece { page: piece.page, label, bytes, found, candidates, replaces: sent })
}

/// Keeps the views that show more than was sent, each worth what it adds to that.
fn keep_new(views: &mut Vec<View>, piece: &Piece<'_>, known: &Known) {
    let path = &piece.page.document.path;
    let has_plain = views.iter().any(|view| view.level == Level::Full && view.above.is_empty());
    views.retain(|view| !has_plain || !view.above.iter().any(|line| known.has_line(path, *line)));
    let Some(sent) = piece.replaces else { return };
    let seen = views.iter().filter(|view| view.level <= sent).map(|view| view.worth).fold(0.0, f64::max);
    views.retain(|view| view.level > sent);
    for view in views {
        view.worth = (view.worth - seen).max(LEAST_WORTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::LineRange;

    fn region(start: u32, end: u32, level: Level) -> Region {
        Region { bytes: ByteRange { start, end }, lines: LineRange { start: 1, end: 1 }, level }
    }

    fn check(regions: &[Region], expected: &[(u32, u32, Option<Level>)]) {
        let near: Vec<&Region> = regions.iter().collect();
        let found = segments(ByteRange { start: 10, end: 50 }, &near);
        let found: Vec<_> = found.into_iter().map(|(bytes, level)| (bytes.start, bytes.end, level)).collect();
        assert_eq!(found, expected, "{regions:?}");
    }

    #[test]
    fn pieces_are_cut_where_the_sent_level_changes() {
        use Level::{Elided, Full, Outline};
        check(&[region(10, 50, Full)], &[]);
        check(&[region(0, 90, Full)], &[]);
        check(&[region(20, 30, Full)], &[(10, 20, None), (30, 50, None)]);
        check(&[region(0, 30, Elided)], &[(10, 30, Some(Elided)), (30, 50, None)]);
        check(&[region(10, 50, Outline), region(10, 50, Elided)], &[(10, 50, Some(Elided))]);
        check(&[region(10, 30, Full), region(20, 50, Elided)], &[(30, 50, Some(Elided))]);
        check(&[region(10, 30, Elided), region(30, 50, Elided)], &[(10, 50, Some(Elided))]);
    }
}
