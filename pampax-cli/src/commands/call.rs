//! `pampax call`.

use crate::args::CallArgs;
use crate::context::Context;
use crate::failure::Outcome;
use pampax_core::protocol::Engine;
use pampax_core::{Error, Result};
use std::io::BufRead;

/// Answers the request that is named, or those on standard input, one a line.
pub fn run(args: &CallArgs, context: &Context) -> Outcome {
    let engine = Engine::of(context.index()?);
    let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
    if let Some(request) = &args.request {
        return context.output.write(&(engine.call(request, &limits)? + "\n"));
    }
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Error::io("read", "standard input", error))?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = match text(line).and_then(|request| engine.call(&request, &limits)) {
            Err(Error::Cancelled { stage }) if limits.cancel.as_ref().is_some_and(|token| token.is_cancelled()) => {
                return Err(Error::Cancelled { stage }.into());
            }
            answer => answer,
        };
        match answer {
            Ok(answer) => context.output.write(&(answer + "\n"))?,
            Err(error) => context.output.write_json(&error.document())?,
        }
    }
    Ok(())
}

fn text(line: Vec<u8>) -> Result<String> {
    String::from_utf8(line).map_err(|_| Error::argument("request", "it is not UTF-8"))
}
