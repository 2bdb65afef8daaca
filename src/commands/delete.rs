//! `delete`: end the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_locked_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::reports::contract::DeleteReport;

/// Arguments of `delete`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Ends a contract.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_locked_network(context, "delete", async |session| {
        let signers = args.signers.signers(context)?;
        let outcome = session.delete(args.target.app, signers.as_ref()).await?;
        let answer = |done| {
            let report = DeleteReport::new(session, done);
            Answer::of(&report, format!("application {} was deleted in round {}", report.app, report.round))
        };
        session.conclude(&args.signers, outcome, answer).await
    })
    .await
}
