//! Models in this process, configured as a user configures them, and libraries that are not what they should be.

use crate::program::Tree;

#[track_caller]
fn refused(tree: &Tree, key: &str, why: &str) {
    for arguments in [&["search", "login"][..], &["config", "validate"]] {
        let ran = tree.run(arguments);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        // The status is that of the error, so nothing ended the process on its way out.
        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert!(said.contains(key) && said.contains(why), "{arguments:?}: {said}");
    }
}

#[test]
fn a_folder_that_is_no_model_is_a_mistake_in_the_configuration() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[embedding]\nprovider = \"model2vec\"\n");
    refused(&tree, "embedding.path", "needs the path of a model");
    tree.write("pampax.toml", "[embedding]\nprovider = \"model2vec\"\npath = \"models/mine\"\n");
    refused(&tree, "embedding.path", "models/mine/config.json: No such file");
    tree.write("pampax.toml", "[embedding]\nprovider = \"static\"\npath = \"models/mine\"\n");
    refused(&tree, "embedding.path", "models/mine: No such file");
    let validated = tree.run(&["config", "validate"]);
    assert!(validated.json()["problems"][0]["origin"].to_string().contains("pampax.toml"), "{validated:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_model_and_is_not_waited_for() {
    let tree = Tree::indexed();
    let made = std::process::Command::new("mkfifo").arg(tree.root().join("pipe")).status();
    assert!(made.expect("there is mkfifo").success());
    tree.write("pampax.toml", "[embedding]\nprovider = \"static\"\npath = \"pipe\"\n");
    refused(&tree, "embedding.path", "it is no file");
}

#[cfg(not(feature = "onnx"))]
#[test]
fn a_build_without_onnx_says_so() {
    let tree = Tree::indexed();
    tree.write("pampax.toml", "[embedding]\nprovider = \"onnx\"\npath = \"m\"\nruntime = \"r.so\"\n");
    refused(&tree, "embedding.provider", "build it with the feature onnx");
}

#[cfg(feature = "onnx")]
mod onnx {
    use super::refused;
    use crate::program::Tree;
    use std::process::Command;

    /// A library of C with this source, which says that it is ONNX Runtime.
    fn library(tree: &Tree, source: &str) {
        let (source_path, path) = (tree.root().join("runtime.c"), tree.root().join("runtime.so"));
        tree.write("runtime.c", source);
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(path).arg(source_path).status();
        assert!(compiled.expect("there is a C compiler").success());
    }

    /// A tree that is configured to use `runtime.so`, with a model.
    fn tree() -> Tree {
        let tree = Tree::indexed();
        tree.write("model/model.onnx", include_bytes!("../fixtures/models/onnx/model.onnx"));
        tree.write("model/tokenizer.json", include_bytes!("../fixtures/models/onnx/tokenizer.json"));
        tree.write("pampax.toml", "[embedding]\nprovider = \"onnx\"\npath = \"model\"\nruntime = \"runtime.so\"\n");
        tree
    }

    const BASE: &str = "
        struct base { const void *(*api)(unsigned); const char *(*version)(void); };
        static const void *api(unsigned version) { return 0; }
        static const char *version(void) { return VERSION; }
        static const struct base it = { api, version };
        const struct base *OrtGetApiBase(void) { return &it; }
    ";

    #[test]
    fn a_library_that_is_missing_or_another_one_ends_in_an_error() {
        let tree = tree();
        refused(&tree, "embedding.runtime", "runtime.so: No such file");
        tree.write("runtime.so", "no library");
        refused(&tree, "embedding.runtime", "failed to load");
        library(&tree, "int nothing;");
        refused(&tree, "embedding.runtime", "OrtGetApiBase");
    }

    #[test]
    fn a_library_of_another_version_ends_in_an_error() {
        let tree = tree();
        library(&tree, &BASE.replace("VERSION", "\"1.3.0\""));
        refused(&tree, "embedding.runtime", "1.3.0");
        // It says that it is new enough, and has nothing of what it should.
        library(&tree, &BASE.replace("VERSION", "\"1.20.0\""));
        refused(&tree, "embedding.runtime", "runtime.so");
        library(&tree, "const void *OrtGetApiBase(void) { return 0; }");
        refused(&tree, "embedding.runtime", "runtime.so");
    }
}
