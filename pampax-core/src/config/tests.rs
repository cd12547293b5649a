use super::*;
use crate::error::ErrorCode;
use crate::host::Level;
use crate::source::Role;
use std::collections::BTreeSet;

fn of_variables(variables: &[(&str, &str)]) -> Layer {
    Layer::variables(variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())), &["PAMPAX_CONFIG"])
}

#[track_caller]
fn refused(text: &str, named: &[&str]) {
    let error = Config::from_toml(text).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidConfig);
    for part in named {
        assert!(error.to_string().contains(part), "{error} does not say {part}");
    }
}

#[test]
fn what_is_unknown_or_wrong_is_named_with_what_was_meant() {
    refused(
        "[indexer]\nmax_filebytes = 1\n",
        &["indexer.max_filebytes", "did you mean indexer.max_file_bytes?", "file pampax.toml"],
    );
    refused("[index]\nhidden = true\n", &["index.hidden", "no such section", "indexer.hidden"]);
    refused("[loging]\nqueries = true\n", &["logging.queries"]);
    refused("hidden = true\n", &["hidden", "no such section"]);
    refused("indexer = 3\n", &["indexer", "it is a table"]);
    refused("[indexer]\nhidden = \"yes\"\n", &["indexer.hidden", "is not true or false"]);
    refused(
        "[indexer]\nmax_chunk_tokens = 4\n",
        &["indexer.max_chunk_tokens", "4 is not a whole number from 32 to 8192"],
    );
    refused("[indexer]\nexclude = [1]\n", &["indexer.exclude", "a list of texts"]);
    refused("[metrics]\nsampling = 1.5\n", &["metrics.sampling", "a number from 0 to 1"]);
    refused("[metrics]\nsampling = nan\n", &["metrics.sampling"]);
    refused("[logging]\nlevel = \"loud\"\n", &["logging.level", "one of error, warn, info, debug"]);
    refused("[logging]\n\nlevel = \n", &["line 3"]);
    refused("[policies.symbols]\ngoal = 1.0\n", &["policies.symbols"]);
    refused("[policies]\nsymbol = 1\n", &["policies.symbol", "not a table"]);
}

#[test]
fn what_only_shows_together_is_refused_too() {
    refused("[embedding]\nprovider = \"openai\"\n", &["embedding.model"]);
    refused("[embedding]\nprovider = \"model2vec\"\n", &["embedding.path"]);
    refused("[embedding]\nprovider = \"onnx\"\npath = \"model\"\n", &["embedding.runtime"]);
    refused("[rerank]\nprovider = \"jina\"\n", &["rerank.model"]);
    refused("[logging]\ndestination = \"file\"\n", &["logging.file"]);
}

#[test]
fn a_secret_is_in_no_message() {
    refused("[embedding]\napi_key = 123456\n", &["embedding.api_key", "the value is not a text"]);
    let (old, mut new) = (Config::default(), Config::default());
    new.embedding.api_key = Some("sk-123456".to_owned());
    let (_, report) = old.reloaded(&new).unwrap();
    assert_eq!(report.changes[0].to.as_deref(), Some("\"***\""));
}

#[test]
fn later_layers_win_and_every_origin_is_known() {
    let file = Layer::file("a.toml", "[cli]\nlimit = 3\nbudget = 700\n[cache]\nenabled = false\n").unwrap();
    let variables = of_variables(&[("PAMPAX_CLI_LIMIT", "4"), ("PAMPAX_METRICS_SAMPLING", "0.5"), ("HOME", "x")]);
    let mut arguments = Layer::default();
    arguments.argument("cli.limit", "5", "--limit");
    arguments.argument("indexer.exclude", "a, b,", "--exclude");
    let settings = Settings::of(&[file, variables, arguments]).unwrap();
    let config = &settings.config;
    assert_eq!((config.cli.limit, config.cli.budget, config.cache.enabled), (5, 700, false));
    assert_eq!((config.metrics.sampling, config.indexer.exclude.join("|").as_str()), (0.5, "a|b"));
    let origins =
        ["cli.limit", "cli.budget", "metrics.sampling", "cli.tokenizer"].map(|key| settings.origin(key).to_string());
    assert_eq!(origins, ["argument --limit", "file a.toml", "variable PAMPAX_METRICS_SAMPLING", "default"]);
}

#[test]
fn variables_are_checked_like_keys() {
    let problems = |variables: &[(&str, &str)]| {
        let problems = Settings::problems(&[of_variables(variables)]);
        problems.iter().map(|problem| format!("{}: {}", problem.key, problem.reason)).collect::<Vec<String>>()
    };
    assert_eq!(problems(&[("PAMPAX_CONFIG", "x"), ("OTHER", "y"), ("PAMPAX_CLI_LIMIT", "1_000")]), [""; 0]);
    assert_eq!(
        problems(&[("PAMPAX_CLI_LIMITS", "4"), ("PAMPAX_CLI_LIMIT", "many"), ("PAMPAX_CLI_BUDGET", "1")]),
        [
            "PAMPAX_CLI_LIMITS: there is no such variable; did you mean PAMPAX_CLI_LIMIT?",
            "cli.limit: \"many\" is not a whole number from 1 to 1000",
            "cli.budget: 1 is not a whole number from 50 to 10000000",
        ]
    );
}

