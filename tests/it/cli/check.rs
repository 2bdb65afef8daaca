//! `check`: what it prints, writes and ends with.

use super::Project;
use pnp_teal::check::CHECKS;
use serde_json::Value;

const OPEN: &str = "#pragma version 8\ntxn Fee\nint 1000\n<=\n";

fn names(document: &Value) -> Vec<&str> {
    let findings = document["sources"][0]["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect()
}

#[test]
fn findings_end_with_3_from_the_denied_level_on() {
    let project = Project::new()
        .file("open.teal", OPEN)
        .file("style.teal", "#pragma version 9\ntxn OnCompletion\n!\nload 4\n!\n&&\n");
    let (code, document) = project.json(&["check", "open.teal"]);
    assert_eq!(code, 3, "{document:#}");
    assert_eq!(names(&document)[0], "unchecked-rekey-to");
    assert_eq!((&document["denied"], &document["counts"]["high"]), (&true.into(), &3.into()));
    let first = &document["sources"][0]["findings"][0];
    assert_eq!((&first["line"], &first["code"]), (&4.into(), &"<=".into()));
    assert_eq!(project.json(&["check", "--deny", "none", "open.teal"]).0, 0);
    let (code, document) = project.json(&["check", "style.teal"]);
    assert_eq!((code, names(&document)), (0, vec!["unset-scratch"]));
    assert_eq!(project.json(&["check", "--deny", "low", "style.teal"]).0, 3);
    assert_eq!(project.json(&["check", "--deny", "low", "--allow", "unset-scratch", "style.teal"]).0, 0);
    project.refused(&["check", "--allow", "nothing", "style.teal"], 2, "usage");
}

#[test]
fn people_see_the_line_the_path_and_what_to_do() {
    let project = Project::new().file("open.teal", OPEN);
    let ran = project.run(&["check", "open.teal"]);
    assert_eq!(ran.code, 3);
    for part in [
        "high[unchecked-rekey-to]: approved whatever RekeyTo is",
        "--> open.teal:4:1",
        "4 | <=",
        "The account named in RekeyTo can sign for the sender",
        "open.teal  version 8, signature (by its opcodes): 3 high, 1 medium",
    ] {
        assert!(ran.stdout.contains(part), "{part} in\n{}", ran.stdout);
    }
}

#[test]
fn the_contract_is_clean_as_source_and_as_program() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/teal/");
    let project = Project::new();
    let approval = format!("{root}usage_approval.teal");
    let clear = format!("{root}usage_clear.teal");
    let document = project.done(&["check", "--deny", "info", &approval, &clear]);
    assert_eq!(document["sources"][0]["allowed"].as_array().unwrap().len(), 2);
    assert_eq!(document["sources"][1]["mode"], "clear");
    let templates = ["-t", "UPDATABLE=0", "-t", "DELETABLE=0", "-t", "ORDERED_TICKS=1"];
    let mut compile = vec!["compile", approval.as_str(), "-o", "a.tok"];
    compile.extend(templates);
    project.done(&compile);
    let (code, document) = project.json(&["check", "--deny", "low", "a.tok"]);
    assert_eq!(code, 0, "{document:#}");
    assert_eq!(document["sources"][0]["mode"], "application");
}

#[test]
fn sarif_has_rules_places_and_what_is_silenced() {
    let source = format!("{OPEN}// check: allow(unused-scratch) another reads it\nint 1; store 4\n");
    let project = Project::new().file("a b.teal", &source);
    let ran = project.run(&["check", "--sarif", "-", "a b.teal"]);
    assert_eq!(ran.code, 3);
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), CHECKS.len());
    let results = run["results"].as_array().unwrap();
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result:#}");
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.teal");
        assert!(place["region"]["startLine"].as_u64() >= Some(1));
    }
    let silenced: Vec<&Value> = results.iter().filter(|result| result.get("suppressions").is_some()).collect();
    assert_eq!(silenced.len(), 1);
    assert_eq!(silenced[0]["suppressions"][0]["justification"], "another reads it");
    assert_eq!(project.run(&["check", "--sarif", "out.sarif", "a b.teal"]).code, 3);
    assert!(project.path().join("out.sarif").exists());
    project.refused(&["check", "--sarif", "-", "a b.teal"], 2, "usage");
}

#[test]
fn checks_are_listed_and_explained() {
    let project = Project::new();
    let document = project.done(&["check", "--list"]);
    assert_eq!(document["checks"].as_array().unwrap().len(), CHECKS.len());
    let ran = project.run(&["check", "--explain", "self-payment"]);
    assert!(ran.stdout.contains("a payment to itself moves nothing"), "{}", ran.stdout);
    project.refused(&["check", "--explain", "nothing"], 2, "usage");
    project.refused(&["check"], 2, "usage");
}

#[test]
fn one_finding_is_reported_once() {
    let project = Project::new()
        .file("macro.teal", "#pragma version 8\n#define A foo\nA\nA\nint 1\n")
        .file("open.teal", "#pragma version 8\nint 1\n")
        .file("template.teal", "#pragma version 8\nint TMPL_X\nint TMPL_X\n+\n");
    // A mistake in a macro that is used twice.
    let (_, report) = project.json(&["check", "macro.teal"]);
    assert_eq!(report["sources"][0]["findings"].as_array().unwrap().len(), 1, "{report:#}");
    let error = project.refused(&["compile", "macro.teal"], 1, "teal");
    assert_eq!(error["problems"].as_array().unwrap().len(), 1, "{error:#}");
    // One file by several names.
    let (_, once) = project.json(&["check", "open.teal"]);
    let (_, twice) = project.json(&["check", "open.teal", "./open.teal", "open.teal"]);
    assert_eq!(once, twice);
    // One value for several places.
    let error = project.refused(&["compile", "template.teal", "-t", "TMPL_X=abc"], 1, "template");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("TMPL_X (lines 2, 3) is \"abc\""), "{message}");
    assert_eq!(message.matches("TMPL_X").count(), 1, "{message}");
}
