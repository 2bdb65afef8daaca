//! The page of threats names tests that exist.

use crate::sources::root;
use std::path::Path;

const PAGE: &str = "docs/concepts/threats.md";

fn add_texts(folder: &Path, extension: &str, texts: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_texts(&path, extension, texts);
        } else if path.extension().is_some_and(|found| found == extension) {
            texts.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn the_tests_that_the_page_of_threats_names_exist() {
    let (mut sources, mut scenarios) = (String::new(), String::new());
    add_texts(&root().join("crates/gateway/src"), "rs", &mut sources);
    add_texts(&root().join("tests/it"), "rs", &mut sources);
    add_texts(&root().join("sdks/conformance/scenarios"), "json", &mut scenarios);
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let rows = page.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-"));
    let mut named = 0;
    for cell in rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next()) {
        for name in cell.split('`').skip(1).step_by(2) {
            let exists = match name.contains('-') {
                true => scenarios.contains(&format!("\"name\": \"{name}\"")),
                false => sources.contains(&format!("fn {name}(")),
            };
            assert!(exists, "{PAGE} names the test {name}, which does not exist");
            named += 1;
        }
    }
    assert!(named >= 50, "only {named} tests are named");
}
