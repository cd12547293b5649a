//! The one table of errors. Every status number, name and exit status of every binding derives from [`ErrorCode`].
//!
//! Never here: dependency types, formatting for a terminal.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What every fallible call of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the engine. One variant per [`ErrorCode`]; path and action are attached where it happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration value is unknown, malformed or out of range.
    #[error("invalid configuration: {key}: {reason}")]
    InvalidConfig {
        /// The field path of the value, such as `indexer.max_file_bytes`.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A request holds a value that cannot be used.
    #[error("invalid argument: {argument}: {reason}")]
    InvalidArgument {
        /// The name of the argument.
        argument: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The embedder of this call is not the one the index was asked to use.
    #[error("embedder mismatch: the index holds vectors of {expected}, this host supplies {found}")]
    EmbedderMismatch {
        /// The identity of the stored vectors' model.
        expected: String,
        /// The identity of the host's model.
        found: String,
    },
    /// The operating system refused an operation on a file or folder.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// There is no index at this place.
    #[error("no index at {path}")]
    IndexMissing {
        /// Where the index was looked for.
        path: PathBuf,
    },
    /// Another writer holds the index.
    #[error("the index at {path} is being written by {owner}")]
    IndexLocked {
        /// The index folder.
        path: PathBuf,
        /// Who holds the lock: process id and program.
        owner: String,
    },
    /// The catalog cannot be read, so nothing can be derived from it.
    #[error("the index at {path} is damaged: {reason}")]
    IndexDamaged {
        /// The index folder or the damaged file in it.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The index was written with another schema that cannot be migrated.
    #[error("the index at {path} has schema version {found}, this program reads {supported}")]
    IndexVersion {
        /// The index folder.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The version this program writes.
        supported: u32,
    },
    /// The embedder failed and the call cannot go on without it.
    #[error("the embedder failed: {reason}")]
    EmbedderFailed {
        /// What it reported.
        reason: String,
    },
    /// The reranker failed and the call cannot go on without it.
    #[error("the reranker failed: {reason}")]
    RerankerFailed {
        /// What it reported.
        reason: String,
    },
    /// A network operation failed.
    #[error("the network failed: {reason}")]
    Network {
        /// What it reported.
        reason: String,
    },
    /// The deadline of the call passed.
    #[error("the deadline passed while the engine was in stage {stage}")]
    DeadlineExceeded {
        /// The stage that was running.
        stage: &'static str,
    },
    /// The caller cancelled.
    #[error("cancelled in stage {stage}")]
    Cancelled {
        /// The stage that was running.
        stage: &'static str,
    },
    /// A bug in the engine, or a panic that was caught.
    #[error("internal error: {reason}")]
    Internal {
        /// What was found.
        reason: String,
    },
}

/// An error as every binding and program tells it: `{"error": {…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorDocument {
    /// What is said of it.
    pub error: ErrorBody,
}

/// What is said of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The stable number.
    pub code: u16,
    /// The stable name.
    pub name: &'static str,
    /// What went wrong.
    pub message: String,
    /// What a person can do about it.
    pub remedy: &'static str,
}

impl ErrorBody {
    /// What is said of an error of `code`.
    pub fn new(code: ErrorCode, message: String) -> ErrorBody {
        ErrorBody { code: code.number(), name: code.name(), message, remedy: code.remedy() }
    }
}

/// Something an answer had to do without. Part of results, never an error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Degradation {
    /// The stable name of what is missing or reduced, such as `embedder`.
    pub what: String,
    /// Why, as a sentence without a full stop.
    pub why: String,
}

/// Why an answer goes without vectors when the host chose to have no embedder. Nothing is wrong then.
pub const NO_EMBEDDER: &str = "no embedder";

impl Degradation {
    /// Whether something went wrong, and not only without what the host left out.
    pub fn is_trouble(&self) -> bool {
        self.why != NO_EMBEDDER
    }

    /// The bytes that it takes in memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Degradation>() + self.what.len() + self.why.len()
    }

    /// A degradation of `what` because of `why`.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Degradation {
        Degradation { what: what.into(), why: why.into() }
    }
}

impl Error {
    /// An [`Error::Io`] for `action` on `path`.
    pub fn io(action: &'static str, path: impl AsRef<Path>, source: std::io::Error) -> Error {
        Error::Io { action, path: path.as_ref().to_path_buf(), source }
    }

