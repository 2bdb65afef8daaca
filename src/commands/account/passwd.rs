//! `account passwd`: change the password of an account in the keystore.

use super::vault::Vault;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use crate::terminal::unlock::Passwords;
use pnp_ops::reports::account::KeptReport;

/// Arguments of `account passwd`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name
    name: String,
    /// Encrypt it with an empty password where none is given
    #[arg(long)]
    empty_password: bool,
}

/// Does it. The old password comes as always, the new one from `PNP_KEYSTORE_NEW_PASSWORD` or the terminal.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let vault = Vault::open(context)?;
    let old = vault.keys.entry(&args.name)?;
    let key = vault.passwords.key(&old).await?;
    let fresh = Passwords::new_of(&vault.keys.environment, context.out, "PNP_KEYSTORE_NEW_PASSWORD");
    let password = fresh.new_one(&args.name, args.empty_password).await?;
    let kept = vault.keys.change_password(&old, key, password).await?;
    Answer::of(&KeptReport::new(&context.settings(), &kept), format!("{} has its new password", args.name))
}
