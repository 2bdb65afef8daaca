//! One tick, and its receipt.

use super::Args;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::output::Answer;
use pnp_ops::BillOrder;
use pnp_ops::reports::bill::BillReport;
use pnp_usage::{Receipt, StopSignal, Units};

/// Bills `units` and prints the receipt.
pub(super) async fn run(session: &Session<'_>, args: &Args, units: Units) -> Result<Answer, Failure> {
    let tick = args.tick.as_deref().map(str::parse).transpose()?;
    let app = args.target.app;
    let order = BillOrder { app, user: args.user.clone(), units, unit_price: args.price, tick, asset: args.asset };
    let signers = args.signers.signers(session.context)?;
    // Ctrl-C ends the command itself: at once, or after the outcome of a group that was sent.
    let outcome = session.bill(&order, signers.as_ref(), &StopSignal::new()).await?;
    let answer = |receipt| {
        let text = describe(&receipt);
        Answer::of(&BillReport::new(session, receipt), text)
    };
    session.conclude(&args.signers, outcome, answer).await
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
