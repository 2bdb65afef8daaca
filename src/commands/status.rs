//! `status`: what stands where.

mod everywhere;
mod together;

use crate::commands::deploy::describe;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::target::Target;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
pub(crate) use everywhere::AllReport;
use pnp_ops::{Error, differences, rates, recorded_template};
use pnp_registry::{Contract, Rates};
use pnp_types::{AppIndex, AssetIndex};
use pnp_usage::{GlobalState, LocalState, Programs};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Every environment that has a record or is configured, and where they drift apart
    #[arg(long, conflicts_with = "app")]
    all: bool,
    /// With --all: end with 3 where environments drift apart, or something is not as recorded
    #[arg(long, requires = "all")]
    strict: bool,
}

/// A network, and the contract that stands there.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatusReport {
    /// The network's name.
    network: String,
    /// Where its algod is.
    algod: String,
    /// The network's own label, for example `testnet-v1.0`.
    genesis_id: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The newest round.
    round: u64,
    /// The contract; null where none is recorded.
    contract: Option<ContractStatus>,
}

/// A contract on the chain.
#[derive(Debug, Serialize, JsonSchema)]
struct ContractStatus {
    /// The application.
    app: AppIndex,
    /// Who made it.
    creator: String,
    /// Who gets the net.
    provider: String,
    /// Who gets the fee.
    platform: String,
    /// The asset it is bound to; null where none is.
    asset: Option<AssetIndex>,
    /// Fee and price limits.
    parameters: Rates,
    /// The approval program, SHA-512/256, hex.
    approval_sha512_256: String,
    /// What the chain runs, in words.
    runs: &'static str,
    /// Where the record says something else.
    differs: Vec<String>,
    /// The record; null where there is none.
    record: Option<Contract>,
    /// The user; null where no key of one is here.
    user: Option<UserStatus>,
}

/// A user of the contract.
#[derive(Debug, Serialize, JsonSchema)]
struct UserStatus {
    /// The account.
    address: String,
    /// Whether it has opted in to the contract.
    opted_in: bool,
    /// The newest tick billed; null before the first.
    last_tick: Option<String>,
    /// What it holds of the contract's asset, in minor units; null where it does not hold it.
    holding: Option<u64>,
}

/// Reads the network and the record.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if args.all {
        return everywhere::run(context, args.strict).await;
    }
    on_network(context, async |session| {
        let round = session.params().await?.last_round;
        let network = &session.network.name;
        let mut lines = vec![
            format!("network   {network} at {} ({})", session.algod.url(), session.identity.id),
            format!("genesis   {}", session.identity.hash),
            format!("round     {round}"),
        ];
        let mut report = StatusReport {
            network: network.clone(),
            algod: session.algod.url().to_owned(),
            genesis_id: session.identity.id.clone(),
            genesis_hash: session.identity.hash.clone(),
            round,
            contract: None,
        };
        match session.contract(args.target.app) {
            Ok((app, record)) => {
                let (seen, text) = contract(session, app, record.as_ref()).await?;
                report.contract = Some(seen);
                lines.push(text);
            }
            Err(Error::NoContract(_)) => {
                lines.push("contract  none is recorded: `pnp-contract deploy` makes one".to_owned());
            }
            Err(error) => return Err(error.into()),
        }
        Answer::of(&report, lines.join("\n"))
    })
    .await
}

async fn contract(
    session: &Session<'_>,
    app: AppIndex,
    record: Option<&Contract>,
) -> Result<(ContractStatus, String), Failure> {
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
    let hash = hex::encode(pnp_types::sha512_256(&application.approval_program));
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
    let mut user = None;
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
        user = Some(UserStatus {
            address: account.address.to_string(),
            opted_in: local.is_some(),
            last_tick: tick,
            holding: held,
        });
    }
    let report = ContractStatus {
        app,
        creator: application.creator.to_string(),
        provider: state.provider.to_string(),
        platform: state.platform.to_string(),
        asset: state.asset,
        parameters: rates(&state.parameters),
        approval_sha512_256: hash,
        runs,
        differs,
        record: record.cloned(),
        user,
    };
    Ok((report, lines.join("\n")))
}
