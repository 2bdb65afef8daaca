//! `account`: create, keep, list, show, fund and remove accounts.

mod export;
mod import;
mod list;
mod new;
mod passwd;
mod rekey;
mod remove;
mod vault;

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_ops::Funded;
use pnp_ops::reports::account::FundReport;
use pnp_types::MicroAlgos;

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Create an account: for development in .pnp/, or encrypted in the keystore
    #[command(alias = "create")]
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
    let answer = |done: Funded| {
        let text = format!("{} has {}", done.address, done.balance);
        Answer::of(&FundReport::new(session, amount, done), text)
    };
    session.conclude(signers, session.fund_account(who, amount, many.as_ref()).await?, answer).await
}
