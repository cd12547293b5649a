//! What the embedders that are asked over HTTP have in common: names, sizes, the question, and what its answer must hold.
//!
//! Never here: connections, the form of an answer.

use super::HttpOptions;
use super::client::{Client, Service};
use crate::error::{Error, Result};
use crate::host::{BoxError, Purpose};
use crate::limits::Watch;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

/// A model that makes vectors, at its server.
#[derive(Debug)]
pub(super) struct Model {
    client: Client,
    name: String,
    id: String,
    /// The size that the server is asked for.
    asked: Option<usize>,
    /// The size of the first vectors that came.
    known: OnceLock<usize>,
    query_prefix: String,
    document_prefix: String,
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

impl Model {
    /// The model of `options` at `service`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an address or a key that cannot be used, or no model.
    pub(super) fn new(service: &Service, options: &HttpOptions) -> Result<Model> {
        let client = Client::new(service, options)?;
        let name = options.model.trim().to_owned();
        // Another prefix makes other vectors.
        let prefix = match options.document_prefix.as_str() {
            "" => String::new(),
            prefix => format!(" after {prefix:?}"),
        };
        Ok(Model {
            id: format!("{}/{name}@{}{prefix}", service.provider, client.host()),
            client,
            name,
            asked: (options.dimensions > 0).then_some(options.dimensions),
            known: OnceLock::new(),
            query_prefix: options.query_prefix.clone(),
            document_prefix: options.document_prefix.clone(),
        })
    }

    /// A stable name of the model.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Asks once, for the vectors of `texts`. `read` takes them from the answer, in the order of the texts.
    ///
    /// # Errors
    /// Those of [`Client::ask`], and of an answer without the vectors that were asked for.
    pub(super) fn embed<A: DeserializeOwned>(
        &self,
        (texts, purpose): (&[&str], Purpose),
        watch: &Watch,
        read: fn(A) -> std::result::Result<Vec<Vec<f32>>, BoxError>,
    ) -> std::result::Result<Vec<f32>, BoxError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let question = Question { model: &self.name, input: self.inputs(texts, purpose), dimensions: self.asked };
        self.checked(read(self.client.ask(&question, watch)?)?, texts.len())
    }

    /// The number of components; 0 while it is not known.
    pub(super) fn dimensions(&self) -> usize {
        self.asked.or_else(|| self.known.get().copied()).unwrap_or(0)
    }

    /// The texts as they are sent.
    fn inputs(&self, texts: &[&str], purpose: Purpose) -> Vec<String> {
        let prefix = match purpose {
            Purpose::Query => &self.query_prefix,
            Purpose::Document => &self.document_prefix,
        };
        // Servers refuse texts without a character.
        let input = |text: &&str| if text.is_empty() { " ".to_owned() } else { format!("{prefix}{text}") };
        texts.iter().map(input).collect()
    }

    /// `vectors` one after another, if there are `count` of the right size and they hold nothing but numbers.
    fn checked(&self, vectors: Vec<Vec<f32>>, count: usize) -> std::result::Result<Vec<f32>, BoxError> {
        if vectors.len() != count {
            return Err(format!("it gave {} vectors for {count} texts", vectors.len()).into());
        }
        let size = match self.dimensions() {
            0 => vectors.first().map_or(0, Vec::len),
            size => size,
        };
        if let Some(other) = vectors.iter().find(|vector| vector.len() != size || size == 0) {
            return Err(format!("it gave {} components instead of {size}", other.len()).into());
        }
        let numbers = vectors.concat();
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err("it gave a component that is no number".into());
        }
        self.known.get_or_init(|| size);
        Ok(numbers)
    }
}

/// The number of components that the answer to a first question has.
///
/// # Errors
/// `EMBEDDER_FAILED`.
pub(super) fn probed(answer: std::result::Result<Vec<f32>, BoxError>) -> Result<usize> {
    answer.map(|vector| vector.len()).map_err(|error| Error::EmbedderFailed { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Seam;

    const SERVICE: Service =
        Service { provider: "test", seam: Seam::Embedder, url: "http://host:1", path: "/embed", ending: "/embed" };

    fn model(options: HttpOptions) -> Model {
        Model::new(&SERVICE, &options).unwrap()
    }

    #[test]
    fn the_size_is_that_of_the_first_answer() {
        let model = model(HttpOptions::new("m"));
        assert_eq!(model.dimensions(), 0);
        assert!(model.checked(vec![vec![1.0], vec![1.0, 2.0]], 2).is_err());
        assert!(model.checked(vec![Vec::new()], 1).is_err());
        assert_eq!(model.dimensions(), 0, "an answer that cannot be used tells no size");
        assert_eq!(model.checked(vec![vec![1.0, 2.0], vec![3.0, 4.0]], 2).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(model.dimensions(), 2);
        let error = model.checked(vec![vec![1.0; 3]], 1).unwrap_err().to_string();
        assert_eq!(error, "it gave 3 components instead of 2");
    }

    #[test]
    fn vectors_of_other_models_servers_and_prefixes_have_another_name() {
        let prefixed = HttpOptions { document_prefix: "passage: ".to_owned(), ..HttpOptions::new("m") };
        let ids = [
            model(HttpOptions::new(" m ")).id,
            model(HttpOptions::new("n")).id,
            model(HttpOptions::new("m").with_url("http://host:2")).id,
            model(prefixed).id,
        ];
        assert_eq!(ids, ["test/m@host:1", "test/n@host:1", "test/m@host:2", "test/m@host:1 after \"passage: \""]);
    }

    #[test]
    fn a_text_is_sent_with_what_it_is_for() {
        let mut options = HttpOptions::new("m");
        options.query_prefix = "query: ".to_owned();
        options.document_prefix = "passage: ".to_owned();
        let model = model(options);
        assert_eq!(model.inputs(&["a", ""], Purpose::Query), ["query: a", " "]);
        assert_eq!(model.inputs(&["a"], Purpose::Document), ["passage: a"]);
    }
}
