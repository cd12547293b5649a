//! The one table of languages: how each is recognised and parsed.
