//! The book's table of commands is the command line's own.

use super::root;
use clap::{Command, CommandFactory};

const START: &str = "<!-- commands: kept equal to the command line by tests/it/book/commands.rs -->\n";
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

/// Whether the command line takes these words, the program's name first.
pub(super) fn parses(words: &[String]) -> Result<(), String> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    match pnp_contract::Cli::command().try_get_matches_from(words) {
        Err(error) if !matches!(error.kind(), DisplayHelp | DisplayVersion) => Err(error.to_string()),
        _ => Ok(()),
    }
}

#[test]
fn the_book_lists_the_commands_there_are() {
    let mut table = "| command | does |\n|---|---|\n".to_owned();
    rows(&pnp_contract::Cli::command(), "", &mut table);
    let path = root().join("docs/reference/commands.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if super::overwrite() && written != table {
        std::fs::write(&path, format!("{before}{START}{table}{END}{after}")).unwrap();
        return;
    }
    assert!(
        written == table,
        "docs/reference/commands.md should have between its marks (SNAPSHOTS=overwrite):\n{table}"
    );
}
