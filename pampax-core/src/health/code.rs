//! The one table of what can be wrong with an index: names, how bad it is, what decides, and the way out.
//!
//! Never here: finding out.

use crate::error::ErrorCode;
use crate::source::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// How a component, or a condition of one, is.
    ComponentStatus {
        /// As it should be, or worth knowing at most.
        Ok = "ok",
        /// The index answers, but less well than it could, or may not for long.
        Warning = "warning",
        /// The index does not answer, or may answer wrongly.
        Error = "error",
    }
}

named_enum! {
    /// What can be done about a condition without losing anything; see [`crate::Index::mend`].
    Mend {
        /// Drop vectors that cannot be used, so that an update makes them again.
        Vectors = "vectors",
        /// Build the text index again from the catalog.
        Text = "text",
        /// Drop saved answers that cannot be used.
        Cache = "cache",
        /// Update the index.
        Update = "update",
        /// Compact the index.
        Compact = "compact",
    }
}

/// How bad a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    /// It makes the index unhealthy, and a program ends with the status of this error.
    Error(ErrorCode),
    /// It makes the index degraded.
    Warning,
    /// It is worth knowing.
    Note,
}

macro_rules! health_codes {
    ($($variant:ident = $name:literal, $grade:expr, $when:literal, $remedy:literal, $command:expr, $mend:expr;)*) => {
        /// A condition of an index. The order is that of severity, the most severe first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum HealthCode { $(#[doc = $when] #[serde(rename = $name)] $variant,)* }

        impl HealthCode {
            /// Every code, the most severe first.
            pub const ALL: &'static [HealthCode] = &[$(HealthCode::$variant,)*];

            /// The stable name, such as `CATALOG_DAMAGED`.
            pub fn name(self) -> &'static str {
                match self { $(HealthCode::$variant => $name,)* }
            }

            /// When the condition holds, with its threshold.
            pub fn when(self) -> &'static str {
                match self { $(HealthCode::$variant => $when,)* }
            }

            /// What a person can do about it, as one sentence without a full stop.
            pub fn remedy(self) -> &'static str {
                match self { $(HealthCode::$variant => $remedy,)* }
            }

            /// The command that mends it, where there is one.
            pub fn command(self) -> Option<&'static str> {
                match self { $(HealthCode::$variant => $command,)* }
            }

            /// The repair that loses nothing, where there is one.
            pub fn mend(self) -> Option<Mend> {
                match self { $(HealthCode::$variant => $mend,)* }
            }

            fn grade(self) -> Grade {
                match self { $(HealthCode::$variant => $grade,)* }
            }
        }
    };
}

const DOCTOR: Option<&str> = Some("pampax doctor --fix");
const INDEX: Option<&str> = Some("pampax index");
const COMPACT: Option<&str> = Some("pampax compact");

