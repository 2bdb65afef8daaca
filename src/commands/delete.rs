//! `delete`: end the contract.

use crate::commands::deploy::event;
use crate::commands::multisig::{Outcome, SenderArgs};
use crate::context::Context;
use crate::contract::{Target, creator_of, note, programs_of};
use crate::failure::Failure;
use crate::session::in_turn;
use crate::terminal::output::Answer;
use pnp_types::AppIndex;
use pnp_usage::{calls, global_state};
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
    in_turn(context, "delete", async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let creator = creator_of(session, app, &args.signers).await?;
        let params = session.params().await?;
        let transactions = pnp_ops::single(calls::delete(creator.address(), app, &params), &params)?;
        let what = format!("delete application {app}");
        let programs = programs_of(record.as_ref());
        let sent = match session.carry_out("delete", &what, &creator, &transactions, programs.as_ref()).await? {
            Outcome::Sent(sent) => sent,
            Outcome::Written(bundle) => return bundle.answer(),
        };
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        let event = event(session, "delete", &transactions, round, &state.parameters, hash);
        let report = DeleteReport {
            network: session.network.name.clone(),
            genesis_hash: session.identity.hash.clone(),
            app,
            deleted: true,
            txids: sent.txids,
            round,
            record: note(session, app, event, |contract| contract.deleted = true)?,
        };
        Answer::of(&report, format!("application {app} was deleted in round {round}"))
    })
    .await
}
