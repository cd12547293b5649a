//! How an index is, for people.

use super::report::{bytes, count, counted};
use super::style::{DIM, ERROR, HELP, PATH, WARN, clean, paint};
use super::table;
use crate::commands::Diagnosis;
use anstyle::Style;
use pampax_core::HealthReport;
use pampax_core::health::{
    ComponentReport, ComponentStatus, Condition, DriftFacts, Facts, HealthStatus, LanguageFacts,
};

/// How it is: what is wrong, then every component in a line.
pub fn report(report: &HealthReport) -> String {
    let mut text = format!("{}\n", head(report.status));
    report.conditions.iter().for_each(|condition| text.push_str(&in_words(condition)));
    let row = |component: &ComponentReport| {
        let facts = component.facts.as_ref().map_or(String::new(), facts);
        vec![component.component.name().to_owned(), component.status.name().to_owned(), facts]
    };
    let rows: Vec<Vec<String>> = report.components.iter().map(row).collect();
    text + &table::render(&rows)
}

/// What is wrong and what was done.
pub fn diagnosis(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    for repair in &diagnosis.repairs {
        match &repair.failure {
            None => text.push_str(&format!("mended: {}\n", repair.mend)),
            Some(failure) => {
                let failed = format!("not mended: {}: {}", repair.mend, failure.message());
                text.push_str(&format!("{}\n", paint(WARN, &failed)));
            }
        }
    }
    text.push_str(&format!("{}\n", head(diagnosis.status)));
    diagnosis.problems.iter().for_each(|condition| text.push_str(&in_words(condition)));
    text
}

fn head(status: HealthStatus) -> String {
    let style = match status {
        HealthStatus::Healthy => PATH,
        HealthStatus::Degraded => WARN,
        _ => ERROR,
    };
    paint(style, status.name())
}

fn style_of(status: ComponentStatus) -> Style {
    match status {
        ComponentStatus::Ok => DIM,
        ComponentStatus::Warning => WARN,
        _ => ERROR,
    }
}

fn in_words(condition: &Condition) -> String {
    let kind = match condition.status {
        ComponentStatus::Ok => "note",
        status => status.name(),
    };
    let name = paint(style_of(condition.status), &format!("{kind}: {}:", condition.code.name()));
    let help = paint(HELP, "help:");
    let command = condition.command.as_ref().map_or(String::new(), |command| format!(": `{}`", clean(command)));
    format!("{name} {}\n  {help} {}{command}\n", clean(&condition.message), clean(condition.remedy))
}

fn facts(facts: &Facts) -> String {
    match facts {
        Facts::Catalog(catalog) => {
            let files = counted(catalog.totals.files, "file");
            format!("generation {}, {files}, {}", catalog.generation.0, bytes(catalog.bytes))
        }
        Facts::Text(text) => {
            format!("{} in {}", counted(text.documents, "document"), counted(text.segments, "segment"))
        }
        Facts::Vectors(vectors) => {
            let models = vectors.models.iter().map(|model| format!("{} of {}", count(model.vectors), model.model));
            Some(models.collect::<Vec<_>>())
                .filter(|models| !models.is_empty())
                .map_or("none".to_owned(), |all| all.join(", "))
        }
        Facts::Cache(cache) => {
            format!("{} saved, {}", counted(cache.saved.entries, "answer"), bytes(cache.saved.bytes))
        }
        Facts::Memory(memory) => {
            let resident = memory.resident_bytes.map_or("unknown".to_owned(), bytes);
            format!("{resident}, at most {}", bytes(memory.limit_bytes))
        }
        Facts::Configuration(configuration) => format!("valid, index in {}", configuration.index_dir.display()),
        Facts::Disk(disk) => {
            let free = disk.free_bytes.map_or("unknown".to_owned(), bytes);
            format!("the index takes {}, {free} free", bytes(disk.index_bytes))
        }
        Facts::Drift(drift) => drifted(drift),
        Facts::Languages(languages) => understood(languages),
        Facts::Lock(lock) => {
            lock.owner.clone().map_or("nobody is writing".to_owned(), |owner| format!("{owner} is writing"))
        }
        _ => String::new(),
    }
}

fn drifted(drift: &DriftFacts) -> String {
    let changes = [("added", drift.added), ("changed", drift.changed), ("removed", drift.removed)];
    let changes = changes.iter().filter(|(_, number)| *number > 0);
    let changes: Vec<String> = changes.map(|(what, number)| format!("{} {what}", count(*number))).collect();
    let part = if drift.finished { "" } else { ", as far as the time went" };
    let changes = if changes.is_empty() { "as indexed".to_owned() } else { changes.join(", ") };
    format!("{changes}{part}")
}

fn understood(languages: &LanguageFacts) -> String {
    let degraded: u64 = languages.languages.values().map(|share| share.degraded).sum();
    let number = counted(languages.languages.len() as u64, "language");
    match degraded {
        0 => number,
        _ => format!("{number}, {} with an incomplete structure", counted(degraded, "file")),
    }
}
