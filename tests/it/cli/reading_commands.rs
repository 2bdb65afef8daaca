//! The commands that only read: `doctor`, `status --all`, `history`.

use super::Project;
use serde_json::Value;
use std::process::{Command, Stdio};

/// A mnemonic of no value that is not the well-known one.
fn mnemonic() -> String {
    pnp_keys::mnemonic::from_seed(&[9; 32]).to_string()
}

fn git(project: &Project, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(arguments)
        .current_dir(project.path())
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "git {arguments:?}");
}

/// The checks of a report with this word, at most so well.
fn found<'r>(report: &'r Value, check: &str, severity: &str) -> Vec<&'r Value> {
    let all = report["checks"].as_array().unwrap();
    all.iter().filter(|one| one["check"] == check && one["severity"] == severity).collect()
}

fn has(report: &Value, check: &str, severity: &str) -> bool {
    !found(report, check, severity).is_empty()
}

#[test]
fn a_doctor_finds_nothing_wrong_with_a_fresh_project_and_a_used_one() {
    let project = Project::new();
    let report = project.done(&["doctor"]);
    assert_eq!((report["healthy"].as_bool(), report["errors"].as_u64()), (Some(true), Some(0)), "{report:#}");
    assert!(!project.path().join(".pnp").exists(), "looking makes nothing");
    project.done(&["deploy"]);
    project.done(&["bill", "--units", "1"]);
    let report = project.done(&["doctor"]);
    assert_eq!(report["errors"], 0, "{report:#}");
    for check in ["reachable", "record", "found", "exists", "program", "source", "algos", "holding", "opted_in"] {
        assert!(has(&report, check, "ok"), "{check}: {report:#}");
    }
    assert!(project.run(&["doctor"]).stdout.contains("all is well on embedded"));
    // More ticks than the user can pay the fees of.
    let (code, report) = project.json(&["doctor", "--ticks", "10000000"]);
    assert_eq!(code, 3);
    let poor = found(&report, "algos", "error");
    assert!(poor[0]["hint"].as_str().unwrap().starts_with("pnp-contract account fund"), "{report:#}");
}

#[test]
fn a_doctor_finds_keys_that_git_keeps_or_others_may_read() {
    let project = Project::new()
        .file("notes/a.txt", &format!("my words are\n{}\n", mnemonic()))
        .file(".env", &format!("USER_MNEMONIC=\"{}\"\n", mnemonic()));
    git(&project, &["init", "-q"]);
    git(&project, &["add", "-f", "."]);
    let (code, report) = project.json(&["doctor"]);
    assert_eq!((code, report["healthy"].as_bool()), (3, Some(false)));
    let named: Vec<_> =
        found(&report, "mnemonic_in_git", "error").iter().map(|one| one["message"].to_string()).collect();
    assert!(named.iter().any(|message| message.contains("notes/a.txt:2")), "{named:?}");
    assert!(named.iter().any(|message| message.contains(".env:1")), "{named:?}");
    assert!(has(&report, "gitignore", "error"), "{report:#}");
    let exposed = found(&report, "permissions", "error");
    assert_eq!(exposed[0]["hint"], "chmod 600 .env");
    let words = mnemonic();
    assert!(!report.to_string().contains(words.rsplit_once(' ').unwrap().1), "no word of it is printed");
    git(&project, &["rm", "-q", "--cached", ".env", "notes/a.txt"]);
    let report = project.json(&["doctor"]).1;
    assert!(!has(&report, "mnemonic_in_git", "error") && has(&report, "gitignore", "warning"), "{report:#}");
}

#[test]
fn a_doctor_goes_on_where_something_cannot_be_looked_at() {
    let (code, report) = Project::new().file(".env", "USER_MNEMONIC abandon ability\n").json(&["doctor"]);
    assert_eq!(code, 3);
    assert!(has(&report, "settings", "error"), "{report:#}");
    let project = Project::new()
        .with("ALGOD_SERVER", "http://127.0.0.1")
        .with("ALGOD_PORT", "1")
        .with("CREATOR_MNEMONIC", "abandon ability")
        .with("PROVIDER_ADDR", "AAAA");
    let (code, report) = project.json(&["--net", "testnet", "doctor"]);
    assert_eq!((code, report["genesis_hash"].clone()), (3, Value::Null));
    for check in ["reachable", "unusable", "address"] {
        assert!(has(&report, check, "error"), "{check}: {report:#}");
    }
}

