//! `optin`, `leave`, `params`, `update` and `delete`: a contract's life between deployment and end.

use super::context::Context;
use super::deploy::{TemplateArgs, event, rates, recorded_programs, recorded_template};
use super::failure::Failure;
use super::io::Answer;
use super::session::{Session, group, on_network};
use super::values::whole;
use crate::keys::Account;
use crate::registry::{Contract, Event};
use crate::types::{AppIndex, Transaction};
use crate::usage::{GlobalState, Parameters, Programs, Template, calls, global_state};
use serde_json::json;

/// Which contract is meant.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Target {
    /// The contract's application; the recorded one if not given [env: APP_ID]
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    pub(super) app: Option<AppIndex>,
}

/// Arguments of `optin`.
#[derive(Debug, clap::Args)]
pub(super) struct OptInArgs {
    #[command(flatten)]
    target: Target,
    /// The account that opts in
    #[arg(long, default_value = "user", value_name = "NAME")]
    from: String,
}

/// Arguments of `leave`.
#[derive(Debug, clap::Args)]
pub(super) struct LeaveArgs {
    #[command(flatten)]
    target: Target,
    /// The account that leaves
    #[arg(long, default_value = "user", value_name = "NAME")]
    from: String,
    /// Leave in the way no program can refuse
    #[arg(long)]
    force: bool,
}

/// Arguments of `params`.
#[derive(Debug, clap::Args)]
pub(super) struct ParamsArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
}

/// New fee and limits; what is not given stays.
#[derive(Debug, Clone, Copy, clap::Args)]
struct RateArgs {
    /// The fee in basis points: 500 is 5 %
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    fee_pct: Option<u64>,
    /// The least price of a unit, in minor units of the asset
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    min_rate: Option<u64>,
    /// The highest price of a unit
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    max_rate: Option<u64>,
}

impl RateArgs {
    const fn is_empty(&self) -> bool {
        self.fee_pct.is_none() && self.min_rate.is_none() && self.max_rate.is_none()
    }

    fn over(&self, present: &Parameters) -> Result<Parameters, Failure> {
        Ok(Parameters::new(
            self.fee_pct.unwrap_or(present.fee_pct()),
            self.min_rate.unwrap_or(present.min_rate()),
            self.max_rate.unwrap_or(present.max_rate()),
        )?)
    }
}

/// Arguments of `update`.
#[derive(Debug, clap::Args)]
pub(super) struct UpdateArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    rates: RateArgs,
    #[command(flatten)]
    template: TemplateArgs,
    /// Keep the template values the contract was recorded with
    #[arg(long, conflicts_with_all = ["updatable", "deletable", "unordered_ticks"])]
    same_template: bool,
}

/// Arguments of `delete`.
#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    target: Target,
}

/// The contract's programs as recorded, to explain refusals by line.
pub(super) fn programs_of(record: Option<&Contract>) -> Option<Programs> {
    let template = record.map_or_else(Template::default, |record| recorded_template(&record.programs));
    let programs = Programs::assemble(template).ok()?;
    match record {
        // Another source than today's would name wrong lines.
        Some(record) if record.programs.approval_sha512_256 != programs.approval_hash() => None,
        _ => Some(programs),
    }
}

/// Opts an account in to the contract and, where it is needed, to its asset.
pub(super) async fn opt_in(context: &Context, args: &OptInArgs) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let user = session.account(&args.from).await?;
        let params = session.params().await?;
        let mut transactions = Vec::new();
        let mut opts_in_to_asset = false;
        if let Some(asset) = state.asset {
            if session.algod.holding(user.address, asset).await?.is_none() {
                opts_in_to_asset = true;
                transactions.push(calls::asset_opt_in(user.address, asset, &params));
            }
        }
        transactions.push(calls::opt_in(user.address, app, &params));
        let transactions = group(transactions, &params)?;
        let programs = programs_of(record.as_ref());
        let what = format!("opt in to application {app}");
        let sent = session.send(&what, &user, &transactions, programs.as_ref()).await?;
        if let Some(asset) = state.asset {
            session.hand_out_to_new(&user, asset, opts_in_to_asset).await?;
        }
        Ok(Answer::report(
            json!({ "network": session.network.name, "app": app, "account": user.address, "asset": state.asset,
                    "asset_opted_in": opts_in_to_asset, "txids": sent.txids, "round": sent.confirmation.round }),
            format!("{} opted in to application {app} in round {}", user.address, sent.confirmation.round),
        ))
    })
    .await
}

