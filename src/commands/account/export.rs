//! `account export`: show an account's 25 words, or write them to a file of their own.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::reports::account::ExportReport;
use pnp_ops::{LocalKeys, words_of, write_words};
use std::path::PathBuf;

/// Arguments of `account export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name
    name: String,
    /// Write the words to this new file, for you alone, instead of showing them
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let name = &args.name;
    let keys = LocalKeys::open(&context.settings(), &context.host())?;
    if args.out.is_none() && context.options.json {
        return Err(Failure::usage("words are not part of a JSON document")
            .because("what reads documents keeps them")
            .hint("write them to a file of their own with --out FILE"));
    }
    let account = keys.ring().get(name).await?;
    if args.out.is_none() {
        confirm(context, name).await?;
    }
    let (address, words) = words_of(&account).await?;
    let Some(path) = &args.out else {
        context.out.reveal(&words)?;
        return Ok(Answer::Nothing);
    };
    write_words(path, words)?;
    let report = ExportReport { name: name.clone(), address: address.to_string(), file: context.shown(path) };
    let text = format!("the 25 words of {} are in {}, readable by you alone", report.address, report.file);
    Answer::of(&report, text)
}

/// Asks before a key is shown.
async fn confirm(context: &Context, name: &str) -> Result<(), Failure> {
    if context.options.yes {
        return Ok(());
    }
    let unconfirmed = |message: &str| {
        Failure::new("not_confirmed", message)
            .because("who sees an account's words owns the account")
            .hint("pass --yes if you mean it, or write them to a file with --out FILE")
    };
    if !context.out.has_screen() {
        return Err(unconfirmed("the words were not shown: stdout is not a terminal"));
    }
    match context.out.ask(&format!("Type {name} to show its 25 words on this screen:")).await {
        Some(answer) if answer == name => Ok(()),
        _ => Err(unconfirmed("the words were not shown: it was not confirmed")),
    }
}
