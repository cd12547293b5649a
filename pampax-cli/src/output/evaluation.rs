//! How good answers are, for people.

use super::report::{count, counted, degraded};
use super::style::{DIM, PATH, WARN, clean, paint};
use super::table;
use crate::commands::{Compared, Evaluated};
use pampax_core::eval::{Difference, Estimate, EvalReport, GateReport, Group, Named};
use pampax_core::search::{Tuning, Tunings};
use pampax_core::tune::TuneReport;

/// The whole report.
pub fn render(evaluated: &Evaluated) -> String {
    let Evaluated { report, mined, compared, gate } = evaluated;
    let overall = &report.overall;
    let size = |number: usize| number as u64;
    let head =
        format!("{}, {}", counted(size(overall.questions), "question"), counted(size(overall.targets), "target"));
    let mut text = format!("{}\n", paint(PATH, &head));
    if let Some(mined) = mined {
        let seen = [(mined.commits, "commit"), (mined.documented, "documented definition"), (mined.tests, "test")];
        let seen: Vec<String> = seen.iter().map(|(number, what)| counted(size(*number), what)).collect();
        text.push_str(&format!("{}\n", paint(DIM, &format!("made of {}", seen.join(", ")))));
    }
    if report.targets_not_indexed > 0 {
        let missing = counted(size(report.targets_not_indexed), "target");
        text.push_str(&format!("{}\n", paint(WARN, &format!("{missing} not in the index"))));
    }
    text.push_str(&degraded(&report.degraded));
    text.push('\n');
    text.push_str(&match compared {
        None => measures(overall),
        Some(compared) => differences(report, compared),
    });
    for (title, groups) in groups(report) {
        text.push_str(&by(title, groups, overall));
    }
    text + &gate.as_ref().map_or_else(String::new, demands)
}

fn groups(report: &EvalReport) -> [(&'static str, &Named<Group>); 4] {
    [
        ("category", &report.by_category),
        ("source", &report.by_source),
        ("language", &report.by_language),
        ("folder", &report.by_folder),
    ]
}

fn measures(overall: &Group) -> String {
    let rows = overall.measures.0.iter().map(|(name, estimate)| vec![name.clone(), with_error(estimate)]);
    table::render(&rows.collect::<Vec<_>>())
}

fn with_error(estimate: &Estimate) -> String {
    let error = estimate.standard_error.map_or_else(String::new, |error| format!(" ± {error:.3}"));
    format!("{:.3}{error}", estimate.mean)
}

/// The measures of both configurations, and what lies between them.
fn differences(report: &EvalReport, compared: &Compared) -> String {
    let changes = compared.changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>().join(", ");
    let changed = if changes.is_empty() { "nothing differs".to_owned() } else { format!("compared: {changes}") };
    let head = ["", "before", "after", "difference", "p", "better", "worse"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for (name, estimate) in &report.overall.measures.0 {
        let after = compared.report.overall.measures.get(name);
        let Some(difference) = compared.differences.overall.get(name) else { continue };
        let after = after.map_or_else(String::new, |after| format!("{:.3}", after.mean));
        rows.push([vec![name.clone(), format!("{:.3}", estimate.mean), after], cells(difference)].concat());
    }
    format!("{}\n{}{}", paint(DIM, &changed), degraded(&compared.report.degraded), table::render(&rows))
}

fn cells(difference: &Difference) -> Vec<String> {
    let error = difference.standard_error.map_or_else(String::new, |error| format!(" ± {error:.3}"));
    let mean = format!("{:+.3}{error}", difference.mean);
    let number = |number: usize| count(number as u64);
    vec![mean, format!("{:.4}", difference.p), number(difference.better), number(difference.worse)]
}

/// The first measures by a key; nothing when there is only one group.
fn by(title: &str, groups: &Named<Group>, overall: &Group) -> String {
    if groups.0.len() < 2 {
        return String::new();
    }
    let shown: Vec<&str> = overall.measures.0.iter().map(|(name, _)| name.as_str()).take(5).collect();
    let head = [title, "questions"].into_iter().chain(shown.iter().copied());
    let mut rows = vec![head.map(str::to_owned).collect::<Vec<String>>()];
    for (name, group) in &groups.0 {
        let values = shown.iter().map(|name| group.measures.get(name).map_or_else(String::new, with_error));
        rows.push([vec![name.clone(), count(group.questions as u64)], values.collect()].concat());
    }
    format!("\n{}", table::render(&rows))
}

/// What tuning came to.
pub fn tuned(report: &TuneReport) -> String {
    let head = match (report.accepted, report.version) {
        (true, Some(version)) => format!("version {version} is used from now on"),
        (true, None) => "it would be accepted".to_owned(),
        (false, _) => "nothing is changed".to_owned(),
    };
    let later = counted(report.proved_on as u64, "later question");
    let asked = format!("fitted on {}, proved on {later}", counted(report.fitted_on as u64, "question"));
    let mut text = format!("{}\n{}\n{}\n", paint(PATH, &head), clean(&report.why), paint(DIM, &asked));
    let rows: Vec<Vec<String>> =
        report.factors.iter().map(|(signal, factor)| vec![signal.clone(), format!("× {factor:.3}")]).collect();
    text.push_str(&table::render(&rows));
    let Some(differences) = &report.differences else { return text };
    let rows: Vec<Vec<String>> = differences
        .overall
        .0
        .iter()
        .map(|(name, difference)| [vec![name.clone()], cells(difference)].concat())
        .collect();
    text + &table::render(&rows)
}

/// The versions of the weights.
pub fn versions(tunings: &Tunings) -> String {
    let active = tunings.active.map_or_else(
        || "the weights of the program are used".to_owned(),
        |version| format!("version {version} is used"),
    );
    let row = |tuning: &Tuning| {
        let proof = format!("{:.3} → {:.3}, p {:.4}", tuning.ndcg_before, tuning.ndcg_after, tuning.p);
        vec![tuning.version.to_string(), counted(tuning.proved_on as u64, "question"), proof]
    };
    let rows: Vec<Vec<String>> = tunings.versions.iter().map(row).collect();
    format!("{}\n{}", paint(PATH, &active), table::render(&rows))
}

fn demands(gate: &GateReport) -> String {
    let mut text = String::from("\n");
    for check in &gate.checks {
        let verdict = if check.passed { "holds" } else { "does not hold" };
        let line = format!("{} {verdict}: {:.4}, at least {:.4} is demanded", check.gate, check.found, check.required);
        text.push_str(&format!("{}\n", if check.passed { line } else { paint(WARN, &line) }));
    }
    text
}
