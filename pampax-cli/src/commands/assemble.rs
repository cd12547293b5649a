//! `pampax assemble`.

use super::{limits, questions};
use crate::args::AssembleArgs;
use crate::failure::Outcome;
use crate::output::report::counted;
use crate::output::{Mode, Output, style};
use crate::place::Place;
use pampax_core::Host;
use pampax_core::assemble::{Assembler, Bundle, Format, Request};

/// Prints the text, or the bundle that holds it.
pub fn run(args: &AssembleArgs, host: Host, output: &Output) -> Outcome {
    let format = args.format.unwrap_or(match output.mode() {
        Mode::Json => Format::Json,
        Mode::Text => Format::Markdown,
    });
    let searcher = Place::to_read(&args.place)?.open(host)?.searcher()?;
    let mut request = Request::new(questions::text(&args.query)?, args.budget);
    request.tokenizer.clone_from(&args.tokenizer);
    request.format = format;
    request.candidates = args.limit;
    request.filters = args.filters.to_filters();
    let bundle = Assembler::new(searcher).assemble(&request, &limits(args.time.timeout_ms))?;
    if format == Format::Json {
        return output.write_json(&bundle);
    }
    if output.is_terminal() {
        output.write(&style::clean_lines(&bundle.text))?;
    } else {
        output.write(&bundle.text)?;
    }
    if output.mode() == Mode::Text || bundle.items.is_empty() {
        output.talk(&summary(&bundle));
    }
    Ok(())
}

fn summary(bundle: &Bundle) -> String {
    let size = format!("{} of {} tokens ({})", bundle.tokens, bundle.budget, bundle.tokenizer);
    let pieces = format!("{}, {} left out", counted(bundle.items.len() as u64, "piece"), bundle.dropped.len());
    let mut text = style::paint(style::DIM, &format!("{size}, {pieces}; {}", bundle.stop.detail)) + "\n";
    for step in &bundle.stop.next_steps {
        text.push_str(&format!("{} {}\n", style::paint(style::HELP, "next:"), style::clean(step)));
    }
    text
}
