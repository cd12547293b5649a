//! The files of an index, behind one transaction-shaped interface.
//!
//! Never here: what is indexed, how it is ranked.

pub(crate) mod text;
