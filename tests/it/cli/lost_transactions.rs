//! What became of a transaction is found out also when the node no longer knows its id: after a thousand rounds, by
//! the blocks.

use super::Project;
use pnp_registry::{Pending, Store};
use pnp_types::{AppIndex, Round};
use serde_json::Value;

/// A project whose contract was made, and then the network's chain grew by more rounds than a node remembers.
fn after_many_rounds(project: &Project, app: &str) {
    let ran = project.run(&["--json", "bill", "--count", "1100", "--units", "1", "--app", app]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_deployment_that_was_cut_off_is_recorded() {
    let project = Project::new();
    let made = project.done(&["deploy"]);
    let app = made["app"].as_u64().unwrap();
    after_many_rounds(&project, &app.to_string());
    // As a process leaves the record that sent the deployment and did not live to see it confirmed.
    let store = Store::new(project.path(), "embedded");
    let hash = made["genesis_hash"].as_str().unwrap();
    let cut_off = |chain: &mut pnp_registry::Chain| {
        let mut contract = chain.contracts.pop().unwrap();
        let event = contract.history.last_mut().unwrap();
        let (txid, last_valid) = (event.txids[0].clone(), event.round.saturating_add(999));
        (contract.app_id, event.round) = (AppIndex::NONE, Round::GENESIS);
        chain.pending.push(Pending { txid, last_valid, replaces: None, contract });
    };
    store.change(hash, "dockernet-v1", cut_off).unwrap();

    let status = project.done(&["status"]);
    assert_eq!(status["contract"]["app"], app, "{status:#}");
    assert_eq!(status["contract"]["record"]["app_id"], app, "{status:#}");
    let chain = store.chain(hash).unwrap();
    assert!(chain.pending.is_empty(), "{:?}", chain.pending);
    assert_eq!(chain.contracts.last().map(|contract| contract.history[0].round.0), made["round"].as_u64());
}

#[test]
fn a_deployment_that_never_arrived_is_forgotten_only_when_no_block_can_have_it() {
    let project = Project::new();
    let made = project.done(&["deploy"]);
    let store = Store::new(project.path(), "embedded");
    let hash = made["genesis_hash"].as_str().unwrap();
    let round = Round(made["round"].as_u64().unwrap());
    let never_sent = |chain: &mut pnp_registry::Chain| {
        let contract = chain.contracts.last().cloned().unwrap();
        for last_valid in [Round(1), round.saturating_add(900)] {
            let txid = pnp_types::Digest([u8::try_from(last_valid.0 % 200).unwrap(); 32]).to_string();
            chain.pending.push(Pending { txid, last_valid, replaces: None, contract: contract.clone() });
        }
    };
    store.change(hash, "dockernet-v1", never_sent).unwrap();
    project.done(&["status"]);
    let left: Vec<_> = store.chain(hash).unwrap().pending.into_iter().map(|pending| pending.last_valid).collect();
    assert_eq!(left, [round.saturating_add(900)], "the first can be in no block, the second still can");
}

#[test]
fn a_bundle_that_was_sent_is_confirmed_and_not_expired() {
    let project = Project::new();
    for name in ["alice", "bob"] {
        project.done(&["account", "new", name]);
    }
    let ops = project.done(&["multisig", "new", "--threshold", "1", "--name", "ops", "alice", "bob"]);
    project.done(&["account", "fund", ops["address"].as_str().unwrap(), "--amount", "10"]);
    let asset = project.done(&["asset", "create"])["asset"]["asset_id"].as_u64().unwrap().to_string();
    project.done(&["deploy", "--asset", &asset, "--multisig", "ops", "--out", "deploy.msig"]);
    project.done(&["multisig", "sign", "deploy.msig", "--as", "alice", "--yes"]);
    let sent = project.done(&["multisig", "submit", "deploy.msig"]);
    after_many_rounds(&project, &sent["app"].as_u64().unwrap().to_string());

    let status = project.done(&["multisig", "status", "deploy.msig"]);
    assert_eq!(status["round"], sent["round"], "{status:#}");
    let again = project.done(&["multisig", "submit", "deploy.msig"]);
    assert_eq!((&again["sent_before"], &again["round"]), (&Value::Bool(true), &sent["round"]), "{again:#}");
}
