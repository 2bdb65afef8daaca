//! `explain`, and the explanations in what failing commands say.

use super::Project;
use pnp_types::AppIndex;
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

/// The line of the source whose comment holds a text.
fn line_of(rule: &str) -> u64 {
    let source = pnp_usage::APPROVAL_SOURCE;
    source.lines().position(|line| line.contains(rule)).unwrap() as u64 + 1
}

/// A refusal by the contract's check of a rule, as algod words it.
fn refusal(rule: &str, app: AppIndex) -> String {
    let programs = pnp_usage::Programs::assemble(pnp_usage::Template::default()).unwrap();
    let is_it = |line: &pnp_usage::SourceLine| line.comment.as_deref().is_some_and(|text| text.contains(rule));
    let (pc, _) = programs.instructions().find(|(_, line)| is_it(line)).unwrap();
    format!(
        "TransactionPool.Remember: transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: logic eval error: \
         assert failed pc={pc}. Details: app={app}, pc={pc}"
    )
}

#[test]
fn a_refusal_is_explained_by_line_rule_and_remedy() {
    let project = Project::new();
    let text =
        format!("Couldn't broadcast tx with algod: HTTP 400 Bad Request: {}", refusal("over max_rate", AppIndex(1007)));
    // An application that is not known here may belong to somebody else.
    let report = project.done(&["explain", &text]);
    assert_eq!((report["app"].as_u64(), &report["place"]), (Some(1007), &Value::Null), "{report:#}");
    assert!(report["hint"].as_str().unwrap().contains("--app 1007"));
    let app = project.done(&["deploy"])["app"].as_u64().unwrap();
    let text = refusal("over max_rate", AppIndex(app));
    for arguments in [&["explain", text.as_str()][..], &["explain", "--app", &app.to_string(), &text]] {
        let report = project.done(arguments);
        assert_eq!(report["place"]["line"], line_of("over max_rate"), "{report:#}");
        assert_eq!(report["rule"], "bill: unit_price must not be over max_rate");
        assert!(report["hint"].as_str().unwrap().contains("--price"));
        assert!(report["listing"].as_array().unwrap().iter().any(|line| line["here"] == true));
    }
    let ran = project.run(&["explain", &text]);
    assert!(ran.stdout.contains(&format!("> {:>5} |     assert", line_of("over max_rate"))), "{}", ran.stdout);
    let mut child = project.command(&["explain", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap(), ran.stdout);
}

#[test]
fn other_programs_are_explained_by_their_source() {
    let project = Project::new()
        .file("a.teal", "#pragma version 10\ntxn Fee\nint 5\n<\nassert // the fee must be small\nint 1\n")
        .file("t.teal", "#pragma version 10\nint TMPL_MOST\ntxn Fee\n>\nassert // the fee must be small\nint 1\n");
    let refused = |pc: u64| {
        format!(
            "transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: logic eval error: assert failed pc={pc}. \
             Details: app=9, pc={pc}, opcodes=pushint 5; <; assert"
        )
    };
    let report = project.done(&["explain", &refused(6), "--source", "a.teal"]);
    assert_eq!((report["place"]["line"].as_u64(), report["rule"].as_str()), (Some(5), Some("the fee must be small")));
    project.refused(&["explain", &refused(6), "--source", "t.teal"], 1, "teal");
    project.done(&["compile", "t.teal", "--tmpl", "TMPL_MOST=5", "--sourcemap"]);
    let report = project.done(&["explain", &refused(6), "--source", "t.teal", "--map", "t.teal.tok.map"]);
    assert_eq!(
        (report["place"]["line"].as_u64(), report["place"]["file"].as_str()),
        (Some(5), Some("t.teal")),
        "{report:#}"
    );
}

#[test]
fn what_no_program_refused_is_explained_too() {
    let project = Project::new();
    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";
    for (text, code, hint) in [
        (
            format!("overspend (account {A}, data {{_struct:{{}} MicroAlgos:{{Raw:5}}}}, tried to spend {{2000}})"),
            "too_little",
            "fund",
        ),
        (format!("account {A} balance 99000 below min 100000 (0 assets)"), "too_little", "fund"),
        (format!("receiver error: must optin, asset 7 missing from {A}"), "not_opted_in", "asset optin --asset 7"),
        ("txgroup had 1000 in fees, which is less than the minimum 3000".to_owned(), "fee", "try again"),
        ("txn dead: round 1005 outside of 1--1001".to_owned(), "expired", "try again"),
        (
            "transaction already in ledger: 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA".to_owned(),
            "duplicate",
            "done before",
        ),
        (
            "logic eval error: invalid Box reference 0x61. Details: app=9, pc=5, opcodes=box_get".to_owned(),
            "refused",
            "--app 9",
        ),
        ("At least one signature didn't pass verification".to_owned(), "refused", "sign it again"),
    ] {
        let report = project.done(&["explain", &text]);
        assert_eq!(report["code"], code, "{report:#}");
        assert!(report["hint"].as_str().unwrap().contains(hint), "{report:#}");
    }
    project.refused(&["explain", "the cat sat on the mat"], 1, "unknown_error");
    project.refused(&["explain"], 2, "usage");
}

#[test]
fn a_failing_command_tells_the_values() {
    let project = Project::new();
    project.done(&["deploy"]);
    let error = project.refused(&["update"], 1, "refused");
    assert_eq!(error["line"], line_of("must be updatable"), "{error:#}");
    assert_eq!(error["stack"], serde_json::json!(["0"]));
    assert!(error["cause"].as_str().unwrap().ends_with("`pushint TMPL_UPDATABLE` gave 0"), "{error:#}");
    // The document itself can be explained again.
    let text = serde_json::json!({ "error": error }).to_string();
    assert_eq!(project.done(&["explain", &text])["rule"], error["rule"]);
}
