//! The README's table of commands is the command line's own.

use clap::{Command, CommandFactory};

const START: &str = "<!-- commands: kept equal to the command line by tests/it/readme.rs -->\n";
const END: &str = "<!-- end of commands -->";

/// A row for every command that does something, with the first line of its help.
fn rows(command: &Command, path: &str, table: &mut String) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let path = format!("{path}{}", command.get_name());
        if command.has_subcommands() {
            rows(command, &format!("{path} "), table);
        } else {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            table.push_str(&format!("| `{path}` | {about} |\n"));
        }
    }
}

#[test]
fn the_readme_lists_the_commands_there_are() {
    let mut table = "| command | does |\n|---|---|\n".to_owned();
    rows(&pnp_contract::Cli::command(), "", &mut table);
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let written = readme.split_once(START).and_then(|(_, rest)| rest.split_once(END)).map(|(table, _)| table);
    assert!(written == Some(table.as_str()), "README.md should have between its marks:\n{table}");
}

#[test]
fn what_the_readme_links_to_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let local = !link.contains("://") && !link.starts_with('#');
            let path = link.split('#').next().unwrap_or(link);
            assert!(!local || root.join(path).exists(), "{page} links to {link}, which is not there");
        }
    }
}
