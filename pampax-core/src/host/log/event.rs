//! The one table of the events that are logged.

use crate::host::log::Level;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $component:literal, $op:literal, $level:ident;)*) => {
        /// What a log record tells of. Names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Event { $($(#[$doc])* $variant,)* }

        impl Event {
            /// Every event, in the order of the table.
            pub const ALL: &'static [Event] = &[$(Event::$variant,)*];

            /// The part of the engine that tells, such as `index`.
            pub fn component(self) -> &'static str {
                match self { $(Event::$variant => $component,)* }
            }

            /// What it did, such as `update`.
            pub fn op(self) -> &'static str {
                match self { $(Event::$variant => $op,)* }
            }

            /// Component and operation, such as `index.update`.
            pub fn name(self) -> &'static str {
                match self { $(Event::$variant => concat!($component, ".", $op),)* }
            }

            /// How much a record of it matters when nothing went wrong.
            pub fn level(self) -> Level {
                match self { $(Event::$variant => Level::$level,)* }
            }
        }
    };
}

events! {
    /// An update ended.
    IndexUpdate = "index", "update", Info;
    /// A file is not indexed because of its content.
    IndexSkipFile = "index", "skip_file", Debug;
    /// References were taken over from an `index.scip`.
    IndexImportScip = "index", "import_scip", Info;
    /// A tree is watched.
    IndexWatch = "index", "watch", Info;
    /// A configuration was taken over while the index was open.
    IndexReload = "index", "reload", Info;
    /// The index was written into one file.
    IndexBackup = "index", "backup", Info;
    /// The index was replaced with a backup.
    IndexRestore = "index", "restore", Info;
    /// The index, or a backup, was checked against what it promises.
    IndexVerify = "index", "verify", Info;
    /// Room that the index did not need was taken away.
    IndexCompact = "index", "compact", Info;
    /// The index was looked at. A warning unless it is healthy.
    HealthCheck = "health", "check", Debug;
    /// The text index was missing, damaged or of another generation, and was built again from the catalog.
    TextRebuild = "text", "rebuild", Warn;
    /// The text index cannot be used and cannot be written, and was built in memory for one searcher.
    TextRebuildInMemory = "text", "rebuild_in_memory", Warn;
    /// The embedder failed; what it was asked for goes without vectors.
    EmbedderFail = "embedder", "fail", Warn;
    /// A call of a seam failed and is made again.
    RemoteRetry = "remote", "retry", Warn;
    /// A seam failed so often that it is left alone for a while.
    RemoteOpenBreaker = "remote", "open_breaker", Warn;
    /// A seam that was left alone works again.
    RemoteCloseBreaker = "remote", "close_breaker", Info;
    /// A search ended.
    SearchSearch = "search", "search", Info;
    /// Saved answers were there and could not be used.
    CacheSkipSaved = "cache", "skip_saved", Warn;
    /// Saved answers that could not be used were made anew.
    CacheRemakeSaved = "cache", "remake_saved", Warn;
    /// Answers were computed and saved.
    CacheWarm = "cache", "warm", Info;
    /// All kept and saved answers were dropped.
    CacheClear = "cache", "clear", Info;
    /// A question to the code graph ended.
    GraphWalk = "graph", "walk", Info;
    /// A question for the way between two definitions ended.
    GraphPath = "graph", "path", Info;
    /// A question for the tests of a definition ended.
    GraphTests = "graph", "tests", Info;
    /// A bundle was put together.
    AssembleAssemble = "assemble", "assemble", Info;
    /// Named pieces were put together.
    AssembleExpand = "assemble", "expand", Info;
    /// A receipt was compared with the index.
    AssembleVerify = "assemble", "verify", Info;
    /// A bundle was made again from its receipt.
    AssembleReplay = "assemble", "replay", Info;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_component_and_operation_and_differ() {
        let mut names: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
        for event in Event::ALL {
            assert_eq!(event.name(), format!("{}.{}", event.component(), event.op()));
        }
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
