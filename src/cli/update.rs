//! `update`: replace the contract's programs.

use super::context::Context;
use super::contract::{RateArgs, Target, changed, creator_of, note, programs_of};
use super::deploy::{TemplateArgs, event, rates, recorded_programs, recorded_template};
use super::failure::Failure;
use super::io::Answer;
use super::multisig::{Outcome, SenderArgs};
use super::session::{Session, on_network};
use crate::usage::{Programs, calls, global_state};

/// Arguments of `update`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
    #[command(flatten)]
    template: TemplateArgs,
    /// Keep the template values the contract was recorded with
    #[arg(long, conflicts_with_all = ["updatable", "deletable", "unordered_ticks"])]
    same_template: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Replaces the programs, and the parameters where new ones are given.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let parameters = args.rates.over(&state.parameters)?;
        let given = (!args.rates.is_empty()).then_some(&parameters);
        let template = match &record {
            Some(record) if args.same_template => recorded_template(&record.programs),
            None if args.same_template => {
                return Err(Failure::usage(format!(
                    "application {app} is not recorded, so that its template is unknown"
                ))
                .hint("name the template's values with --updatable, --deletable and --unordered-ticks"));
            }
            _ => args.template.template(),
        };
        let programs = Programs::assemble(template)?;
        let creator = creator_of(session, app, &args.signers).await?;
        let params = session.params().await?;
        let call = calls::update(creator.address(), app, &programs, given, &params);
        let transactions = Session::single(call, &params)?;
        let what = format!("replace the programs of application {app}");
        let old = programs_of(record.as_ref());
        let sent = match session.carry_out("update", &what, &creator, &transactions, old.as_ref()).await? {
            Outcome::Sent(sent) => sent,
            Outcome::Written(bundle) => return bundle.answer(),
        };
        let round = sent.confirmation.round;
        let event = event(session, "update", &transactions, round, &parameters, programs.approval_hash());
        note(session, app, event, |contract| {
            contract.parameters = rates(&parameters);
            contract.programs = recorded_programs(&programs);
        })?;
        Ok(changed(session, app, &sent.txids, round, &state, &parameters))
    })
    .await
}
