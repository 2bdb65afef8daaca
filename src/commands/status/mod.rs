//! `status`: the contract on a network, or on all of them.

mod all;

pub(crate) use all::AllReport;

use crate::commands::deploy::describe;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::target::Target;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_ops::{ContractStatus, RunningProgram, Status, UserStatus, rates};
use pnp_registry::{Contract, Rates};
use pnp_types::{AppIndex, AssetIndex};
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
    /// With --all: exit with 3 if environments drift apart, or something is not as recorded
    #[arg(long, requires = "all")]
    strict: bool,
}

/// A network and its contract.
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
    contract: Option<ContractReport>,
}

/// A contract on the chain.
#[derive(Debug, Serialize, JsonSchema)]
struct ContractReport {
    /// The application.
    app: AppIndex,
    /// The account that created it.
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
    user: Option<UserReport>,
}

/// A user of the contract.
#[derive(Debug, Serialize, JsonSchema)]
struct UserReport {
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
        return all::run(context, args.strict).await;
    }
    on_network(context, async |session| {
        let status = session.status(args.target.app).await?;
        let text = text(session, &status);
        let report = StatusReport {
            network: session.network.name.clone(),
            algod: session.algod.url().to_owned(),
            genesis_id: session.identity.id.clone(),
            genesis_hash: session.identity.hash.clone(),
            round: status.round,
            contract: status.contract.map(ContractReport::from),
        };
        Answer::of(&report, text)
    })
    .await
}

/// What the chain runs, in words.
const fn words(program: RunningProgram) -> &'static str {
    match program {
        RunningProgram::ThisSource => "this source",
        RunningProgram::Recorded => "the recorded source, not today's",
        RunningProgram::Other => "another program than recorded",
        RunningProgram::Unknown => "not recorded here",
    }
}

impl From<ContractStatus> for ContractReport {
    fn from(contract: ContractStatus) -> Self {
        let ContractStatus { app, record, creator, state, approval_sha512_256, program, differences, user } = contract;
        let user = user.map(|user| UserReport {
            address: user.address.to_string(),
            opted_in: user.local.is_some(),
            last_tick: user.local.and_then(|local| local.last_tick).map(|tick| tick.to_string()),
            holding: user.holding,
        });
        Self {
            app,
            creator: creator.to_string(),
            provider: state.provider.to_string(),
            platform: state.platform.to_string(),
            asset: state.asset,
            parameters: rates(&state.parameters),
            approval_sha512_256,
            runs: words(program),
            differs: differences.iter().map(ToString::to_string).collect(),
            record,
            user,
        }
    }
}

fn text(session: &Session<'_>, status: &Status) -> String {
    let network = &session.network.name;
    let mut lines = vec![
        format!("network   {network} at {} ({})", session.algod.url(), session.identity.id),
        format!("genesis   {}", session.identity.hash),
        format!("round     {}", status.round),
    ];
    let Some(contract) = &status.contract else {
        lines.push("contract  none is recorded: `pnp-contract deploy` makes one".to_owned());
        return lines.join("\n");
    };
    let state = &contract.state;
    lines.push(match &contract.record {
        Some(record) => describe(record, network),
        None => format!(
            "contract  application {}, not recorded\nasset     {}\nprovider  {}\nplatform  {}\n\
             fee       {} basis points\nrates     {} to {} minor units a unit\nprogram   sha512/256 {}",
            contract.app,
            state.asset.map_or_else(|| "none".to_owned(), |asset| asset.to_string()),
            state.provider,
            state.platform,
            state.parameters.fee_pct(),
            state.parameters.min_rate(),
            state.parameters.max_rate(),
            contract.approval_sha512_256,
        ),
    });
    lines.push(format!("on chain  {}", words(contract.program)));
    lines.extend(contract.differences.iter().map(|difference| format!("differs   {difference}")));
    if let Some(UserStatus { address, local, holding }) = &contract.user {
        lines.push(match local.as_ref().map(|local| &local.last_tick) {
            None => format!("user      {address} has not opted in"),
            Some(None) => format!("user      {address} opted in, no tick yet"),
            Some(Some(tick)) => format!("user      {address} last tick {tick}"),
        });
        lines.extend(holding.map(|holding| format!("holding   {holding} minor units")));
    }
    lines.join("\n")
}
