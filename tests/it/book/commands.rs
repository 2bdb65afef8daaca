//! The book's table of commands and its page of their options are the command line's own.

use super::{overwrite, root};
use clap::{Arg, Command, CommandFactory};

const START: &str = "<!-- commands: kept equal to the command line by tests/it/book/commands.rs -->\n";
const END: &str = "<!-- end of commands -->";

/// A row for every command that does something, with the first line of its help.
fn rows(command: &Command, path: &str, table: &mut String) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        let path = format!("{path}{}", command.get_name());
        if command.has_subcommands() {
            rows(command, &format!("{path} "), table);
        } else {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            table.push_str(&format!("| `{path}` | {about} |\n"));
        }
    }
}

/// The words of a help text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('<', "&lt;").replace('>', "&gt;")
}

/// How an argument is written on the command line.
fn written(arg: &Arg) -> String {
    let values = if arg.get_action().takes_values() {
        arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    } else {
        String::new()
    };
    let Some(long) = arg.get_long() else { return format!("`{values}`") };
    let short = arg.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let space = if values.is_empty() { "" } else { " " };
    format!("{short}`--{long}{space}{values}`")
}

fn explained(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let words = |values: Vec<String>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let names = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect::<Vec<_>>();
    if arg.get_action().takes_values() && !names.is_empty() && !names.iter().any(|name| name == "true") {
        text.push_str(&format!(". Values: {}", words(names)));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
        .collect();
    if arg.get_action().takes_values() && !defaults.is_empty() && !arg.is_hide_default_value_set() {
        text.push_str(&format!(". Default: {}", words(defaults)));
    }
    text
}

/// A section for every command that does something, with its own arguments.
fn sections(command: &Command, path: &str, page: &mut String) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set()) {
        let path = format!("{path}{}", command.get_name());
        if command.has_subcommands() {
            sections(command, &format!("{path} "), page);
            continue;
        }
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        page.push_str(&format!("\n## {path}\n\n{about}.\n"));
        let args = command.get_arguments().filter(|arg| !arg.is_hide_set() && !arg.is_global_set());
        let (signers, own): (Vec<&Arg>, Vec<&Arg>) = args.partition(|arg| arg.get_help_heading().is_some());
        if !own.is_empty() {
            page.push_str("\n| argument | meaning |\n|---|---|\n");
        }
        for arg in own {
            page.push_str(&format!("| {} | {} |\n", written(arg).replace('|', "\\|"), cell(&explained(arg))));
        }
        if !signers.is_empty() {
            page.push_str("\nAlso the [options for several signers](../guides/multisig.md#create-a-bundle).\n");
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
    if overwrite() && written != table {
        std::fs::write(&path, format!("{before}{START}{table}{END}{after}")).unwrap();
        return;
    }
    assert!(
        written == table,
        "docs/reference/commands.md should have between its marks (SNAPSHOTS=overwrite):\n{table}"
    );
}

#[test]
fn the_book_lists_the_options_there_are() {
    let mut page = "# Options of each command\n\nMade from the command line's own help; `SNAPSHOTS=overwrite cargo test --test it book` \
                    makes it again. The [options of every command](commands.md#options-of-every-command) are not repeated here.\n"
        .to_owned();
    sections(&pnp_contract::Cli::command(), "", &mut page);
    let path = root().join("docs/reference/options.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    if overwrite() && written != page {
        std::fs::write(&path, page).unwrap();
        return;
    }
    assert!(
        written == page,
        "docs/reference/options.md is not up to date: SNAPSHOTS=overwrite cargo test --test it book"
    );
}
