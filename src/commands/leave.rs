//! `leave`: close an account's state in the contract.

use crate::commands::multisig::{Outcome, SenderArgs};
use crate::context::Context;
use crate::contract::{Target, programs_of};
use crate::failure::Failure;
use crate::session::on_network;
use crate::terminal::output::Answer;
use pnp_types::{Address, AppIndex};
use pnp_usage::calls;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `leave`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The account that leaves
    #[arg(long, default_value = "user", value_name = "NAME")]
    from: String,
    /// Leave in the way no program can refuse
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// An account that left the contract.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LeaveReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The contract's application.
    app: AppIndex,
    /// The address of the account that left.
    account: Address,
    /// Whether it left in the way no program can refuse.
    forced: bool,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
}

/// Closes an account's local state.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let user = session.existing_sender(&args.signers, &args.from).await?;
        let params = session.params().await?;
        let transactions = pnp_ops::single(calls::leave(user.address(), app, args.force, &params), &params)?;
        let what = format!("leave application {app}");
        let programs = programs_of(record.as_ref());
        let sent = match session.carry_out("leave", &what, &user, &transactions, programs.as_ref()).await? {
            Outcome::Sent(sent) => sent,
            Outcome::Written(bundle) => return bundle.answer(),
        };
        let report = LeaveReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app,
            account: user.address(),
            forced: args.force,
            txids: sent.txids,
            round: sent.confirmation.round,
        };
        Answer::of(&report, format!("{} left application {app} in round {}", report.account, report.round))
    })
    .await
}
