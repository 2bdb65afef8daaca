//! `account`: create, keep, list, show, fund and remove accounts.

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
pub(crate) use rekey::RekeyReport;

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_ops::Outcome;
use pnp_types::MicroAlgos;
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
    /// Create an account: for development in .pnp/, or encrypted in the keystore
    New(new::Args),
    /// Import the key of a mnemonic into the keystore, encrypted
    Import(import::Args),
    /// Show an account's mnemonic, or write it to a file
    Export(export::Args),
    /// List the accounts whose keys are found, with the places of the keys and the balances
    List(list::Args),
    /// Change the password of an account in the keystore
    Passwd(passwd::Args),
    /// Remove an account from the keystore permanently
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
    /// Rekey an account: let another key, or several together, sign for it
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
    let many = signers.signers(session.context)?;
    let done = match session.fund_account(who, amount, many.as_ref()).await? {
        Outcome::Done(done) => done,
        Outcome::Unsigned(unsigned) => return session.write_bundle(signers, &unsigned).await,
    };
    let report = FundReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        address: done.address.to_string(),
        amount: amount.0,
        balance: done.balance.0,
        txids: done.sent.txids,
        round: done.sent.confirmation.round,
    };
    Answer::of(&report, format!("{} has {}", done.address, done.balance))
}
