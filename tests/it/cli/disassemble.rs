//! `disassemble`: the forms a program can be given in.

use super::Project;
use pnp_teal::{AssembleOptions, assemble};
use std::io::Write;
use std::process::Stdio;

const TEAL: &str = "#pragma version 11\npushint 5\nreturn\n";

fn bytes() -> Vec<u8> {
    assemble(TEAL, AssembleOptions::default()).unwrap().bytes
}

#[test]
fn a_file_may_hold_the_program_its_hex_or_its_base64() {
    let project = Project::new().file("hex", "0b81\n0543\n").file("base64", "C4EFQw==\n").file("x.teal", TEAL);
    std::fs::write(project.path().join("a.tok"), bytes()).unwrap();
    for (file, format) in [("a.tok", "raw"), ("hex", "hex"), ("base64", "base64")] {
        let report = project.done(&["disassemble", file]);
        assert_eq!((report["format"].as_str(), report["size"].as_u64()), (Some(format), Some(4)), "{report:#}");
        assert_eq!((report["program"].as_str(), report["teal"].as_str()), (Some(file), Some(TEAL)), "{report:#}");
        assert_eq!(project.done(&["disassemble", file, "--format", format])["teal"], TEAL);
        assert_eq!(project.run(&["disassemble", file]).stdout, TEAL);
    }
    for wrong in
        [&["x.teal"][..], &["hex", "--format", "base64"], &["hex", "--format", "raw"], &["base64", "--format", "hex"]]
    {
        let error = project.refused(&[&["disassemble"], wrong].concat(), 1, "program");
        assert!(error["hint"].as_str().unwrap().contains("--format"), "{error:#}");
    }
}

#[test]
fn the_program_may_be_the_argument_where_no_file_has_that_name() {
    let project = Project::new();
    for text in ["0b810543", "0x0b810543", "C4EFQw=="] {
        assert_eq!(project.done(&["disassemble", text])["teal"], TEAL, "{text}");
    }
    project.refused(&["disassemble", "none.tok"], 1, "unreadable");
    project.refused(&["disassemble", "0b81054"], 1, "program");
    // A file of that name comes first.
    std::fs::write(project.path().join("0b810543"), [11, 0x22, 0x43]).unwrap();
    assert_eq!(project.done(&["disassemble", "0b810543"])["teal"], "#pragma version 11\nintc_0\nreturn\n");
}

#[test]
fn stdin_takes_every_form() {
    let project = Project::new();
    for content in [bytes(), b" 0x0B810543".to_vec(), b"C4EFQw".to_vec()] {
        let mut command = project.command(&["disassemble", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&content).unwrap();
        assert_eq!(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap(), TEAL, "{content:?}");
    }
}

#[test]
fn an_applications_programs_come_from_the_network() {
    let project = Project::new();
    let app = project.done(&["deploy"])["contract"]["app_id"].as_u64().unwrap().to_string();
    let approval = project.done(&["disassemble", "--app", &app]);
    assert_eq!(approval["app"].to_string(), app, "{approval:#}");
    let again = assemble(approval["teal"].as_str().unwrap(), AssembleOptions::default()).unwrap();
    assert_eq!(again.bytes.len() as u64, approval["size"].as_u64().unwrap());
    let clear = project.done(&["disassemble", "--app", &app, "--clear"]);
    assert!(clear["size"].as_u64() < approval["size"].as_u64(), "{clear:#}");
    project.refused(&["disassemble", "--app", "999999"], 1, "no_application");
    project.refused(&["disassemble", "--app", &app, "a.tok"], 2, "usage");
    project.refused(&["disassemble"], 2, "usage");
    project.refused(&["disassemble", "a.tok", "--clear"], 2, "usage");
}

/// Slot 0 holds bytes or a number, by the branch, which the assembler cannot follow.
const TWO_TYPES: &str = "#pragma version 8\n#pragma typetrack false\nint 5\nbz other\nbyte \"a\"\nstore 0\nb join\nother:\nint 3\n\
    store 0\njoin:\nload 0\nlen\n";

#[test]
fn what_is_disassembled_assembles_again_or_says_that_it_does_not() {
    let project = Project::new().file("a.teal", TWO_TYPES);
    project.done(&["compile", "a.teal", "-o", "a.tok"]);
    let report = project.done(&["disassemble", "a.tok"]);
    assert!(report["teal"].as_str().unwrap().contains("#pragma typetrack false\n"), "{report:#}");
    assert_eq!(report.get("problem"), None, "{report:#}");
    std::fs::write(project.path().join("again.teal"), report["teal"].as_str().unwrap()).unwrap();
    project.done(&["compile", "again.teal", "-o", "again.tok"]);
    let program = |name: &str| std::fs::read(project.path().join(name)).unwrap();
    assert_eq!(program("a.tok"), program("again.tok"));
    // A number that takes more bytes than it needs.
    let report = project.done(&["disassemble", "08818100"]);
    assert!(report["problem"].as_str().unwrap().contains("other bytes"), "{report:#}");
    let ran = project.run(&["disassemble", "08818100"]);
    assert!(ran.stderr.contains("does not assemble to the same program"), "{}", ran.stderr);
}
