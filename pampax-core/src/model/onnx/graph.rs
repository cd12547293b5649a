//! One model in the library: what it asks for, what it gives, one run.
//!
//! Never here: text.

use crate::config::Pooling;
use crate::model::onnx::OnnxOptions;
use crate::model::onnx::pool::pooled;
use crate::model::tokenizer::Tokens;
use ort::session::builder::SessionBuilder;
use ort::session::{RunOptions, Session, SessionInputValue};
use ort::value::{Outlet, Tensor, TensorElementType, ValueType};
use std::borrow::Cow;
use std::path::Path;

/// What a model may ask for.
const INPUTS: [&str; 3] = ["input_ids", "attention_mask", "token_type_ids"];
/// What exporters call the vectors of the tokens.
const OF_TOKENS: [&str; 2] = ["last_hidden_state", "token_embeddings"];
/// What they call that of the text.
const OF_TEXT: [&str; 1] = ["sentence_embedding"];

/// A way to end a run from elsewhere.
pub(super) struct Stop(RunOptions);

impl Stop {
    /// For one run. The library must be loaded.
    pub(super) fn new() -> Result<Stop, String> {
        RunOptions::new().map(Stop).map_err(|error| error.to_string())
    }

    /// Asks the run to end.
    pub(super) fn ask(&self) -> Result<(), String> {
        self.0.terminate().map_err(|error| error.to_string())
    }
}

/// A model that is ready to run.
pub(super) struct Graph {
    session: Session,
    inputs: Vec<String>,
    output: String,
    pooling: Pooling,
}

impl Graph {
    /// The model in the file at `path`. The library must be loaded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn open(path: &Path, options: &OnnxOptions) -> Result<Graph, String> {
        let session = builder(options).map_err(|error| error.to_string())?.commit_from_file(path);
        let session = session.map_err(|error| error.to_string())?;
        let inputs = inputs(session.inputs())?;
        let output = output(session.outputs(), options.pooling)?;
        Ok(Graph { session, inputs, output, pooling: options.pooling })
    }

    /// The vector of a text with these tokens.
    ///
    /// # Errors
    /// What the library or the shape of its answer says against it.
    pub(super) fn run(&mut self, tokens: &Tokens, stop: &Stop) -> Result<Vec<f32>, String> {
        let mut values: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(self.inputs.len());
        for name in &self.inputs {
            let numbers: Vec<i64> = match name.as_str() {
                "input_ids" => tokens.ids.iter().map(|id| (*id).into()).collect(),
                "attention_mask" => vec![1; tokens.ids.len()],
                _ => tokens.type_ids.iter().map(|id| (*id).into()).collect(),
            };
            let tensor = Tensor::from_array(([1, numbers.len()], numbers)).map_err(|error| error.to_string())?;
            values.push((name.as_str().into(), tensor.into()));
        }
        let outputs = self.session.run_with_options(values, &stop.0).map_err(|error| error.to_string())?;
        let output = outputs.get(&self.output).ok_or_else(|| format!("it did not give {}", self.output))?;
        let (shape, numbers) = output.try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
        let rows = match (self.pooling, &shape[..]) {
            (Pooling::Model, [1, _]) => 1,
            (Pooling::Cls | Pooling::Last | Pooling::Mean, [1, rows, _]) => usize::try_from(*rows).unwrap_or_default(),
            (_, shape) => return Err(format!("{} has the shape {shape:?}", self.output)),
        };
        Ok(pooled(numbers, rows, self.pooling))
    }
}

fn builder(options: &OnnxOptions) -> ort::Result<SessionBuilder> {
    let builder = Session::builder()?.with_inter_threads(1)?.with_intra_threads(options.threads)?;
    // Threads that wait busily would take the cores from everything else.
    Ok(builder.with_intra_op_spinning(false)?.with_deterministic_compute(true)?)
}

/// What the model asks for.
fn inputs(asked: &[Outlet]) -> Result<Vec<String>, String> {
    for input in asked {
        if !INPUTS.contains(&input.name()) {
            return Err(format!("it asks for {}, and is given {}", input.name(), INPUTS.join(", ")));
        }
        if !matches!(input.dtype(), ValueType::Tensor { ty: TensorElementType::Int64, .. }) {
            return Err(format!("it asks for {} as {}, and is given integers of 64 bits", input.name(), input.dtype()));
        }
    }
    match asked.iter().any(|input| input.name() == INPUTS[0]) {
        true => Ok(asked.iter().map(|input| input.name().to_owned()).collect()),
        false => Err(format!("it does not ask for {}", INPUTS[0])),
    }
}

/// Which of what the model gives is used.
fn output(given: &[Outlet], pooling: Pooling) -> Result<String, String> {
    let (axes, names, what): (usize, &[&str], &str) = match pooling {
        Pooling::Model => (2, &OF_TEXT, "texts and components, which pooling = \"model\" needs"),
        _ => (3, &OF_TOKENS, "texts, tokens and components; pooling = \"model\" takes the vector of the text"),
    };
    let fits = |output: &&Outlet| matches!(output.dtype(), ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } if shape.len() == axes);
    let fitting: Vec<&Outlet> = given.iter().filter(fits).collect();
    let named = fitting.iter().find(|output| names.contains(&output.name()));
    match named.or(fitting.first()) {
        Some(output) => Ok(output.name().to_owned()),
        None => Err(format!("it gives no numbers of 32 bits by {what}")),
    }
}
