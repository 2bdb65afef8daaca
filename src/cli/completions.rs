//! `completions`: a completion script for a shell.

use super::failure::Failure;
use super::io::Answer;
use clap::CommandFactory;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Writes the script.
///
/// # Errors
/// None; commands share one shape.
pub(super) fn run(args: &Args) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "pnp-contract", &mut script);
    Ok(Answer::Raw(script))
}
