//! `account export`: an account's 25 words, to a person or into a file of their own.

use super::vault::Vault;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use pnp_keys::{create_private, mnemonic};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Arguments of `account export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name
    name: String,
    /// Write the words to this new file, for you alone, instead of showing them
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// An account whose words were written to a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExportReport {
    /// The account's name.
    name: String,
    /// The address of its key.
    address: String,
    /// The file that holds the words.
    file: String,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let name = &args.name;
    let vault = Vault::open(context)?;
    if args.out.is_none() && context.options.json {
        return Err(Failure::usage("words are not part of a JSON document")
            .because("what reads documents keeps them")
            .hint("write them to a file of their own with --out FILE"));
    }
    let account = vault.sources.ring(&vault.environment).get(name).await?;
    if args.out.is_none() {
        confirm(context, name).await?;
    }
    let key = account.unlock().await?.ok_or_else(|| {
        Failure::new("no_key", format!("{} keeps the key of {name:?} to itself", account.origin))
            .hint("ask it for the key: `goal account export`")
    })?;
    let words = mnemonic::from_seed(&key.seed());
    let Some(path) = &args.out else {
        context.out.reveal(&words)?;
        return Ok(Answer::Nothing);
    };
    write(path, words)?;
    let report = ExportReport { name: name.clone(), address: key.address().to_string(), file: context.shown(path) };
    let text = format!("the 25 words of {} are in {}, readable by you alone", report.address, report.file);
    Answer::of(&report, text)
}

/// Nobody shows a key by accident.
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

fn write(path: &Path, mut words: Zeroizing<String>) -> Result<(), Failure> {
    words.push('\n');
    let written = create_private(path).and_then(|mut file| {
        file.write_all(words.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| {
        Failure::new("unwritable", format!("the words could not be written to {}", path.display()))
            .because(error)
            .hint("name a file that does not exist yet, in a folder you may write in")
    })
}
