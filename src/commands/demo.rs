//! `demo`: everything the contract does, on a temporary network.

use crate::commands::bill;
use crate::commands::deploy;
use crate::failure::{Failure, rejected};
use crate::session::Session;
use crate::session::context::Context;
use crate::terminal::output::{Answer, Output};
use pnp_keys::Account;
use pnp_ops::{Outcome, group};
use pnp_registry::Contract;
use pnp_types::Transaction;
use pnp_usage::{BillRequest, PreparedBill, Programs, Receipt, StopSignal, Units};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Instant;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What happened on the temporary network: a contract, bills, attacks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DemoReport {
    /// The record of the contract that was deployed.
    contract: Contract,
    /// The bills that were paid, in order.
    receipts: Vec<Receipt>,
    /// The attacks that were tried, in order.
    attacks: Vec<Attack>,
    /// How long all of it took.
    milliseconds: u64,
}

/// An attack and the contract's answer to it.
#[derive(Debug, Serialize, JsonSchema)]
struct Attack {
    /// What was tried.
    name: &'static str,
    /// With which words it was refused.
    refused: String,
}

/// Tells the story.
pub(crate) async fn run(context: &Context) -> Result<Answer, Failure> {
    let start = Instant::now();
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::new("folder", "no temporary folder could be made")
            .because(error)
            .hint("check TMPDIR and the disk's space")
    })?;
    let options = crate::session::context::GlobalOptions { net: None, ..context.options.clone() };
    // The answer shows every step; what the steps print on the way is details.
    let quiet = Output::new(context.options.json, context.options.verbose == 0, context.options.verbose);
    let stage = Context { options, out: quiet, folder: folder.path().to_owned() };
    let session = Session::in_memory(&stage).await?;
    let outcome = story(&session).await;
    let closed = session.close().await;
    let (contract, receipts, attacks) = outcome?;
    closed?;
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let report = DemoReport { contract, receipts, attacks, milliseconds };
    Answer::of(&report, summary(&report))
}

async fn story(session: &Session<'_>) -> Result<(Contract, Vec<Receipt>, Vec<Attack>), Failure> {
    let contract = match session.deploy(&deploy::Args::changeable().request(), None).await? {
        Outcome::Done(deployment) => deployment.contract,
        Outcome::Unsigned(_) => None,
    };
    let contract = contract.ok_or_else(|| Failure::new("internal", "the demonstration made no contract"))?;
    let user = session.account("user").await?;
    session.opt_in_and_fund(&user, contract.app_id, contract.asset_id).await?;
    let request = |units, price| BillRequest {
        app: contract.app_id,
        user: user.address,
        units: Units(units),
        unit_price: Some(price),
        tick: None,
        asset: None,
        ordered_ticks: true,
    };
    let (mut receipts, stop) = (Vec::new(), StopSignal::new());
    for (units, price) in [(1, 2), (10, 20)] {
        receipts.push(session.bill_account(&user, &request(units, price), Some(&contract), &stop).await?);
    }
    let programs = Programs::assemble(pnp_ops::recorded_template(&contract.programs))?;
    let honest = PreparedBill::new(&session.algod, &request(10, 20)).await?;
    let stranger = session.account("stranger").await?;
    session.ensure_holding(&stranger, contract.asset_id).await?;
    let last = receipts.last().map(|receipt| receipt.tick.clone());
    let mut replayed = honest.bill.clone();
    if let Some(tick) = last {
        replayed.tick = tick;
    }
    let mut short = honest.bill.clone();
    short.split.net = short.split.net.saturating_sub(1);
    let mut diverted = honest.bill.clone();
    diverted.provider = stranger.address;
    let mut attacks = Vec::new();
    for (name, bill) in [
        ("the last tick again", replayed),
        ("one minor unit too little to the provider", short),
        ("the provider's money to a stranger", diverted),
    ] {
        let transactions = bill.transactions(&honest.params).to_vec();
        let answer = attack(session, &user, transactions, &honest, &programs).await?;
        attacks.push(Attack { name, refused: answer.message.clone() });
    }
    Ok((contract, receipts, attacks))
}

/// Sends what must be refused, and returns the refusal.
async fn attack(
    session: &Session<'_>,
    user: &Account,
    transactions: Vec<Transaction>,
    honest: &PreparedBill,
    programs: &Programs,
) -> Result<Failure, Failure> {
    let signed = pnp_ops::sign(user, &group(transactions, &honest.params)?).await?;
    match session.algod.submit(&signed).await {
        Ok(txid) => Err(Failure::new("demo", "the contract let an attack through")
            .because(format!("transaction {txid} was accepted"))
            .hint("this is a fault of this program: report it")),
        Err(error) => match error.rejection() {
            Some(rejection) => Ok(rejected(rejection, Some(programs))),
            None => Err(error.into()),
        },
    }
}

fn summary(DemoReport { contract, receipts, attacks, milliseconds }: &DemoReport) -> String {
    let mut lines = vec![
        "A throw-away Algorand network, inside this process.".to_owned(),
        String::new(),
        "Deployed".to_owned(),
        indented(&deploy::describe(contract, "a throw-away network")),
    ];
    for receipt in receipts {
        lines.extend([String::new(), format!("Billed in round {}", receipt.round), indented(&bill::describe(receipt))]);
    }
    lines.extend([String::new(), format!("Refused {} attacks", attacks.len())]);
    for Attack { name, refused } in attacks {
        lines.push(format!("  {name}\n    {refused}"));
    }
    lines.extend([
        String::new(),
        format!("All of it took {milliseconds} ms. Next: `pnp-contract deploy`, then `pnp-contract bill --units 1`."),
    ]);
    lines.join("\n")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
