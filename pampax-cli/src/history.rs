//! The history of the root, read by git.
//!
//! Never here: what is made of it.

use pampax_core::eval::{Commit, HISTORY_ARGUMENTS, read_history};
use pampax_core::host::SystemClock;
use pampax_core::{Error, Limits, Result, Watch};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// The most bytes of history that are read.
const MAX_BYTES: u64 = 256 << 20;

/// How long is waited for what a git that failed has to say; what it started may hold on to its streams.
const PATIENCE: Duration = Duration::from_secs(1);

/// The most bytes of what git complains of that are repeated.
const MAX_COMPLAINT: u64 = 1_000;

/// How long git runs until it is asked again whether its time is over.
const PAUSE: Duration = Duration::from_millis(20);

/// The newest commits of the repository around `root`, at most `count`, with paths relative to `root`. Git is run with fixed
/// arguments and without a shell, fetches nothing, and is ended when the limits say so.
///
/// # Errors
/// `IO` when git cannot be run, or with what it says; `CANCELLED`, `DEADLINE_EXCEEDED`.
pub fn commits(root: &Path, count: usize, limits: &Limits) -> Result<Vec<Commit>> {
    let failed = |error| Error::io("read the history of", root, error);
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(HISTORY_ARGUMENTS).arg(format!("--max-count={count}")).args(["HEAD", "--", "."]);
    // The root alone says which repository it is.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
    command.env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let watch = Watch::start(limits, Arc::new(SystemClock::new()));
    let finished = finish(&mut child, &watch);
    if finished.is_err() {
        // It may have ended by itself; there is nothing else to be done about one that cannot be ended.
        let _ended = child.kill().and_then(|()| child.wait());
    }
    let Finished { output, complaint, status } = finished?.map_err(failed)?;
    let is_cut = output.len() as u64 == MAX_BYTES;
    if !status.success() && !is_cut {
        let complaint = String::from_utf8_lossy(&complaint);
        return Err(failed(io::Error::other(format!("git log: {status}: {}", complaint.trim()))));
    }
    read_history(&output)
}

/// What a program wrote, and how it ended.
struct Finished {
    output: Vec<u8>,
    complaint: Vec<u8>,
    status: ExitStatus,
}

/// Waits until `child` has ended, or until `watch` says that it is not waited for any longer.
fn finish(child: &mut Child, watch: &Watch) -> Result<io::Result<Finished>> {
    let output = read_aside(child.stdout.take(), MAX_BYTES);
    let complaint = read_aside(child.stderr.take(), MAX_COMPLAINT);
    let output = awaited(&output, watch)?;
    loop {
        watch.check("history")?;
        match child.try_wait() {
            Ok(Some(status)) => {
                let complaint = match status.success() {
                    true => Vec::new(),
                    false => complaint.recv_timeout(PATIENCE).ok().and_then(io::Result::ok).unwrap_or_default(),
                };
                return Ok(output.map(|output| Finished { output, complaint, status }));
            }
            Ok(None) => std::thread::sleep(PAUSE),
            Err(error) => return Ok(Err(error)),
        }
    }
}

fn awaited(read: &Receiver<io::Result<Vec<u8>>>, watch: &Watch) -> Result<io::Result<Vec<u8>>> {
    loop {
        match read.recv_timeout(PAUSE) {
            Ok(read) => return Ok(read),
            Err(RecvTimeoutError::Timeout) => watch.check("history")?,
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }
}

/// Reads at most `most` bytes while others wait for something else.
#[expect(clippy::disallowed_methods, reason = "what another program writes cannot be waited for in another way")]
fn read_aside(source: Option<impl Read + Send + 'static>, most: u64) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = source.map_or(Ok(0), |source| source.take(most).read_to_end(&mut bytes));
        // Nobody listens any more when the time was over.
        let _heard = sender.send(read.map(|_| bytes));
    });
    receiver
}
