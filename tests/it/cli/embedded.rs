//! The contract's life on the embedded network, with nothing configured.

use super::Project;
use serde_json::Value;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

#[test]
fn deploy_and_bill_work_with_nothing_at_all() {
    let project = Project::new();
    let deployed = project.done(&["deploy", "--updatable", "--deletable"]);
    let app = number(&deployed["contract"]["app_id"]);
    assert!(app > 1000);
    let billed = project.done(&["bill", "--units", "10", "--price", "100"]);
    let receipt = &billed["receipt"];
    assert_eq!((number(&receipt["gross"]), number(&receipt["fee"]), number(&receipt["net"])), (1000, 50, 950));
    assert_eq!(number(&receipt["before"]["user"]) - number(&receipt["after"]["user"]), 1000);
    assert_eq!(number(&receipt["after"]["platform"]), 50);
    assert!(number(&receipt["opcode_cost"]) <= 130, "{receipt:#}");
    assert_eq!(receipt["txids"].as_array().unwrap().len(), 3);

    // The record and the private files.
    let record = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    assert!(record.contains(&format!("app_id: {app}")) && record.contains("made and funded"), "{record}");
    let keys = std::fs::read_to_string(project.path().join(".pnp/accounts/embedded.json")).unwrap();
    let keys: Value = serde_json::from_str(&keys).unwrap();
    for (name, seed) in keys["accounts"].as_object().unwrap() {
        assert!(!record.contains(seed.as_str().unwrap()), "the record holds the key of {name}");
    }

    // A tick is billed once.
    let tick = receipt["tick"].as_str().unwrap();
    project.refused(&["bill", "--units", "1", "--tick", tick], 1, "tick_order");
    project.refused(&["bill", "--units", "1", "--price", "1001"], 1, "price_outside");
    project.refused(&["bill", "--units", "0"], 2, "usage");
    let short = project.refused(&["bill", "--units", "10000", "--price", "1000"], 1, "too_little");
    assert_eq!(number(&short["missing"]), 10_000_000 - 999_000);
    project.refused(&["bill", "--units", "1", "--app", "7"], 1, "no_application");
    project.refused(&["bill", "--units", "1", "--asset", "7"], 1, "other_asset");
    project.refused(&["optin"], 1, "opted_in_already");

    // Changing and ending it.
    project.done(&["params", "--max-rate", "50"]);
    project.refused(&["bill", "--units", "1", "--price", "100"], 1, "price_outside");
    project.refused(&["params", "--fee-pct", "10001"], 2, "usage");
    project.done(&["update", "--same-template", "--fee-pct", "1000"]);
    let status = project.done(&["status"]);
    assert_eq!(number(&status["contract"]["parameters"]["fee_pct"]), 1000);
    assert_eq!(status["contract"]["runs"], "this source");
    project.done(&["leave"]);
    project.refused(&["bill", "--units", "1"], 1, "not_opted_in");
    project.done(&["optin"]);
    project.done(&["delete"]);
    project.refused(&["bill", "--units", "1"], 1, "no_contract");
    let history = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    for action in ["create", "params", "update", "delete"] {
        assert!(history.contains(&format!("action: {action}")), "{action} is not in the history");
    }
}

#[test]
fn a_contract_that_is_not_changeable_says_so_by_its_line() {
    let project = Project::new();
    project.done(&["deploy"]);
    let error = project.refused(&["update", "--updatable"], 1, "refused");
    assert!(error["message"].as_str().unwrap().contains("teal/usage_approval.teal:"), "{error:#}");
    assert!(error["rule"].as_str().unwrap().contains("updatable"), "{error:#}");
}

#[test]
fn a_malformed_record_stops_deploy_before_anything_is_sent() {
    let project = Project::new().file("deployments/embedded.yaml", "format: 1\nnetwork: [\n");
    let error = project.refused(&["deploy"], 1, "record");
    assert!(error["message"].as_str().unwrap().contains("embedded.yaml:"), "{error}");
    assert_eq!(
        std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap(),
        "format: 1\nnetwork: [\n"
    );
}

