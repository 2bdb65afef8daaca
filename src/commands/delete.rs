//! `delete`: end the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_locked_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::Outcome;
use pnp_types::AppIndex;
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `delete`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    signers: SenderArgs,
}

/// A contract that was ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeleteReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The application that was.
    app: AppIndex,
    /// Whether it is gone: always true.
    deleted: bool,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
    /// The record that was changed; absent where the contract is in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
}

/// Ends a contract.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_locked_network(context, "delete", async |session| {
        let signers = args.signers.signers(context)?;
        let done = match session.delete(args.target.app, signers.as_ref()).await? {
            Outcome::Done(done) => done,
            Outcome::Unsigned(unsigned) => return session.write_bundle(&args.signers, &unsigned).await,
        };
        let report = DeleteReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app: done.app,
            deleted: true,
            round: done.sent.confirmation.round,
            txids: done.sent.txids,
            record: done.recorded.then(|| session.record_name()),
        };
        Answer::of(&report, format!("application {} was deleted in round {}", report.app, report.round))
    })
    .await
}
