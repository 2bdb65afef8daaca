//! `account passwd`: another password for an account of the keystore.

use super::KeptReport;
use super::vault::{Vault, seal};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::output::Answer;
use crate::terminal::unlock::Passwords;

/// Arguments of `account passwd`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name
    name: String,
    /// Seal it with an empty password where none is given
    #[arg(long)]
    empty_password: bool,
}

/// Does it. The old password comes as always, the new one from `PNP_KEYSTORE_NEW_PASSWORD` or the terminal.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let vault = Vault::open(context)?;
    let old = vault.entry(&args.name)?;
    let key = vault.passwords().key(&old).await?;
    let fresh = Passwords::new_of(&vault.environment, context.out, "PNP_KEYSTORE_NEW_PASSWORD");
    let password = fresh.new_one(&args.name, args.empty_password).await?;
    let entry = seal(&args.name, old.sender(), key, password).await?;
    let file = context.shown(&vault.keystore()?.replace(&entry)?);
    let report = KeptReport {
        name: args.name.clone(),
        address: entry.address().to_string(),
        signer: entry.sender().map(|_| entry.signer().to_string()),
        file,
    };
    Answer::of(&report, format!("{} has its new password", args.name))
}
