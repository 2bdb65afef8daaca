//! `params`: set fee and price limits.

use crate::commands::deploy::{event, rates};
use crate::commands::multisig::{Outcome, SenderArgs};
use crate::context::Context;
use crate::contract::{RateArgs, Target, changed, creator_of, note, programs_of};
use crate::failure::Failure;
use crate::session::in_turn;
use crate::terminal::output::Answer;
use pnp_usage::{calls, global_state};

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
    if args.rates.is_empty() {
        return Err(Failure::usage("nothing to set").hint("give --fee-pct, --min-rate or --max-rate"));
    }
    in_turn(context, "params", async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let parameters = args.rates.over(&state.parameters)?;
        let creator = creator_of(session, app, &args.signers).await?;
        let params = session.params().await?;
        let call = calls::set_parameters(creator.address(), app, &parameters, &params);
        let transactions = pnp_ops::single(call, &params)?;
        let programs = programs_of(record.as_ref());
        let what = format!("set the parameters of application {app}");
        let sent = match session.carry_out("params", &what, &creator, &transactions, programs.as_ref()).await? {
            Outcome::Sent(sent) => sent,
            Outcome::Written(bundle) => return bundle.answer(),
        };
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        let event = event(session, "params", &transactions, round, &parameters, hash);
        let record = note(session, app, event, |contract| contract.parameters = rates(&parameters))?;
        changed(session, app, sent, &state, parameters, record)
    })
    .await
}
