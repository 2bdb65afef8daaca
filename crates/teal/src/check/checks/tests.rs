//! Rules for every check.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{CHECKS, check_named, position};
use crate::assemble;
use crate::check::{CheckOptions, Example, Finding, Level, check as find};
use pnp_opcodes::MAX_VERSION;

#[test]
fn checks_have_names_of_their_own() {
    let names: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(names.len(), CHECKS.len());
    for (at, check) in CHECKS.iter().enumerate() {
        assert_eq!(position(check), at);
    }
    assert_eq!(check_named("self-payment").map(|check| check.level), Some(Level::Medium));
    assert_eq!(check_named("nothing"), None);
}

#[test]
fn file_names_match_check_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/checks");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let stems: BTreeSet<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let expected = CHECKS.iter().map(|check| check.name.replace('-', "_"));
    assert_eq!(stems, expected.chain(["mod".to_owned(), "tests".to_owned()]).collect());
}

/// The examples of a check in the oldest and the newest version they can be written in.
fn versions(example: &Example, source: &str) -> Vec<String> {
    let whole = example.whole(source);
    let (_, body) = whole.split_once('\n').unwrap();
    let of = |version: u8| format!("#pragma version {version}\n{body}");
    let assembles = |version: &u8| assemble(&of(*version).replace("TMPL_OPEN", "1"), Default::default()).is_ok();
    let oldest = (2..=MAX_VERSION).find(assembles);
    oldest.into_iter().map(of).chain([whole.clone(), of(MAX_VERSION)]).collect()
}

/// A bad example has what its check finds, and nothing else but what it says; a good one has nothing.
#[test]
fn examples_are_bad_and_good() {
    let mut wrong = String::new();
    for check in CHECKS {
        let example = &check.example;
        let options = CheckOptions { mode: Some(example.mode), ..CheckOptions::default() };
        let expected: BTreeSet<_> = example.also.iter().copied().chain([check.name]).collect();
        for (source, expected) in [(example.bad(), expected), (example.good(), BTreeSet::new())] {
            for source in versions(example, source) {
                let findings = find(&source, &options);
                if findings.iter().map(Finding::name).collect::<BTreeSet<_>>() != expected {
                    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
                    wrong.push_str(&format!("{}: not {expected:?}\n{source}\n{}\n\n", check.name, found.join("\n")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
