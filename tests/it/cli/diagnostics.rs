//! What `compile` says about sources that are wrong.

use super::Project;

#[test]
fn people_see_the_line_the_word_and_what_helps() {
    let project = Project::new().file("a.teal", "#pragma version 8\nb mian\nbox_splice\nmain:\nint OptInn\n");
    let ran = project.run(&["compile", "a.teal"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    for part in [
        "error[opcode-too-new]: box_splice opcode was introduced in v10",
        "a.teal:3:1",
        "`box_splice` needs version 10; this program is version 8: change `#pragma version`",
        "this makes it version 8",
        "did you mean `main`?",
        "did you mean `OptIn`?",
        "a.teal has 3 problems",
    ] {
        assert!(ran.stderr.contains(part), "{part} in\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains('\x1b'), "colours only on a terminal");
}

#[test]
fn programs_get_places_kinds_and_help() {
    let project = Project::new().file("a.teal", "#pragma version 8\n  int OptInn\na:\na:\n");
    let error = project.refused(&["compile", "a.teal"], 1, "teal");
    let first = &error["problems"][0];
    let expected = serde_json::json!({
        "severity": "error", "code": "not-an-integer", "line": 2, "column": 7, "end_column": 13,
        "message": "unable to parse \"OptInn\" as integer", "help": "did you mean `OptIn`?", "source": "int OptInn",
    });
    assert_eq!(first, &expected);
    assert_eq!(error["problems"][1]["related"]["line"], 3, "{error:#}");
}

#[test]
fn warnings_are_explained_and_told_to_programs() {
    let project = Project::new().file("a.teal", "#pragma version 8\nmethod \"no signature\"\nlen\n");
    let document = project.done(&["compile", "a.teal"]);
    let warning = &document["warnings"][0];
    assert_eq!((warning["severity"].as_str(), warning["code"].as_str()), (Some("warning"), Some("method-signature")));
    assert!(warning["help"].as_str().unwrap().contains("name(type"), "{document:#}");
    assert!(project.run(&["compile", "a.teal"]).stderr.contains("warning[method-signature]"));
}

#[test]
fn a_missing_variable_is_named_with_the_way_to_give_it() {
    let project = Project::new().file("a.teal", "#pragma version 8\nint TMPL_FEE\nbyte TMPL_KEY\nlen\n+\n");
    let error = project.refused(&["compile", "a.teal", "--tmpl", "FE=1", "--tmpl", "KEY=0x01"], 1, "template");
    assert!(error["hint"].as_str().unwrap().contains("--tmpl TMPL_FEE=VALUE"), "{error:#}");
    assert!(error["cause"].as_str().unwrap().contains("TMPL_FE is no variable of it"), "{error:#}");
    let ran = project.run(&["compile", "a.teal", "--tmpl", "FEE=1", "--tmpl", "KEY=0x01", "--tmpl", "X=1", "--hex"]);
    assert!(ran.code == 0 && ran.stderr.contains("TMPL_X is no variable of a.teal"), "{}", ran.stderr);
}
