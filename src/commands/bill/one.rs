//! One tick, and its receipt.

use super::Args;
use crate::explain::refusal;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::output::Answer;
use pnp_client::Rejection;
use pnp_keys::Account;
use pnp_ops::{Error, Many, Sender, Unsigned, programs_of, recorded_template};
use pnp_registry::Contract;
use pnp_types::{Address, AppIndex};
use pnp_usage::{BillRequest, LocalState, PreparedBill, Receipt, TickId, global_state};
use schemars::JsonSchema;
use serde::Serialize;

/// A tick that was paid for, with its receipt.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BillReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// What the payer has in hand.
    receipt: Receipt,
}

/// Bills `units` and prints the receipt.
pub(super) async fn run(session: &Session<'_>, args: &Args, units: u64) -> Result<Answer, Failure> {
    let tick: Option<TickId> = args.tick.as_deref().map(str::parse).transpose()?;
    let (app, record) = session.contract(args.target.app)?;
    let signers = args.signers.signers(session.context)?;
    let user = match session.sender(signers.as_ref(), &args.user).await? {
        Sender::One(account) => account,
        Sender::Many(many) => {
            let request = request(args, app, many.address, units, tick, record.as_ref());
            return written(session, args, many, &request).await;
        }
    };
    if session.is_own(&user) {
        let asset = global_state(&session.algod, app).await?.billed_asset(args.asset)?;
        // Who left the contract still holds the asset, and opts in again only by saying so.
        if session.algod.holding(user.address, asset).await?.is_none() {
            session.opt_in_and_fund(&user, app, asset).await?;
        }
    }
    let request = request(args, app, user.address, units, tick, record.as_ref());
    let receipt = bill(session, &user, &request, record.as_ref()).await?;
    let text = describe(&receipt);
    let (network, genesis_hash) = (session.network.name.clone(), session.identity.hash.clone());
    Answer::of(&BillReport { network, genesis_hash, receipt }, text)
}

fn request(
    args: &Args,
    app: AppIndex,
    user: Address,
    units: u64,
    tick: Option<TickId>,
    record: Option<&Contract>,
) -> BillRequest {
    let ordered_ticks = record.is_none_or(|record| recorded_template(&record.programs).ordered_ticks);
    BillRequest { app, user, units, unit_price: args.price, tick, asset: args.asset, ordered_ticks }
}

/// The bundle of a bill that many have to sign.
async fn written(session: &Session<'_>, args: &Args, sender: Many, request: &BillRequest) -> Result<Answer, Failure> {
    let prepared = PreparedBill::new(&session.algod, request).await?;
    let what = effect(&prepared);
    let unsigned = Unsigned { action: "bill", what, sender, transactions: prepared.transactions };
    session.write_bundle(&args.signers, &unsigned).await
}

/// What a bill does, for the confirmation and for signers.
fn effect(prepared: &PreparedBill) -> String {
    let split = prepared.bill.split;
    let asset = prepared.bill.asset;
    format!("bill {} minor units of asset {asset} ({} net, {} fee)", split.gross, split.net, split.fee)
}

/// Bills once, with a tick made anew where another bill of the same user overtook it.
pub(crate) async fn bill(
    session: &Session<'_>,
    user: &Account,
    request: &BillRequest,
    record: Option<&Contract>,
) -> Result<Receipt, Failure> {
    /// How often a tick may be overtaken before that is told.
    const TRIES: usize = 20;
    let mut tries = 0;
    loop {
        tries += 1;
        match bill_once(session, user, request, record).await {
            Err(Refusal::Overtaken(_)) if request.tick.is_none() && tries < TRIES => {}
            Err(Refusal::Overtaken(failure) | Refusal::Final(failure)) => return Err(failure),
            Ok(receipt) => return Ok(receipt),
        }
    }
}

/// Why a bill was not taken.
enum Refusal {
    /// Since it was made, another tick of this user was billed.
    Overtaken(Failure),
    /// Anything else.
    Final(Failure),
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Final(error.into())
    }
}

/// Checks, costs, sends and accounts for one bill.
async fn bill_once(
    session: &Session<'_>,
    user: &Account,
    request: &BillRequest,
    record: Option<&Contract>,
) -> Result<Receipt, Refusal> {
    let prepared = PreparedBill::new(&session.algod, request).await?;
    let programs = programs_of(record);
    let signed = pnp_ops::sign(user, &prepared.transactions).await?;
    let simulation = session.algod.simulate(&signed).await?;
    if let Some(failure) = &simulation.failure {
        let refused =
            pnp_ops::Refusal::of_group(&session.algod, &signed, failure.rejection.clone(), programs.as_ref()).await;
        return Err(judge(session, &prepared, refusal(&refused)).await);
    }
    let approved = session.check_and_approve(&effect(&prepared), user.address, &prepared.transactions).await;
    approved.map_err(Error::from)?;
    let sent = match session.submit(&signed, programs.as_ref()).await {
        Err(Error::Refused(refusal))
            if matches!(refusal.rejection, Rejection::Logic { .. } | Rejection::Other { .. }) =>
        {
            return Err(judge(session, &prepared, Error::Refused(refusal).into()).await);
        }
        outcome => outcome?,
    };
    let cost = simulation.costs.first().copied().unwrap_or(simulation.cost);
    Ok(prepared.receipt(&session.algod, &sent.confirmation, cost).await?)
}

/// Tells a bill that was overtaken from one that is refused for good.
async fn judge(session: &Session<'_>, prepared: &PreparedBill, failure: Failure) -> Refusal {
    let bill = &prepared.bill;
    match LocalState::fetch(&session.algod, bill.user, bill.app).await {
        Ok(Ok(Some(LocalState { last_tick: Some(last) }))) if last >= bill.tick => Refusal::Overtaken(failure),
        _ => Refusal::Final(failure),
    }
}

/// A receipt for people.
pub(crate) fn describe(receipt: &Receipt) -> String {
    let Receipt { tick, units, unit_price, split, asset, app, round, opcode_cost, before, after, .. } = receipt;
    let change = |name: &str, from: u64, to: u64| {
        let difference = i128::from(to) - i128::from(from);
        format!("{name:<9} {from} -> {to} ({difference:+})")
    };
    let mut lines = vec![
        format!("tick      {tick}"),
        format!("units     {units} at {unit_price} minor units of asset {asset}"),
        format!("gross     {}", split.gross),
        format!("fee       {} to {}", split.fee, receipt.platform),
        format!("net       {} to {}", split.net, receipt.provider),
        change("user", before.user, after.user),
        change("provider", before.provider, after.provider),
        change("platform", before.platform, after.platform),
        format!("round     {round}, application {app}"),
        format!("cost      {opcode_cost} opcodes, {} of network fees", pnp_types::MicroAlgos(receipt.network_fee)),
    ];
    for (name, txid) in ["call", "to provider", "to platform"].iter().zip(&receipt.txids) {
        lines.push(format!("txid      {txid} ({name})"));
    }
    lines.join("\n")
}
