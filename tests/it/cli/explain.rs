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
    let refused = |pc: u64, opcodes: &str| {
        format!(
            "transaction 7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA: logic eval error: assert failed pc={pc}. \
             Details: app=9, pc={pc}, opcodes={opcodes}; assert"
        )
    };
    let report = project.done(&["explain", &refused(6, "pushint 5; <"), "--source", "a.teal"]);
    assert_eq!((report["place"]["line"].as_u64(), report["rule"].as_str()), (Some(5), Some("the fee must be small")));
    project.refused(&["explain", &refused(6, "txn Fee; >"), "--source", "t.teal"], 1, "teal");
    project.done(&["compile", "t.teal", "--tmpl", "TMPL_MOST=5", "--sourcemap"]);
    let report = project.done(&["explain", &refused(6, "txn Fee; >"), "--source", "t.teal", "--map", "t.teal.tok.map"]);
    assert_eq!(
        (report["place"]["line"].as_u64(), report["place"]["file"].as_str()),
        (Some(5), Some("t.teal")),
        "{report:#}"
    );
    // A program that cannot be the one that failed.
    for (pc, opcodes, why) in
        [(600, "pushint 5; <", "outside"), (4, "<", "inside"), (6, "pushint 5; >", "other instructions")]
    {
        let report = project.done(&["explain", &refused(pc, opcodes), "--source", "a.teal"]);
        assert_eq!(report["place"], Value::Null, "{report:#}");
        assert!(report["mismatch"].as_str().unwrap().contains(why), "{report:#}");
    }
}

#[test]
fn errors_that_people_pasted_are_explained() {
    let project = Project::new();
    let expected = [
        ("an application's approval program refused", "ended with 0"),
        ("a logic signature refused the transaction", "ended with 0"),
        ("a logic signature refused the transaction: cannot load arg[0] of 0 at pc 1", "an argument"),
        ("refused the transaction", "another network"),
        ("refused the transaction", "at most 1000 rounds"),
        ("refused the transaction", "of the group is missing"),
        ("refused the transaction", "at most 16 transactions"),
        ("refused the transaction", "signatures are missing"),
        ("refused the transaction", "a signature is of another key"),
        ("refused the transaction", "limited together"),
        ("application 1110 refused the call: assert failed at pc 4", "asserts is not met"),
        ("has not opted in to application 1110", ""),
        ("refused the transaction", "of one version"),
        ("refused the transaction", "at most 64 global"),
        ("refused the transaction", "holds all units"),
        ("refused the transaction", "cannot opt out"),
        ("refused the transaction", "only the asset's manager"),
        ("refused the request", "cannot be read"),
        ("refused the request", "no application of that id"),
        ("application 1119 refused the call at pc 20: its inner transaction 0 failed", "more than the account has"),
        ("application 1121 refused the call: group fee 0.0A too small (needs 1mA more) at pc 17", "inner transactions"),
        ("has not opted in to application 1124", ""),
    ];
    let pasted = include_str!("../../vectors/explain/pasted.txt");
    assert_eq!(pasted.lines().count(), expected.len());
    for (text, (message, cause)) in pasted.lines().zip(expected) {
        let report = project.done(&["explain", text]);
        let said = format!("{} {}", report["message"], report["cause"]);
        assert!(report["message"].as_str().unwrap().contains(message), "{report:#}");
        assert!(report["cause"].as_str().unwrap_or_default().contains(cause), "{report:#}");
        assert_eq!(report["explained"], true, "{report:#}");
        assert!(!["_struct", "{", "[]"].iter().any(|structure| said.contains(structure)), "{said}");
    }
}

