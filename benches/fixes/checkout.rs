//! Trees of a repository at chosen commits, written from what git says of them into a folder of their own.
//!
//! Never here: writing to the git directory; filters, hooks and settings of a repository, which could run programs.

use pampax_core::source::RepoPath;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

type Failure = Box<dyn Error>;

/// The files of a tree: path to the id of the content.
type Files = BTreeMap<RepoPath, String>;

/// A tree that can be moved from commit to commit.
pub struct Checkout {
    git_dir: PathBuf,
    tree: PathBuf,
    /// What the tree holds now.
    files: Files,
    contents: Contents,
}

impl Checkout {
    /// An empty tree in `work` for the repository `name` below `folder`.
    pub fn new(folder: &Path, name: &str, work: &Path) -> Result<Checkout, Failure> {
        let places = [name.to_owned(), format!("{name}.git"), format!("{name}/.git"), format!("{name}/repo")];
        let is_git_dir = |path: &PathBuf| path.join("HEAD").is_file() && path.join("objects").is_dir();
        let git_dir = places.iter().map(|place| folder.join(place)).find(is_git_dir);
        let git_dir = git_dir.ok_or_else(|| format!("no git directory of {name} in {}", folder.display()))?;
        let tree = work.join("tree");
        match fs::remove_dir_all(&tree) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(at(&tree, &error)),
            _ => fs::create_dir_all(&tree).map_err(|error| at(&tree, &error))?,
        }
        let contents = Contents::start(&git_dir)?;
        Ok(Checkout { git_dir, tree, files: Files::new(), contents })
    }

    /// The folder of the tree.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Makes the tree that of `commit`, touching only what differs. Symbolic links, submodules and files whose content
    /// the repository lacks are left out.
    pub fn move_to(&mut self, commit: &str) -> Result<(), Failure> {
        let mut wanted = self.list(commit)?;
        for path in self.files.keys().filter(|path| !wanted.contains_key(*path)) {
            self.remove(path)?;
        }
        let mut missing = Vec::new();
        for (path, id) in wanted.iter().filter(|(path, id)| self.files.get(*path) != Some(*id)) {
            match self.contents.read(id)? {
                Some(bytes) => self.write(path, &bytes)?,
                None => missing.push(path.clone()),
            }
        }
        for path in missing {
            wanted.remove(&path);
            if self.files.contains_key(&path) {
                self.remove(&path)?;
            }
        }
        self.files = wanted;
        Ok(())
    }

    fn list(&self, commit: &str) -> Result<Files, Failure> {
        let output = git(&self.git_dir).args(["ls-tree", "-r", "-z", "--full-tree", commit]).output();
        let output = output.map_err(not_run)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git ls-tree {commit} in {}: {}", self.git_dir.display(), said.trim()).into());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let entries = text.split('\0').filter_map(|entry| entry.split_once('\t'));
        // A path that is no path of a repository for the engine is none here, and cannot lead out of the tree.
        let files = entries
            .filter(|(head, _)| head.starts_with("100"))
            .filter_map(|(head, path)| Some((RepoPath::new(path).ok()?, head.rsplit(' ').next()?.to_owned())));
        Ok(files.collect())
    }

    fn write(&self, path: &RepoPath, bytes: &[u8]) -> Result<(), Failure> {
        let place = self.tree.join(path.as_str());
        fs::create_dir_all(self.tree.join(path.folder())).map_err(|error| at(&place, &error))?;
        fs::write(&place, bytes).map_err(|error| at(&place, &error))
    }

    /// Removes a file and the folders that are empty then: a file may take a folder's name.
    fn remove(&self, path: &RepoPath) -> Result<(), Failure> {
        let place = self.tree.join(path.as_str());
        fs::remove_file(&place).map_err(|error| at(&place, &error))?;
        let folders = place.ancestors().skip(1).take_while(|folder| *folder != self.tree);
        folders.map(fs::remove_dir).take_while(Result::is_ok).for_each(drop);
        Ok(())
    }
}

/// A `git cat-file` that answers one question after another.
struct Contents {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Contents {
    fn start(git_dir: &Path) -> Result<Contents, Failure> {
        let mut command = git(git_dir);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(not_run)?;
        let questions = process.stdin.take().ok_or("git has no input")?;
        let answers = BufReader::new(process.stdout.take().ok_or("git has no output")?);
        Ok(Contents { process, questions, answers })
    }

    /// The content with this id; nothing when the repository lacks it.
    fn read(&mut self, id: &str) -> Result<Option<Vec<u8>>, Failure> {
        writeln!(self.questions, "{id}")?;
        self.questions.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        if head.trim_end().ends_with(" missing") {
            return Ok(None);
        }
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok());
        let size: usize = size.ok_or_else(|| format!("git cat-file answers `{}` for {id}", head.trim_end()))?;
        let mut bytes = vec![0; size + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(Some(bytes))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        // It only reads, so nothing is lost when it ends; an error means that it has ended.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

fn git(git_dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(git_dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn not_run(error: std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => "git is needed to read the repositories, and was not found".into(),
        _ => format!("git could not be run: {error}").into(),
    }
}

fn at(path: &Path, error: &std::io::Error) -> Failure {
    format!("{}: {error}", path.display()).into()
}