/// Closes an account's local state.
pub(super) async fn leave(context: &Context, args: &LeaveArgs) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let user = session.keys().get(&args.from)?;
        let params = session.params().await?;
        let transactions = Session::single(calls::leave(user.address, app, args.force, &params), &params)?;
        let what = format!("leave application {app}");
        let programs = programs_of(record.as_ref());
        let sent = session.send(&what, &user, &transactions, programs.as_ref()).await?;
        Ok(Answer::report(
            json!({ "network": session.network.name, "app": app, "account": user.address, "forced": args.force,
                    "txids": sent.txids, "round": sent.confirmation.round }),
            format!("{} left application {app} in round {}", user.address, sent.confirmation.round),
        ))
    })
    .await
}

/// Sets fee and limits.
pub(super) async fn params(context: &Context, args: &ParamsArgs) -> Result<Answer, Failure> {
    if args.rates.is_empty() {
        return Err(Failure::usage("nothing to set").hint("give --fee-pct, --min-rate or --max-rate"));
    }
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let parameters = args.rates.over(&state.parameters)?;
        let creator = session.account("creator").await?;
        let params = session.params().await?;
        let call = calls::set_parameters(creator.address, app, &parameters, &params);
        let transactions = Session::single(call, &params)?;
        let programs = programs_of(record.as_ref());
        let what = format!("set the parameters of application {app}");
        let sent = session.send(&what, &creator, &transactions, programs.as_ref()).await?;
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        note(session, app, event(session, "params", &transactions, round, &parameters, hash), |contract| {
            contract.parameters = rates(&parameters);
        })?;
        Ok(changed(session, app, &sent.txids, round, &state, &parameters))
    })
    .await
}

/// Replaces the programs, and the parameters where new ones are given.
pub(super) async fn update(context: &Context, args: &UpdateArgs) -> Result<Answer, Failure> {
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
        let creator = session.account("creator").await?;
        let params = session.params().await?;
        let call = calls::update(creator.address, app, &programs, given, &params);
        let transactions = Session::single(call, &params)?;
        let what = format!("replace the programs of application {app}");
        let old = programs_of(record.as_ref());
        let sent = session.send(&what, &creator, &transactions, old.as_ref()).await?;
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

/// Ends a contract.
pub(super) async fn delete(context: &Context, args: &DeleteArgs) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let (app, record) = session.contract(args.target.app)?;
        let state = global_state(&session.algod, app).await?;
        let creator: Account = session.account("creator").await?;
        let params = session.params().await?;
        let transactions: Vec<Transaction> =
            Session::single(calls::delete(creator.address, app, &params), &params)?;
        let what = format!("delete application {app}");
        let programs = programs_of(record.as_ref());
        let sent = session.send(&what, &creator, &transactions, programs.as_ref()).await?;
        let round = sent.confirmation.round;
        let hash = record.as_ref().map(|record| record.programs.approval_sha512_256.clone()).unwrap_or_default();
        note(session, app, event(session, "delete", &transactions, round, &state.parameters, hash), |contract| {
            contract.deleted = true;
        })?;
        Ok(Answer::report(
            json!({ "network": session.network.name, "app": app, "deleted": true, "txids": sent.txids, "round": round }),
            format!("application {app} was deleted in round {round}"),
        ))
    })
    .await
}

/// Adds an event to a contract's record; one that is not recorded stays so.
fn note(session: &Session<'_>, app: AppIndex, event: Event, change: impl FnOnce(&mut Contract)) -> Result<(), Failure> {
    session.record(|chain| {
        if let Some(contract) = chain.contract_mut(app) {
            change(contract);
            contract.history.push(event);
        }
    })
}

fn changed(
    session: &Session<'_>,
    app: AppIndex,
    txids: &[String],
    round: u64,
    before: &GlobalState,
    after: &Parameters,
) -> Answer {
    let line = |name: &str, from: u64, to: u64| match from == to {
        true => format!("{name:<10}{to}"),
        false => format!("{name:<10}{from} -> {to}"),
    };
    let old = &before.parameters;
    Answer::report(
        json!({ "network": session.network.name, "app": app, "before": old, "after": after, "txids": txids,
                "round": round }),
        [
            format!("application {app}, round {round}"),
            line("fee_pct", old.fee_pct(), after.fee_pct()),
            line("min_rate", old.min_rate(), after.min_rate()),
            line("max_rate", old.max_rate(), after.max_rate()),
        ]
        .join("\n"),
    )
}
