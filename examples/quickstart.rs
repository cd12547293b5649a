//! Indexes a folder, asks it a question, and prints the context for it.
//!
//! `cargo run --example quickstart -- FOLDER "question"`

use pampax_core::{Assembler, Config, Host, Index, Limits, Query, Request};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: quickstart FOLDER QUESTION".into());
    };

    let index = Index::open(Path::new(&folder), &Config::default(), Host::default())?;
    let report = index.update(&Limits::default())?;
    println!("{} files, generation {}", report.totals.files, report.generation.0);

    let searcher = index.searcher()?;
    for hit in searcher.search(&Query::new(&question).with_limit(3), &Limits::default())?.hits {
        println!("{}:{}-{}  {:.2}", hit.path, hit.start_line, hit.end_line, hit.score);
    }

    let bundle = Assembler::new(searcher).assemble(&Request::new(&question, 2_000), &Limits::default())?;
    println!("{} of {} tokens, {}", bundle.tokens, bundle.budget, bundle.stop.reason);
    println!("{}", bundle.text);
    Ok(())
}
