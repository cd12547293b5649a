//! Reranking as Cohere and Jina serve it.
//!
//! Never here: connections.

use super::HttpOptions;
use super::client::{Client, Service};
use crate::error::Result;
use crate::host::{BoxError, Reranker, Seam};
use crate::limits::Watch;
use serde::{Deserialize, Serialize};

const COHERE: Service = Service {
    provider: "cohere",
    seam: Seam::Reranker,
    url: "https://api.cohere.com/v2",
    path: "/v2/rerank",
    ending: "/rerank",
};

const JINA: Service = Service {
    provider: "jina",
    seam: Seam::Reranker,
    url: "https://api.jina.ai/v1",
    path: "/v1/rerank",
    ending: "/rerank",
};

/// Asks a server that has Cohere's or Jina's `/rerank`.
#[derive(Debug)]
pub struct HttpReranker {
    id: String,
    client: Client,
    model: String,
    /// Whether the documents come back with their scores; `None` where the server knows no such thing.
    return_documents: Option<bool>,
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    query: &'a str,
    documents: &'a [&'a str],
    top_n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_documents: Option<bool>,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Scored>,
}

#[derive(Deserialize)]
struct Scored {
    index: usize,
    relevance_score: f32,
}

impl HttpReranker {
    /// A reranker in the manner of Cohere, as `options` have it. Nothing is asked yet.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub fn cohere(options: &HttpOptions) -> Result<HttpReranker> {
        HttpReranker::new(&COHERE, options, None)
    }

    /// A reranker in the manner of Jina, as `options` have it. Nothing is asked yet.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub fn jina(options: &HttpOptions) -> Result<HttpReranker> {
        HttpReranker::new(&JINA, options, Some(false))
    }

    fn new(service: &Service, options: &HttpOptions, return_documents: Option<bool>) -> Result<HttpReranker> {
        let client = Client::new(service, options)?;
        let model = options.model.trim().to_owned();
        let id = format!("{}/{model}@{}", service.provider, client.host());
        Ok(HttpReranker { id, client, model, return_documents })
    }
}

impl Reranker for HttpReranker {
    fn id(&self) -> &str {
        &self.id
    }

    fn score(&self, query: &str, documents: &[&str], watch: &Watch) -> std::result::Result<Vec<f32>, BoxError> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let question = Question {
            model: &self.model,
            query,
            documents,
            top_n: documents.len(),
            return_documents: self.return_documents,
        };
        let answer: Answer = self.client.ask(&question, watch)?;
        in_order(&answer.results, documents.len())
    }
}

/// The scores in the order of the documents, each of which has one.
fn in_order(results: &[Scored], count: usize) -> std::result::Result<Vec<f32>, BoxError> {
    if results.len() != count {
        return Err(format!("it gave {} scores for {count} documents", results.len()).into());
    }
    let mut scores = vec![f32::NAN; count];
    for scored in results {
        match scores.get_mut(scored.index) {
            Some(score) if score.is_nan() && scored.relevance_score.is_finite() => *score = scored.relevance_score,
            _ => return Err("it gave scores that are no numbers, or not those of the documents".into()),
        }
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(results: &[(usize, f32)], expected: Option<&[f32]>) {
        let results: Vec<Scored> =
            results.iter().map(|(index, score)| Scored { index: *index, relevance_score: *score }).collect();
        assert_eq!(in_order(&results, 2).ok().as_deref(), expected);
    }

    #[test]
    fn scores_are_put_in_the_order_of_the_documents() {
        check(&[(1, 0.9), (0, 0.1)], Some(&[0.1, 0.9]));
        for wrong in [&[(0, 0.5)][..], &[(0, 0.5), (0, 0.5)], &[(0, 0.5), (2, 0.5)], &[(0, f32::NAN), (1, 0.5)]] {
            check(wrong, None);
        }
    }
}
