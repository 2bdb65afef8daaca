//! Help, manual and completions: what a shell and its user get.

use super::Project;

#[test]
fn every_command_has_a_page_of_the_manual() {
    let project = Project::new();
    let written = project.done(&["man", "--dir", "man1"]);
    let pages: Vec<&str> = written["pages"].as_array().unwrap().iter().map(|page| page.as_str().unwrap()).collect();
    for name in ["pnp-contract.1", "pnp-contract-bill.1", "pnp-contract-account-new.1"] {
        assert!(pages.contains(&name), "{pages:?}");
    }
    assert!(pages.iter().all(|page| !page.contains("help")), "{pages:?}");
    let page = std::fs::read_to_string(project.path().join("man1/pnp-contract-account-new.1")).unwrap();
    assert!(page.contains(".TH pnp-contract-account-new 1") && page.contains("pnp\\-contract account new"), "{page}");
    assert_eq!(project.run(&["man", "account", "new"]).stdout, page);
    project.refused(&["man", "nothing"], 2, "usage");
    let project = project.file("taken", "");
    project.refused(&["man", "--dir", "taken"], 1, "unwritable");
}

#[test]
fn completions_name_the_commands() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = project.run(&["completions", shell]);
        assert!(script.code == 0 && script.stdout.contains("deploy"), "{shell}: {}", script.stderr);
    }
}

/// A full disk is an example of a stdout that accepts no bytes.
#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_a_failure() {
    let project = Project::new();
    for arguments in [&["--help"][..], &["--version"], &["deploy", "--help"], &["man"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = project.command(arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.contains("could not be written to stdout"), "{arguments:?}: {stderr}");
    }
}
