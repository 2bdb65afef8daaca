//! `params`: set fee and price limits.

use crate::commands::multisig::SenderArgs;
use crate::context::Context;
use crate::contract::{RateArgs, Target, changed};
use crate::failure::Failure;
use crate::session::in_turn;
use crate::terminal::output::Answer;
use pnp_ops::Outcome;

/// Arguments of `params`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Sets fee and limits.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let change = args.rates.change();
    if change.is_empty() {
        return Err(Failure::usage("nothing to set").hint("give --fee-pct, --min-rate or --max-rate"));
    }
    in_turn(context, "params", async |session| {
        let signers = args.signers.signers(context)?;
        match session.set_parameters(args.target.app, &change, signers.as_ref()).await? {
            Outcome::Done(done) => changed(session, done),
            Outcome::Unsigned(unsigned) => session.write_bundle(&args.signers, &unsigned).await,
        }
    })
    .await
}
