//! What commands print with `--json` is what their schemas promise, and `docs/schemas/` has these.

use super::Project;
use serde_json::Value;

/// Whether a document is what the schema of a command says.
fn check(project: &Project, name: &[&str], document: &Value) {
    let schema = project.done(&[&["schema"], name].concat());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(wrong.is_empty(), "{name:?}: {wrong:?}\n{document:#}");
    // A schema that lets everything through would be none.
    assert!(!validator.is_valid(&serde_json::json!({ "surprise": 1 })), "{name:?} takes anything");
}

#[test]
fn every_document_of_a_story_is_what_its_schema_says() {
    let project = Project::new().file("a.teal", "#pragma version 11\n int 1\n");
    let told = |arguments: &[&str], name: &[&str]| {
        let (_, document) = project.json(arguments);
        assert_eq!(document["error"], Value::Null, "{arguments:?}: {document:#}");
        check(&project, name, &document);
    };
    told(&["status"], &["status"]);
    told(&["doctor"], &["doctor"]);
    told(&["deploy", "--check"], &["deploy"]);
    told(&["deploy", "--updatable"], &["deploy"]);
    told(&["account", "new", "alice"], &["account", "new"]);
    told(&["account", "fund", "alice"], &["account", "fund"]);
    told(&["account", "list"], &["account", "list"]);
    let lines = project.run(&["--json", "bill", "--units", "1", "--count", "2"]).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (summary, ticks) = lines.split_last().unwrap();
    assert_eq!(ticks.len(), 2);
    ticks.iter().for_each(|tick| check(&project, &["bill", "line"], tick));
    check(&project, &["bill", "summary"], summary);
    project.done(&["params", "--fee-pct", "100"]);
    told(&["verify"], &["verify"]);
    told(&["verify", "--updatable=false"], &["verify"]);
    told(&["status"], &["status"]);
    told(&["status", "--all"], &["status", "all"]);
    told(&["history"], &["history"]);
    told(&["doctor", "--preflight"], &["doctor"]);
    told(&["explain", "txn dead: round 5 outside of 1--4"], &["explain"]);
    told(&["fmt", "--check", "a.teal"], &["fmt"]);
    told(&["man", "bill"], &["man"]);
    told(&["schema"], &["schema"]);
    for wrong in
        [&["bill"][..], &["bill", "--units", "1", "--price", "2000"], &["verify", "--app", "9"], &["frobnicate"]]
    {
        let (_, document) = project.json(wrong);
        check(&project, &["error"], &document);
    }
}

#[test]
fn the_documented_schemas_are_fresh() {
    let project = Project::new();
    let report = project.done(&["schema", "--dir", "new"]);
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let names = |folder: &std::path::Path| {
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let new = project.path().join("new");
    assert_eq!(names(&new).len(), report["schemas"].as_array().unwrap().len());
    assert_eq!(names(&new), names(&kept), "run `pnp-contract schema --dir docs/schemas`");
    for name in names(&new) {
        let (new, kept) =
            (std::fs::read_to_string(new.join(&name)).unwrap(), std::fs::read_to_string(kept.join(&name)).unwrap());
        assert!(new == kept, "{name:?} is stale: run `pnp-contract schema --dir docs/schemas`");
    }
}