health_codes! {
    CatalogDamaged = "CATALOG_DAMAGED", Grade::Error(ErrorCode::IndexDamaged),
        "the catalog cannot be read, or does not hold what its tables promise",
        "restore a backup; without one, move the index folder away and index again",
        Some("pampax restore FILE"), None;
    BackupDamaged = "BACKUP_DAMAGED", Grade::Error(ErrorCode::IndexDamaged),
        "a backup does not hold what its manifest promises; only `pampax verify FILE` looks",
        "make another backup while the index is sound", Some("pampax backup FILE"), None;
    SchemaNewer = "SCHEMA_NEWER", Grade::Error(ErrorCode::IndexVersion),
        "the catalog was written by a newer version of the program",
        "use the version that wrote it, or move the index folder away and index again", None, None;
    ConfigInvalid = "CONFIG_INVALID", Grade::Error(ErrorCode::InvalidConfig),
        "a value of the configuration is unknown, malformed or out of range", "correct the named key", None, None;
    CatalogMissing = "CATALOG_MISSING", Grade::Error(ErrorCode::IndexMissing),
        "there is no index, or no update of it has come to an end yet", "index the folder", INDEX, None;
    RootUnreadable = "ROOT_UNREADABLE", Grade::Error(ErrorCode::Io),
        "the indexed folder is gone or cannot be listed", "check that the folder exists and may be read", None, None;
    StoreUnreadable = "STORE_UNREADABLE", Grade::Error(ErrorCode::Io),
        "the operating system refuses to read a file of the index", "check the permissions and the disk", None, None;
    TextDamaged = "TEXT_DAMAGED", Grade::Error(ErrorCode::IndexDamaged),
        "files of the text index cannot be read, hold other documents than the catalog, or, when everything is read, do not \
         match their checksums",
        "build the text index again from the catalog", DOCTOR, Some(Mend::Text);
    VectorsDamaged = "VECTORS_DAMAGED", Grade::Error(ErrorCode::IndexDamaged),
        "vectors of a file are missing or not as they were written",
        "drop the damaged vectors; the next update makes them again", DOCTOR, Some(Mend::Vectors);
    DiskFull = "DISK_FULL", Grade::Error(ErrorCode::Io),
        "less than a tenth of `storage.min_free_bytes` is free on the disk of the index", "free disk space", None, None;
    TimedOut = "TIMED_OUT", Grade::Error(ErrorCode::DeadlineExceeded),
        "a component gave no answer within its time", "allow more time; if that does not help, look at the disk", None, None;
    CheckFailed = "CHECK_FAILED", Grade::Error(ErrorCode::Internal),
        "a component could not be looked at because of a bug", "report it with the command and the message", None, None;
    SchemaOlder = "SCHEMA_OLDER", Grade::Warning,
        "the catalog was written by an older version of the program", "index the folder, which brings it up to date",
        INDEX, Some(Mend::Update);
    TextMissing = "TEXT_MISSING", Grade::Warning,
        "there is no text index; the next search builds it from the catalog first", "build it now",
        DOCTOR, Some(Mend::Text);
    TextStale = "TEXT_STALE", Grade::Warning,
        "the text index is of another generation than the catalog; the next search builds it again first", "build it now",
        DOCTOR, Some(Mend::Text);
    CacheUnusable = "CACHE_UNUSABLE", Grade::Warning,
        "the saved answers cannot be read, or are of another version of the program; answers are computed instead",
        "drop them", Some("pampax cache clear"), Some(Mend::Cache);
    RootMoved = "ROOT_MOVED", Grade::Warning,
        "the index lies outside its root and was made from another one", "index the folder that is meant",
        INDEX, None;
    IndexIncomplete = "INDEX_INCOMPLETE", Grade::Warning,
        "the last update did not come to its end", "index the folder, which goes on where it stopped",
        INDEX, Some(Mend::Update);
    IndexEmpty = "INDEX_EMPTY", Grade::Warning,
        "no file is indexed", "look why: `pampax why PATH` names the rule that leaves a file out",
        Some("pampax why PATH"), None;
    SettingsChanged = "SETTINGS_CHANGED", Grade::Warning,
        "files are indexed with other settings, or by another version of the parser", "index the folder",
        INDEX, Some(Mend::Update);
    TreeDrifted = "TREE_DRIFTED", Grade::Warning,
        "more than one in twenty of the files were added, changed or removed since they were indexed", "index the folder",
        INDEX, Some(Mend::Update);
    IndexOld = "INDEX_OLD", Grade::Warning,
        "no file was read for more than 7 days, and the tree has changed or could not be compared", "index the folder",
        INDEX, Some(Mend::Update);
    EmbedderChanged = "EMBEDDER_CHANGED", Grade::Warning,
        "the index holds vectors, but none of the embedder that is supplied", "index the folder with this embedder",
        INDEX, Some(Mend::Update);
    VectorsMissing = "VECTORS_MISSING", Grade::Warning,
        "an embedder is supplied, and files have no vectors of it", "index the folder with this embedder",
        INDEX, Some(Mend::Update);
    DiskLow = "DISK_LOW", Grade::Warning,
        "less than `storage.min_free_bytes` is free on the disk of the index", "free disk space, or compact the index",
        COMPACT, None;
    FolderReadOnly = "FOLDER_READ_ONLY", Grade::Warning,
        "the index cannot be written to: searches work, updates do not", "change the permissions if it is to be updated",
        None, None;
    MemoryHigh = "MEMORY_HIGH", Grade::Warning,
        "the process takes more memory than `performance.memory_limit_bytes`",
        "drop searchers that are no longer used, or raise the limit", None, None;
    WalLarge = "WAL_LARGE", Grade::Warning,
        "the log beside the catalog is larger than 128 MiB: a reader keeps it from being emptied",
        "end searchers that are no longer used, then compact the index", COMPACT, Some(Mend::Compact);
    CatalogSparse = "CATALOG_SPARSE", Grade::Warning,
        "more than half of a catalog of at least 16 MiB holds nothing", "compact the index", COMPACT, Some(Mend::Compact);
    TextSparse = "TEXT_SPARSE", Grade::Warning,
        "more than half of at least 10,000 documents of the text index are deleted", "compact the index",
        COMPACT, Some(Mend::Compact);
    LanguageDegraded = "LANGUAGE_DEGRADED", Grade::Warning,
        "more than three in four of at least 20 files of a language have an incomplete structure",
        "look at the files; syntax that the grammar does not know is searched by lines", Some("pampax status"), None;
    LockOld = "LOCK_OLD", Grade::Warning,
        "a program has been writing to the index for more than an hour", "look whether the named process still works",
        None, None;
    Locked = "LOCKED", Grade::Note,
        "a program is writing to the index; searches go on with the last generation", "wait for the named process",
        None, None;
    ComparisonUnfinished = "COMPARISON_UNFINISHED", Grade::Note,
        "the tree could not be compared with the index to its end in the time there was", "allow more time", None, None;
    MemoryUnknown = "MEMORY_UNKNOWN", Grade::Note,
        "this platform does not tell how much memory the process takes", "measure it from outside", None, None;
}

