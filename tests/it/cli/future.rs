//! The network to come: version 14, its warning, and `--consensus`.

use super::Project;
use std::path::Path;

const SOURCE: &str = "#pragma version 14\nbyte 0x61\nsumhash512\nlen\npushint 64\n==\nreturn\n";

#[test]
fn every_command_warns_of_a_version_that_no_public_network_runs() {
    let project = Project::new().file("a.teal", SOURCE);
    let document = project.done(&["compile", "a.teal"]);
    let warning = &document["warnings"][0];
    assert_eq!((document["version"].as_u64(), warning["code"].as_str()), (Some(14), Some("unreleased-version")));
    assert_eq!((warning["severity"].as_str(), warning["line"].as_u64()), (Some("warning"), Some(1)));
    assert_eq!(warning["message"], "version 14 is not on any public network yet");
    let commands: [&[&str]; 5] = [
        &["compile", "a.teal"],
        &["check", "a.teal", "--mode", "signature", "--deny", "none"],
        &["cost", "a.teal"],
        &["cost", "a.teal.tok"],
        &["disassemble", "a.teal.tok"],
    ];
    for command in commands {
        let ran = project.run(command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("warning[unreleased-version]: version 14 is not on any public network yet")
                && ran.stderr.contains("--consensus future"),
            "{command:?}: {}",
            ran.stderr
        );
    }
    let older = project.file("b.teal", &SOURCE.replace("version 14", "version 13"));
    let error = older.refused(&["compile", "b.teal"], 1, "teal");
    assert!(error["problems"][0]["help"].as_str().unwrap().contains("which no public network runs yet"), "{error:#}");
}

#[test]
fn scenarios_run_a_program_of_the_version_to_come_only_by_its_rules() {
    let newest = |name: &str| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("teal").join(name);
        let source = std::fs::read_to_string(source).unwrap();
        assert!(source.contains("#pragma version 11"));
        source.replace("#pragma version 11", "#pragma version 14")
    };
    let project = Project::new();
    let project = project.file("a.teal", &newest("usage_approval.teal")).file("c.teal", &newest("usage_clear.teal"));
    let arguments = ["test", "--filter", "create", "--approval", "a.teal", "--clear", "c.teal"];
    let (code, document) = project.json(&[&arguments[..], &["--consensus", "future"]].concat());
    assert_eq!((code, document["failed"].as_u64()), (0, Some(0)), "{document:#}");
    let (code, document) = project.json(&arguments);
    assert_eq!(code, 3);
    assert!(
        document.to_string().contains("program version 14 greater than protocol supported version 13"),
        "{document:#}"
    );
}

#[test]
fn a_network_keeps_the_rules_it_was_created_with() {
    let project = Project::new();
    project.done(&["deploy", "--consensus", "future"]);
    project.done(&["status"]);
    project.done(&["status", "--consensus", "future"]);
    let error = project.refused(&["status", "--consensus", "v42"], 1, "other_consensus");
    assert!(error["message"].as_str().unwrap().ends_with("runs consensus future, not v42"), "{error:#}");
    let arguments = ["localnet", "run", "--data-dir", ".pnp/embedded", "--algod-port", "0", "--consensus", "v42"];
    project.refused(&arguments, 1, "other_consensus");
    project.refused(&["status", "--consensus", "v41"], 2, "usage");
}