    /// An [`Error::InvalidArgument`].
    pub fn argument(argument: &'static str, reason: impl Into<String>) -> Error {
        Error::InvalidArgument { argument, reason: reason.into() }
    }

    /// An [`Error::Internal`].
    pub fn internal(reason: impl Into<String>) -> Error {
        Error::Internal { reason: reason.into() }
    }

    /// The error as every binding and program tells it.
    pub fn document(&self) -> ErrorDocument {
        ErrorDocument { error: ErrorBody::new(self.code(), self.to_string()) }
    }

    /// The row of the error table that this error belongs to.
    pub fn code(&self) -> ErrorCode {
        match self {
            Error::InvalidConfig { .. } => ErrorCode::InvalidConfig,
            Error::InvalidArgument { .. } => ErrorCode::InvalidArgument,
            Error::EmbedderMismatch { .. } => ErrorCode::EmbedderMismatch,
            Error::Io { .. } => ErrorCode::Io,
            Error::IndexMissing { .. } => ErrorCode::IndexMissing,
            Error::IndexLocked { .. } => ErrorCode::IndexLocked,
            Error::IndexDamaged { .. } => ErrorCode::IndexDamaged,
            Error::IndexVersion { .. } => ErrorCode::IndexVersion,
            Error::EmbedderFailed { .. } => ErrorCode::EmbedderFailed,
            Error::RerankerFailed { .. } => ErrorCode::RerankerFailed,
            Error::Network { .. } => ErrorCode::Network,
            Error::DeadlineExceeded { .. } => ErrorCode::DeadlineExceeded,
            Error::Cancelled { .. } => ErrorCode::Cancelled,
            Error::Internal { .. } => ErrorCode::Internal,
        }
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $remedy:literal;)*) => {
        /// The stable number and name of an error. The hundreds digit is the exit status of a program that ends with it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $variant = $number,)* }

        impl ErrorCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable name, such as `INDEX_MISSING`.
            pub fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name,)* }
            }

            /// What a person can do about it, as one sentence without a full stop.
            pub fn remedy(self) -> &'static str {
                match self { $(ErrorCode::$variant => $remedy,)* }
            }
        }
    };
}

error_codes! {
    /// A configuration value is wrong.
    InvalidConfig = 200, "INVALID_CONFIG", "correct the named key";
    /// An argument is wrong.
    InvalidArgument = 201, "INVALID_ARGUMENT", "correct the named argument";
    /// The stored vectors belong to another model.
    EmbedderMismatch = 202, "EMBEDDER_MISMATCH", "update the index with this embedder, or supply the one it was built with";
    /// A file or folder could not be used.
    Io = 300, "IO", "check that the path exists, is readable and writable, and that the disk has room";
    /// There is no index.
    IndexMissing = 301, "INDEX_MISSING", "run `pampax index` on the folder first";
    /// Another writer holds the index.
    IndexLocked = 302, "INDEX_LOCKED", "wait for the named process to finish, or stop it";
    /// The catalog is damaged.
    IndexDamaged = 303, "INDEX_DAMAGED", "run `pampax doctor`, which names what can be mended; otherwise restore a backup with `pampax restore`, or delete the index folder and run `pampax index`";
    /// The schema is one this program cannot read.
    IndexVersion = 304, "INDEX_VERSION", "run `pampax index` on the folder if the index is older; if it is newer, use the program version that wrote it, or delete the index folder first";
    /// The embedder failed.
    EmbedderFailed = 400, "EMBEDDER_FAILED", "check the embedder that the host supplies";
    /// The reranker failed.
    RerankerFailed = 401, "RERANKER_FAILED", "check the reranker that the host supplies";
    /// The network failed.
    Network = 402, "NETWORK", "check the address and the connection";
    /// The deadline passed.
    DeadlineExceeded = 500, "DEADLINE_EXCEEDED", "allow more time, or narrow the request";
    /// The caller cancelled.
    Cancelled = 501, "CANCELLED", "nothing to mend: the caller asked to stop";
    /// A bug.
    Internal = 600, "INTERNAL", "report it with the command and the message";
}

impl ErrorCode {
    /// The stable number, such as 301.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The exit status of a program that ends with this error: the hundreds digit of the number.
    pub fn exit_status(self) -> u8 {
        (self.number() / 100) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_and_names_differ() {
        for pair in ErrorCode::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number());
            assert_ne!(pair[0].name(), pair[1].name());
        }
        assert!(ErrorCode::ALL.iter().all(|code| (2..=6).contains(&code.exit_status())));
    }
}
