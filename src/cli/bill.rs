//! `bill`: pay for a tick of use, and print the receipt.

use super::context::Context;
use super::contract::{Target, programs_of};
use super::deploy::recorded_template;
use super::explain::rejected;
use super::failure::Failure;
use super::io::Answer;
use super::session::{Session, on_network};
use super::values::whole;
use crate::keys::Account;
use crate::registry::Contract;
use crate::types::AssetIndex;
use crate::usage::{BillRequest, PreparedBill, Receipt, TickId, global_state};
use serde_json::json;

/// Arguments of `bill`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) target: Target,
    /// Units of use
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(super) units: u64,
    /// The price of a unit in minor units; the least the contract allows if not given
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(super) price: Option<u64>,
    /// The tick's id, 1 to 64 bytes, as text or 0x and hex; a fresh ULID if not given
    #[arg(long)]
    pub(super) tick: Option<String>,
    /// The asset, where the contract is not bound to one
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(super) asset: Option<AssetIndex>,
    /// The account that pays
    #[arg(long, default_value = "user", value_name = "NAME")]
    pub(super) from: String,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let tick: Option<TickId> = args.tick.as_deref().map(str::parse).transpose()?;
        let newcomer = session.is_newcomer(&args.from).await?;
        let user = session.account(&args.from).await?;
        if newcomer {
            let state = global_state(&session.algod, app).await?;
            session.welcome(&user, app, state.billed_asset(args.asset)?).await?;
        }
        let request = BillRequest {
            app,
            user: user.address,
            units: args.units,
            unit_price: args.price,
            tick,
            asset: args.asset,
            ordered_ticks: record.as_ref().is_none_or(|record| recorded_template(&record.programs).ordered_ticks),
        };
        let receipt = bill(session, &user, &request, record.as_ref()).await?;
        Ok(Answer::report(json!({ "network": session.network.name, "receipt": receipt }), describe(&receipt)))
    })
    .await
}

/// Checks, costs, sends and accounts for one bill.
pub(super) async fn bill(
    session: &Session<'_>,
    user: &Account,
    request: &BillRequest,
    record: Option<&Contract>,
) -> Result<Receipt, Failure> {
    let prepared = PreparedBill::new(&session.algod, request).await?;
    let programs = programs_of(record);
    let signed = Session::sign(user, &prepared.transactions);
    let simulation = session.algod.simulate(&signed).await?;
    if let Some(failure) = &simulation.failure {
        return Err(rejected(&failure.rejection, programs.as_ref()));
    }
    let split = prepared.bill.split;
    let what = format!(
        "bill {} minor units of asset {} ({} net, {} fee)",
        split.gross, prepared.bill.asset, split.net, split.fee
    );
    let sent = session.send(&what, user, &prepared.transactions, programs.as_ref()).await?;
    let cost = simulation.costs.first().copied().unwrap_or(simulation.cost);
    Ok(prepared.receipt(&session.algod, &sent.confirmation, cost).await?)
}

/// A receipt for people.
pub(super) fn describe(receipt: &Receipt) -> String {
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
        format!("cost      {opcode_cost} opcodes, {} of network fees", crate::types::MicroAlgos(receipt.network_fee)),
    ];
    for (name, txid) in ["call", "to provider", "to platform"].iter().zip(&receipt.txids) {
        lines.push(format!("txid      {txid} ({name})"));
    }
    lines.join("\n")
}
