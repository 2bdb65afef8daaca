//! `optin`: let an account use the contract.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::reports::contract::OptinReport;

/// Arguments of `optin`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The account that opts in
    #[arg(long, alias = "from", default_value = "user", value_name = "NAME")]
    user: String,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Opts an account in to the contract and, where it is needed, to its asset.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let signers = args.signers.signers(context)?;
        let outcome = session.opt_in(args.target.app, &args.user, signers.as_ref()).await?;
        let answer = |done| {
            let report = OptinReport::new(session, done);
            let OptinReport { account, app, round, .. } = &report;
            Answer::of(&report, format!("{account} opted in to application {app} in round {round}"))
        };
        session.conclude(&args.signers, outcome, answer).await
    })
    .await
}
