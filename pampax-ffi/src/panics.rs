//! A panic in every export: it becomes `INTERNAL`, or the value that means nothing, and everything can be freed after it.

use crate::*;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_char};
use std::ptr::{null, null_mut};

thread_local! {
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Panics when a test asked for it.
pub(crate) fn injected() {
    if IS_ASKED.with(|asked| asked.replace(false)) {
        panic!("injected");
    }
}

/// The exports that were called, by name.
#[derive(Default)]
struct Called(BTreeSet<&'static str>);

impl Called {
    /// Injects a panic into a call that may fail.
    fn fails(&mut self, name: &'static str, call: impl FnOnce(*mut *mut pampax_error) -> pampax_status) {
        let mut error = null_mut();
        IS_ASKED.set(true);
        assert_eq!(call(&mut error), PAMPAX_INTERNAL, "{name}");
        assert!(!IS_ASKED.get(), "{name} is not guarded");
        // SAFETY: the call failed, and so gave an error.
        let message = unsafe { CStr::from_ptr(pampax_error_message(error)) };
        assert_eq!(message.to_str(), Ok("internal error: a panic: injected"), "{name}");
        // SAFETY: as above; it is not used any more.
        unsafe { pampax_error_free(error) };
        self.0.insert(name);
    }

    /// Injects a panic into a call that answers `nothing` then.
    fn answers<T: PartialEq + std::fmt::Debug>(&mut self, name: &'static str, nothing: T, call: impl FnOnce() -> T) {
        IS_ASKED.set(true);
        assert_eq!(call(), nothing, "{name}");
        assert!(!IS_ASKED.get(), "{name} is not guarded");
        self.0.insert(name);
    }
}

/// Calls an export by its name with a panic in it.
macro_rules! fails {
    ($called:ident, $name:ident($($argument:expr),*)) => {
        // SAFETY: the handles live, and texts end with a NUL.
        $called.fails(stringify!($name), |error| unsafe { $name($($argument,)* error) })
    };
}

macro_rules! answers {
    ($called:ident, $nothing:expr, $name:ident($($argument:expr),*)) => {
        // SAFETY: as for the calls that may fail.
        $called.answers(stringify!($name), $nothing, || unsafe { $name($($argument),*) })
    };
}

/// Live handles of every kind.
struct Handles {
    _folder: tempfile::TempDir,
    host: *mut pampax_host,
    cancel: *mut pampax_cancel,
    index: *mut pampax_index,
    searcher: *mut pampax_searcher,
    results: *mut pampax_results,
    bundle: *mut pampax_bundle,
    error: *mut pampax_error,
    text: *mut c_char,
}

const SEARCH: &CStr = c"{\"text\":\"login\"}";
const ASSEMBLE: &CStr = c"{\"query\":\"login\",\"budget\":500}";

impl Handles {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn new() -> Handles {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.rs"), "pub fn login() {}\n").unwrap();
        let root = CString::new(folder.path().to_str().unwrap()).unwrap();
        let (host, cancel) = (pampax_host_new(), pampax_cancel_new());
        let (mut index, mut searcher, mut results, mut bundle) = (null_mut(), null_mut(), null_mut(), null_mut());
        let (mut error, mut text) = (null_mut(), null_mut());
        // SAFETY: every handle is given by the call before, and texts end with a NUL.
        unsafe {
            let call = c"{\"op\":\"status\"}".as_ptr();
            assert_eq!(pampax_index_open(root.as_ptr(), null(), host, &mut index, null_mut()), PAMPAX_OK);
            let early = pampax_index_call(index, call, null(), &mut text, &mut error);
            assert_eq!((early, text), (PAMPAX_INDEX_MISSING, null_mut()));
            assert_eq!(pampax_index_update(index, null(), null(), &mut text, null_mut()), PAMPAX_OK);
            assert_eq!(pampax_index_searcher(index, &mut searcher, null_mut()), PAMPAX_OK);
            let found = pampax_searcher_search(searcher, SEARCH.as_ptr(), null(), &mut results, null_mut());
            let packed = pampax_searcher_assemble(searcher, ASSEMBLE.as_ptr(), null(), &mut bundle, null_mut());
            assert_eq!((found, packed), (PAMPAX_OK, PAMPAX_OK));
        }
        Handles { _folder: folder, host, cancel, index, searcher, results, bundle, error, text }
    }

    fn of_host(&self, called: &mut Called) {
        let host = self.host;
        called.answers("pampax_abi_version", 0, || pampax_abi_version());
        called.answers("pampax_version", null(), || pampax_version());
        called.answers("pampax_cancel_new", null_mut(), || pampax_cancel_new());
        answers!(called, (), pampax_cancel_trigger(self.cancel));
        answers!(called, false, pampax_cancel_is_triggered(self.cancel));
        called.answers("pampax_host_new", null_mut(), || pampax_host_new());
        fails!(called, pampax_host_set_embedder(host, null()));
        fails!(called, pampax_host_set_reranker(host, null()));
        fails!(called, pampax_host_set_token_counter(host, null()));
        fails!(called, pampax_host_set_log(host, null()));
        fails!(called, pampax_host_set_metrics(host, null()));
        answers!(called, false, pampax_watch_is_over(null()));
        answers!(called, -1, pampax_watch_remaining_ms(null()));
        answers!(called, (), pampax_failure_set_message(null_mut(), null()));
        answers!(called, (), pampax_failure_set_remote(null_mut(), 0, 0));
        answers!(called, PAMPAX_OK, pampax_error_code(self.error));
        answers!(called, null(), pampax_error_name(self.error));
        answers!(called, null(), pampax_error_message(self.error));
        answers!(called, null(), pampax_error_remedy(self.error));
        answers!(called, null(), pampax_error_json(self.error));
        answers!(called, 0, pampax_error_exit_status(self.error));
    }

    fn of_index(&self, called: &mut Called) {
        let (index, mut text) = (self.index, null_mut());
        let (mut other, mut searcher) = (null_mut(), null_mut());
        fails!(called, pampax_index_open(c"/".as_ptr(), null(), self.host, &mut other));
        fails!(called, pampax_index_update(index, null(), null(), &mut text));
        fails!(called, pampax_index_call(index, c"{\"op\":\"status\"}".as_ptr(), null(), &mut text));
        fails!(called, pampax_index_import_scip(index, null(), 0, null(), null(), &mut text));
        fails!(called, pampax_index_watch(index, null(), null(), &mut text));
        fails!(called, pampax_index_searcher(index, &mut searcher));
        fails!(called, pampax_index_reload(index, null(), &mut text));
        fails!(called, pampax_index_metrics(index, &mut text));
        assert!(text.is_null() && other.is_null() && searcher.is_null(), "an output was written on failure");
    }

    fn of_searcher(&self, called: &mut Called) {
        let (searcher, mut text, mut clone) = (self.searcher, null_mut(), null_mut());
        let (mut results, mut bundle) = (null_mut(), null_mut());
        fails!(called, pampax_searcher_call(searcher, SEARCH.as_ptr(), null(), &mut text));
        fails!(called, pampax_searcher_search(searcher, SEARCH.as_ptr(), null(), &mut results));
        fails!(called, pampax_searcher_assemble(searcher, ASSEMBLE.as_ptr(), null(), &mut bundle));
        answers!(called, 0, pampax_searcher_generation(searcher));
        fails!(called, pampax_searcher_clone(searcher, &mut clone));
        assert!(text.is_null() && clone.is_null() && results.is_null() && bundle.is_null());
    }

    fn of_answers(&self, called: &mut Called) {
        let (results, bundle, mut text) = (self.results, self.bundle, null_mut());
        let (mut what, mut why) = (null(), null());
        answers!(called, 0, pampax_results_len(results));
        fails!(called, pampax_results_get(results, 0, null_mut()));
        answers!(called, 0, pampax_results_degraded_len(results));
        fails!(called, pampax_results_degraded_get(results, 0, &mut what, &mut why));
        answers!(called, null(), pampax_results_suggestion(results));
        answers!(called, 0, pampax_results_generation(results));
        fails!(called, pampax_results_json(results, &mut text));
        answers!(called, null(), pampax_bundle_text(bundle));
        answers!(called, 0, pampax_bundle_text_length(bundle));
        answers!(called, 0, pampax_bundle_tokens(bundle));
        answers!(called, 0, pampax_bundle_budget(bundle));
        answers!(called, null(), pampax_bundle_stop_reason(bundle));
        answers!(called, 0, pampax_bundle_generation(bundle));
        answers!(called, 0, pampax_bundle_len(bundle));
        fails!(called, pampax_bundle_get(bundle, 0, null_mut()));
        fails!(called, pampax_bundle_json(bundle, &mut text));
        assert!(text.is_null() && what.is_null() && why.is_null());
    }

    /// A panic leaves what was to be freed as it is, and it can be freed then.
    fn free(self, called: &mut Called) {
        for _ in 0..2 {
            answers!(called, (), pampax_text_free(self.text));
            answers!(called, (), pampax_error_free(self.error));
            answers!(called, (), pampax_bundle_free(self.bundle));
            answers!(called, (), pampax_results_free(self.results));
            answers!(called, (), pampax_searcher_free(self.searcher));
            answers!(called, (), pampax_index_free(self.index));
            answers!(called, (), pampax_cancel_free(self.cancel));
            answers!(called, (), pampax_host_free(self.host));
        }
        // SAFETY: nothing was freed so far, for a panic came first each time.
        unsafe {
            pampax_text_free(self.text);
            pampax_error_free(self.error);
            pampax_bundle_free(self.bundle);
            pampax_results_free(self.results);
            pampax_searcher_free(self.searcher);
            pampax_index_free(self.index);
            pampax_cancel_free(self.cancel);
            pampax_host_free(self.host);
        }
    }
}

/// The functions of the header.
fn declared() -> BTreeSet<&'static str> {
    let header = include_str!("../../include/pampax.h");
    let code = header.lines().filter(|line| !line.starts_with([' ', '/', '#', '}']) && !line.starts_with("typedef"));
    let names = code.filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next());
    names.filter(|name| name.starts_with("pampax_")).collect()
}

#[test]
fn a_panic_in_any_export_becomes_internal_and_everything_can_be_freed() {
    let (handles, mut called) = (Handles::new(), Called::default());
    handles.of_host(&mut called);
    handles.of_index(&mut called);
    handles.of_searcher(&mut called);
    handles.of_answers(&mut called);
    // A handle that a panic went through still answers.
    // SAFETY: the handle lives.
    assert_eq!(unsafe { pampax_results_len(handles.results) }, 1);
    handles.free(&mut called);
    assert!(called.0.len() > 50);
    assert_eq!(called.0, declared());
}
