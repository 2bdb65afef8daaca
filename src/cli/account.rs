//! `account`: make, list and fund accounts.

use super::context::Context;
use super::failure::Failure;
use super::io::Answer;
use super::session::{Session, on_network, private_folder};
use super::values;
use crate::types::{Address, MicroAlgos};
use serde_json::json;

/// Arguments of `account`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a development account, kept in .pnp/
    New {
        /// Its name, for example alice
        name: String,
    },
    /// List the accounts whose keys are found, with their balances
    List,
    /// Send Algos to an account from the development network's dispenser
    Fund {
        /// A name or an address
        account: String,
        /// How many Algos
        #[arg(long, default_value = "100", value_parser = values::algos, allow_hyphen_values = true)]
        amount: MicroAlgos,
    },
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| match &args.command {
        Command::New { name } => new(session, name),
        Command::List => list(session).await,
        Command::Fund { account, amount } => fund(session, account, *amount).await,
    })
    .await
}

fn new(session: &Session<'_>, name: &str) -> Result<Answer, Failure> {
    let network = &session.network.name;
    private_folder(session.context)?;
    let keys = session.keys();
    let local = keys.local().ok_or_else(|| {
        Failure::usage(format!("accounts are made here on development networks only, not on {network}"))
            .because("a key that is worth money belongs in a wallet")
            .hint("make the account in a wallet and set its mnemonic in the environment")
    })?;
    let address = local.create(name)?.address();
    Ok(Answer::report(
        json!({ "network": network, "name": name, "address": address, "file": session.context.shown(local.path()) }),
        format!("{name}  {address}\nkept in {}, for {network} only", session.context.shown(local.path())),
    ))
}

async fn list(session: &Session<'_>) -> Result<Answer, Failure> {
    let keys = session.keys();
    let mut accounts = Vec::new();
    let mut names = vec!["creator".to_owned(), "user".to_owned()];
    if let Some(local) = keys.local() {
        names.extend(local.all()?.into_iter().map(|(name, _)| name));
    }
    names.sort();
    names.dedup();
    for name in names {
        match keys.get(&name).await {
            Ok(account) => accounts.push(account),
            Err(crate::keys::KeyError::Missing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut lines = Vec::new();
    let mut documents = Vec::new();
    for account in accounts {
        let state = session.algod.account(account.address).await?;
        let origin = account.origin.to_string();
        lines.push(format!("{:<10} {}  {:>24}  {origin}", account.name, account.address, state.balance.to_string()));
        documents.push(json!({
            "name": account.name,
            "address": account.address,
            "balance": state.balance.0,
            "min_balance": state.min_balance.0,
            "origin": origin,
        }));
    }
    let text = if lines.is_empty() {
        format!("no account on {}: `pnp-contract account new NAME` makes one", session.network.name)
    } else {
        lines.join("\n")
    };
    Ok(Answer::report(json!({ "network": session.network.name, "accounts": documents }), text))
}

async fn fund(session: &Session<'_>, who: &str, amount: MicroAlgos) -> Result<Answer, Failure> {
    let address = account_named(session, who).await?;
    let sent = session.fund(address, amount).await?;
    let balance = session.algod.account(address).await?.balance;
    Ok(Answer::report(
        json!({ "network": session.network.name, "address": address, "amount": amount.0, "balance": balance.0,
                "txid": sent.txids.first(), "round": sent.confirmation.round }),
        format!("{address} has {balance}"),
    ))
}

/// An address, or the account of a name.
pub(super) async fn account_named(session: &Session<'_>, who: &str) -> Result<Address, Failure> {
    match who.parse() {
        Ok(address) => Ok(address),
        Err(error) if who.len() > 32 => {
            Err(Failure::usage(error).hint("copy the address anew: 58 characters, A to Z and 2 to 7"))
        }
        Err(_) => Ok(session.keys().get(who).await?.address),
    }
}
