//! Every page is in the table of contents, every link leads to a file and a heading that exist, and every example in Rust is
//! one of a crate's.

use super::{Page, book, root};
use std::path::{Component, Path, PathBuf};

/// The path without `.` and `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            other => resolved.push(other),
        }
    }
    resolved
}

/// What is wrong with a link of a page. A page of the book may link within `docs/` only, or the link breaks on a web server.
fn fault(page: &Page, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let docs = root().join("docs");
    let target =
        if path.is_empty() { page.path.clone() } else { resolved(&page.path.parent().unwrap_or(root()).join(path)) };
    if !target.exists() {
        return Some(format!("{}: {link}: there is no such file", page.name()));
    }
    if page.path.starts_with(&docs) && !target.starts_with(&docs) {
        return Some(format!("{}: {link}: this leaves the book", page.name()));
    }
    let anchor = anchor?;
    let known = target.extension().is_some_and(|extension| extension == "md")
        && Page::read(&target).anchors.iter().any(|known| known == anchor);
    (!known).then(|| format!("{}: {link}: there is no such heading", page.name()))
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = book();
    pages.extend(
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/SUMMARY.md"].map(|path| Page::read(&root().join(path))),
    );
    let faults: Vec<String> =
        pages.iter().flat_map(|page| page.links.iter().filter_map(|link| fault(page, link))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(pages.iter().map(|page| page.links.len()).sum::<usize>() > 50, "links are not found any more");
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let docs = root().join("docs");
    let contents = Page::read(&docs.join("SUMMARY.md"));
    for page in book() {
        let count = contents.links.iter().filter(|link| docs.join(link) == page.path).count();
        assert_eq!(count, 1, "{} should be in docs/SUMMARY.md once", page.name());
    }
}

#[test]
fn a_broken_link_is_found() {
    let page = Page::read(&root().join("docs/README.md"));
    for link in ["nothing.md", "reference/commands.md#nothing", "../Cargo.toml", "#nothing"] {
        assert!(fault(&page, link).is_some(), "{link}");
    }
    for link in ["reference/commands.md#exit-codes", "https://example.com/nothing", "#where-to-go-next"] {
        assert_eq!(fault(&page, link), None);
    }
}

/// The documentation of a crate, whose examples `cargo test --doc` runs, without what it hides from readers.
fn crate_docs(source: &str) -> String {
    source
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .filter(|line| !line.starts_with("# ") && *line != "#")
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn examples_in_rust_are_those_of_the_crates() {
    let crates: Vec<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| crate_docs(&std::fs::read_to_string(entry.unwrap().path().join("src/lib.rs")).unwrap()))
        .collect();
    for page in book() {
        for block in page.blocks.iter().filter(|block| block.language() == "rust") {
            let tested = crates.iter().any(|docs| docs.contains(&block.text));
            assert!(tested, "{}:{}: no crate's documentation has this example", page.name(), block.line);
        }
    }
}
