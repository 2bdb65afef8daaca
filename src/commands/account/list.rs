//! `account list`: the accounts whose keys are here, where the keys come from, and which of several is used.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_client::AccountState;
use pnp_keys::Account;
use pnp_ops::reports::account::ListReport;
use pnp_ops::{FoundAccounts, LocalKeys};

/// Arguments of `account list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask the network: no balances, no wallets of kmd
    #[arg(long)]
    offline: bool,
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
    let mut states = Vec::new();
    for (account, _) in &found.accounts {
        states.push(match session {
            Some(session) => Some(session.algod.account(account.address).await?),
            None => None,
        });
    }
    let report = ListReport::new(network, &found, &states);
    let accounts =
        found.accounts.iter().zip(&states).map(|((account, used), state)| line(account, *used, state.as_ref()));
    let problems = report.problems.iter().map(|problem| format!("{:<10} {problem}", "problem"));
    let lines: Vec<_> = accounts.chain(problems).collect();
    let text = match lines.is_empty() {
        true => format!("no account on {network}: `pnp-contract account new NAME` makes one"),
        false => lines.join("\n"),
    };
    Answer::of(&report, text)
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
