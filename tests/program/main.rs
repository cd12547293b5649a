//! The built program, run as its users run it: in pipes, on a terminal, interrupted.

mod bundles;
mod config;
mod documented;
mod evaluation;
mod graph;
mod health;
mod imports;
mod metrics;
mod models;
mod operations;
mod piped;
mod places;
mod program;
mod queries;
mod remote;
mod statuses;
#[cfg(target_os = "linux")]
mod terminal;
mod train;
mod tuning;
mod upkeep;
#[cfg(unix)]
mod watch;
