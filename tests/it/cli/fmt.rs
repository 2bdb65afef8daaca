//! `fmt`.

use super::Project;
use std::io::Write;
use std::process::Stdio;

const UNTIDY: &str = "#pragma version 11\nint TMPL_N;dup // two\nend: return";
const TIDY: &str = "#pragma version 11\n    int TMPL_N; dup                 // two\nend:\n    return\n";

fn text_of(project: &Project, name: &str) -> String {
    std::fs::read_to_string(project.path().join(name)).unwrap()
}

#[test]
fn files_and_folders_are_laid_out_in_place() {
    let project = Project::new().file("src/a.teal", UNTIDY).file("src/deep/b.teal", TIDY).file("src/c.txt", UNTIDY);
    let report = project.done(&["fmt", "src"]);
    assert_eq!((report["changed"].as_u64(), report["files"].as_array().unwrap().len()), (Some(1), 2), "{report:#}");
    assert_eq!(text_of(&project, "src/a.teal"), TIDY);
    assert_eq!(text_of(&project, "src/c.txt"), UNTIDY);
    assert_eq!(project.run(&["fmt", "src"]).stdout, "the layout of all 2 files is right\n");
    Project::new().file("c.txt", UNTIDY).refused(&["fmt", "."], 2, "usage");
}

#[test]
fn check_writes_nothing_and_shows_the_difference() {
    let project = Project::new().file("a.teal", UNTIDY).file("b.teal", TIDY);
    let ran = project.run(&["fmt", "--check", "a.teal", "b.teal"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, "a.teal\n1 of 2 files would change\n"));
    assert!(ran.stderr.contains("-end: return\n") && ran.stderr.contains("+    return"), "{}", ran.stderr);
    assert!(ran.stderr.contains("no line feed at the end"), "{}", ran.stderr);
    assert_eq!(text_of(&project, "a.teal"), UNTIDY);
    let (code, report) = project.json(&["fmt", "--check", "a.teal"]);
    assert_eq!((code, report["files"][0]["changed"].as_bool()), (4, Some(true)));
    assert!(report["files"][0]["diff"].as_str().unwrap().contains("+end:"), "{report:#}");
    assert_eq!(project.json(&["fmt", "--check", "b.teal"]).0, 0);
}

#[test]
fn stdin_goes_to_stdout() {
    let project = Project::new();
    let mut child = project.command(&["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(UNTIDY.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), TIDY);
    project.refused(&["fmt", "-", "a.teal"], 2, "usage");
}

#[test]
fn where_one_file_is_no_text_none_is_written() {
    let project = Project::new().file("a.teal", UNTIDY).file("bom.teal", "\u{feff}int 1").file("cr.teal", "int 1\rpop");
    std::fs::write(project.path().join("b.teal"), b"int 1\n\xff").unwrap();
    let error = project.refused(&["fmt", "a.teal", "b.teal"], 1, "teal");
    assert!(error["message"].as_str().unwrap().contains("b.teal:2: the file is not UTF-8"), "{error:#}");
    assert_eq!(text_of(&project, "a.teal"), UNTIDY);
    assert!(project.refused(&["fmt", "bom.teal"], 1, "teal")["message"].as_str().unwrap().contains("byte order mark"));
    assert!(project.refused(&["fmt", "cr.teal"], 1, "teal")["message"].as_str().unwrap().contains("carriage return"));
    project.refused(&["fmt", "none.teal"], 1, "unreadable");
}

#[cfg(unix)]
#[test]
fn rights_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new().file("real/a.teal", UNTIDY);
    let real = project.path().join("real/a.teal");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o750)).unwrap();
    symlink("real/a.teal", project.path().join("link.teal")).unwrap();
    project.done(&["fmt", "link.teal"]);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o750);
    assert!(std::fs::symlink_metadata(project.path().join("link.teal")).unwrap().is_symlink());
    assert_eq!(text_of(&project, "real/a.teal"), TIDY);
    std::fs::write(&real, UNTIDY).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o440)).unwrap();
    project.refused(&["fmt", "link.teal"], 1, "unwritable");
    assert_eq!(text_of(&project, "real/a.teal"), UNTIDY);
}

#[test]
fn our_own_teal_is_in_the_layout() {
    let project = Project::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let folders = ["teal", "tests", "docs"].map(|folder| format!("{root}/{folder}"));
    let folders = folders.iter().map(String::as_str).filter(|folder| std::path::Path::new(folder).is_dir());
    let arguments: Vec<&str> = ["fmt", "--check"].into_iter().chain(folders).collect();
    let ran = project.run(&arguments);
    assert_eq!(ran.code, 0, "run `pnp-contract fmt teal tests`\n{}", ran.stderr);
}