#[test]
fn errors_of_this_program_are_explained_again() {
    let project = Project::new();
    for (text, code, message, cause) in [
        (
            "error: algod at http://localhost:4001 does not answer",
            "unreachable",
            "algod at http://localhost:4001",
            "nothing answers",
        ),
        ("algod answers 404: application does not exist", "api", "refused the request", "no application"),
        (
            "error: the network refused the transaction\n  why:   an account makes a limited number of applications under these rules: cannot create app for A: max created apps per acct is 10\n  next:  x",
            "refused",
            "refused the transaction",
            "a limited number of applications",
        ),
        (
            "error: application 7 refused the call: + overflowed at pc 9",
            "refused",
            "application 7 refused the call: + overflowed at pc 9",
            "64 bits",
        ),
    ] {
        let report = project.done(&["explain", text]);
        assert_eq!(report["code"], code, "{report:#}");
        assert!(report["message"].as_str().unwrap().contains(message), "{report:#}");
        assert!(report["cause"].as_str().unwrap().contains(cause), "{report:#}");
    }
    for text in
        ["my app 7 does not exist in the store", "the cart is empty", "Page Not Found", "password must be 8 bytes"]
    {
        project.refused(&["explain", text], 1, "unknown_error");
    }
}

#[test]
fn a_program_that_runs_off_its_end_is_explained_at_its_last_line() {
    let project = Project::new().file("a.teal", "#pragma version 10\ntxn Fee\npop\n");
    // As a node says it of this program: it names no instruction.
    let report = project.done(&[
        "explain",
        "logic eval error: stack len is 0 instead of 1. Details: app=9, pc=4, opcodes=",
        "--source",
        "a.teal",
    ]);
    assert_eq!((report["place"]["line"].as_u64(), &report["mismatch"]), (Some(3), &Value::Null), "{report:#}");
}

#[test]
fn what_nodes_say_is_explained_without_their_structures() {
    let project = Project::new();
    const T: &str = "7VQYXNYOPKL7NIZ3DC6BPFPAWFNAA2QRLPRRGS2YJTO6QXRQGDDA";
    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ";
    let invalid =
        |why: &str| format!("transaction {{_struct:{{}} Sig:[0] Txn:{{X:<nil>}} AuthAddr:{A}}} invalid : {why}");
    let pool = |why: &str| format!("TransactionPool.Remember: transaction {T}: {why}");
    for (text, message, cause) in [
        (pool("transaction rejected by ApprovalProgram"), "approval program refused", "ended with 0"),
        (pool("transaction rejected by ClearStateProgram"), "clear program refused", "ended with 0"),
        (invalid(&format!("transaction {T}: rejected by logic")), "a logic signature refused", "ended with 0"),
        (
            invalid(&format!("transaction {T}: rejected by logic err=cannot load arg[0] of 0. Details: pc=1")),
            "logic signature",
            "argument",
        ),
        (invalid("transaction window size excessive (5--1006)"), "refused the transaction", "at most 1000 rounds"),
        (invalid("tx references exceed MaxAppTotalTxnReferences = 8"), "refused the transaction", "limited together"),
        (invalid("tx.GlobalStateSchema is too large. 65 > 64"), "refused the transaction", "64 global"),
        ("max group size is 16".to_owned(), "refused the transaction", "at most 16"),
        (
            "Error: Network request error. Received status 404 (Not Found): application does not exist".to_owned(),
            "refused the request",
            "of that id",
        ),
        (
            pool(&format!(
                "logic eval error: inner tx 0 failed: overspend (account {A}, data {{B:{{C: […] 0}}}}, tried to spend 1mA). Details: app=7, pc=9, opcodes=itxn_submit"
            )),
            "application 7 refused the call at pc 9: its inner transaction 0 failed: overspend",
            "more than the account has",
        ),
        (
            pool(
                "logic eval error: group fee 0.0A too small (needs 1mA more) []transactions.X{transactions.X{_struct:struct {}{}}}. Details: app=7, pc=9",
            ),
            "too small (needs 1mA more) at pc 9",
            "",
        ),
    ] {
        let report = project.done(&["explain", &text]);
        let said = format!("{} {}", report["message"], report["cause"]);
        assert!(report["message"].as_str().unwrap().contains(message), "{report:#}");
        assert!(report["cause"].as_str().unwrap().contains(cause), "{report:#}");
        assert!(!["_struct", "{", "[]"].iter().any(|structure| said.contains(structure)), "{said}");
    }
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
