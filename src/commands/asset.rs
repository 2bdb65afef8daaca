//! `asset`: create, opt in to, send and show the asset that bills are paid with.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_locked_network, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_client::AssetState;
use pnp_ops::{AssetOptedIn, AssetPlan, AssetSent, Holding, Outcome};
use pnp_types::{Address, AssetIndex};
use schemars::JsonSchema;
use serde::Serialize;

/// Arguments of `asset`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Create an asset and record it
    Create {
        /// The unit's name, at most 8 bytes
        #[arg(long, default_value = "PLY")]
        unit: String,
        /// The asset's name, at most 32 bytes
        #[arg(long, default_value = "PlayCoin")]
        name: String,
        /// Digits after the point, 0 to 19
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=19))]
        decimals: u32,
        /// The total number of minor units
        #[arg(long, default_value = "1_000_000_000_000", value_parser = whole, allow_hyphen_values = true)]
        total: u64,
        /// A web address about it, at most 96 bytes
        #[arg(long, default_value = "")]
        url: String,
        /// The account that creates it
        #[arg(long, default_value = "creator", value_name = "NAME")]
        from: String,
        #[command(flatten)]
        signers: SenderArgs,
    },
    /// Let an account hold the asset
    Optin {
        /// The asset; the recorded one if not given
        #[arg(long, value_parser = whole, allow_hyphen_values = true)]
        asset: Option<AssetIndex>,
        /// The account
        #[arg(long, default_value = "user", value_name = "NAME")]
        from: String,
        #[command(flatten)]
        signers: SenderArgs,
    },
    /// Send some of the asset
    Send {
        /// Minor units
        #[arg(long, value_parser = whole, allow_hyphen_values = true)]
        amount: u64,
        /// An address, or the name of an account or of a multisignature
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// The asset; the recorded one if not given
        #[arg(long, value_parser = whole, allow_hyphen_values = true)]
        asset: Option<AssetIndex>,
        /// The account that sends
        #[arg(long, default_value = "creator", value_name = "NAME")]
        from: String,
        #[command(flatten)]
        signers: SenderArgs,
    },
    /// Show the asset, and what the accounts here hold of it
    Show {
        /// The asset; the recorded one if not given
        #[arg(long, value_parser = whole, allow_hyphen_values = true)]
        asset: Option<AssetIndex>,
    },
}

/// An asset that was created.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreateReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The asset, as it is recorded.
    asset: pnp_registry::Asset,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
    /// The record that was changed.
    record: String,
}

/// An account that may hold the asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct OptinReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The asset.
    asset: AssetIndex,
    /// The address of the account that may hold it.
    account: Address,
    /// Whether it could not before.
    changed: bool,
    /// The transactions, in the group's order; none where nothing changed.
    txids: Vec<String>,
    /// Their round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u64>,
}

/// Units of an asset that were sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SendReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The asset.
    asset: AssetIndex,
    /// The address of the account that sent.
    from: Address,
    /// The address of the account that received.
    to: Address,
    /// How much, in minor units.
    amount: u64,
    /// The transaction.
    txids: Vec<String>,
    /// Its round.
    round: u64,
}

/// An asset, and what the accounts here hold of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShowReport {
    /// The network's name.
    network: String,
    /// The network's genesis hash, base64.
    genesis_hash: String,
    /// The asset.
    asset: AssetIndex,
    /// Its unit's name.
    unit: String,
    /// Its name.
    name: String,
    /// The total number of minor units.
    total: u64,
    /// Digits after the point.
    decimals: u32,
    /// The address of its creator.
    creator: String,
    /// The address of who may change these addresses; empty for nobody.
    manager: String,
    /// The address of who keeps what is not in circulation; empty for nobody.
    reserve: String,
    /// The address of who may freeze holdings; empty for nobody.
    freeze: String,
    /// The address of who may take it from any holder; empty for nobody.
    clawback: String,
    /// Whether holdings start frozen.
    default_frozen: bool,
    /// A web address about it; empty for none.
    url: String,
    /// What the accounts hold whose keys are here, by name.
    holdings: Vec<HoldingReport>,
}

/// What an account holds of the asset.
#[derive(Debug, Serialize, JsonSchema)]
struct HoldingReport {
    /// The account's name.
    name: String,
    /// Its address.
    address: Address,
    /// How much, in minor units; null where it has not opted in.
    amount: Option<u64>,
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let command = async |session: &Session<'_>| match &args.command {
        Command::Create { unit, name, decimals, total, url, from, signers } => {
            let plan = AssetPlan {
                unit: unit.clone(),
                name: name.clone(),
                decimals: *decimals,
                total: *total,
                url: url.clone(),
            };
            create(session, &plan, from, signers).await
        }
        Command::Optin { asset, from, signers } => opt_in(session, *asset, from, signers).await,
        Command::Send { amount, to, asset, from, signers } => send(session, *amount, to, *asset, from, signers).await,
        Command::Show { asset } => show(session, *asset).await,
    };
    // A deployment takes the newest asset, or makes one where there is none.
    match args.command {
        Command::Create { .. } => on_locked_network(context, "asset create", command).await,
        _ => on_network(context, command).await,
    }
}

