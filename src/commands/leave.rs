//! `leave`: close an account's state in the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::reports::contract::LeaveReport;

/// Arguments of `leave`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The account that leaves
    #[arg(long, alias = "from", default_value = "user", value_name = "NAME")]
    user: String,
    /// Clear the state, which no program can refuse
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Closes an account's local state.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let signers = args.signers.signers(context)?;
        let outcome = session.leave(args.target.app, &args.user, args.force, signers.as_ref()).await?;
        let answer = |done| {
            let report = LeaveReport::new(session, args.force, done);
            let LeaveReport { account, app, round, .. } = &report;
            Answer::of(&report, format!("{account} left application {app} in round {round}"))
        };
        session.conclude(&args.signers, outcome, answer).await
    })
    .await
}
