//! `account new`: create an account.

use super::vault::Vault;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_keys::KeyError;
use pnp_ops::reports::account::NewReport;
use pnp_types::SigningKey;

/// Arguments of `account new`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its name, for example alice
    name: String,
    /// Keep it encrypted in the keystore, for every network, instead of in .pnp/ for this development network
    #[arg(long)]
    keystore: bool,
    /// Encrypt it with an empty password where none is given
    #[arg(long, requires = "keystore")]
    empty_password: bool,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if !args.keystore {
        return on_network(context, async |session| development(session, &args.name)).await;
    }
    let vault = Vault::open(context)?;
    vault.keys.check_free(&args.name)?;
    let key = SigningKey::generate().map_err(|error| KeyError::Randomness(error.to_string()))?;
    let answer = vault.keep(&args.name, None, key, args.empty_password).await?;
    context.out.say(&format!(
        "its password cannot be found again: `pnp-contract account export {}` shows the words that can",
        args.name
    ));
    Ok(answer)
}

fn development(session: &Session<'_>, name: &str) -> Result<Answer, Failure> {
    let (address, file) = session.create_account(name)?;
    let report = NewReport::new(session, name, address, file);
    let text = format!("{name}  {address}\nkept in {}, for {} only", report.file, report.network);
    Answer::of(&report, text)
}
