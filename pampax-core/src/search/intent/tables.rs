//! The words that `intent.rs` and `marks.rs` go by.
//!
//! Never here: code.

use std::ops::RangeInclusive;

/// A sort of error code: the letters it begins with and how many digits follow.
pub(super) const NUMBERED: &[(&str, RangeInclusive<usize>)] = &[
    ("BC", 5..=5),
    ("C", 4..=4),
    ("CA", 4..=4),
    ("CS", 4..=4),
    ("DL", 4..=4),
    ("E", 3..=4),
    ("F", 3..=3),
    ("LNK", 4..=4),
    ("MSB", 4..=4),
    ("NETSDK", 4..=4),
    ("NU", 4..=4),
    ("ORA-", 4..=5),
    ("PLS-", 5..=5),
    ("SC", 4..=4),
    ("TNS-", 5..=5),
    ("TS", 4..=5),
    ("W", 3..=3),
];

/// Names of errors of the operating system, and of signals that end a program. Sorted.
pub(super) const SYSTEM_ERRORS: &[&str] = &[
    "E2BIG",
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EAGAIN",
    "EALREADY",
    "EBADF",
    "EBUSY",
    "ECANCELED",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EDEADLK",
    "EDOM",
    "EEXIST",
    "EFAULT",
    "EFBIG",
    "EHOSTUNREACH",
    "EINTR",
    "EINVAL",
    "EIO",
    "EISCONN",
    "EISDIR",
    "ELOOP",
    "EMFILE",
    "EMSGSIZE",
    "ENAMETOOLONG",
    "ENETUNREACH",
    "ENFILE",
    "ENODEV",
    "ENOENT",
    "ENOEXEC",
    "ENOMEM",
    "ENOSPC",
    "ENOSYS",
    "ENOTCONN",
    "ENOTDIR",
    "ENOTEMPTY",
    "ENOTFOUND",
    "ENOTSUP",
    "EOVERFLOW",
    "EPERM",
    "EPIPE",
    "EPROTO",
    "ERANGE",
    "ERESOLVE",
    "EROFS",
    "ESRCH",
    "ESTALE",
    "ETIMEDOUT",
    "EWOULDBLOCK",
    "EXDEV",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGILL",
    "SIGSEGV",
];

/// The parts of a name in capitals that make it the name of an error. Sorted.
pub(super) const ERROR_PARTS: &[&str] = &[
    "ABORTED",
    "CONFLICT",
    "CORRUPT",
    "DAMAGED",
    "DENIED",
    "E",
    "ERR",
    "ERROR",
    "EXCEEDED",
    "EXCEPTION",
    "EXPIRED",
    "FAILED",
    "FAILURE",
    "FATAL",
    "FORBIDDEN",
    "INVALID",
    "MISSING",
    "OVERFLOW",
    "PANIC",
    "REFUSED",
    "REJECTED",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "UNREACHABLE",
    "VIOLATION",
];

/// The verbs of HTTP that stand before a route.
pub(super) const VERBS: &[&str] = &["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// Folders in the root of a file system or a repository: a path that begins with one is no route.
pub(super) const SYSTEM_FOLDERS: &[&str] = &[
    "Applications",
    "Library",
    "Users",
    "Volumes",
    "bin",
    "boot",
    "dev",
    "docs",
    "etc",
    "home",
    "lib",
    "lib64",
    "mnt",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "sbin",
    "src",
    "srv",
    "sys",
    "test",
    "tests",
    "tmp",
    "usr",
    "var",
    "workspace",
];

/// Files of settings and manifests, by the whole name or, with a `*`, by its end.
pub(super) const CONFIG_FILES: &[&str] = &[
    "*.cfg",
    "*.conf",
    "*.config.cjs",
    "*.config.js",
    "*.config.mjs",
    "*.config.ts",
    "*.ini",
    "*.properties",
    "*.toml",
    "*.yaml",
    "*.yml",
    ".babelrc",
    ".editorconfig",
    ".env",
    ".eslintrc",
    ".npmrc",
    ".prettierrc",
    "CMakeLists.txt",
    "Dockerfile",
    "Gemfile",
    "Makefile",
    "Procfile",
    "appsettings.json",
    "composer.json",
    "go.mod",
    "package.json",
    "pom.xml",
    "tsconfig.json",
];

/// What programs write when they fail.
pub(super) const FAILURE_OUTPUT: &[&str] = &[
    "assertion failed",
    "assertion `left",
    "caused by:",
    "core dumped",
    "error:",
    "exception in thread",
    "fatal error",
    "fatal:",
    "panic:",
    "panicked at",
    "segmentation fault",
    "traceback (most recent call last)",
    "undefined reference to",
    "uncaught exception",
    "uncaught error",
    "unhandled exception",
    "unhandled rejection",
];

/// Words of people about something that failed.
pub(super) const FAILURE_WORDS: &[&str] = &[
    "an exception",
    "backtrace",
    "crash",
    "crashed",
    "crashes",
    "crashing",
    "deadlocks",
    "exception at",
    "exception when",
    "exception while",
    "following stack trace",
    "hangs",
    "panicked",
    "panics",
    "segfault",
    "segfaults",
    "stack trace from",
    "stack trace:",
    "this stack trace",
    "traceback",
];

/// Openings of questions about how something works, whatever its words.
pub(super) const HOW_OPENINGS: &[&str] = &["describe ", "explain ", "how ", "what ", "where ", "which "];

/// Words that make even those a question about a failure.
pub(super) const REPAIR_WORDS: &[&str] = &["avoid", "cause", "causes", "debug", "does it", "fix"];

/// Words that ask for the code behind a route.
pub(super) const API_WORDS: &[&str] = &[
    "api route",
    "api routes",
    "endpoint",
    "endpoints",
    "http handler",
    "request handler",
    "rest api",
    "route for",
    "route handler",
    "route that",
];

/// Words beside which a name with dots is a key of settings.
pub(super) const SETTING_WORDS: &[&str] = &[
    "config",
    "configuration",
    "configure",
    "configured",
    "default",
    "flag",
    "key",
    "option",
    "property",
    "set",
    "setting",
    "settings",
    "value",
];

/// Words that ask for settings without naming one.
pub(super) const CONFIG_WORDS: &[&str] = &[
    "command line flag",
    "command line flags",
    "command line option",
    "command line options",
    "config",
    "config file",
    "config key",
    "configuration",
    "default value for",
    "default value of",
    "env var",
    "env vars",
    "environment variable",
    "environment variables",
    "option for",
    "settings",
    "the setting",
    "which setting",
];

/// What stands before and after a name that is asked for, and whether any word may be the name.
pub(super) const DEFINITION_FORMS: &[(&str, &str, bool)] = &[
    ("where is ", " defined", true),
    ("where is ", " declared", true),
    ("where is ", " implemented", false),
    ("where is ", "", false),
    ("where are ", " defined", true),
    ("definition of ", "", true),
    ("declaration of ", "", true),
    ("implementation of ", "", false),
    ("who calls ", "", true),
    ("what calls ", "", true),
    ("callers of ", "", true),
    ("usages of ", "", true),
    ("what is ", "", false),
    ("what does ", " do", false),
    ("show me ", "", false),
    ("find ", "", false),
];

/// Words that may stand before the name.
pub(super) const KIND_WORDS: &[&str] =
    &["class", "enum", "field", "function", "interface", "macro", "method", "module", "struct", "the", "trait", "type"];