#[test]
fn two_commands_at_once_share_the_network() {
    let project = Project::new();
    project.done(&["deploy"]);
    project.done(&["bill", "--units", "1"]);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = project.command(&["--json", "asset", "show"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn bills_at_once_are_all_taken_each_with_a_tick_of_its_own() {
    let project = Project::new();
    project.done(&["deploy"]);
    project.done(&["bill", "--units", "1"]);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = project.command(&["--json", "bill", "--units", "1"]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut ticks = std::collections::BTreeSet::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.success(), "{document:#}");
        ticks.insert(document["receipt"]["tick"].as_str().unwrap().to_owned());
    }
    assert_eq!(ticks.len(), 4);
}

#[test]
fn assets_and_accounts() {
    let project = Project::new();
    project.done(&["account", "new", "alice"]);
    project.refused(&["account", "new", "alice"], 1, "taken");
    project.refused(&["account", "new", "../alice"], 2, "usage");
    let funded = project.done(&["account", "fund", "alice", "--amount", "1.5"]);
    assert_eq!(number(&funded["balance"]), 1_500_000);
    project.refused(&["asset", "show"], 1, "no_asset");
    project.done(&["asset", "create", "--unit", "TST", "--decimals", "0", "--total", "10"]);
    project.refused(&["asset", "create", "--unit", "FAR-TOO-LONG"], 2, "usage");
    project.refused(&["asset", "send", "--amount", "1", "--to", "alice"], 1, "not_opted_in");
    project.done(&["asset", "optin", "--user", "alice"]);
    project.done(&["asset", "send", "--amount", "4", "--to", "alice"]);
    let short =
        project.refused(&["asset", "send", "--amount", "5", "--to", "creator", "--from", "alice"], 1, "too_little");
    assert_eq!(number(&short["missing"]), 1);
    project.refused(&["asset", "show", "--asset", "9"], 1, "no_asset");
    let accounts = project.done(&["account", "list"]);
    assert!(accounts["accounts"].as_array().unwrap().iter().any(|account| account["name"] == "alice"));
}

#[test]
fn the_demo_refuses_its_attacks() {
    let project = Project::new();
    let story = project.done(&["demo"]);
    assert_eq!(story["receipts"].as_array().unwrap().len(), 2);
    let attacks = story["attacks"].as_array().unwrap();
    assert_eq!(attacks.len(), 3);
    for attack in attacks {
        assert!(attack["refused"].as_str().unwrap().contains("teal/usage_approval.teal:"), "{attack}");
    }
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 0, "the demonstration leaves nothing behind");
}

#[test]
fn a_creator_whose_key_is_lost_is_missed_before_anything_is_sent() {
    let project = Project::new();
    project.done(&["deploy", "--deletable"]);
    std::fs::remove_file(project.path().join(".pnp/accounts/embedded.json")).unwrap();
    let error = project.refused(&["params", "--max-rate", "5"], 1, "not_creator");
    assert!(error["message"].as_str().unwrap().contains("whose key is not here"), "{error:#}");
    assert!(!project.path().join(".pnp/accounts/embedded.json").exists(), "no other creator was made");
    project.done(&["account", "new", "creator"]);
    let error = project.refused(&["delete"], 1, "not_creator");
    assert!(error["hint"].as_str().unwrap().contains("CREATOR_MNEMONIC"), "{error:#}");
}

#[test]
fn status_tells_where_an_edited_record_differs_from_the_chain() {
    let project = Project::new();
    project.done(&["deploy"]);
    assert_eq!(project.done(&["status"])["contract"]["differs"], serde_json::json!([]));
    let path = project.path().join("deployments/embedded.yaml");
    let record = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, record.replacen("max_rate: 1000", "max_rate: 7", 1)).unwrap();
    let status = project.done(&["status"]);
    assert_eq!(status["contract"]["differs"][0], "max_rate is 1000 on chain, the record says 7");
}

#[test]
fn a_reset_chain_is_distinguished_from_one_without_contracts() {
    let project = Project::new();
    let error = project.refused(&["bill", "--units", "1"], 1, "no_contract");
    assert_eq!(error["cause"], "deployments/embedded.yaml has none");
    project.done(&["deploy"]);
    std::fs::remove_dir_all(project.path().join(".pnp/embedded")).unwrap();
    let error = project.refused(&["bill", "--units", "1"], 1, "no_contract");
    assert!(error["cause"].as_str().unwrap().contains("on another one"), "{error:#}");
    project.done(&["deploy"]);
}

#[test]
fn more_algos_than_there_are_is_said_in_algos() {
    let project = Project::new();
    let account = project.done(&["account", "new", "alice"]);
    let alice = account["address"].as_str().unwrap();
    let error = project.refused(&["account", "fund", alice, "--amount", "18000000000"], 1, "too_little");
    assert!(number(&error["missing"]) > 8_000_000_000_000_000, "{error:#}");
}
