//! `account list`: the accounts whose keys are here, where the keys come from, and which of several is used.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_client::AccountState;
use pnp_keys::Account;
use pnp_ops::{FoundAccounts, LocalKeys};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `account list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask the network: no balances, no wallets of kmd
    #[arg(long)]
    offline: bool,
}

/// The accounts whose keys are found, where, and with which balances.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ListReport {
    /// The network's name.
    network: String,
    /// The accounts, by name; one with a key in several places is there for each.
    accounts: Vec<Row>,
    /// Places that could not be read, in words.
    problems: Vec<String>,
}

/// One account from one place.
#[derive(Debug, Serialize, JsonSchema)]
struct Row {
    /// Its name.
    name: String,
    /// Its address.
    address: String,
    /// Where the key is.
    origin: String,
    /// Whether commands use this one; false where a stronger place has the name too.
    used: bool,
    /// The address of the key, where that is another than the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    /// What the account has, in microAlgos.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<u64>,
    /// What it must keep, in microAlgos.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_balance: Option<u64>,
    /// The address of the key the chain asks for, where that is not the account's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_addr: Option<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if args.offline {
        let keys = LocalKeys::open(&context.settings(), &context.host())?;
        let found = FoundAccounts::find(&keys.ring(), &keys.account_names()?).await;
        return answer(found, &keys.network.name, None).await;
    }
    on_network(context, async |session| {
        let found = FoundAccounts::find(&session.keys(), &session.account_names().await?).await;
        answer(found, &session.network.name, Some(session)).await
    })
    .await
}

async fn answer(found: FoundAccounts, network: &str, session: Option<&Session<'_>>) -> Result<Answer, Failure> {
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (account, used) in &found.accounts {
        let state = match session {
            Some(session) => Some(session.algod.account(account.address).await?),
            None => None,
        };
        lines.push(line(account, *used, state.as_ref()));
        rows.push(row(account, *used, state.as_ref()));
    }
    let problems: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
    lines.extend(problems.iter().map(|problem| format!("{:<10} {problem}", "problem")));
    let text = match lines.is_empty() {
        true => format!("no account on {network}: `pnp-contract account new NAME` makes one"),
        false => lines.join("\n"),
    };
    Answer::of(&ListReport { network: network.to_owned(), accounts: rows, problems }, text)
}

fn row(account: &Account, used: bool, state: Option<&AccountState>) -> Row {
    Row {
        name: account.name.clone(),
        address: account.address.to_string(),
        origin: account.origin.to_string(),
        used,
        signer: (account.signer() != account.address).then(|| account.signer().to_string()),
        balance: state.map(|state| state.balance.0),
        min_balance: state.map(|state| state.min_balance.0),
        auth_addr: state.filter(|state| !state.auth_addr.is_zero()).map(|state| state.auth_addr.to_string()),
    }
}

fn line(account: &Account, used: bool, state: Option<&AccountState>) -> String {
    let balance = state.map(|state| format!("  {:>24}", state.balance.to_string())).unwrap_or_default();
    let shadowed = if used { "" } else { " (not used: the one above is)" };
    let mut line = format!("{:<10} {}{balance}  {}{shadowed}", account.name, account.address, account.origin);
    let Some(needs) = state.map(AccountState::signer) else {
        if account.signer() != account.address {
            line.push_str(&format!("\n{:<10} signed for by {}", "", account.signer()));
        }
        return line;
    };
    if needs != account.signer() {
        line.push_str(&format!("\n{:<10} signs with {}, and the chain asks for {needs}", "", account.signer()));
    } else if needs != account.address {
        line.push_str(&format!("\n{:<10} rekeyed to {needs}", ""));
    }
    line
}
