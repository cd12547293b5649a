//! The runbooks of docs/operations.md do what they say, and the deployment files name commands and flags that exist.

use crate::program::{Ran, Tree};

const OPERATIONS: &str = include_str!("../../docs/operations.md");
const DEPLOYMENT: [(&str, &str); 3] = [
    ("Dockerfile", include_str!("../../docs/deploy/Dockerfile")),
    ("kubernetes.yaml", include_str!("../../docs/deploy/kubernetes.yaml")),
    ("pampax-watch.service", include_str!("../../docs/deploy/pampax-watch.service")),
];

/// A runbook: its title, and its commands with the status each ends with.
struct Runbook {
    title: &'static str,
    commands: Vec<(Vec<String>, i32)>,
}

fn runbooks() -> Vec<Runbook> {
    let (_, text) = OPERATIONS.split_once("\n## Runbooks\n").expect("docs/operations.md has runbooks");
    let sections = text.split("\n### ").skip(1);
    sections
        .map(|section| {
            let (title, body) = section.split_once('\n').expect("a runbook has a body");
            let blocks = body.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
            Runbook { title, commands: blocks.flat_map(str::lines).map(command).collect() }
        })
        .collect()
}

/// The arguments of a line, with the status that its comment names.
fn command(line: &str) -> (Vec<String>, i32) {
    let (line, comment) = line.split_once('#').unwrap_or((line, ""));
    let status = comment.trim().strip_prefix("status ").map_or(0, |status| status.trim().parse().expect("a status"));
    let mut words = words(line).into_iter();
    assert_eq!(words.next().as_deref(), Some("pampax"), "{line}");
    (words.collect(), status)
}

/// The words of a line of shell, with double quotes.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        1 => vec![part],
        _ => part.split_whitespace().collect(),
    });
    words.map(str::to_owned).collect()
}

/// A tree with what the runbook is about.
fn tree_for(title: &str) -> Tree {
    let tree = Tree::indexed();
    tree.write("questions.txt", "verify password\nretry with backoff\n");
    tree.run(&["index"]).expect_success();
    match title {
        "A damaged index" => {
            tree.run(&["backup", "../pampax.backup"]).expect_success();
            tree.write(".pampax/catalog.sqlite", "this was a catalog");
        }
        "The embedder is down" => tree.write(
            "pampax.toml",
            "[embedding]\nprovider = \"openai\"\nmodel = \"m\"\nurl = \"http://127.0.0.1:9\"\n[remote]\nretries = 0\n",
        ),
        _ => {}
    }
    tree
}

fn run(tree: &Tree, arguments: &[String]) -> Ran {
    tree.run(&arguments.iter().map(String::as_str).collect::<Vec<&str>>())
}

#[test]
fn the_commands_of_every_runbook_end_as_it_says() {
    let runbooks = runbooks();
    assert!(runbooks.len() >= 8, "{}", runbooks.len());
    for Runbook { title, commands } in runbooks {
        assert!(!commands.is_empty(), "{title} has no commands");
        let tree = tree_for(title);
        for (arguments, status) in commands {
            let ran = run(&tree, &arguments);
            assert_eq!(ran.status, Some(status), "{title}: {arguments:?}: {ran:?}");
        }
    }
}

#[test]
fn deployment_files_name_commands_and_flags_that_exist() {
    let tree = Tree::new();
    let top = tree.run(&["--help"]).expect_success().stdout;
    let mut seen = 0;
    for (name, text) in DEPLOYMENT {
        for line in text.lines() {
            for (command, flags) in uses(line) {
                let help = tree.run(&[&command, "--help"]);
                assert_eq!(help.status, Some(0), "{name}: there is no command {command}: {line}");
                for flag in flags {
                    assert!(help.stdout.contains(&flag) || top.contains(&flag), "{name}: {command} has no {flag}");
                }
                seen += 1;
            }
            for variable in
                line.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|it| it.starts_with("PAMPAX_"))
            {
                let reference = include_str!("../../docs/configuration.md");
                assert!(reference.contains(&format!("`{variable}`")), "{name}: {variable}");
            }
        }
    }
    assert!(seen >= 5, "{seen} commands were found");
}

/// The commands that a line runs, each with the flags it uses.
fn uses(line: &str) -> Vec<(String, Vec<String>)> {
    let line = line.trim();
    let is_list = line.starts_with("args: [") || line.starts_with("command: [") || line.contains("CMD [");
    let list = line.split('[').nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let words: Vec<String> = match () {
        () if is_list => list.split(',').map(|word| word.trim().trim_matches('"').to_owned()).collect(),
        () if line.contains("bin/pampax ") => line.split_whitespace().map(str::to_owned).collect(),
        () if line.starts_with("#   docker run") => line.split_whitespace().skip(2).map(str::to_owned).collect(),
        () => return Vec::new(),
    };
    let after = words.iter().rposition(|word| word == "pampax" || word.ends_with("/pampax")).map_or(0, |at| at + 1);
    let flags = words[after..].iter().filter(|word| word.starts_with("--")).cloned().collect();
    words.get(after).map(|command| (command.clone(), flags)).into_iter().collect()
}
