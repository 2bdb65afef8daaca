//! `status`: what stands where.

use super::context::Context;
use super::contract::Target;
use super::deploy::{describe, recorded_template};
use super::failure::Failure;
use super::io::Answer;
use super::session::{Session, on_network};
use crate::registry::Contract;
use crate::types::{Address, AppIndex};
use crate::usage::{GlobalState, LocalState, Programs};
use serde_json::{Value, json};

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
}

/// Reads the network and the record.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    on_network(context, async |session| {
        let round = session.params().await?.last_round;
        let network = &session.network.name;
        let mut lines = vec![
            format!("network   {network} at {} ({})", session.algod.url(), session.identity.id),
            format!("genesis   {}", session.identity.hash),
            format!("round     {round}"),
        ];
        let mut document = json!({ "network": network, "algod": session.algod.url(), "genesis_id": session.identity.id,
                                   "genesis_hash": session.identity.hash, "round": round, "contract": Value::Null });
        match session.contract(args.target.app) {
            Ok((app, record)) => {
                let (seen, text) = contract(session, app, record.as_ref()).await?;
                document["contract"] = seen;
                lines.push(text);
            }
            Err(failure) if failure.code == "no_contract" => {
                lines.push("contract  none is recorded: `pnp-contract deploy` makes one".to_owned());
            }
            Err(failure) => return Err(failure),
        }
        Ok(Answer::report(document, lines.join("\n")))
    })
    .await
}

async fn contract(session: &Session<'_>, app: AppIndex, record: Option<&Contract>) -> Result<(Value, String), Failure> {
    let Some(application) = session.algod.application(app).await? else {
        return Err(Failure::new(
            "no_application",
            format!("application {app} does not exist on {}", session.network.name),
        )
        .because(match record {
            Some(_) => "it is recorded here, but the chain does not have it: it was deleted, or the chain made anew",
            None => "no such application was made on this chain, or it was deleted",
        })
        .hint("check --app and --net, or deploy a new one")
        .with("app", app));
    };
    let state = GlobalState::read(&application)?;
    let hash = hex::encode(crate::types::sha512_256(&application.approval_program));
    let known = record.map(|record| Programs::assemble(recorded_template(&record.programs))).transpose()?;
    let runs = match (&known, record) {
        (Some(programs), _) if programs.approval_hash() == hash => "this source",
        (_, Some(record)) if record.programs.approval_sha512_256 == hash => "the recorded source, not today's",
        (_, Some(_)) => "another program than recorded",
        (_, None) => "not recorded here",
    };
    let mut lines = Vec::new();
    match record {
        Some(record) => lines.push(describe(record, &session.network.name)),
        None => lines.push(format!(
            "contract  application {app}, not recorded\nasset     {}\nprovider  {}\nplatform  {}\n\
             fee       {} basis points\nrates     {} to {} minor units a unit\nprogram   sha512/256 {hash}",
            state.asset.map_or_else(|| "none".to_owned(), |asset| asset.to_string()),
            state.provider,
            state.platform,
            state.parameters.fee_pct(),
            state.parameters.min_rate(),
            state.parameters.max_rate(),
        )),
    }
    lines.push(format!("on chain  {runs}"));
    let differs = record.map(|record| differences(record, &application.creator, &state)).unwrap_or_default();
    for difference in &differs {
        lines.push(format!("differs   {difference}"));
    }
    let mut user = Value::Null;
    if let Ok(account) = session.keys().get("user").await {
        let local = LocalState::fetch(&session.algod, account.address, app).await??;
        let tick = local.as_ref().and_then(|local| local.last_tick.as_ref()).map(ToString::to_string);
        let held = match state.asset {
            Some(asset) => session.algod.holding(account.address, asset).await?.map(|holding| holding.amount),
            None => None,
        };
        lines.push(match (&local, &tick) {
            (None, _) => format!("user      {} has not opted in", account.address),
            (Some(_), None) => format!("user      {} opted in, no tick yet", account.address),
            (Some(_), Some(tick)) => format!("user      {} last tick {tick}", account.address),
        });
        if let Some(held) = held {
            lines.push(format!("holding   {held} minor units"));
        }
        user = json!({ "address": account.address, "opted_in": local.is_some(), "last_tick": tick, "holding": held });
    }
    let document = json!({
        "app": app,
        "creator": application.creator,
        "provider": state.provider,
        "platform": state.platform,
        "asset": state.asset,
        "parameters": state.parameters,
        "approval_sha512_256": hash,
        "runs": runs,
        "differs": differs,
        "record": record,
        "user": user,
    });
    Ok((document, lines.join("\n")))
}

/// Where the record, which people can edit, says something else than the chain, which is right.
pub(super) fn differences(record: &Contract, creator: &Address, state: &GlobalState) -> Vec<String> {
    let parameters = &state.parameters;
    [
        ("creator", record.creator.clone(), creator.to_string()),
        ("provider", record.provider.clone(), state.provider.to_string()),
        ("platform", record.platform.clone(), state.platform.to_string()),
        ("asset", record.asset_id.to_string(), state.asset.unwrap_or_default().to_string()),
        ("fee_pct", record.parameters.fee_pct.to_string(), parameters.fee_pct().to_string()),
        ("min_rate", record.parameters.min_rate.to_string(), parameters.min_rate().to_string()),
        ("max_rate", record.parameters.max_rate.to_string(), parameters.max_rate().to_string()),
    ]
    .into_iter()
    .filter(|(_, recorded, real)| recorded != real)
    .map(|(name, recorded, real)| format!("{name} is {real} on chain, the record says {recorded}"))
    .collect()
}
