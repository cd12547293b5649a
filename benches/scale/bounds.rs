//! What the project holds itself to as trees grow, in one table.

use crate::figures::report::Row;
use crate::trees::KERNEL;

/// At most, or at least, so much of a measure on a tree; on every tree where none is named.
enum Bound {
    Most(f64),
    Least(f64),
}
use Bound::{Least, Most};

const ALL: &str = "";

/// The measure, the tree, the bound. On two cores.
const BOUNDS: &[(&str, &str, Bound)] = &[
    ("cold index, source per CPU-second", ALL, Least(4.0)),
    ("cold index / walk, read and parse", ALL, Most(1.6)),
    ("cold index", KERNEL, Most(240.0)),
    ("peak memory of a cold index", KERNEL, Most(1_000.0)),
    ("index on disk / source", KERNEL, Most(0.6)),
    ("update of an unchanged tree / walk and stat", ALL, Most(1.3)),
    ("edit to searchable, p50", "500", Most(10.0)),
    ("edit to searchable, p50", "5000", Most(25.0)),
    ("edit to searchable, p50", "50000", Most(60.0)),
    ("warm search, p50", "500", Most(0.5)),
    ("warm search, p50", "5000", Most(1.0)),
    ("warm search, p50", "50000", Most(3.0)),
    ("warm search, p50", KERNEL, Most(6.0)),
    ("warm search, p99 / p50", ALL, Most(5.0)),
    ("warm bundle of 4,000 tokens, p50", ALL, Most(3.0)),
    ("first answer of a new process, p50", "5000", Most(15.0)),
    ("first answer of a new process, p50", "50000", Most(60.0)),
    ("`pampax search` in a new process, p50", "5000", Most(30.0)),
    ("memory after 200 searches", "5000", Most(60.0)),
    ("memory after 200 searches", "50000", Most(300.0)),
];

/// The row with the bound that it has on this tree.
pub fn bounded(row: Row, tree: &str) -> Row {
    let holds = |of: &str| of == ALL || of == tree;
    match BOUNDS.iter().find(|(measure, of, _)| *measure == row.measure && holds(of)) {
        Some((_, _, Most(bound))) => row.at_most(*bound),
        Some((_, _, Least(bound))) => Row { least: Some(*bound), ..row },
        None => row,
    }
}