#[test]
fn the_list_before_mainnet_calls_out_what_should_be_meant() {
    let project = Project::new();
    project.done(&["deploy", "--updatable", "--deletable", "--unordered-ticks", "--unbound"]);
    let (code, report) = project.json(&["doctor", "--preflight", "--strict"]);
    assert_eq!((code, report["preflight"].as_bool()), (3, Some(true)));
    for check in ["asset", "updatable", "deletable", "ordered_ticks", "creator", "commit", "backup"] {
        assert!(has(&report, check, "warning"), "{check}: {report:#}");
    }
    project.done(&["deploy", "--new"]);
    let report = project.json(&["doctor", "--preflight"]).1;
    for check in ["asset", "updatable", "deletable", "parties", "fees"] {
        assert!(has(&report, check, "ok"), "{check}: {report:#}");
    }
}

#[test]
fn every_environment_is_listed_with_the_drift_between_them() {
    let project = Project::new().file("pnp.toml", "[networks.mine]\nalgod = 'http://127.0.0.1:1'\n");
    project.done(&["deploy"]);
    let report = project.done(&["status", "--all"]);
    let of = |report: &Value, name: &str| {
        let all = report["environments"].as_array().unwrap();
        all.iter().find(|one| one["network"] == name).cloned().unwrap_or_else(|| panic!("{name}: {report:#}"))
    };
    let embedded = of(&report, "embedded");
    assert_eq!(
        (embedded["condition"].as_str(), &embedded["contract"]["runs_this_source"]),
        (Some("stands"), &true.into())
    );
    assert_eq!(of(&report, "mine")["condition"], "unreachable");
    assert_eq!((&report["drift"], report["environments"].as_array().unwrap().len()), (&serde_json::json!([]), 5));
    // The same contract under another network's name, with another fee: only its record is available.
    let text = std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap();
    let text = text.replace("network: embedded", "network: mine").replace("fee_pct: 500", "fee_pct: 501");
    let project = project.file("deployments/mine.yaml", &text);
    let report = project.done(&["status", "--all"]);
    assert_eq!(of(&report, "mine")["contract"]["parameters"]["fee_pct"], 501);
    let drift = &report["drift"][0];
    assert_eq!(
        (drift["what"].as_str(), drift["values"]["mine"].as_str()),
        (Some("fee_pct"), Some("501")),
        "{report:#}"
    );
    assert_eq!(project.json(&["status", "--all", "--strict"]).0, 3);
    assert!(project.run(&["status", "--all"]).stdout.contains("drift      fee_pct: embedded 500, mine 501"));
}

#[test]
fn the_history_says_who_did_what() {
    let project = Project::new();
    let deployed = project.done(&["deploy", "--updatable"]);
    project.done(&["params", "--fee-pct", "100"]);
    assert_eq!(project.run(&["--json", "bill", "--units", "1", "--count", "3"]).code, 0);
    let report = project.done(&["history"]);
    let events = report["events"].as_array().unwrap();
    let actions: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["create", "params"], "{report:#}");
    for event in events {
        assert_eq!(event["by"]["sender"], deployed["contract"]["creator"], "{report:#}");
        assert_eq!(event["by"]["signers"], serde_json::json!([event["by"]["sender"]]));
        assert_eq!(event["recorded"], true);
    }
    assert_eq!(report["disagreements"], serde_json::json!([]));
    assert_eq!((report["bills"][0]["charged"].as_u64(), report["bills"][0]["open"].as_u64()), (Some(3), Some(0)));
    assert_eq!(project.done(&["history", "--limit", "1"])["older"], 1);
}

#[test]
fn record_and_chain_that_disagree_are_both_reported() {
    let project = Project::new();
    project.done(&["deploy", "--updatable"]);
    let path = project.path().join("deployments/embedded.yaml");
    let before = std::fs::read_to_string(&path).unwrap();
    let set = project.done(&["params", "--fee-pct", "100"]);
    // What was recorded is forgotten, and what is recorded never was.
    let invented = "7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA";
    let created = before.lines().find(|line| line.trim().starts_with("- ") && line.trim().len() == 54).unwrap();
    std::fs::write(&path, before.replace(created.trim().trim_start_matches("- "), invented)).unwrap();
    let (code, report) = project.json(&["history", "--strict"]);
    assert_eq!(code, 3);
    let disagreements = report["disagreements"].to_string();
    assert!(
        disagreements.contains(invented) && disagreements.contains(set["txids"][0].as_str().unwrap()),
        "{report:#}"
    );
    assert!(disagreements.contains("fee_pct is 100 on chain, the record says 500"), "{report:#}");
    let found = report["events"].as_array().unwrap().iter().find(|event| event["recorded"] == false).unwrap();
    assert_eq!(found["action"], "params");
}
