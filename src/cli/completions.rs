//! `completions`: a completion script for a shell.

use super::failure::Failure;
use super::io::Answer;
use clap::CommandFactory;
use serde_json::json;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Writes the script.
///
/// # Errors
/// A generator that writes something else than text.
pub(super) fn run(args: &Args) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "pnp-contract", &mut script);
    let script = String::from_utf8(script)
        .map_err(|error| Failure::new("internal", "the script is not text").because(error).hint("report it"))?;
    Ok(Answer::report(json!({ "shell": args.shell.to_string(), "script": script }), script))
}
