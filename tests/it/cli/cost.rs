//! `cost`, and its figures against what runs cost.

use super::Project;

const SOURCE: &str = "#pragma version 11\n    txn ApplicationID\n    bz create\n    txn NumAppArgs\n    pushint 2\n    ==\n    bz other\npay:\n    txna ApplicationArgs 1\n    btoi\n    return\nother:\ncreate:\n    pushint TMPL_ON\n    return\n";

#[test]
fn calls_are_listed_with_their_bounds() {
    let project = Project::new().file("a.teal", SOURCE);
    let document = project.done(&["cost", "a.teal"]);
    let program = &document["programs"][0];
    assert_eq!((program["size"].as_u64(), program["unset"][0].as_str()), (Some(22), Some("TMPL_ON")), "{program:#}");
    let calls = program["calls"].as_array().unwrap();
    let figures: Vec<_> = calls.iter().map(|call| (call["name"].as_str().unwrap(), call["worst"].as_u64())).collect();
    assert_eq!(figures, [("create", Some(4)), ("pay", Some(9)), ("other", Some(8))]);
    assert_eq!(calls[1]["worst_lines"][0], serde_json::json!({ "from": 2, "to": 11 }), "{program:#}");
    let text = project.run(&["cost", "a.teal", "--tmpl", "ON=1", "-v"]).stdout;
    assert!(text.contains("  pay     9                  18\n") && text.contains("worst  lines 2-7, 14-15"), "{text}");
    let way = project.run(&["cost", "a.teal", "--path", "pay"]).stdout;
    assert!(way.contains("best and worst: 9\n        2      1  txn ApplicationID\n"), "{way}");
    project.refused(&["cost", "a.teal", "--path", "none"], 2, "usage");
}

#[test]
fn a_snapshot_is_written_and_compared() {
    let project = Project::new().file("a.teal", SOURCE);
    project.refused(&["cost", "a.teal", "--snapshot", "s", "--check"], 1, "snapshot");
    assert_eq!(project.done(&["cost", "a.teal", "--snapshot", "s"])["snapshot"]["changed"], true);
    assert_eq!(project.done(&["cost", "a.teal", "--snapshot", "s", "--check"])["snapshot"]["changed"], false);
    std::fs::write(project.path().join("a.teal"), SOURCE.replace("btoi\n", "btoi\n    dup\n    pop\n")).unwrap();
    let ran = project.run(&["cost", "a.teal", "--snapshot", "s", "--check"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("-  pay                      cost 9 "), "{}", ran.stderr);
    let (code, document) = project.json(&["cost", "a.teal", "--snapshot", "s", "--check"]);
    assert_eq!((code, document["snapshot"]["changed"].as_bool()), (4, Some(true)));
}

#[test]
fn bytes_alone_have_a_cost_and_broken_sources_say_so() {
    let project = Project::new().file("a.teal", "#pragma version 11\nint 1\n").file("b.teal", "int x\n");
    project.done(&["compile", "a.teal"]);
    assert_eq!(project.done(&["cost", "a.teal.tok"])["programs"][0]["calls"][0]["best"], 1);
    let error = project.refused(&["cost", "b.teal"], 1, "teal");
    assert!(error["hint"].as_str().unwrap().contains("compile b.teal"), "{error:#}");
}

/// `teal/cost.snapshot` is what `cost` says today.
#[test]
fn our_own_snapshot_is_fresh() {
    let mut command = Project::new().command(&[
        "cost",
        "teal/usage_approval.teal",
        "teal/usage_clear.teal",
        "--snapshot",
        "teal/cost.snapshot",
        "--check",
    ]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "write it with --snapshot: {}", String::from_utf8_lossy(&output.stderr));
}
