//! `completions`: a completion script for a shell.

use crate::failure::Failure;
use crate::terminal::output::Answer;
use clap::Command;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// A completion script for a shell.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CompletionsReport {
    /// The shell it is for.
    shell: String,
    /// The script.
    script: String,
}

/// Writes the script that completes `program`.
///
/// # Errors
/// A generator that writes something else than text.
pub(crate) fn run(args: &Args, mut program: Command) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "pnp-contract", &mut script);
    let script = String::from_utf8(script)
        .map_err(|error| Failure::new("internal", "the script is not text").because(error).hint("report it"))?;
    let report = CompletionsReport { shell: args.shell.to_string(), script };
    Answer::of(&report, report.script.clone())
}
