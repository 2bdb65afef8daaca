//! `--help`, `--version`, and arguments that are no command.

use crate::failure::{Exit, Failure};
use crate::terminal::output::{Answer, Output};
use clap::error::ErrorKind;
use schemars::JsonSchema;
use serde::Serialize;

/// Prints what the parser answers instead of a command: help and the version are results, everything else is wrong use. As JSON
/// where JSON was asked for.
pub(super) fn answer(error: &clap::Error) -> Exit {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if json {
            let out = Output::new(true, false, 0);
            return document(error).and_then(|answer| out.answer(answer)).unwrap_or_else(|failure| {
                out.failure(&failure);
                failure.exit
            });
        }
        let out = Output::new(false, false, 0);
        return out.help(error).unwrap_or_else(|failure| {
            out.failure(&failure);
            failure.exit
        });
    }
    if json {
        let missing =
            [ErrorKind::MissingSubcommand, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand].contains(&error.kind());
        let text = error.render().to_string();
        let sentence = text.lines().map(str::trim).take_while(|line| !line.is_empty() && !line.starts_with("Usage:"));
        let first = sentence.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned();
        let first = if missing { "a command is missing".to_owned() } else { first };
        let failure = Failure::usage(first).hint("`pnp-contract help` lists the commands and their options");
        Output::new(true, false, 0).failure(&failure);
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

/// What `--help --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct HelpReport {
    /// The text of the help.
    help: String,
}

/// What `--version --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VersionReport {
    /// This program's version.
    version: String,
}

/// What `version` prints: the same as `--version`.
pub(super) fn version() -> Result<Answer, Failure> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let text = format!("{} {version}", env!("CARGO_PKG_NAME"));
    Answer::of(&VersionReport { version }, text)
}

/// Help or the version, as a document.
fn document(answer: &clap::Error) -> Result<Answer, Failure> {
    let text = answer.render().to_string();
    let text = text.trim_end();
    match answer.kind() {
        ErrorKind::DisplayHelp => Answer::of(&HelpReport { help: text.to_owned() }, ""),
        _ => {
            let version = text.rsplit(' ').next().unwrap_or_default().to_owned();
            Answer::of(&VersionReport { version }, "")
        }
    }
}
