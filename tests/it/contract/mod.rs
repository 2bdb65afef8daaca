//! The contract suite on a network in memory, and the proof that no check of the contract is without need.

use std::collections::{BTreeMap, BTreeSet};

use pnp_client::Algod;
use pnp_devnet::{Config, DevNode, LOCAL_TOKEN, Running};
use pnp_teal::template::TemplateValue;
use pnp_teal::{CostOptions, cost};
use pnp_types::SigningKey;
use pnp_usage::scenario::{Completion, Contract, Programs, Sources, Stage, Step, play};
use pnp_usage::{APPROVAL_SOURCE, CLEAR_SOURCE};

use crate::scenarios;

mod mutants;
use mutants::Mutant;

/// A stage on a network of its own; the network lives as long as `Running`.
async fn stage() -> (Running, Stage) {
    let running = DevNode::spawn(Config::test()).unwrap();
    let algod = Algod::new(&running.url(), Some(LOCAL_TOKEN)).unwrap();
    let dispenser = SigningKey::from_seed(running.node().dispenser().unwrap().seed());
    let stage = Stage::set(algod, dispenser.address(), |t| dispenser.sign_transaction(t)).await.unwrap();
    (running, stage)
}

fn sources(approval: &str) -> Sources {
    Sources { approval: approval.to_owned(), clear: CLEAR_SOURCE.to_owned() }
}

/// A package is published with its own folder alone, so `pnp-usage` has a copy of the sources in `teal/`.
#[test]
fn the_packaged_sources_are_the_contracts() {
    for name in ["usage_approval.teal", "usage_clear.teal"] {
        let read = |folder: &str| std::fs::read_to_string(crate::sources::root().join(folder).join(name)).unwrap();
        assert!(read("teal") == read("crates/usage/teal"), "run: cp teal/{name} crates/usage/teal/");
    }
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

/// The mutants that no scenario can tell from the contract are played in every scenario by `scripts/mutate-contract` alone, which sets
/// `PNP_MUTANTS`: that takes half of the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_weakened_contract_is_caught() {
    let (running, mut stage) = stage().await;
    let scenarios = scenarios::all();
    let mutants = mutants::all();
    let count = mutants.len();
    assert!(count > 100, "only {count} mutants");
    let plays_equivalent = std::env::var_os("PNP_MUTANTS").is_some();
    let (mut survivors, mut equivalent, mut caught, mut plays) = (Vec::new(), Vec::new(), 0, 0);
    let mut catches = vec![0_u32; scenarios.len()];
    for Mutant { line, what, rule, approval } in mutants {
        let known = mutants::EQUIVALENT.iter().find(|(known, _)| *known == what);
        if known.is_some() && !plays_equivalent {
            equivalent.push(format!("line {line}: {what}: not played"));
            continue;
        }
        let sources = sources(&approval);
        // Those that name the rule come first, then those that caught the most: one or two scenarios do for most mutants.
        let mut order: Vec<_> = (0..scenarios.len()).collect();
        order.sort_by_key(|at| {
            let names = scenarios[*at].1.steps.iter().any(|step| step.refused.as_ref() == Some(&rule));
            (!names, std::cmp::Reverse(catches[*at]))
        });
        let mut missed = true;
        for at in order {
            plays += 1;
            if play(&mut stage, &sources, &scenarios[at].1).await.is_err() {
                missed = false;
                catches[at] += 1;
                break;
            }
        }
        match known {
            Some((_, why)) if missed => equivalent.push(format!("line {line}: {what}: {why}")),
            Some(_) => survivors.push(format!("line {line}: {what}: called equivalent, but caught")),
            None if missed => survivors.push(format!("line {line}: {what}")),
            None => caught += 1,
        }
    }
    println!(
        "{count} mutants in {plays} plays: {caught} caught, {} equivalent:\n  {}",
        equivalent.len(),
        equivalent.join("\n  ")
    );
    assert!(survivors.is_empty(), "no scenario tells these from the contract:\n{}", survivors.join("\n"));
    running.stop().unwrap();
}

