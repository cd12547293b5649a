//! `pampax cache`.

use super::{bundle, questions};
use crate::args::{CacheAction, CacheArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::report::counted;
use crate::output::style::{DIM, WARN, clean, paint};
use crate::output::{Mode, Output};
use pampax_core::assemble::Request;
use pampax_core::cache::SavedStatistics;
use pampax_core::index::{Warm, WarmReport};
use pampax_core::search::Query;
use pampax_core::{CancelToken, Error};
use serde::Serialize;

/// What a program that ends after one command can know of the caches.
#[derive(Debug, Serialize)]
struct Statistics {
    saved: SavedStatistics,
}

/// Does with the kept answers what `args` say.
pub fn run(args: &CacheArgs, context: &Context) -> Outcome {
    let output = &context.output;
    let index = context.index()?;
    match &args.action {
        CacheAction::Stats => {
            let saved = index.cache().statistics().saved;
            show(&Statistics { saved }, output)
        }
        CacheAction::Warm { queries, bundles, time } => {
            let limits = context.limits_until_interrupt(time.timeout_ms)?;
            let config = context.config();
            let queries = questions::queries(queries, &Query::default().with_limit(config.cli.limit))?;
            let requests =
                if *bundles { queries.iter().map(|query| request(query, context)).collect() } else { Vec::new() };
            let report = index.warm(&Warm::new(queries).with_requests(requests), &limits)?;
            warmed(&report, output)?;
            // What was answered until the interrupt is saved; that it is not all is told by the status.
            match limits.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
                true => Err(Error::Cancelled { stage: "warm" }.into()),
                false => Ok(()),
            }
        }
        CacheAction::Clear => {
            index.cache().clear()?;
            show(&Statistics { saved: index.cache().statistics().saved }, output)
        }
    }
}

/// The request that `pampax assemble` makes of a question.
fn request(query: &Query, context: &Context) -> Request {
    let mut request = Request::new(query.text.as_str(), context.config().cli.budget);
    request.tokenizer.clone_from(&context.config().cli.tokenizer);
    request.format = bundle::usual_format(&context.output);
    request.filters = query.filters.clone();
    request
}

fn show(statistics: &Statistics, output: &Output) -> Outcome {
    if output.mode() == Mode::Json {
        return output.write_json(statistics);
    }
    let saved = &statistics.saved;
    let mut text =
        format!("{} saved, {} usable now, {} bytes\n", counted(saved.entries, "answer"), saved.usable, saved.bytes);
    if !saved.enabled {
        text.push_str(&(paint(DIM, "saved answers are not used: cache.enabled or cache.saved is off") + "\n"));
    }
    if let Some(problem) = &saved.problem {
        text.push_str(&(paint(WARN, &clean(problem)) + "\n"));
    }
    output.write_styled(&text)
}

fn warmed(report: &WarmReport, output: &Output) -> Outcome {
    if output.mode() == Mode::Json {
        return output.write_json(report);
    }
    let (answers, bundles) = (counted(report.searches, "answer"), counted(report.bundles, "bundle"));
    let mut text = format!("{} and {bundles} saved, generation {}\n", answers, report.generation.0);
    for missing in &report.not_saved {
        text.push_str(&(paint(WARN, &clean(&format!("{}: {}", missing.query, missing.why))) + "\n"));
    }
    for why in report.remade.iter().chain(&report.stopped) {
        text.push_str(&(paint(WARN, &clean(why)) + "\n"));
    }
    output.write_styled(&text)
}