async fn create(session: &Session<'_>, plan: &AssetPlan, from: &str, signers: &SenderArgs) -> Result<Answer, Failure> {
    let many = signers.signers(session.context)?;
    let asset = match session.create_asset(plan, from, many.as_ref()).await? {
        Outcome::Done(asset) => asset,
        Outcome::Unsigned(unsigned) => return session.write_bundle(signers, &unsigned).await,
    };
    let text =
        format!("asset {} ({}), {} minor units, held by {}", asset.asset_id, asset.unit, asset.total, asset.creator);
    let report = CreateReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        txids: vec![asset.txid.clone()],
        round: asset.round,
        asset,
        record: session.record_name(),
    };
    Answer::of(&report, text)
}

async fn opt_in(
    session: &Session<'_>,
    asset: Option<AssetIndex>,
    from: &str,
    signers: &SenderArgs,
) -> Result<Answer, Failure> {
    let many = signers.signers(session.context)?;
    let done = match session.opt_in_to_asset(asset, from, many.as_ref()).await? {
        Outcome::Done(done) => done,
        Outcome::Unsigned(unsigned) => return session.write_bundle(signers, &unsigned).await,
    };
    let AssetOptedIn { asset, account, sent } = done;
    let state = if sent.is_some() { "opted in to" } else { "had opted in already to" };
    let text = format!("{account} {state} asset {} ({})", asset.id, asset.unit_name);
    let report = OptinReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        asset: asset.id,
        account,
        changed: sent.is_some(),
        round: sent.as_ref().map(|sent| sent.confirmation.round),
        txids: sent.map(|sent| sent.txids).unwrap_or_default(),
    };
    Answer::of(&report, text)
}

async fn send(
    session: &Session<'_>,
    amount: u64,
    to: &str,
    asset: Option<AssetIndex>,
    from: &str,
    signers: &SenderArgs,
) -> Result<Answer, Failure> {
    let many = signers.signers(session.context)?;
    let done = match session.send_asset(amount, to, asset, from, many.as_ref()).await? {
        Outcome::Done(done) => done,
        Outcome::Unsigned(unsigned) => return session.write_bundle(signers, &unsigned).await,
    };
    let AssetSent { asset, from, to, sent } = done;
    let report = SendReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        asset: asset.id,
        from,
        to,
        amount,
        txids: sent.txids,
        round: sent.confirmation.round,
    };
    Answer::of(&report, format!("sent {} to {to} in round {}", shown(amount, &asset), report.round))
}

async fn show(session: &Session<'_>, asset: Option<AssetIndex>) -> Result<Answer, Failure> {
    let asset = session.existing_asset(asset).await?;
    let mut lines = vec![
        format!("asset     {}  {} ({})", asset.id, asset.name, asset.unit_name),
        format!("total     {}", shown(asset.total, &asset)),
        format!("creator   {}", asset.creator),
    ];
    let holdings = session.holdings(asset.id).await?;
    for (index, Holding { name, amount, .. }) in holdings.iter().enumerate() {
        let text = amount.map_or_else(|| "not opted in".to_owned(), |amount| shown(amount, &asset));
        let title = if index == 0 { "held by" } else { "" };
        lines.push(format!("{title:<9} {name:<9} {text}"));
    }
    let report = |Holding { name, address, amount }| HoldingReport { name, address, amount };
    let holdings = holdings.into_iter().map(report).collect();
    let report = ShowReport {
        network: session.network.name.clone(),
        genesis_hash: session.identity.hash.clone(),
        asset: asset.id,
        unit: asset.unit_name,
        name: asset.name,
        total: asset.total,
        decimals: asset.decimals,
        creator: asset.creator,
        manager: asset.manager,
        reserve: asset.reserve,
        freeze: asset.freeze,
        clawback: asset.clawback,
        default_frozen: asset.default_frozen,
        url: asset.url,
        holdings,
    };
    Answer::of(&report, lines.join("\n"))
}

/// An amount with its point and unit, and the minor units behind it.
pub(crate) fn shown(amount: u64, asset: &AssetState) -> String {
    let decimals = usize::try_from(asset.decimals).unwrap_or(0);
    let digits = format!("{amount:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction} {}", asset.unit_name)
}
