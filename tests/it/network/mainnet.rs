//! On MainNet nothing is sent without confirmation, above the usual fee, or without what should be known before.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use crate::cli::Project;
use pnp_types::SigningKey;
use serde_json::Value;

pub(super) const MAINNET: &str = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=";
/// A test mnemonic of no value: the key of 32 zero bytes.
const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                        abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest";

/// Our own network under MainNet's name: only the answer that decides what a network is says so.
pub(super) fn mainnet(request: &Request) -> Act {
    fn named(body: String) -> String {
        let mut document: Value = serde_json::from_str(&body).unwrap();
        document["genesis_hash_b64"] = MAINNET.into();
        document["genesis_id"] = "mainnet-v1.0".into();
        document.to_string()
    }
    if request.path == "/versions" { Act::Edit(named) } else { Act::Pass }
}

fn congested(request: &Request) -> Act {
    fn dear(body: String) -> String {
        let mut document: Value = serde_json::from_str(&body).unwrap();
        document["fee"] = 1000.into();
        document.to_string()
    }
    if request.path == "/v2/transactions/params" { Act::Edit(dear) } else { mainnet(request) }
}

/// A funded creator on a network that says it is MainNet.
pub(super) fn project(upstream: &Upstream, proxy: &Proxy) -> Project {
    let creator = SigningKey::from_seed(&[0; 32]).address().to_string();
    upstream.project(&upstream.url).done(&["account", "fund", &creator, "--amount", "100"]);
    Project::new()
        .with("ALGOD_SERVER", &proxy.url())
        .with("ALGOD_TOKEN", &"a".repeat(64))
        .with("PNP_NET", "mainnet")
        .with("CREATOR_MNEMONIC", MNEMONIC)
        .with("PROVIDER_ADDR", &creator)
        .with("PLATFORM_ADDR", &creator)
}

#[test]
fn nothing_is_sent_unasked_and_what_should_be_known_is_called_out() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), mainnet);
    let project = project(&upstream, &proxy);
    let made = project.run(&["asset", "create", "--unit", "PLY", "--yes"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let sent = || proxy.seen().iter().filter(|request| request.sends()).count();
    let before = sent();
    let ran = project.run(&["deploy", "--updatable"]);
    assert_eq!(ran.code, 1, "{} {}", ran.stdout, ran.stderr);
    assert_eq!(sent(), before, "something was sent without being confirmed");
    for part in ["this is MainNet", "sender", "fee", "single key", "updatable", "--yes"] {
        assert!(ran.stderr.contains(part), "{part} is missing: {}", ran.stderr);
    }
    let ran = project.run(&["deploy", "--updatable", "--yes"]);
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("updatable"), "called out with --yes too: {}", ran.stderr);
}

#[test]
fn a_fee_over_the_usual_is_refused_with_both_numbers() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), congested);
    let project = project(&upstream, &proxy);
    let error = project.refused(&["--yes", "asset", "create", "--unit", "PLY"], 1, "fee_ceiling");
    let (fee, limit) = (error["fee"].as_u64().unwrap(), error["max_fee"].as_u64().unwrap());
    assert!(fee > 100_000 && limit == 20_000, "{error:#}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&fee.to_string()) && message.contains("20000"), "{message}");
    assert!(!proxy.seen().iter().any(Request::sends));
    project.done(&["--yes", "--max-fee", "1000000", "asset", "create", "--unit", "PLY"]);
}

#[test]
fn history_asks_the_indexer_for_what_is_not_recorded_or_says_that_it_did_not() {
    let upstream = Upstream::start();
    let proxy = Proxy::start(&upstream.address(), mainnet);
    let project = project(&upstream, &proxy);
    project.done(&["--yes", "asset", "create", "--unit", "PLY"]);
    let deployed = project.done(&["--yes", "deploy"]);
    let report = project.done(&["history"]);
    let not = report["not_looked_at"][0].as_str().unwrap();
    assert!(not.contains("no indexer") && not.contains("INDEXER_SERVER"), "{report:#}");

    let (app, creator) = (deployed["app"].as_u64().unwrap(), deployed["contract"]["creator"].clone());
    let call = |id: &str, sender: &Value, on_completion: &str, arguments: usize| {
        serde_json::json!({ "id": id, "sender": sender, "tx-type": "appl", "confirmed-round": 9_999, "round-time": 1_700_000_000,
            "application-transaction": { "application-id": app, "on-completion": on_completion,
                                         "application-args": vec!["AA=="; arguments] } })
    };
    let recorded = deployed["txids"][0].as_str().unwrap();
    let stranger = Value::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ");
    let calls = [
        call(recorded, &creator, "noop", 3),
        call("BILL", &creator, "noop", 4),
        call("PARAMS", &creator, "noop", 3),
        call("FOREIGN", &stranger, "update", 0),
        call("UPDATE", &creator, "update", 0),
    ];
    let page = serde_json::json!({ "current-round": 9_999, "transactions": calls }).to_string();
    let indexer = Proxy::start(&upstream.address(), move |request| {
        let asked = request.path.starts_with("/v2/transactions?");
        Act::Answer(200, "", if asked { page.clone() } else { "{\"round\":9999}".to_owned() })
    });
    let project = project.with("INDEXER_SERVER", &indexer.url());
    let (code, report) = project.json(&["history", "--strict"]);
    assert_eq!((code, &report["not_looked_at"]), (3, &serde_json::json!([])), "{report:#}");
    let found = report["events"].as_array().unwrap().iter().filter(|event| event["recorded"] == false);
    let found: Vec<_> =
        found.map(|event| (event["txids"][0].as_str().unwrap(), event["action"].as_str().unwrap())).collect();
    assert_eq!(found, [("PARAMS", "params"), ("UPDATE", "update")]);
}
