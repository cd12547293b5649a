//! Stand-in until the core has these.
use pampax_core::assemble::{Bundle, Request};
use pampax_core::search::{Document, Query, SearchResults, Symbol};
use pampax_core::source::{Generation, Language, RepoPath};
use pampax_core::{Config, Error, Host, Limits, Result};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

fn later<T>() -> Result<T> {
    Err(Error::internal("stand-in"))
}
pub struct Index;
pub struct Progress {
    pub stage: &'static str,
    pub done: u64,
    pub total: u64,
}
#[derive(Serialize)]
pub struct UpdateReport {
    pub generation: Generation,
}
#[derive(Serialize)]
pub struct Status {}
#[derive(Serialize)]
pub struct Explanation {}
impl Index {
    pub fn open(_: &Path, _: &Config, _: Host) -> Result<Index> {
        later()
    }
    pub fn update_with_progress(&self, _: &Limits, _: &(dyn Fn(Progress) + Sync)) -> Result<UpdateReport> {
        later()
    }
    pub fn searcher(&self) -> Result<Searcher> {
        later()
    }
    pub fn status(&self) -> Result<Status> {
        later()
    }
    pub fn why(&self, _: &str) -> Result<Explanation> {
        later()
    }
}
pub struct Searcher;
impl Searcher {
    pub fn search(&self, _: &Query, _: &Limits) -> Result<SearchResults> {
        later()
    }
    pub fn symbols(&self, _: &str, _: usize) -> Result<Vec<Symbol>> {
        later()
    }
    pub fn document(&self, _: &RepoPath) -> Result<Option<Arc<Document>>> {
        later()
    }
    pub fn generation(&self) -> Generation {
        Generation(0)
    }
}
pub struct Assembler;
impl Assembler {
    pub fn new(_: Searcher) -> Assembler {
        Assembler
    }
    pub fn assemble(&self, _: &Request, _: &Limits) -> Result<Bundle> {
        later()
    }
}
pub struct LanguageRow {
    pub language: Language,
    pub display: &'static str,
    pub extensions: &'static [&'static str],
    pub file_names: &'static [&'static str],
    pub interpreters: &'static [&'static str],
}
impl LanguageRow {
    pub fn is_parsed(&self) -> bool {
        true
    }
}
pub fn languages() -> &'static [LanguageRow] {
    &[]
}
