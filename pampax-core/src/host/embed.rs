//! The embedder seam.

use crate::host::BoxError;
use crate::limits::Watch;

/// What a text is embedded for; asymmetric models need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The text is a question.
    Query,
    /// The text is a piece of an indexed file.
    Document,
}

/// Turns text into vectors.
pub trait Embedder: Send + Sync {
    /// A stable name of the model and its version. Vectors of different ids are never compared.
    fn id(&self) -> &str;

    /// The number of components of every vector; 0 while it is not known, which it is after the first answer at the
    /// latest.
    fn dimensions(&self) -> usize;

    /// One vector of [`Embedder::dimensions`] components for each text, one after another in one list.
    ///
    /// The engine normalises the vectors itself. It checks the length of the list and that every number is finite.
    /// `watch` ends when nobody waits for the answer any more.
    ///
    /// # Errors
    /// Any error: search goes on without vectors and says so; an update keeps the lexical index and says so. After a
    /// [`RemoteError`](crate::host::RemoteError) that may pass, the call is made again first.
    fn embed(&self, texts: &[&str], purpose: Purpose, watch: &Watch) -> Result<Vec<f32>, BoxError>;
}
