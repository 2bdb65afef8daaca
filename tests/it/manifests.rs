//! A crate names only the dependencies that it uses: all others are compiled, audited and updated for nothing. What users copy
//! into their manifests names the current version.
//!
//! The compiler's own lint (`unused_crate_dependencies`) looks at one target at a time, and takes what only the tests or
//! only the binary use for unused. Here all sources of a crate are read together.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::sources;

/// Every package: the libraries, the command line, and what is beside the workspace.
fn packages() -> Vec<PathBuf> {
    let root = sources::root();
    let mut folders = sources::crates();
    folders.extend([root.to_owned(), root.join("tools/peers"), root.join("fuzz")]);
    folders
}

/// The dependencies in the tables of this name, those for one system alone included.
fn dependencies(manifest: &toml::Table, name: &str) -> Vec<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.get(name)).chain(manifest.get(name));
    tables.filter_map(toml::Value::as_table).flat_map(|table| table.keys().cloned()).collect()
}

/// What is compiled without tests: no comments, no `mod tests`.
fn without_tests(path: &Path, text: &str) -> String {
    let is_test = path.ends_with("tests.rs")
        || path.to_str().is_some_and(|path| path.ends_with("_tests.rs") || path.contains("/tests/"));
    if is_test {
        return String::new();
    }
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// Whether code names a crate, as `name::…` or `use name`. A module of that name hides the crate from all but `use`.
fn names(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    let found = |pattern: &str| Regex::new(&pattern.replace("NAME", &name)).unwrap().is_match(code);
    let is_module = found(r"(?m)^\s*(pub(\(\w+\))? )?mod NAME;");
    found(r"\buse NAME(::|;| as )") || (!is_module && found(r"(?m)(^|[^\w:])(::)?NAME::"))
}

#[test]
fn every_dependency_is_used() {
    let mut unused = Vec::new();
    for folder in packages() {
        let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap();
        let own = ["src", "fuzz_targets"].iter().flat_map(|name| sources::under(&folder.join(name)));
        let own: Vec<_> = own.collect();
        let code: String = own.iter().map(|(path, text)| without_tests(path, text)).collect();
        let tests = ["tests", "benches", "examples"].iter().flat_map(|name| sources::under(&folder.join(name)));
        let mut all: String = own.iter().cloned().chain(tests).map(|(_, text)| text).collect();
        all.push_str(&fs::read_to_string(folder.join("README.md")).unwrap_or_default());

        let place = folder.strip_prefix(sources::root()).unwrap().join("Cargo.toml");
        for name in dependencies(&manifest, "dependencies").iter().filter(|name| !names(&code, name)) {
            let hint = if names(&all, name) { ": only tests do, so it is a dev-dependency" } else { "" };
            unused.push(format!("{}: nothing uses {name}{hint}", place.display()));
        }
        for name in dependencies(&manifest, "dev-dependencies").iter().filter(|name| !names(&all, name)) {
            unused.push(format!("{}: no test uses {name}", place.display()));
        }
    }
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}

/// What people copy into their own manifest names the version that there is.
#[test]
fn the_version_that_users_copy_is_the_current_one() {
    let root = sources::root();
    let wanted = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap().0;
    let requirement = Regex::new(r#"pnp-[a-z]+ = (?:\{ version = )?"(\d+\.\d+)[".]"#).unwrap();
    let mut texts: Vec<(PathBuf, String)> =
        sources::crates().iter().flat_map(|folder| sources::under(folder)).collect();
    for folder in sources::crates().into_iter().chain([root.join("docs/guides"), root.join("docs/reference")]) {
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        texts.extend(pages.map(|path| (path.clone(), fs::read_to_string(path).unwrap())));
    }
    let mut places = 0;
    for (path, text) in texts {
        for found in requirement.captures_iter(&text) {
            places += 1;
            assert_eq!(&found[1], wanted, "{}", path.display());
        }
    }
    assert!(places > 5, "{places} places were found");
}

#[test]
fn uses_of_a_crate_are_recognized() {
    assert!(names("use serde::Deserialize;", "serde"));
    assert!(names("#[derive(thiserror::Error)]", "thiserror"));
    assert!(names("fn a() -> pnp_types::Round {", "pnp-types"));
    assert!(!names("use serde_json::json;", "serde"));
    assert!(!names("use crate::bytes::Bytes;", "bytes"));
    assert!(!names("mod bytes;\nfn f() { bytes::concat() }", "bytes"));
    assert!(names("mod bytes;\nuse bytes::BufMut;", "bytes"));
}
