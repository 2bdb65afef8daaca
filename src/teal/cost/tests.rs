//! Entries, bounds and ways on small programs.

use super::*;

fn of(source: &str) -> CostReport {
    cost(source, &CostOptions::default()).unwrap()
}

/// Name, best and worst of each entry.
fn figures(source: &str) -> Vec<(String, u64, Option<u64>)> {
    of(source).entries.into_iter().map(|entry| (entry.name, entry.best, entry.worst)).collect()
}

#[test]
fn probe() {
    let source = std::fs::read_to_string("teal/usage_approval.teal").unwrap();
    for entry in of(&source).entries {
        println!(
            "{} {:?} {}..{:?} {}..{:?}",
            entry.name, entry.when, entry.best, entry.worst, entry.best_bytes, entry.worst_bytes
        );
    }
    println!("{:?}", figures("#pragma version 8\nint 1"));
}
