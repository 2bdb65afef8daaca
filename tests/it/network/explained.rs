//! `explain --txid`: what became of a transaction on the network, with line, rule and remedy.

use super::Upstream;
use super::proxy::{Act, Proxy, Request};
use pnp_usage::{APPROVAL_SOURCE, Programs, Template};

/// A refusal by the contract's check of a rule, as algod words it for the bill that is asked about.
fn refused(request: &Request, app: u64) -> Act {
    let Some(txid) = request.path.strip_prefix("/v2/transactions/pending/") else { return Act::Pass };
    let txid = txid.split('?').next().unwrap_or_default();
    let programs = Programs::assemble(Template::default()).unwrap();
    let rule = |comment: &Option<String>| comment.as_deref().is_some_and(|text| text.contains("over max_rate"));
    let (pc, _) = programs.instructions().find(|(_, line)| rule(&line.comment)).unwrap();
    let error = format!("transaction {txid}: logic eval error: assert failed pc={pc}. Details: app={app}, pc={pc}");
    let document = serde_json::json!({ "pool-error": error, "txn": { "txn": {} } });
    Act::Answer(200, "", document.to_string())
}

#[test]
fn a_transaction_is_explained_by_its_id() {
    let upstream = Upstream::start();
    let project = upstream.project(&upstream.url);
    let app = project.done(&["deploy"])["app"].as_u64().unwrap();
    let billed = project.done(&["bill", "--units", "1"]);
    let txid = billed["receipt"]["txids"][0].as_str().unwrap().to_owned();
    let fine = project.refused(&["explain", "--txid", &txid], 1, "nothing_failed");
    assert!(fine["cause"].as_str().unwrap().contains("it is in round"), "{fine:#}");
    project.refused(&["explain", "--txid", &"A".repeat(52)], 1, "unknown_transaction");

    // A node whose pool gave it up.
    let proxy = Proxy::start(&upstream.address(), move |request: &Request| refused(request, app));
    let gave_up = upstream.project(&proxy.url());
    let report = gave_up.done(&["explain", "--txid", &txid, "--app", &app.to_string()]);
    let line = APPROVAL_SOURCE.lines().position(|line| line.contains("over max_rate")).unwrap() as u64 + 1;
    assert_eq!(report["place"]["line"], line, "{report:#}");
    assert_eq!(report["rule"], "bill: unit_price must not be over max_rate");
    assert!(report["hint"].as_str().unwrap().contains("--price"), "{report:#}");
    assert!(proxy.seen().iter().any(|request| request.path.contains(&txid)));
}
