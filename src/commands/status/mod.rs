//! `status`: the contract on a network, or on all of them.

mod all;

use crate::commands::deploy::describe;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::target::Target;
use crate::session::{Session, on_network};
use crate::terminal::output::Answer;
use pnp_ops::reports::status::StatusReport;
use pnp_ops::{Status, UserStatus};

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

/// Reads the network and the record.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if args.all {
        return all::run(context, args.strict).await;
    }
    on_network(context, async |session| {
        let status = session.status(args.target.app).await?;
        let text = text(session, &status);
        Answer::of(&StatusReport::new(session, status), text)
    })
    .await
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
    lines.push(format!("on chain  {}", contract.program.name()));
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
