//! The contract suite's files.

use std::fs;
use std::path::Path;

use pnp_usage::scenario::{self, Scenario};

/// Every scenario of `tests/scenarios/`, with the name of its file.
pub(crate) fn all() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let scenarios = scenario::read(&fs::read_to_string(file).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            scenarios.into_iter().map(move |scenario| (name.clone(), scenario))
        })
        .collect()
}

#[test]
fn every_file_reads() {
    let scenarios = all();
    assert!(scenarios.len() > 90, "only {} scenarios", scenarios.len());
    for (file, scenario) in scenarios {
        assert!(!scenario.steps.is_empty(), "{file}: {} has no steps", scenario.scenario);
    }
}
