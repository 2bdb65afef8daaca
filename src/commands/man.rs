//! `man`: the manual's pages, generated from the help.

use crate::failure::Failure;
use crate::terminal::output::Answer;
use clap::Command;
use clap_mangen::Man;
use std::path::PathBuf;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The command whose page is printed, for example `account new`; the program's own if none is named
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write a page for every command into this folder instead, for example ~/.local/share/man/man1
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// One page.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct PageReport {
    /// The page's name, for example `pnp-contract-account-new`.
    command: String,
    /// The page, in roff.
    page: String,
}

/// What `man --dir` wrote.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct ManReport {
    /// The folder.
    dir: PathBuf,
    /// The files in it, one a command.
    pages: Vec<String>,
}

/// Prints a page of `program`, or writes them all.
///
/// # Errors
/// A command that does not exist; a folder that cannot be written.
pub(crate) fn run(args: &Args, mut program: Command) -> Result<Answer, Failure> {
    // Fills in what parents give their commands: names to be shown, global options, version.
    program.build();
    let Some(dir) = &args.dir else {
        let page = args.command.iter().try_fold(&program, |command, name| command.find_subcommand(name));
        let page = page.ok_or_else(|| {
            Failure::usage(format!("there is no command `{}`", args.command.join(" ")))
                .hint("`pnp-contract help` lists the commands")
        })?;
        let report = PageReport { command: page_name(page).to_owned(), page: render(page)? };
        return Answer::of(&report, report.page.clone());
    };
    std::fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
    let mut pages = Vec::new();
    write_pages(&program, dir, &mut pages)?;
    let text = format!(
        "{} pages in {}; read one with `man {}`",
        pages.len(),
        dir.display(),
        dir.join("pnp-contract.1").display()
    );
    Answer::of(&ManReport { dir: dir.clone(), pages }, text)
}

fn write_pages(command: &Command, dir: &std::path::Path, pages: &mut Vec<String>) -> Result<(), Failure> {
    let file = format!("{}.1", page_name(command));
    std::fs::write(dir.join(&file), render(command)?).map_err(|error| unwritable(dir, &error))?;
    pages.push(file);
    command
        .get_subcommands()
        .filter(|command| command.get_name() != "help" && !command.is_hide_set())
        .try_for_each(|command| write_pages(command, dir, pages))
}

/// `pnp-contract-account-new` for `account new`.
fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn render(command: &Command) -> Result<String, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new("internal", "the page could not be made").because(error).hint("report it")
    };
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(|error| broken(&error))?;
    String::from_utf8(page).map_err(|error| broken(&error))
}

fn unwritable(dir: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new("unwritable", format!("the pages cannot be written to {}", dir.display()))
        .because(error)
        .hint("name a folder that can be written with --dir")
}
