//! `account`: make, keep, list, show, fund and remove accounts.

mod export;
mod import;
mod list;
mod new;
mod passwd;
mod rekey;
mod remove;
mod vault;

pub(crate) use export::ExportReport;
pub(crate) use list::ListReport;
pub(crate) use new::NewReport;
pub(crate) use pnp_ops::account_names as names;
pub(crate) use rekey::RekeyReport;
pub(crate) use vault::Vault;

use crate::commands::multisig::{SenderArgs, address_of};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_ops::{Sender, Unsigned};
use pnp_types::{Address, MicroAlgos};
use pnp_usage::calls;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make an account: for development in .pnp/, or encrypted in the keystore
    New(new::Args),
    /// Keep the key of a mnemonic, encrypted, in the keystore
    Import(import::Args),
    /// Show an account's mnemonic, or write it to a file
    Export(export::Args),
    /// List the accounts whose keys are found, where, and with which balances
    List(list::Args),
    /// Give an account of the keystore another password
    Passwd(passwd::Args),
    /// Remove an account from the keystore for good
    Remove(remove::Args),
    /// Send Algos to an account from the development network's dispenser
    Fund {
        /// An address, or the name of an account or of a multisignature
        account: String,
        /// How many Algos
        #[arg(long, default_value = "100", value_parser = values::algos, allow_hyphen_values = true)]
        amount: MicroAlgos,
        #[command(flatten)]
        signers: SenderArgs,
    },
    /// Let another key, or several together, sign for an account from now on
    Rekey(rekey::Args),
}

/// An account in the keystore.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeptReport {
    /// The account's name.
    name: String,
    /// The account's address.
    address: String,
    /// The address of its key, where that is another: the account is rekeyed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    /// The keystore's file.
    file: String,
}

/// An account that was sent Algos.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FundReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The account's address.
    address: String,
    /// What was sent, in microAlgos.
    amount: u64,
    /// What the account has now, in microAlgos.
    balance: u64,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    match &args.command {
        Command::New(args) => new::run(context, args).await,
        Command::Import(args) => import::run(context, args).await,
        Command::Export(args) => export::run(context, args).await,
        Command::List(args) => list::run(context, args).await,
        Command::Passwd(args) => passwd::run(context, args).await,
        Command::Remove(args) => remove::run(context, args).await,
        Command::Fund { account, amount, signers } => {
            on_network(context, async |session| fund(session, account, *amount, signers).await).await
        }
        Command::Rekey(args) => rekey::run(context, args).await,
    }
}

async fn fund(session: &Session<'_>, who: &str, amount: MicroAlgos, signers: &SenderArgs) -> Result<Answer, Failure> {
    let address = account_named(session, who).await?;
    if let Some(many) = signers.signers(session.context)?
        && let Sender::Many(sender) = session.sender(Some(&many), who).await?
    {
        let params = session.params().await?;
        let transactions = pnp_ops::single(calls::payment(sender.address, address, amount, &params), &params)?;
        let what = format!("send {amount} to {address}");
        let unsigned = Unsigned { action: "fund", what, sender, transactions };
        return session.write_bundle(signers, &unsigned).await;
    }
    let sent = session.fund(address, amount).await?;
    let balance = session.algod.account(address).await?.balance;
    let report = FundReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        address: address.to_string(),
        amount: amount.0,
        balance: balance.0,
        txids: sent.txids,
        round: sent.confirmation.round,
    };
    Answer::of(&report, format!("{address} has {balance}"))
}

/// An address, or that of the multisignature or the account of a name.
pub(crate) async fn account_named(session: &Session<'_>, who: &str) -> Result<Address, Failure> {
    match who.parse() {
        Ok(address) => Ok(address),
        Err(error) if who.len() > 32 => {
            Err(Failure::usage(error).hint("copy the address anew: 58 characters, A to Z and 2 to 7"))
        }
        Err(_) => match address_of(session.context, who)? {
            Some(address) => Ok(address),
            None => Ok(session.keys().get(who).await?.address),
        },
    }
}
