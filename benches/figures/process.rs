//! The other end of a worker: a process of some build that is told what to do.

use super::{Failure, milliseconds};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// A build of this bench with a tree and an index folder.
#[derive(Clone)]
pub struct Build {
    pub program: PathBuf,
    pub root: PathBuf,
    pub folder: PathBuf,
}

/// A worker that runs.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Build {
    /// Starts a worker.
    pub fn start(&self) -> Result<Process, Failure> {
        let mut child = Command::new(&self.program)
            .arg("--worker")
            .args([&self.root, &self.folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", self.program.display()))?;
        let input = child.stdin.take().ok_or("the worker has no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("the worker has no output")?);
        Ok(Process { child, input, output })
    }

    /// What a user waits for whose index is not in memory: a new process opens it and takes one step, in ms.
    pub fn cold(&self, step: &str) -> Result<f64, Failure> {
        forget(&self.folder)?;
        self.fresh(step)
    }

    /// The same with the index in the operating system's memory.
    pub fn fresh(&self, step: &str) -> Result<f64, Failure> {
        let start = Instant::now();
        let mut process = self.start()?;
        process.ask(step)?;
        Ok(milliseconds(start))
    }
}

impl Process {
    /// The answer to a step.
    pub fn ask(&mut self, step: &str) -> Result<Value, Failure> {
        writeln!(self.input, "{step}")?;
        self.input.flush()?;
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(format!("a worker ended at the step {step}").into());
        }
        let reply: Value = serde_json::from_str(&line)?;
        match reply["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(reply),
        }
    }

    /// One number of the answer to a step.
    pub fn number(&mut self, step: &str, name: &str) -> Result<f64, Failure> {
        let reply = self.ask(step)?;
        reply[name].as_f64().ok_or_else(|| format!("the answer to {step} has no {name}: {reply}").into())
    }

    /// The time of a step, in ms.
    pub fn ms(&mut self, step: &str) -> Result<f64, Failure> {
        self.number(step, "ms")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process reads to the end of its input; whether it got there by itself makes no difference to anybody.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a worker does: answers each line of standard input with one of JSON, until they end.
pub fn answer_lines(mut answer: impl FnMut(&str) -> Result<Value, Failure>) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let reply = answer(&line?).unwrap_or_else(|error| json!({"error": error.to_string()}));
        let mut output = std::io::stdout().lock();
        writeln!(output, "{reply}")?;
        output.flush()?;
    }
    Ok(())
}

/// Takes the files of an index folder out of the operating system's memory, so that they come from the disk. `dd` of
/// GNU can do that for one file without being root.
fn forget(folder: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            forget(&path)?;
            continue;
        }
        std::fs::File::open(&path)?.sync_all()?;
        let mut input = std::ffi::OsString::from("if=");
        input.push(&path);
        let status = Command::new("dd").arg(input).args(["iflag=nocache", "count=0", "status=none"]).status()?;
        if !status.success() {
            return Err(format!("dd cannot take {} out of memory", path.display()).into());
        }
    }
    Ok(())
}
