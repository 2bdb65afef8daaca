//! The project's own source files, for tests about the code base.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of the libraries, in order.
pub(crate) fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    assert!(found.len() > 5, "no libraries found under crates/");
    found
}

/// Every `.rs` file under `src/` and `crates/*/src/`, as path from the repository's folder and text.
pub(crate) fn all() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    for folder in crates() {
        walk(&folder.join("src"), &mut found);
    }
    assert!(found.len() > 100, "only {} sources found", found.len());
    found
}

/// Every `.rs` file under a folder, as path from the repository's folder and text; none if there is no such folder.
pub(crate) fn under(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    if folder.is_dir() {
        walk(folder, &mut found);
    }
    found
}

fn walk(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push((path.strip_prefix(root()).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
}
