//! `deploy` and `bill` killed on the embedded network: the next command works.

use std::time::{Duration, Instant};

use pnp_registry::{Chain, Store};

use crate::cli::Project;

/// Three kills a project: one of `deploy` on nothing, one of the first `bill`, one of a later one.
const KILLS_EACH: u32 = 3;

/// Starts a command, kills it at an instant before `longest`, and looks at the record it may have been writing.
fn kill(project: &Project, arguments: &[&str], longest: Duration) {
    let mut command = project.command(arguments);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut process = command.spawn().unwrap();
    std::thread::sleep(super::instant(longest));
    process.kill().unwrap();
    process.wait().unwrap();
    record(project);
}

/// The record of the project's one chain; panics where it cannot be read.
fn record(project: &Project) -> Chain {
    let record = Store::new(project.path(), "embedded").load().unwrap();
    assert!(record.chains.len() <= 1, "another network was made: {record:?}");
    record.chains.into_values().next().unwrap_or_default()
}

#[test]
fn the_command_after_a_killed_one_works() {
    // A third of the nodes' kills, rounded to whole projects.
    let projects = (super::kills() / 10).max(1);
    let (mut deploying, mut first, mut later) =
        (Duration::from_millis(700), Duration::from_millis(500), Duration::ZERO);
    let mut slowest = Duration::ZERO;
    let mut timed = |project: &Project, arguments: &[&str]| {
        let begun = Instant::now();
        let document = project.done(arguments);
        slowest = slowest.max(begun.elapsed());
        (document, begun.elapsed())
    };
    for _ in 0..projects {
        let project = Project::new();
        let bill = ["bill", "--units", "1", "--price", "100"];
        kill(&project, &["deploy"], deploying);
        deploying = timed(&project, &["deploy"]).1;
        let chain = record(&project);
        assert!(!chain.contracts.is_empty());
        let (before, contracts) = (chain.assets.len(), chain.contracts.len());
        kill(&project, &bill, first.max(later));
        let (receipt, took) = timed(&project, &bill);
        first = took;
        // Whole or not at all: what the user has paid is a number of bills.
        let had = receipt["receipt"]["before"]["user"].as_u64().unwrap();
        assert!(had == 1_000_000 || had == 999_900, "{receipt:#}");
        kill(&project, &bill, first);
        let (receipt, took) = timed(&project, &bill);
        later = took;
        let now = receipt["receipt"]["before"]["user"].as_u64().unwrap();
        assert!(now == had - 100 || now == had - 200, "{receipt:#}");
        timed(&project, &["status"]);
        let chain = record(&project);
        assert_eq!((chain.assets.len(), chain.contracts.len()), (before, contracts));
        for folder in ["deployments", ".pnp/accounts"] {
            let files = std::fs::read_dir(project.path().join(folder)).unwrap().count();
            assert_eq!(files, 1, "{folder} holds nothing but its one file");
        }
    }
    let kills = projects * KILLS_EACH;
    super::report(&format!(
        "{kills} kills of commands: every next one worked, the slowest in {} ms",
        slowest.as_millis()
    ));
}
