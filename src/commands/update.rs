//! `update`: replace the contract's programs.

use crate::commands::deploy::TemplateArgs;
use crate::commands::multisig::SenderArgs;
use crate::commands::params::{RateArgs, changed};
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::on_locked_network;
use crate::session::target::Target;
use crate::terminal::output::Answer;
use pnp_ops::UpdateRequest;

/// Arguments of `update`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
    #[command(flatten)]
    template: TemplateArgs,
    /// The version that is written into the update's note [default: this program's]
    #[arg(long, value_name = "TEXT")]
    app_version: Option<String>,
    /// Keep the template values, which is the default
    #[arg(long, hide = true, conflicts_with_all = ["updatable", "deletable", "unordered_ticks"])]
    same_template: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Replaces the programs, and the parameters where new ones are given.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_locked_network(context, "update", async |session| {
        let request = UpdateRequest {
            app: args.target.app,
            parameters: args.rates.change(),
            template: args.template.choices(),
            version: args.app_version.clone(),
        };
        let signers = args.signers.signers(context)?;
        let outcome = session.update(&request, signers.as_ref()).await?;
        session.conclude(&args.signers, outcome, |done| changed(session, done)).await
    })
    .await
}
