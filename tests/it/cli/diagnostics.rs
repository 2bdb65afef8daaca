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

#[test]
fn machines_get_errors_and_warnings_as_sarif() {
    let source = "#pragma version 8\nbyte \"ö\"; frob\nint OptInn\nmethod \"no signature\"\n";
    let project = Project::new().file("a b.teal", source);
    let ran = project.run(&["compile", "--sarif", "-", "a b.teal"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let log: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let of = |result: &serde_json::Value| {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.teal");
        assert_eq!(rules.iter().filter(|rule| rule["id"] == result["ruleId"]).count(), 1, "{result:#}");
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        let region = ["startLine", "startColumn", "endLine", "endColumn"].map(number);
        (result["ruleId"].as_str().unwrap().to_owned(), result["level"].as_str().unwrap().to_owned(), region)
    };
    let reported: Vec<_> = results.iter().map(of).collect();
    assert!(reported.contains(&("unknown-opcode".to_owned(), "error".to_owned(), [2, 11, 2, 15])), "{reported:?}");
    assert!(reported.contains(&("not-an-integer".to_owned(), "error".to_owned(), [3, 5, 3, 11])), "{reported:?}");
    assert!(reported.iter().any(|(_, level, region)| level == "warning" && region[0] == 4), "{reported:?}");
    assert!(!project.path().join("a b.teal.tok").exists());

    let project = project.file("good.teal", "#pragma version 8\nmethod \"no signature\"\nlen\n");
    let document = project.done(&["compile", "--sarif", "out.sarif", "good.teal"]);
    assert_eq!(document["warnings"].as_array().unwrap().len(), 1);
    let log = std::fs::read_to_string(project.path().join("out.sarif")).unwrap();
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["level"], "warning");
    for both in [["--hex", "good.teal"].as_slice(), &["-o", "-", "good.teal"], &["--json", "good.teal"]] {
        let arguments = [&["compile", "--sarif", "-"], both].concat();
        assert_eq!(project.run(&arguments).code, 2, "{both:?}");
    }
}

#[test]
fn strings_and_comments_may_be_other_than_utf8() {
    let project = Project::new();
    let write = |name: &str, bytes: &[u8]| std::fs::write(project.path().join(name), bytes).unwrap();
    write("a.teal", b"#pragma version 8 // caf\xe9\nint 1 // \xff\n");
    write("b.teal", b"#pragma version 8\npushbytes \"caf\xe9//\" // \xff\nlen\n");
    write("c.teal", b"#pragma version 8\nint 1\nb \xe9\n\xe9:\n");
    write("d.teal", b"#pragma version 8\npushbytes TMPL_A; pushbytes \"\xe9\"; concat; len\n");
    assert_eq!(project.done(&["compile", "a.teal", "--hex"])["hex"], "088101");
    assert_eq!(project.done(&["compile", "b.teal", "--hex"])["hex"], "088006636166e92f2f15");
    assert_eq!(project.done(&["compile", "c.teal", "--hex"])["hex"], "088101420000");
    let filled = project.done(&["compile", "d.teal", "--hex", "--tmpl", "A=0x00"]);
    assert_eq!(filled["hex"], "088001008001e95015");
    for source in ["a.teal", "b.teal"] {
        project.done(&["check", source, "--deny", "none"]);
        project.done(&["cost", source]);
    }
    for command in [["check", "c.teal"], ["cost", "c.teal"]] {
        let error = project.refused(&command, 1, "teal");
        assert_eq!(error["message"], "c.teal:3:2: a word is not UTF-8, as only strings and comments may be");
    }
}