impl HealthCode {
    /// The code with this stable name.
    pub fn from_name(name: &str) -> Option<HealthCode> {
        HealthCode::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// What the condition makes of its component.
    pub fn status(self) -> ComponentStatus {
        match self.grade() {
            Grade::Error(_) => ComponentStatus::Error,
            Grade::Warning => ComponentStatus::Warning,
            Grade::Note => ComponentStatus::Ok,
        }
    }

    /// The error that a program ends with for this condition; none where the index still answers.
    pub fn error(self) -> Option<ErrorCode> {
        match self.grade() {
            Grade::Error(code) => Some(code),
            Grade::Warning | Grade::Note => None,
        }
    }

    /// The condition that an error of looking at the index stands for.
    pub(crate) fn of_error(error: &crate::error::Error) -> HealthCode {
        use crate::error::Error;
        match error {
            Error::IndexVersion { found, supported, .. } if found < supported => HealthCode::SchemaOlder,
            _ => match error.code() {
                ErrorCode::InvalidConfig => HealthCode::ConfigInvalid,
                ErrorCode::IndexMissing => HealthCode::CatalogMissing,
                ErrorCode::IndexDamaged => HealthCode::CatalogDamaged,
                ErrorCode::IndexVersion => HealthCode::SchemaNewer,
                ErrorCode::Io | ErrorCode::IndexLocked => HealthCode::StoreUnreadable,
                ErrorCode::DeadlineExceeded | ErrorCode::Cancelled => HealthCode::TimedOut,
                _ => HealthCode::CheckFailed,
            },
        }
    }
}

impl fmt::Display for HealthCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_by_severity_and_its_names_differ() {
        let statuses: Vec<ComponentStatus> = HealthCode::ALL.iter().map(|code| code.status()).collect();
        assert!(statuses.is_sorted_by(|left, right| left >= right), "{statuses:?}");
        for (position, code) in HealthCode::ALL.iter().enumerate() {
            assert_eq!(HealthCode::from_name(code.name()), Some(*code), "{code} is named twice");
            assert_eq!(*code as usize, position);
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    #[test]
    fn what_is_mended_is_no_data_of_its_own() {
        for code in HealthCode::ALL.iter().filter(|code| code.mend().is_some()) {
            assert!(code.command().is_some(), "{code} is mended without a command");
        }
        assert!(HealthCode::CatalogDamaged.mend().is_none() && HealthCode::CatalogMissing.mend().is_none());
    }
}
