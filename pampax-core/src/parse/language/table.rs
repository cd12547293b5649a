//! The rows of the table of languages.
//!
//! Never here: decisions about them.

use super::{Indents, LanguageRow};
use crate::source::Language;

/// The grammar of a cargo feature, where that feature is on.
macro_rules! grammar {
    ($feature:literal, $($constant:tt)+) => {{
        #[cfg(feature = $feature)]
        let grammar: Option<fn() -> tree_sitter::Language> = Some(|| $($constant)+.into());
        #[cfg(not(feature = $feature))]
        let grammar: Option<fn() -> tree_sitter::Language> = None;
        grammar
    }};
}

/// A row that is recognised by nothing and goes by lines.
const fn lines(language: Language, display: &'static str) -> LanguageRow {
    LanguageRow {
        language,
        display,
        extensions: &[],
        file_names: &[],
        interpreters: &[],
        grammar: None,
        query: "",
        comments: &["comment"],
        attributes: &[],
        wrappers: &[],
        indents: Indents::Free,
        is_data: false,
        has_clauses: false,
    }
}

const TYPESCRIPT_WRAPPERS: &[&str] =
    &["export_statement", "ambient_declaration", "lexical_declaration", "variable_declaration", "expression_statement"];

/// The keyword stands in a node around the one or several bindings.
const OCAML_WRAPPERS: &[&str] =
    &["value_definition", "type_definition", "module_definition", "class_definition", "class_type_definition"];