#[test]
fn all_problems_are_listed_at_once() {
    let file = Layer::file("a.toml", "[cli]\nlimit = 0\nbuget = 1\n[embedding]\nprovider = \"ollama\"\n").unwrap();
    let keys: Vec<String> = Settings::problems(&[file]).into_iter().map(|problem| problem.key).collect();
    assert_eq!(keys, ["cli.buget", "cli.limit", "embedding.model"]);
}

#[test]
fn values_that_are_set_in_code_are_checked_by_the_same_table() {
    let mut config = Config::default();
    config.validate().unwrap();
    config.performance.threads = 5_000;
    assert!(config.validate().unwrap_err().to_string().contains("performance.threads"));
    let mut config = Config::default();
    config.indexer.max_file_bytes = u64::MAX;
    assert_eq!(config.validate().unwrap_err().code(), ErrorCode::InvalidConfig);
}

#[test]
fn defaults_are_inside_their_ranges_and_named_in_their_meaning() {
    let table = layer::table_of(&Config::default()).unwrap();
    for key in KEYS {
        let meaning = key.meaning();
        let (_, stated) = meaning.rsplit_once("Default: ").unwrap_or_else(|| panic!("{} names no default", key.path));
        let stated = stated.replace(',', "");
        match layer::value_of(&table, key) {
            None => assert!(
                stated.starts_with("none") || key.path == "storage.index_dir" || stated.contains("the provider's own"),
                "{}",
                key.path
            ),
            Some(toml::Value::Array(items)) => assert!(items.is_empty() && stated.starts_with("none"), "{}", key.path),
            Some(toml::Value::Float(number)) => assert!(stated.starts_with(&format!("{number}")), "{}", key.path),
            Some(toml::Value::String(text)) => assert!(stated.starts_with(text), "{}", key.path),
            Some(value) => assert!(stated.starts_with(&value.to_string()), "{}: {value} and {stated}", key.path),
        }
    }
}

#[test]
fn every_field_is_a_key_and_every_key_a_field() {
    let mut config = Config::default();
    config.storage.index_dir = Some("a".into());
    (config.embedding.model, config.embedding.url, config.embedding.api_key) = (some("m"), some("u"), some("k"));
    (config.rerank.model, config.rerank.url, config.rerank.api_key) = (some("m"), some("u"), some("k"));
    (config.embedding.query_prefix, config.embedding.document_prefix) = (some("q"), some("d"));
    (config.embedding.path, config.embedding.runtime) = (Some("p".into()), Some("r".into()));
    (config.logging.file, config.metrics.file) = (Some("l".into()), Some("m".into()));
    let table = layer::table_of(&config).unwrap();
    let tables = table.iter().filter(|(section, _)| *section != "policies");
    let fields: BTreeSet<String> = tables
        .flat_map(|(section, table)| table.as_table().unwrap().keys().map(move |key| format!("{section}.{key}")))
        .collect();
    assert_eq!(fields, KEYS.iter().map(|key| key.path.to_owned()).collect());
    let variables: BTreeSet<String> = KEYS.iter().map(Key::variable).collect();
    assert_eq!(variables.len(), KEYS.len());
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_template_changes_nothing_with_and_without_its_marks() {
    let text = template().unwrap();
    assert_eq!(Config::from_toml(&text).unwrap(), Config::default());
    // A line of a key is a name and an equals sign right after the mark; meanings have a space there.
    let keys = text.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with(' '));
    let unmarked: Vec<&str> = keys.clone().filter(|line| line.contains(" = ")).collect();
    assert_eq!(unmarked.len(), KEYS.len() + 1);
    let whole: String = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    let config = Config::from_toml(&whole).unwrap();
    assert_eq!(config.indexer, Config::default().indexer);
    assert_eq!(config.logging.file.as_deref(), Some(std::path::Path::new("path")));
}

#[test]
fn a_reload_says_what_changes_and_keeps_what_needs_a_restart() {
    let old = Config::default();
    let new = Config::from_toml(
        "[indexer]\nhidden = false\n[logging]\nlevel = \"debug\"\n[storage]\nindex_dir = \"other\"\n[policies.symbol]\nquotas = { test = 0.1 }\n",
    )
    .unwrap();
    let (config, report) = old.reloaded(&new).unwrap();
    let told: Vec<(&str, Effect)> = report.changes.iter().map(|change| (change.key.as_str(), change.effect)).collect();
    let expected = [
        ("indexer.hidden", Effect::NextUpdate),
        ("storage.index_dir", Effect::Restart),
        ("logging.level", Effect::Immediate),
        ("policies", Effect::Immediate),
    ];
    assert_eq!(told, expected);
    assert!(report.needs_restart);
    assert_eq!((config.logging.level, config.indexer.hidden, &config.storage.index_dir), (Level::Debug, false, &None));
    assert_eq!(config.policies.of(crate::search::Intent::Symbol).quotas[&Role::Test], 0.1);
    assert_eq!(old.reloaded(&old).unwrap(), (old, ReloadReport::default()));
}

#[test]
fn a_value_can_be_asked_for_by_its_key() {
    let config = Config::default();
    assert_eq!(config.value("cli.limit").unwrap().as_deref(), Some("10"));
    assert_eq!(config.value("logging.file").unwrap(), None);
    assert_eq!(config.value("cli.limits").unwrap_err().code(), ErrorCode::InvalidArgument);
}
