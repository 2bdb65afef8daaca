//! `compile` and `disassemble`.

use super::Project;

#[test]
fn a_program_is_written_beside_its_source() {
    let project = Project::new().file("a.teal", "#pragma version 11\nint TMPL_N\nreturn\n");
    let document = project.done(&["compile", "a.teal", "--tmpl", "N=5", "--sourcemap"]);
    assert_eq!(document["version"], 11);
    let bytes = std::fs::read(project.path().join("a.teal.tok")).unwrap();
    assert_eq!(hex::encode(&bytes), "0b810543");
    let map: serde_json::Value =
        serde_json::from_slice(&std::fs::read(project.path().join("a.teal.tok.map")).unwrap()).unwrap();
    assert_eq!((map["version"].as_u64(), map["sources"][0].as_str()), (Some(3), Some("a.teal")));
    let text = project.run(&["disassemble", "a.teal.tok"]);
    assert!(text.code == 0 && text.stdout.contains("pushint 5"), "{}{}", text.stdout, text.stderr);
    let hex = project.run(&["compile", "a.teal", "--tmpl", "N=5", "--hex"]);
    assert_eq!(hex.stdout, "0b810543\n");
}

#[test]
fn all_problems_are_told_and_nothing_is_written() {
    let project = Project::new().file("a.teal", "#pragma version 11\nint x\nfoo\nint 1\n");
    let error = project.refused(&["compile", "a.teal"], 1, "teal");
    assert_eq!(error["problems"].as_array().unwrap().len(), 2, "{error:#}");
    assert_eq!(error["problems"][1]["line"], 3);
    assert!(!project.path().join("a.teal.tok").exists());
    project.refused(&["compile", "none.teal"], 1, "unreadable");
    project.refused(&["compile", "a.teal", "--tmpl", "N"], 2, "usage");
    let template = Project::new().file("t.teal", "#pragma version 11\nint TMPL_N\n");
    let error = template.refused(&["compile", "t.teal"], 1, "template");
    assert!(error["hint"].as_str().unwrap().contains("--tmpl TMPL_N=VALUE"), "{error}");
    let binary = Project::new().file("b.teal", "x");
    std::fs::write(binary.path().join("b.teal"), [0x0a, 0xff]).unwrap();
    let error = binary.refused(&["compile", "b.teal"], 1, "teal");
    assert_eq!(error["problems"][0]["line"], 2, "{error}");
}

#[test]
fn a_template_value_that_its_place_does_not_take_is_refused_by_every_command() {
    let project = Project::new().file("a.teal", "#pragma version 8\nint TMPL_FROZEN\nreturn");
    for command in ["compile", "check", "cost"] {
        for value in ["abc", "1,000", "-1", "0x", "base64:AQ=="] {
            let error = project.refused(&[command, "a.teal", "--tmpl", &format!("FROZEN={value}")], 1, "template");
            let misfit = &error["misfits"][0];
            assert_eq!((misfit["name"].as_str(), misfit["line"].as_u64()), (Some("TMPL_FROZEN"), Some(2)), "{error:#}");
            assert_eq!(misfit["value"], format!("{value:?}"));
        }
    }
    assert_eq!(project.run(&["compile", "a.teal", "--tmpl", "FROZEN=true", "--hex"]).stdout.trim(), "08810143");
}

#[test]
fn template_variables_may_have_another_prefix() {
    let project =
        Project::new().file("a.teal", "#pragma version 10\nbytecblock \"greeting\" PRFX_GREETING\nbytec_1\nlen");
    let values = ["--tmpl-prefix", "PRFX_", "--tmpl", "GREETING=hi"];
    for command in [&["compile", "a.teal"][..], &["check", "a.teal", "--deny", "none"], &["cost", "a.teal"]] {
        project.done(&[command, &values].concat());
    }
    project.refused(&["compile", "a.teal", "--tmpl-prefix", "A B"], 2, "usage");
}

#[test]
fn an_output_that_cannot_be_written_leaves_what_was_there() {
    let project = Project::new().file("a.teal", "#pragma version 11\nint 1\n").file("out/keep", "kept");
    project.refused(&["compile", "a.teal", "-o", "missing/a.tok"], 1, "unwritable");
    project.refused(&["compile", "a.teal", "-o", "out"], 1, "unwritable");
    assert_eq!(std::fs::read_to_string(project.path().join("out/keep")).unwrap(), "kept");
}
