//! pampax.
fn main() {}
