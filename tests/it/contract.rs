//! The contract suite on a network in memory, and the proof that no check of the contract is without need.

use pnp_contract::client::Algod;
use pnp_contract::node::{Config, DevNode, LOCAL_TOKEN, Running};
use pnp_contract::types::signing::SigningKey;
use pnp_contract::usage::scenario::{Programs, Scenario, Sources, Stage, play};
use pnp_contract::usage::{APPROVAL_SOURCE, CLEAR_SOURCE};

use crate::scenarios;

/// A stage on a network of its own; the network lives as long as `Running`.
async fn stage() -> (Running, Stage) {
    let running = DevNode::spawn(Config::test()).unwrap();
    let algod = Algod::new(&running.url(), Some(LOCAL_TOKEN)).unwrap();
    let dispenser = SigningKey::from_seed(running.node().dispenser().seed());
    let stage = Stage::set(algod, dispenser.address(), |t| dispenser.sign_transaction(t)).await.unwrap();
    (running, stage)
}

fn sources(approval: &str) -> Sources {
    Sources { approval: approval.to_owned(), clear: CLEAR_SOURCE.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_passes() {
    let (running, mut stage) = stage().await;
    let sources = sources(APPROVAL_SOURCE);
    let mut failed = Vec::new();
    for (file, scenario) in scenarios::all() {
        if let Err(failure) = play(&mut stage, &sources, &scenario).await {
            failed.push(format!("{file}: {}: {failure}", scenario.scenario));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    running.stop().unwrap();
}

/// A contract with one check taken away, and the rule that stood there.
struct Weakened {
    what: String,
    rule: String,
    approval: String,
}

/// The contract without each of its asserts, and with each of the seven fields that must be zero left out.
fn weakened() -> Vec<Weakened> {
    let lines: Vec<&str> = APPROVAL_SOURCE.lines().collect();
    let rule = |line: &str| line.split_once("// ").map(|(_, rule)| rule.trim().to_owned()).unwrap_or_default();
    let with = |at: usize, other: &str| {
        let mut lines = lines.clone();
        lines[at] = other;
        lines.join("\n")
    };
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("assert") {
            all.push(Weakened {
                what: format!("line {}: {}", at + 1, line.trim()),
                rule: rule(line),
                approval: with(at, "    pop"),
            });
        }
    }
    let first = lines.iter().position(|line| line.trim() == "txn RekeyTo").unwrap();
    let zeros = lines.iter().position(|line| line.trim() == "int 224").unwrap();
    let compared = lines[zeros..].iter().find(|line| line.contains("assert")).unwrap();
    for at in (first..zeros).filter(|at| lines[*at].trim() != "concat") {
        let mut fewer = lines.clone();
        fewer[zeros] = "    int 192";
        // The first field has its concat after the second.
        let concat = if at == first { at + 2 } else { at + 1 };
        fewer[at] = "";
        fewer[concat] = "";
        all.push(Weakened {
            what: format!("line {}: {}", at + 1, lines[at].trim()),
            rule: rule(compared),
            approval: fewer.join("\n"),
        });
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_check_is_without_need() {
    let (running, mut stage) = stage().await;
    let scenarios = scenarios::all();
    let weakened = weakened();
    assert!(weakened.len() > 30, "only {} checks found", weakened.len());
    let mut unneeded = Vec::new();
    for Weakened { what, rule, approval } in weakened {
        let sources = sources(&approval);
        // Those that name the rule come first, so that one or two scenarios do for most.
        let names =
            |(_, scenario): &&(String, Scenario)| scenario.steps.iter().any(|s| s.refused.as_ref() == Some(&rule));
        let (near, far): (Vec<_>, Vec<_>) = scenarios.iter().partition(names);
        let mut missed = true;
        for (_, scenario) in near.into_iter().chain(far) {
            if play(&mut stage, &sources, scenario).await.is_err() {
                missed = false;
                break;
            }
        }
        if missed {
            unneeded.push(what);
        }
    }
    assert!(unneeded.is_empty(), "no scenario misses:\n{}", unneeded.join("\n"));
    running.stop().unwrap();
}

#[test]
fn the_contract_keeps_its_budget() {
    let contract = pnp_contract::usage::scenario::Contract::default();
    let programs = Programs::assemble(&sources(APPROVAL_SOURCE), &contract).unwrap();
    assert!(programs.approval.len() <= 480, "{} bytes", programs.approval.len());
}
