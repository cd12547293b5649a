//! The code graph on small trees: who calls what, in each language and across edits.

#![expect(clippy::disallowed_methods, reason = "the tests make their own files")]

use pampax_core::graph::{Direction, Graph, GraphEdge, GraphNode, MIN_CONFIDENCE, Resolution};
use pampax_core::source::EdgeKind;
use pampax_core::{Config, ErrorCode, GraphQuery, Host, Index, Limits, Searcher};
use proptest::prelude::*;
use std::path::Path;
use tempfile::TempDir;

/// A tree on disk, written as one text: `//- path` begins a file.
struct Tree {
    root: TempDir,
}

impl Tree {
    fn new(fixture: &str) -> Tree {
        let tree = Tree { root: tempfile::tempdir().unwrap() };
        for file in fixture.split("//- ").skip(1) {
            let (path, text) = file.split_once('\n').unwrap();
            tree.write(path.trim(), text);
        }
        tree
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn searcher(&self) -> Searcher {
        self.searcher_at(&self.root.path().join(".pampax"))
    }

    fn searcher_at(&self, folder: &Path) -> Searcher {
        let config = Config::default().with_index_dir(folder);
        let index = Index::open(self.root.path(), &config, Host::default()).unwrap();
        index.update(&Limits::default()).unwrap();
        index.searcher().unwrap()
    }
}

fn ask(searcher: &Searcher, query: &GraphQuery) -> Graph {
    searcher.graph(query, &Limits::default()).unwrap()
}

fn name(node: &GraphNode) -> String {
    match &node.symbol {
        Some(symbol) => format!("{}#{symbol}", node.path),
        None => node.path.to_string(),
    }
}

fn edge(graph: &Graph, edge: &GraphEdge) -> String {
    format!("{} -> {}", name(&graph.nodes[edge.from]), name(&graph.nodes[edge.to]))
}

fn edges(graph: &Graph) -> Vec<String> {
    let mut edges: Vec<String> = graph.edges.iter().map(|found| edge(graph, found)).collect();
    edges.sort();
    edges
}

/// Asserts what `symbol` calls and what calls it: `callees` and `callers` are `path#name`, in order.
fn check(fixture: &str, symbol: &str, callees: &[&str], callers: &[&str]) {
    let searcher = Tree::new(fixture).searcher();
    let far = |query: GraphQuery, pick: fn(&GraphEdge) -> usize| {
        let graph = ask(&searcher, &query);
        let mut names: Vec<String> = graph.edges.iter().map(|edge| name(&graph.nodes[pick(edge)])).collect();
        names.sort();
        names
    };
    assert_eq!(far(GraphQuery::callees(symbol), |edge| edge.to), callees, "callees of {symbol}");
    assert_eq!(far(GraphQuery::callers(symbol), |edge| edge.from), callers, "callers of {symbol}");
}

#[test]
fn rust_follows_modules_re_exports_and_types() {
    let tree = "//- Cargo.toml\n[package]\nname = \"shop\"\n\
        //- src/lib.rs\nmod store;\npub mod web;\npub use store::Store;\n\
        //- src/store.rs\npub struct Store { inner: Inner }\nstruct Inner;\nimpl Inner { fn save(&self) {} }\n\
        impl Store {\n    pub fn new() -> Store { Store { inner: Inner } }\n    pub fn save(&self) { self.inner.save(); }\n}\n\
        //- src/web.rs\nuse crate::Store;\nfn handle(id: u32) {\n    let store = Store::new();\n    store.save();\n    assert_eq!(check(id), 1);\n}\nfn check(id: u32) -> u32 { id }\n";
    let callees = ["src/store.rs#Store.new", "src/store.rs#Store.save", "src/web.rs#check"];
    check(tree, "handle", &callees, &[]);
    check(tree, "Store.save", &["src/store.rs#Inner.save"], &["src/web.rs#handle"]);
    check(tree, "Inner::save", &[], &["src/store.rs#Store.save"]);
}

#[test]
fn python_follows_packages_classes_and_fixtures() {
    let tree = "//- src/shop/__init__.py\nfrom .store import Store as Store\n\
        //- src/shop/base.py\nclass Base:\n    def close(self):\n        pass\n\
        //- src/shop/store.py\nfrom .base import Base\n\n\nclass Store(Base):\n    def save(self):\n        self.close()\n        helper()\n\n\ndef helper():\n    pass\n\
        //- src/shop/web.py\nfrom shop import Store\nfrom shop.store import helper as h\n\n\nclass Web:\n    def __init__(self):\n        self.store = Store()\n\n    def handle(self, helper):\n        self.store.save()\n        h()\n        helper()\n\
        //- tests/conftest.py\nimport pytest\nfrom shop import Store\n\n\n@pytest.fixture\ndef store():\n    return Store()\n\
        //- tests/test_store.py\ndef test_save(store):\n    store.save()\n";
    check(tree, "Web.handle", &["src/shop/store.py#Store.save", "src/shop/store.py#helper"], &[]);
    let callers = ["src/shop/web.py#Web.handle", "tests/test_store.py#test_save"];
    check(tree, "Store.save", &["src/shop/base.py#Base.close", "src/shop/store.py#helper"], &callers);
}

#[test]
fn typescript_follows_paths_index_files_and_new_names() {
    let tree = "//- tsconfig.json\n{ \"compilerOptions\": { \"paths\": { \"@/*\": [\"src/*\"] } } } // paths\n\
        //- src/lib/index.ts\nexport * from './store';\nexport { open as openStore } from './open.js';\n\
        //- src/lib/store.ts\nexport class Store {\n  save(): void {\n    this.log();\n  }\n  private log() {}\n}\n\
        //- src/lib/open.ts\nimport { Store } from './store';\nexport function open(): Store {\n  return new Store();\n}\n\
        //- src/app.ts\nimport { openStore } from '@/lib';\nexport function run(items: string[]) {\n  const store = openStore();\n  store.save();\n  items.map((x) => x);\n}\n";
    check(tree, "run", &["src/lib/open.ts#open", "src/lib/store.ts#Store.save"], &[]);
    check(tree, "open", &["src/lib/store.ts#Store"], &["src/app.ts#run"]);
}

#[test]
fn go_follows_packages_receivers_and_embedding() {
    let tree = "//- go.mod\nmodule example.com/shop\n\
        //- store/store.go\npackage store\n\ntype base struct{}\n\nfunc (b *base) Close() {}\n\ntype Store struct {\n\tbase\n}\n\nfunc New() *Store { return &Store{} }\n\nfunc (s *Store) Save() { s.Close() }\n\
        //- main.go\npackage main\n\nimport st \"example.com/shop/store\"\n\nfunc main() {\n\ts := st.New()\n\ts.Save()\n\thelp()\n\tfor _, one := range []*st.Store{s} {\n\t\tone.Unknown()\n\t}\n}\n\
        //- help.go\npackage main\n\nfunc help() {}\n";
    check(tree, "main", &["help.go#help", "store/store.go#New", "store/store.go#Store.Save"], &[]);
    check(tree, "Store.Save", &["store/store.go#base.Close"], &["main.go#main"]);
}

#[test]
fn java_follows_packages_overloads_and_bases() {
    let tree = "//- src/main/java/o/x/Base.java\npackage o.x;\npublic class Base {\n  protected void close() {}\n}\n\
        //- src/main/java/o/x/Store.java\npackage o.x;\npublic class Store extends Base {\n  public Store(int size) {}\n  public void save(String name) { close(); }\n  public void save(int id) { save(\"x\"); }\n}\n\
        //- src/main/java/o/y/Web.java\npackage o.y;\nimport o.x.Store;\nclass Web {\n  private final Store store = new Store(3);\n  void handle() {\n    store.save(4);\n    this.help();\n  }\n  void help() {}\n}\n";
    check(tree, "Web.handle", &["src/main/java/o/x/Store.java#Store.save", "src/main/java/o/y/Web.java#Web.help"], &[]);
    let searcher = Tree::new(tree).searcher();
    let graph = ask(&searcher, &GraphQuery::callers("src/main/java/o/x/Store.java:4"));
    let callers: Vec<u32> = graph.edges.iter().map(|edge| graph.nodes[edge.from].start_line).collect();
    assert_eq!(callers, [5], "the overload for texts is called by the one for numbers only");
    check(tree, "Base.close", &[], &["src/main/java/o/x/Store.java#Store.save"]);
}

#[test]
fn c_follows_headers_to_definitions() {
    let tree = "//- lib/store.h\nvoid store_save(int id);\n\
        //- lib/store.c\n#include \"store.h\"\nstatic void help(void) {}\nvoid store_save(int id) { help(); }\n\
        //- src/other.c\nstatic void help(void) {}\nvoid other(void) { help(); }\n\
        //- src/main.c\n#include \"../lib/store.h\"\nint main(void) {\n  store_save(1);\n  return 0;\n}\n";
    check(tree, "main", &["lib/store.c#store_save"], &[]);
    check(tree, "lib/store.c#help", &[], &["lib/store.c#store_save"]);
    check(tree, "lib/store.c#store_save", &["lib/store.c#help"], &["src/main.c#main"]);
}

#[test]
fn other_languages_resolve_their_plain_calls() {
    let ruby = "//- lib/store.rb\nclass Store\n  def save\n    help()\n  end\n\n  def help\n  end\nend\n\
        //- web.rb\nrequire_relative 'lib/store'\n\ndef handle\n  Store.new.save\nend\n";
    check(ruby, "Store.save", &["lib/store.rb#Store.help"], &["web.rb#handle"]);
    let php = "//- src/Store.php\n<?php\nnamespace App;\nclass Store {\n  public function save() { $this->help(); }\n  private function help() {}\n}\n\
        //- src/Web.php\n<?php\nnamespace App;\nuse App\\Store;\nclass Web {\n  public function handle(Store $store) { $store->save(); }\n}\n";
    check(php, "Store.save", &["src/Store.php#Store.help"], &["src/Web.php#Web.handle"]);
    let csharp = "//- Store.cs\nnamespace A;\npublic class Store {\n  public void Save() { Help(); }\n  void Help() {}\n}\n\
        //- Web.cs\nusing A;\nclass Web {\n  private Store store;\n  void Handle() { store.Save(); }\n}\n";
    check(csharp, "Store.Save", &["Store.cs#Store.Help"], &["Web.cs#Web.Handle"]);
    let kotlin = "//- a/Store.kt\npackage a\n\nclass Store {\n    fun save() { help() }\n    private fun help() {}\n}\n\
        //- b/Web.kt\npackage b\n\nimport a.Store\n\nfun handle(store: Store) {\n    store.save()\n}\n";
    check(kotlin, "Store.save", &["a/Store.kt#Store.help"], &["b/Web.kt#handle"]);
}

/// A chain, a cycle, and a name that two files define.
const RING: &str = "//- a.py\nfrom b import two\n\n\ndef one():\n    two()\n\n\ndef same():\n    one()\n\
    //- b.py\nfrom c import three\n\n\ndef two():\n    three()\n\n\ndef same():\n    pass\n\
    //- c.py\nimport a\n\n\ndef three():\n    a.one()\n";

#[test]
fn callers_are_not_callees_and_depth_and_cycles_end() {
    let searcher = Tree::new(RING).searcher();
    assert_eq!(edges(&ask(&searcher, &GraphQuery::callees("one"))), ["a.py#one -> b.py#two"]);
    assert_eq!(
        edges(&ask(&searcher, &GraphQuery::callers("one"))),
        ["a.py#same -> a.py#one", "c.py#three -> a.py#one"]
    );
    let two = ["a.py#one -> b.py#two", "b.py#two -> c.py#three"];
    assert_eq!(edges(&ask(&searcher, &GraphQuery::callees("one").with_depth(2))), two);
    let ring = ["a.py#one -> b.py#two", "b.py#two -> c.py#three", "c.py#three -> a.py#one"];
    assert_eq!(edges(&ask(&searcher, &GraphQuery::callees("one").with_depth(10))), ring);
}

#[test]
fn functions_of_one_name_stay_apart() {
    let searcher = Tree::new(RING).searcher();
    let both = ask(&searcher, &GraphQuery::callees("same"));
    assert_eq!(both.starts.len(), 2);
    assert_eq!(edges(&both), ["a.py#same -> a.py#one"]);
    assert_eq!(edges(&ask(&searcher, &GraphQuery::callees("b.py#same"))), [""; 0]);
    assert_eq!(ask(&searcher, &GraphQuery::callees("a.py:8")).starts.len(), 1);
}

#[test]
fn a_limit_keeps_the_edges_of_highest_confidence() {
    let tree = "//- a.py\nfrom b import sure\n\n\ndef start(x):\n    x.guessed()\n    sure()\n    near()\n\n\ndef near():\n    pass\n\
        //- b.py\ndef sure():\n    pass\n\n\nclass B:\n    def guessed(self):\n        pass\n";
    let searcher = Tree::new(tree).searcher();
    let all = ask(&searcher, &GraphQuery::callees("start"));
    let confidences: Vec<f64> = all.edges.iter().map(|edge| edge.confidence).collect();
    let expected: Vec<f64> = [Resolution::SameFile, Resolution::ImportResolved, Resolution::UniqueName]
        .iter()
        .map(|resolution| resolution.confidence())
        .collect();
    assert_eq!(confidences, expected);
    let cut = ask(&searcher, &GraphQuery::callees("start").with_limit(2));
    assert_eq!(
        cut.edges.iter().map(|found| edge(&cut, found)).collect::<Vec<_>>(),
        ["a.py#start -> a.py#near", "a.py#start -> b.py#sure"]
    );
    assert_eq!((cut.dropped[0].reason.as_str(), cut.dropped[0].count), ("limit", 1));
    let few = ask(&searcher, &GraphQuery::callees("start").with_min_confidence(0.93));
    assert_eq!(edges(&few), ["a.py#start -> a.py#near"]);
}

#[test]
fn hubs_are_damped_and_not_walked_further() {
    let callers: String = (0..60).map(|n| format!("def caller{n}():\n    hub()\n\n\n")).collect();
    let tree = format!("//- a.py\ndef hub():\n    pass\n\n\n{callers}def outer():\n    caller0()\n");
    let searcher = Tree::new(&tree).searcher();
    let graph = ask(&searcher, &GraphQuery::callers("hub").with_depth(3));
    assert_eq!((graph.edges.len(), graph.hubs.len(), graph.hubs[0].degree), (60, 1, 60));
    assert!(graph.edges.iter().all(|edge| edge.confidence < Resolution::SameFile.confidence()));
    assert!(graph.edges.iter().all(|edge| edge.confidence >= MIN_CONFIDENCE));
}

#[test]
fn an_unknown_symbol_is_an_error_that_names_similar_ones() {
    let searcher = Tree::new(RING).searcher();
    let error = searcher.graph(&GraphQuery::new("thre"), &Limits::default()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidArgument);
    assert!(error.to_string().contains("three"), "{error}");
    for query in [GraphQuery::default(), GraphQuery::new("one").with_depth(0), GraphQuery::new("one").with_limit(0)] {
        assert_eq!(searcher.graph(&query, &Limits::default()).unwrap_err().code(), ErrorCode::InvalidArgument);
    }
}

#[test]
fn a_symbol_has_many_names() {
    let searcher = Tree::new("//- src/a.rs\nstruct A;\nimpl A {\n    fn run(&self) {}\n}\n").searcher();
    let id = ask(&searcher, &GraphQuery::new("A.run")).nodes[0].span_id.unwrap().to_string();
    for symbol in ["run", "A.run", "A::run", "src/a.rs:3", "src/a.rs#run", "src/a.rs#A.run", &id] {
        let graph = ask(&searcher, &GraphQuery::new(symbol));
        assert_eq!(
            graph.starts.iter().map(|start| name(&graph.nodes[*start])).collect::<Vec<_>>(),
            ["src/a.rs#A.run"],
            "{symbol}"
        );
    }
}

#[test]
fn what_is_not_defined_is_listed() {
    let searcher = Tree::new("//- a.py\nimport os\n\n\ndef run():\n    os.getcwd()\n    print(1)\n").searcher();
    let graph = ask(&searcher, &GraphQuery::callees("run"));
    let names: Vec<&str> = graph.unresolved.iter().map(|found| found.name.as_str()).collect();
    assert_eq!((names, graph.edges.len()), (vec!["getcwd", "print"], 0));
}

#[test]
fn imports_go_both_ways() {
    let searcher = Tree::new(RING).searcher();
    assert_eq!(edges(&ask(&searcher, &GraphQuery::imports("b.py"))), ["a.py -> b.py", "b.py -> c.py"]);
}

#[test]
fn tests_are_what_reaches_a_definition_and_what_is_named_after_its_file() {
    let tree = "//- store.py\ndef save():\n    helper()\n\n\ndef helper():\n    pass\n\n\ndef alone():\n    pass\n\
        //- tests/test_web.py\nfrom store import save\n\n\ndef test_save():\n    save()\n\
        //- tests/test_store.py\nX = 1\n";
    let searcher = Tree::new(tree).searcher();
    let tests = |symbol: &str| edges(&searcher.tests_of(symbol, &Limits::default()).unwrap());
    assert_eq!(
        tests("helper"),
        ["tests/test_store.py -> store.py#helper", "tests/test_web.py#test_save -> store.py#helper"]
    );
    assert_eq!(tests("alone"), ["tests/test_store.py -> store.py#alone"]);
    let rust = "//- src/a.rs\nfn run() {}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn runs() {\n        run();\n    }\n}\n";
    let graph = Tree::new(rust).searcher().tests_of("run", &Limits::default()).unwrap();
    assert_eq!(edges(&graph), ["src/a.rs#tests.runs -> src/a.rs#run"]);
    assert!(graph.edges.iter().all(|edge| edge.kind == EdgeKind::TestOf));
}

#[test]
fn a_path_is_the_surest_way() {
    let searcher = Tree::new(RING).searcher();
    let query = GraphQuery::default().with_depth(5);
    let path = searcher.graph_path(("one", "three"), &query, &Limits::default()).unwrap().unwrap();
    assert_eq!(path.nodes.iter().map(name).collect::<Vec<_>>(), ["a.py#one", "b.py#two", "c.py#three"]);
    assert!((path.confidence - path.edges.iter().map(|edge| edge.confidence).product::<f64>()).abs() < 1e-9);
    assert_eq!(searcher.graph_path(("one", "b.py#same"), &query, &Limits::default()).unwrap(), None);
    let back = query.with_direction(Direction::In);
    assert!(searcher.graph_path(("three", "one"), &back, &Limits::default()).unwrap().is_some());
}

#[test]
fn routes_and_settings_are_edges() {
    let tree = "//- app.py\nimport os\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route(\"/users\")\ndef users():\n    return os.environ[\"timeout\"]\n\
        //- settings.toml\n[web]\ntimeout = 3\n";
    let searcher = Tree::new(tree).searcher();
    let graph = ask(&searcher, &GraphQuery::new("users").with_kinds(&[EdgeKind::Route, EdgeKind::ConfigKey]));
    assert_eq!(edges(&graph), ["app.py#users -> settings.toml#web.timeout"]);
    let routes: Vec<&str> = graph.unresolved.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(routes, ["/users"]);
    let readers = ask(&searcher, &GraphQuery::references("settings.toml#timeout"));
    assert_eq!(edges(&readers), ["app.py#users -> settings.toml#web.timeout"]);
}

const PATHS: [&str; 4] = ["a.py", "b.py", "lib/c.py", "lib/d.py"];
const TEXTS: [&str; 5] = [
    "from b import beta\n\n\ndef alpha():\n    beta()\n",
    "def beta():\n    gamma()\n\n\ndef gamma():\n    pass\n",
    "from lib.d import gamma\n\n\nclass C:\n    def alpha(self):\n        self.beta()\n        gamma()\n\n    def beta(self):\n        pass\n",
    "from .c import C\n\n\ndef gamma():\n    C().alpha()\n",
    "",
];

/// Every edge of the tree, without numbers of files and generations.
fn export(searcher: &Searcher) -> Vec<String> {
    let mut lines = Vec::new();
    for path in PATHS {
        for symbol in ["alpha", "beta", "gamma", "C"] {
            let query = GraphQuery::new(&format!("{path}#{symbol}"))
                .with_direction(Direction::Both)
                .with_depth(3)
                .with_min_confidence(0.0);
            match searcher.graph(&query, &Limits::default()) {
                Ok(graph) => lines.extend(graph.edges.iter().map(|found| format!("{found:?} {}", edge(&graph, found)))),
                Err(error) => assert_eq!(error.code(), ErrorCode::InvalidArgument),
            }
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn the_graph_after_edits_is_that_of_a_fresh_index(edits in prop::collection::vec((0usize..4, 0usize..5), 1..10)) {
        let tree = Tree::new("");
        for (path, text) in edits {
            tree.write(PATHS[path], TEXTS[text]);
            tree.searcher();
        }
        let fresh = tempfile::tempdir().unwrap();
        prop_assert_eq!(export(&tree.searcher()), export(&tree.searcher_at(fresh.path())));
    }
}

#[test]
fn a_walk_along_edges_that_it_does_not_make_is_refused() {
    let searcher = Tree::new("//- a.py\ndef login():\n    return 1\n").searcher();
    let query = GraphQuery::new("login").with_kinds(&[EdgeKind::Call, EdgeKind::TestOf]);
    let refused = searcher.graph(&query, &Limits::default()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidArgument);
}
