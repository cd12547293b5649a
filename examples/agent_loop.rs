//! The loop of an agent that reads code: it asks, reads what comes, asks for more of what is only hinted at, and never pays
//! for the same text twice. The place of the model is taken by a rule, so that the example runs by itself: it asks for the
//! whole of every piece that was shortened, the most relevant first, until nothing is shortened or the budget is used up.
//!
//! `cargo run --example agent_loop -- FOLDER "question"`

use pampax_core::assemble::{Bundle, Expansion, Format, Level, Session};
use pampax_core::{Assembler, Config, Host, Index, Limits, Request};
use std::error::Error;
use std::path::Path;

/// The tokens that the whole conversation may take, and those of one turn.
const CONVERSATION: usize = 6_000;
const TURN: usize = 300;

/// The most turns before the loop ends.
const MAX_TURNS: usize = 8;

/// What a model answers after a turn: the pieces it wants to see whole; none when it knows enough.
fn model(context: &Bundle) -> Vec<String> {
    let mut shortened: Vec<_> = context.items.iter().filter(|item| item.level != Level::Full).collect();
    shortened.sort_by(|left, right| right.relevance.total_cmp(&left.relevance));
    shortened.into_iter().take(2).map(|item| item.target()).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: agent_loop FOLDER QUESTION".into());
    };
    let index = Index::open(Path::new(&folder), &Config::default(), Host::default())?;
    index.update(&Limits::default())?;
    let assembler = Assembler::new(index.searcher()?);

    let mut session = Session::new();
    session.budget = Some(CONVERSATION);
    let mut request = Request::new(&question, TURN);
    request.session = Some(session);
    let mut context = assembler.assemble(&request, &Limits::default())?;
    for turn in 1..=MAX_TURNS {
        println!("turn {turn}: {} tokens, {} pieces, {}", context.tokens, context.items.len(), context.stop.reason);
        println!("{}", context.text);
        let wanted = model(&context);
        if wanted.is_empty() {
            break;
        }
        let mut expansion = Expansion::new(wanted).with_level(Level::Full);
        expansion.budget = TURN * 4;
        expansion.format = Format::Markdown;
        expansion.session = context.session.take();
        context = assembler.expand(&expansion, &Limits::default())?;
    }
    let spent = context.session.map_or(0, |session| session.spent);
    println!("{spent} of {CONVERSATION} tokens for the conversation");
    Ok(())
}
