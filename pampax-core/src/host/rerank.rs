//! The reranker seam.

use crate::host::BoxError;
use crate::limits::Watch;

/// Scores candidates against a query with a model of the host's choice.
pub trait Reranker: Send + Sync {
    /// A stable name of the model and its version. Answers that were kept are given again only while it stays the same.
    fn id(&self) -> &str;

    /// One score for each document; higher is better. Only the order matters. `watch` ends when nobody waits for the
    /// answer any more.
    ///
    /// # Errors
    /// Any error, a wrong count or a number that is not finite: the engine keeps its own order and says so. After a
    /// [`RemoteError`](crate::host::RemoteError) that may pass, the call is made again first.
    fn score(&self, query: &str, documents: &[&str], watch: &Watch) -> Result<Vec<f32>, BoxError>;
}