/// The reference's bytes, recorded by `scripts/record contract`, and the design's budget of 480.
#[test]
fn the_contract_assembles_to_the_references_bytes() {
    let recorded: serde_json::Value = serde_json::from_str(include_str!("../../vectors/contract.json")).unwrap();
    let approvals = recorded["approval"].as_array().unwrap();
    assert_eq!(approvals.len(), 8);
    for expected in approvals {
        let value = |name: &str| expected[name].as_u64().unwrap();
        let contract = Contract {
            updatable: value("updatable"),
            deletable: value("deletable"),
            ordered_ticks: value("ordered_ticks"),
            ..Contract::default()
        };
        let programs = Programs::assemble(&sources(APPROVAL_SOURCE), &contract).unwrap();
        assert_eq!(hex::encode(&programs.approval), expected["hex"].as_str().unwrap(), "{contract:?}");
        assert_eq!(hex::encode(&programs.clear), recorded["clear"].as_str().unwrap());
        assert!(programs.approval.len() <= 480, "{} bytes", programs.approval.len());
    }
}

/// The design's budget of 130 for a bill, in the scenario that a user sees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_keeps_its_budget() {
    let (running, stage) = stage().await;
    let mut stage = stage.with_transcripts();
    let (_, scenario) = scenarios::all()
        .into_iter()
        .find(|(_, scenario)| scenario.scenario.starts_with("a bill pays the provider"))
        .unwrap();
    let transcript = play(&mut stage, &sources(APPROVAL_SOURCE), &scenario).await.unwrap();
    assert_eq!(transcript.steps.len(), 1);
    assert!((1..=130).contains(&transcript.steps[0].cost), "{}", transcript.steps[0].cost);
    running.stop().unwrap();
}

/// What `cost` foretells holds every call of the suite that is accepted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_costs_what_was_predicted() {
    let (running, stage) = stage().await;
    let mut stage = stage.with_transcripts();
    let mut seen: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (file, scenario) in scenarios::all() {
        let Contract { updatable, deletable, ordered_ticks, .. } = scenario.contract;
        let values = [("UPDATABLE", updatable), ("DELETABLE", deletable), ("ORDERED_TICKS", ordered_ticks)];
        let templates = values.map(|(name, value)| (name, TemplateValue::Uint(value))).into_iter().collect();
        let predicted = cost(APPROVAL_SOURCE, &CostOptions { templates }).unwrap();
        let transcript = play(&mut stage, &sources(APPROVAL_SOURCE), &scenario).await.unwrap();
        assert_eq!(transcript.steps.len(), scenario.steps.len());
        for (step, outcome) in scenario.steps.iter().zip(&transcript.steps) {
            let Some(name) = entry_name(step).filter(|_| outcome.refused.is_none() && step.group.is_none()) else {
                continue;
            };
            let entry = predicted.entries.iter().find(|entry| entry.name == name).unwrap();
            let range = entry.best..=entry.worst.unwrap();
            assert!(range.contains(&outcome.cost), "{file}: {name} cost {}, not {range:?}", outcome.cost);
            seen.entry(name).or_default().insert(outcome.cost);
        }
    }
    let calls = ["bill", "close-out", "create", "delete", "opt-in", "set_parameters", "update"];
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), calls, "{seen:?}");
    println!("{seen:?}");
    running.stop().unwrap();
}

fn entry_name(step: &Step) -> Option<&'static str> {
    if step.bill.is_some() {
        return Some("bill");
    }
    match step.call.as_ref()?.on {
        Completion::Create => Some("create"),
        Completion::NoOp => Some("set_parameters"),
        Completion::OptIn => Some("opt-in"),
        Completion::CloseOut => Some("close-out"),
        Completion::Update => Some("update"),
        Completion::Delete => Some("delete"),
        Completion::CreateAndOptIn | Completion::ClearState => None,
    }
}
