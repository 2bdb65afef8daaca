//! `leave`: close an account's state in the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::Outcome;
use pnp_types::{Address, AppIndex};
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
    /// Clear the state, which no program can refuse
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
    /// Whether the state was cleared, which no program can refuse.
    forced: bool,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
}

/// Closes an account's local state.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let signers = args.signers.signers(context)?;
        let done = match session.leave(args.target.app, &args.from, args.force, signers.as_ref()).await? {
            Outcome::Done(done) => done,
            Outcome::Unsigned(unsigned) => return session.write_bundle(&args.signers, &unsigned).await,
        };
        let report = LeaveReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app: done.app,
            account: done.account,
            forced: args.force,
            txids: done.sent.txids,
            round: done.sent.confirmation.round,
        };
        let LeaveReport { account, app, round, .. } = &report;
        Answer::of(&report, format!("{account} left application {app} in round {round}"))
    })
    .await
}
