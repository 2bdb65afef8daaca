//! The README and the book in `docs/`: every page is in the table of contents, every link leads somewhere, every command runs.

mod checks;
mod commands;
mod examples;
mod links;
mod output;
mod page;
mod picture;
mod shell;

use page::Page;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the pages are to be corrected instead of compared.
fn overwrite() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite")
}

/// The pages of the book, without its table of contents, by their paths below the repository.
fn book() -> Vec<Page> {
    let mut paths = Vec::new();
    collect(&root().join("docs"), &mut paths);
    paths.sort();
    paths.iter().filter(|path| !path.ends_with("SUMMARY.md")).map(|path| Page::read(path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}
