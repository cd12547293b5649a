//! `pampax doctor`.

use super::health::{address, found, of_error};
use crate::args::{Cli, DoctorArgs};
use crate::context::Context;
use crate::failure::{ErrorDocument, Outcome};
use crate::output::{Mode, Output, health};
use pampax_core::health::{ComponentStatus, Condition, Depth, HealthStatus, Mend};
use pampax_core::{CancelToken, Error, HealthQuery, HealthReport, Index, Limits};
use serde::Serialize;

/// What is wrong with an index, and what was done about it.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// How the index is, after the repairs.
    pub status: HealthStatus,
    /// What is wrong, after the repairs, the most severe first.
    pub problems: Vec<Condition>,
    /// What was done, in this order.
    pub repairs: Vec<Repair>,
}

/// One repair.
#[derive(Debug, Serialize)]
pub struct Repair {
    /// What was done.
    pub mend: Mend,
    /// Why it did not succeed, if it did not.
    #[serde(flatten)]
    pub failure: Option<ErrorDocument>,
}

/// Prints what is wrong, and mends what can be mended without a loss.
pub fn run(args: &DoctorArgs, cli: &Cli, output: &Output) -> Outcome {
    let opened = Context::new(cli).and_then(|context| Ok((context.index()?, context)));
    let (report, repairs) = match opened {
        Ok((index, context)) => {
            let limits = context.limits_until_interrupt(args.time.timeout_ms)?;
            let (mut report, repairs) = examine_and_mend(&index, args.fix, &limits);
            if limits.cancel.as_ref().is_some_and(CancelToken::is_cancelled) {
                return Err(Error::Cancelled { stage: "doctor" }.into());
            }
            address(&mut report, Some(context.place().root()), args.place.index_dir.as_deref());
            (report, repairs)
        }
        Err(error) => (of_error(&error, &args.place), Vec::new()),
    };
    let is_problem = |condition: &Condition| condition.status != ComponentStatus::Ok;
    let problems = report.conditions.iter().filter(|condition| is_problem(condition)).cloned().collect();
    let diagnosis = Diagnosis { status: report.status, problems, repairs };
    match output.mode() {
        Mode::Json => output.write_json(&diagnosis)?,
        Mode::Text => output.write_styled(&health::diagnosis(&diagnosis))?,
    }
    found(&report)
}

fn examine_and_mend(index: &Index, is_asked_to_mend: bool, limits: &Limits) -> (HealthReport, Vec<Repair>) {
    let query = HealthQuery::default().with_depth(Depth::Deep);
    let report = index.health(&query, limits);
    let mends = if is_asked_to_mend { report.mends() } else { Vec::new() };
    if mends.is_empty() {
        return (report, Vec::new());
    }
    let mend = |mend: Mend| {
        let failure = index.mend(mend, limits).err().map(|error| ErrorDocument::new(&error));
        Repair { mend, failure }
    };
    let repairs = mends.into_iter().map(mend).collect();
    (index.health(&query, limits), repairs)
}
