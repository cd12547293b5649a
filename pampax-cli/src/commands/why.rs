//! `pampax why`.

use crate::args::WhyArgs;
use crate::failure::Outcome;
use crate::output::{Mode, Output, report};
use crate::place::Place;
use pampax_core::Host;

/// Prints why the path is indexed or is not.
pub fn run(args: &WhyArgs, host: Host, output: &Output) -> Outcome {
    let place = Place::to_read(&args.place)?;
    let explanation = place.open(host)?.why(&place.relative(&args.path))?;
    match output.mode() {
        Mode::Json => output.write_json(&explanation),
        Mode::Text => output.write_styled(&report::explanation(&explanation)),
    }
}
