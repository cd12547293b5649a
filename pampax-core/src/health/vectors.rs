//! The vectors against the embedder that the host supplies.

use super::{Depth, Examination, Facts, Found, HealthCode, VectorFacts};
use crate::error::Result;
use crate::index::report::EmbeddingStatus;
use crate::store::inspect::peek_current;
use crate::store::schema::Database;
use crate::store::vectors::{Model, ModelCounts};

/// What the catalog holds of vectors.
struct Stored {
    models: Vec<ModelCounts>,
    /// Damage by model, in words.
    damage: Vec<String>,
    files: u64,
    /// Files without vectors of the host's embedder.
    files_without: u64,
}

pub(super) fn look(examination: &Examination) -> Result<Found> {
    // Whatever the host's code does here ends with the time of this component.
    let embedder = examination.subject.host.embedder.as_ref();
    let embedder = embedder.map(|embedder| (embedder.id().to_owned(), embedder.dimensions()));
    let wanted = embedder.as_ref().map(|(name, dimensions)| (name.as_str(), *dimensions as u64));
    let stored = peek_current(&examination.subject.folder, |database| read(&database, wanted, examination))?;
    Ok(judge(stored, embedder.map(|(name, _)| name)))
}

fn read(database: &Database, wanted: Option<(&str, u64)>, examination: &Examination) -> Result<Stored> {
    let models = database.model_counts()?;
    let mut damage = Vec::new();
    for counts in &models {
        examination.watch.check("vectors")?;
        let found = match examination.depth {
            Depth::Quick => database.sampled_vector_damage(&counts.model)?,
            Depth::Deep => database.vector_damage(&counts.model)?,
        };
        damage.extend(found.in_words().map(|found| format!("{}: {found}", counts.model.name)));
    }
    let files = database.totals()?.files;
    let files_without = match wanted {
        None => 0,
        Some((name, dimensions)) => {
            // An embedder that was never asked may not know the size of its vectors.
            let is_size = |model: &Model| dimensions == 0 || u64::from(model.dimensions) == dimensions;
            let is_wanted = |model: &Model| model.name == name && is_size(model);
            match models.iter().find(|counts| is_wanted(&counts.model)) {
                Some(counts) => database.files_to_embed(&counts.model)?.len() as u64,
                None => files,
            }
        }
    };
    Ok(Stored { models, damage, files, files_without })
}

fn judge(stored: Stored, embedder: Option<String>) -> Found {
    let Stored { models, damage, files, files_without } = stored;
    let is_without_all = embedder.is_some() && files_without == files && files > 0;
    let others: Vec<String> = models.iter().map(|counts| counts.model.name.clone()).collect();
    let name = embedder.clone().unwrap_or_default();
    let models = models.into_iter().map(|counts| EmbeddingStatus {
        model: counts.model.name,
        dimensions: counts.model.dimensions,
        files: counts.files,
        vectors: counts.vectors,
    });
    let facts = VectorFacts { embedder, models: models.collect(), files_without };
    let is_changed = is_without_all && !others.is_empty();
    Found::new(Facts::Vectors(facts))
        .with(!damage.is_empty(), HealthCode::VectorsDamaged, || damage.join("; "))
        .with(is_changed, HealthCode::EmbedderChanged, || {
            format!("the index holds vectors of {}, this host supplies {name}", others.join(", "))
        })
        .with(files_without > 0 && !is_changed, HealthCode::VectorsMissing, || {
            format!("{files_without} of {files} files have no vectors of {name}")
        })
}
