//! `account new`: create an account.

use super::vault::Vault;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_keys::KeyError;
use pnp_types::SigningKey;
use schemars::JsonSchema;
use serde::Serialize;

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

/// An account created for a development network.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NewReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The account's name.
    name: String,
    /// Its address.
    address: String,
    /// The file that keeps its key.
    file: String,
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
    let (network, file) = (&session.network.name, session.context.shown(file));
    let text = format!("{name}  {address}\nkept in {file}, for {network} only");
    let report = NewReport {
        network: network.clone(),
        genesis_hash: session.identity.hash.clone(),
        name: name.to_owned(),
        address: address.to_string(),
        file,
    };
    Answer::of(&report, text)
}
