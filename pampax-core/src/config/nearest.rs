//! The name that somebody may have meant.

/// The most edits at which a name is still suggested.
const MAX_EDITS: usize = 4;

/// The known name that is fewest edits away from `name`; the first of equals. `None` when none is near.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.map(|candidate| (edits(name, candidate), candidate));
    let near = distances.filter(|(edits, candidate)| *edits <= MAX_EDITS.min(candidate.chars().count() / 2));
    near.min_by_key(|(edits, _)| *edits).map(|(_, candidate)| candidate)
}

/// The Levenshtein distance of two texts: insertions, removals and replacements of characters.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let known = ["indexer.max_file_bytes", "indexer.hidden", "cache.enabled"];
        assert_eq!(nearest("indexer.max_filebytes", known.into_iter()), Some("indexer.max_file_bytes"));
        assert_eq!(nearest("cache.enable", known.into_iter()), Some("cache.enabled"));
        assert_eq!(nearest("quite.another", known.into_iter()), None);
        assert_eq!((edits("", "abc"), edits("kitten", "sitting"), edits("same", "same")), (3, 3, 0));
    }
}