/// One row per language, in the order of the enum.
pub(super) static ROWS: &[LanguageRow] = &[
    LanguageRow {
        extensions: &["rs"],
        interpreters: &["rust-script", "cargo"],
        grammar: grammar!("lang-rust", tree_sitter_rust::LANGUAGE),
        query: include_str!("../queries/rust.scm"),
        comments: &["line_comment", "block_comment"],
        attributes: &["attribute_item"],
        ..lines(Language::Rust, "Rust")
    },
    LanguageRow {
        extensions: &["py", "pyi", "pyw", "py3", "bzl", "star", "bazel"],
        file_names: &["BUILD", "BUCK", "WORKSPACE", "SConstruct", "SConscript", "wscript", "Tiltfile", ".pythonrc"],
        interpreters: &["python", "pypy", "pythonw"],
        grammar: grammar!("lang-python", tree_sitter_python::LANGUAGE),
        query: include_str!("../queries/python.scm"),
        attributes: &["decorator"],
        wrappers: &["decorated_definition"],
        indents: Indents::Lines,
        ..lines(Language::Python, "Python")
    },
    LanguageRow {
        extensions: &["js", "mjs", "cjs", "jsx", "es6", "jsm"],
        file_names: &["Jakefile"],
        interpreters: &["node", "nodejs", "bun", "gjs"],
        grammar: grammar!("lang-javascript", tree_sitter_javascript::LANGUAGE),
        query: include_str!("../queries/javascript.scm"),
        attributes: &["decorator"],
        wrappers: &["export_statement", "lexical_declaration", "variable_declaration", "expression_statement"],
        ..lines(Language::JavaScript, "JavaScript")
    },
    LanguageRow {
        extensions: &["ts", "mts", "cts"],
        interpreters: &["deno", "ts-node", "tsx"],
        grammar: grammar!("lang-typescript", tree_sitter_typescript::LANGUAGE_TYPESCRIPT),
        query: include_str!("../queries/typescript.scm"),
        attributes: &["decorator"],
        wrappers: TYPESCRIPT_WRAPPERS,
        ..lines(Language::TypeScript, "TypeScript")
    },
    LanguageRow {
        extensions: &["tsx"],
        grammar: grammar!("lang-typescript", tree_sitter_typescript::LANGUAGE_TSX),
        query: concat!(include_str!("../queries/typescript.scm"), include_str!("../queries/tsx.scm")),
        attributes: &["decorator"],
        wrappers: TYPESCRIPT_WRAPPERS,
        ..lines(Language::Tsx, "TSX")
    },
    LanguageRow {
        extensions: &["go"],
        grammar: grammar!("lang-go", tree_sitter_go::LANGUAGE),
        query: include_str!("../queries/go.scm"),
        wrappers: &["type_declaration", "const_declaration", "var_declaration"],
        ..lines(Language::Go, "Go")
    },
    LanguageRow {
        extensions: &["java", "jav"],
        interpreters: &["java"],
        grammar: grammar!("lang-java", tree_sitter_java::LANGUAGE),
        query: include_str!("../queries/java.scm"),
        comments: &["line_comment", "block_comment"],
        attributes: &["annotation", "marker_annotation"],
        ..lines(Language::Java, "Java")
    },
    LanguageRow {
        extensions: &["kt", "kts"],
        interpreters: &["kotlin"],
        grammar: grammar!("lang-kotlin", tree_sitter_kotlin_ng::LANGUAGE),
        query: include_str!("../queries/kotlin.scm"),
        comments: &["line_comment", "block_comment"],
        attributes: &["annotation"],
        ..lines(Language::Kotlin, "Kotlin")
    },
    LanguageRow {
        extensions: &["c", "idc", "w"],
        grammar: grammar!("lang-c", tree_sitter_c::LANGUAGE),
        query: include_str!("../queries/c.scm"),
        attributes: &["attribute_declaration"],
        ..lines(Language::C, "C")
    },
    LanguageRow {
        extensions: &[
            "cpp", "cc", "cxx", "c++", "hpp", "hh", "hxx", "h++", "ipp", "inl", "tpp", "txx", "ixx", "cppm", "mpp",
            "cu", "cuh", "ino",
        ],
        grammar: grammar!("lang-cpp", tree_sitter_cpp::LANGUAGE),
        query: include_str!("../queries/cpp.scm"),
        attributes: &["attribute_declaration"],
        wrappers: &["template_declaration"],
        ..lines(Language::Cpp, "C++")
    },
    LanguageRow {
        extensions: &["cs", "csx", "cake"],
        interpreters: &["dotnet-script"],
        grammar: grammar!("lang-csharp", tree_sitter_c_sharp::LANGUAGE),
        query: include_str!("../queries/csharp.scm"),
        attributes: &["attribute_list"],
        ..lines(Language::CSharp, "C#")
    },
    LanguageRow {
        extensions: &["php", "phtml", "php3", "php4", "php5", "php7", "php8", "phps"],
        interpreters: &["php"],
        grammar: grammar!("lang-php", tree_sitter_php::LANGUAGE_PHP),
        query: include_str!("../queries/php.scm"),
        attributes: &["attribute_list"],
        ..lines(Language::Php, "PHP")
    },
    LanguageRow {
        extensions: &["rb", "rake", "gemspec", "ru", "rbi", "podspec", "thor", "rbw", "jbuilder"],
        file_names: &[
            "Gemfile",
            "Rakefile",
            "Vagrantfile",
            "Podfile",
            "Fastfile",
            "Guardfile",
            "Brewfile",
            "Capfile",
            "Dangerfile",
            "Appraisals",
            "Berksfile",
            "Thorfile",
            "Puppetfile",
            "Steepfile",
            ".irbrc",
            ".pryrc",
        ],
        interpreters: &["ruby", "jruby", "rake", "macruby", "rbx"],
        grammar: grammar!("lang-ruby", tree_sitter_ruby::LANGUAGE),
        query: include_str!("../queries/ruby.scm"),
        ..lines(Language::Ruby, "Ruby")
    },
    LanguageRow {
        extensions: &["swift"],
        interpreters: &["swift"],
        grammar: grammar!("lang-swift", tree_sitter_swift::LANGUAGE),
        query: include_str!("../queries/swift.scm"),
        comments: &["comment", "multiline_comment"],
        attributes: &["attribute"],
        ..lines(Language::Swift, "Swift")
    },
    LanguageRow {
        extensions: &["scala", "sc", "sbt"],
        interpreters: &["scala", "scala-cli", "amm"],
        grammar: grammar!("lang-scala", tree_sitter_scala::LANGUAGE),
        query: include_str!("../queries/scala.scm"),
        comments: &["comment", "block_comment"],
        attributes: &["annotation"],
        ..lines(Language::Scala, "Scala")
    },
    LanguageRow {
        extensions: &["ex", "exs"],
        file_names: &["mix.lock"],
        interpreters: &["elixir"],
        grammar: grammar!("lang-elixir", tree_sitter_elixir::LANGUAGE),
        query: include_str!("../queries/elixir.scm"),
        // `@doc`, `@spec` and the like are unary operators before the definition.
        attributes: &["unary_operator"],
        has_clauses: true,
        ..lines(Language::Elixir, "Elixir")
    },
    LanguageRow {
        extensions: &["hs", "hs-boot", "hsc"],
        interpreters: &["runhaskell", "runghc"],
        grammar: grammar!("lang-haskell", tree_sitter_haskell::LANGUAGE),
        query: include_str!("../queries/haskell.scm"),
        comments: &["comment", "haddock"],
        has_clauses: true,
        ..lines(Language::Haskell, "Haskell")
    },
    LanguageRow {
        extensions: &["lua", "rockspec", "luau"],
        file_names: &[".luacheckrc"],
        interpreters: &["lua", "luajit", "texlua"],
        grammar: grammar!("lang-lua", tree_sitter_lua::LANGUAGE),
        query: include_str!("../queries/lua.scm"),
        ..lines(Language::Lua, "Lua")
    },
    LanguageRow {
        extensions: &["sh", "bash", "zsh", "ksh", "ash", "dash", "bats", "ebuild", "eclass", "command"],
        file_names: &[
            ".bashrc",
            ".bash_profile",
            ".bash_login",
            ".bash_logout",
            ".bash_aliases",
            ".bash_functions",
            ".profile",
            ".zshrc",
            ".zshenv",
            ".zprofile",
            ".zlogin",
            ".kshrc",
            ".envrc",
            "PKGBUILD",
            "APKBUILD",
            "gradlew",
            "bashrc",
            "profile",
            "zshrc",
        ],
        interpreters: &["sh", "bash", "zsh", "ksh", "ash", "dash", "bats", "rbash"],
        grammar: grammar!("lang-bash", tree_sitter_bash::LANGUAGE),
        query: include_str!("../queries/bash.scm"),
        ..lines(Language::Bash, "Bash")
    },
    LanguageRow {
        extensions: &["zig", "zon"],
        grammar: grammar!("lang-zig", tree_sitter_zig::LANGUAGE),
        query: include_str!("../queries/zig.scm"),
        ..lines(Language::Zig, "Zig")
    },
    LanguageRow {
        extensions: &["dart"],
        interpreters: &["dart"],
        grammar: grammar!("lang-dart", tree_sitter_dart::LANGUAGE),
        query: include_str!("../queries/dart.scm"),
        comments: &["comment", "block_comment", "documentation_comment", "documentation_block_comment"],
        attributes: &["annotation"],
        wrappers: &["member_declaration"],
        ..lines(Language::Dart, "Dart")
    },
    LanguageRow {
        extensions: &["ml", "eliom"],
        interpreters: &["ocaml", "ocamlrun", "ocamlscript"],
        grammar: grammar!("lang-ocaml", tree_sitter_ocaml::LANGUAGE_OCAML),
        query: include_str!("../queries/ocaml.scm"),
        wrappers: OCAML_WRAPPERS,
        ..lines(Language::OCaml, "OCaml")
    },
    LanguageRow {
        extensions: &["mli", "eliomi"],
        grammar: grammar!("lang-ocaml", tree_sitter_ocaml::LANGUAGE_OCAML_INTERFACE),
        query: include_str!("../queries/ocaml.scm"),
        wrappers: OCAML_WRAPPERS,
        ..lines(Language::OCamlInterface, "OCaml interface")
    },
    LanguageRow {
        extensions: &["html", "htm", "xhtml"],
        grammar: grammar!("lang-html", tree_sitter_html::LANGUAGE),
        query: include_str!("../queries/html.scm"),
        ..lines(Language::Html, "HTML")
    },
    LanguageRow {
        extensions: &["css"],
        grammar: grammar!("lang-css", tree_sitter_css::LANGUAGE),
        query: include_str!("../queries/css.scm"),
        comments: &["comment", "js_comment"],
        ..lines(Language::Css, "CSS")
    },
    LanguageRow {
        extensions: &["json", "jsonc", "json5", "geojson", "webmanifest", "ipynb", "code-workspace", "avsc"],
        file_names: &[".eslintrc", ".prettierrc", ".babelrc", ".swcrc", "composer.lock", "Pipfile.lock", "flake.lock"],
        grammar: grammar!("lang-json", tree_sitter_json::LANGUAGE),
        query: include_str!("../queries/json.scm"),
        is_data: true,
        ..lines(Language::Json, "JSON")
    },
    LanguageRow {
        extensions: &["yml", "yaml", "sublime-syntax"],
        file_names: &[".clang-format", ".clang-tidy", ".clangd", "CITATION.cff", "pubspec.lock"],
        grammar: grammar!("lang-yaml", tree_sitter_yaml::LANGUAGE),
        query: include_str!("../queries/yaml.scm"),
        indents: Indents::LinesAndMarkers,
        is_data: true,
        ..lines(Language::Yaml, "YAML")
    },
    LanguageRow {
        extensions: &["toml"],
        file_names: &["Cargo.lock", "poetry.lock", "uv.lock", "Pipfile", "pdm.lock"],
        grammar: grammar!("lang-toml", tree_sitter_toml_ng::LANGUAGE),
        query: include_str!("../queries/toml.scm"),
        is_data: true,
        ..lines(Language::Toml, "TOML")
    },
    LanguageRow {
        extensions: &["sql", "ddl", "dml", "psql", "pgsql", "mysql"],
        grammar: grammar!("lang-sql", tree_sitter_sequel::LANGUAGE),
        query: include_str!("../queries/sql.scm"),
        comments: &["comment", "marginalia"],
        ..lines(Language::Sql, "SQL")
    },
    LanguageRow {
        extensions: &["md", "markdown", "mdown", "mkd", "mkdn", "mdx"],
        grammar: grammar!("lang-markdown", tree_sitter_md::LANGUAGE),
        query: include_str!("../queries/markdown.scm"),
        comments: &[],
        ..lines(Language::Markdown, "Markdown")
    },
    LanguageRow {
        extensions: &["mk", "mak", "make"],
        file_names: &["Makefile", "makefile", "GNUmakefile", "Kbuild"],
        interpreters: &["make", "gmake"],
        ..lines(Language::Makefile, "Make")
    },
    LanguageRow {
        extensions: &["dockerfile", "containerfile"],
        file_names: &["Dockerfile", "Containerfile", "dockerfile"],
        ..lines(Language::Dockerfile, "Dockerfile")
    },
    LanguageRow {
        extensions: &["cmake"],
        file_names: &["CMakeLists.txt"],
        interpreters: &["cmake"],
        ..lines(Language::CMake, "CMake")
    },
    LanguageRow { extensions: &["txt", "text"], ..lines(Language::Text, "Text") },
];
