//! `pampax symbols`.

use crate::args::SymbolsArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Mode, hits};
use pampax_core::search::SymbolList;

/// Prints the definitions of the name.
pub fn run(args: &SymbolsArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let searcher = context.searcher()?;
    let symbols = searcher.symbols(&args.name, args.limit)?;
    match output.mode() {
        Mode::Json => output.write_json(&SymbolList { symbols, generation: searcher.generation() }),
        Mode::Text if symbols.is_empty() => {
            output.talk("no definition of that name; `pampax search` also looks into text\n");
            Ok(())
        }
        Mode::Text => output.write_styled(&hits::render_symbols(&symbols, output.width())),
    }
}
