//! `update`: replace the contract's programs.

use crate::commands::deploy::{TemplateArgs, event, rates, recorded_programs, recorded_template};
use crate::commands::multisig::{Outcome, Sender, SenderArgs};
use crate::context::Context;
use crate::contract::{RateArgs, Target, changed, creator_of, note, programs_of};
use crate::failure::Failure;
use crate::session::in_turn;
use crate::terminal::output::Answer;
use pnp_client::ApplicationState;
use pnp_ops::provenance;
use pnp_usage::{
    DEFAULT_NAME, DeployNote, GlobalState, OperationError, Programs, Size, calls, grown, missing_room, template_of,
};

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
    /// Keep the template values: what is not named stays anyway
    #[arg(long, hide = true, conflicts_with_all = ["updatable", "deletable", "unordered_ticks"])]
    same_template: bool,
    #[command(flatten)]
    signers: SenderArgs,
}

/// Replaces the programs, and the parameters where new ones are given.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    in_turn(context, "update", async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let application = session.algod.application(app).await?.ok_or(OperationError::NoApplication(app))?;
        let state = GlobalState::read(&application)?;
        let parameters = args.rates.over(&state.parameters)?;
        let given = (!args.rates.is_empty()).then_some(&parameters);
        let recorded = record.as_ref().map(|record| recorded_template(&record.programs));
        let present = template_of(&application.approval_program, &application.clear_program).or(recorded);
        let wish = args.template.wish();
        if present.is_none() && !wish.is_whole() {
            return Err(Failure::usage(format!("the template application {app} was assembled with is not known"))
                .because("it is not recorded, and runs another version of the source")
                .hint("name all its values: --updatable=BOOL --deletable=BOOL --unordered-ticks=BOOL"));
        }
        let programs = Programs::assemble(wish.over(present.unwrap_or_default()))?;
        let params = session.params().await?;
        let resize = growth(&application, &programs, params.rules().app_size_updates)?;
        let creator = creator_of(session, app, &args.signers).await?;
        let version = args.app_version.clone().unwrap_or_else(|| provenance::TOOL_VERSION.to_owned());
        let deployment = DeployNote {
            name: record.as_ref().map_or(DEFAULT_NAME, |record| record.name.as_str()).to_owned(),
            version: version.clone(),
            updatable: Some(programs.template.updatable),
            deletable: Some(programs.template.deletable),
        };
        let bytes = deployment.to_bytes().map_err(|error| Failure::usage(error).hint("shorten --app-version"))?;
        let call = calls::noted(calls::update(creator.address(), app, &programs, given, &params), bytes);
        let call = match resize {
            Some(size) => calls::resized(call, size),
            None => call,
        };
        let transactions = pnp_ops::single(call, &params)?;
        let what = format!("replace the programs of application {app}");
        if let Sender::One(account) = &creator {
            session.call_out(account.address, &programs.template, state.asset);
        }
        let old = programs_of(record.as_ref());
        let sent = match session.carry_out("update", &what, &creator, &transactions, old.as_ref()).await? {
            Outcome::Sent(sent) => sent,
            Outcome::Written(bundle) => return bundle.answer(),
        };
        let round = sent.confirmation.round;
        let event = event(session, "update", &transactions, round, &parameters, programs.approval_hash());
        let record = note(session, app, event, |contract| {
            contract.parameters = rates(&parameters);
            contract.programs = recorded_programs(&programs);
            contract.version = Some(version);
        })?;
        changed(session, app, sent, &state, parameters, record)
    })
    .await
}

/// The size the application grows to, where it is too small for these programs; as `deploy --on-update update` has it.
fn growth(application: &ApplicationState, programs: &Programs, can_grow: bool) -> Result<Option<Size>, Failure> {
    let lacks = missing_room(application, programs, can_grow);
    if lacks.is_empty() {
        return Ok(None);
    }
    if lacks.iter().any(|change| change.breaks) {
        let lacks = lacks.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        return Err(Failure::new("no_room", format!("application {} is too small for these programs", application.id))
            .because(format!("{lacks}, and an update cannot change that here"))
            .hint("make another application: `pnp-contract deploy --on-schema-break append`, or replace"));
    }
    Ok(Some(grown(application, programs)))
}
