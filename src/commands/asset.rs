//! `asset`: create, opt in to, send and show the asset that bills are paid with.

use crate::commands::multisig::SenderArgs;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::session::{Session, on_locked_network, on_network};
use crate::terminal::output::Answer;
use crate::terminal::values::{id, whole};
use pnp_client::AssetState;
use pnp_ops::reports::asset::{CreateReport, OptinReport, SendReport, ShowReport};
use pnp_ops::{AssetOptedIn, AssetPlan, AssetSent, Holding};
use pnp_types::AssetIndex;

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
        #[arg(long, value_parser = id::<AssetIndex>, allow_hyphen_values = true)]
        asset: Option<AssetIndex>,
        /// The account that opts in
        #[arg(long, alias = "from", default_value = "user", value_name = "NAME")]
        user: String,
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
        #[arg(long, value_parser = id::<AssetIndex>, allow_hyphen_values = true)]
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
        #[arg(long, value_parser = id::<AssetIndex>, allow_hyphen_values = true)]
        asset: Option<AssetIndex>,
    },
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
        Command::Optin { asset, user, signers } => opt_in(session, *asset, user, signers).await,
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
    let answer = |asset| {
        let report = CreateReport::new(session, asset);
        let pnp_registry::Asset { asset_id, unit, total, creator, .. } = &report.asset;
        Answer::of(&report, format!("asset {asset_id} ({unit}), {total} minor units, held by {creator}"))
    };
    session.conclude(signers, session.create_asset(plan, from, many.as_ref()).await?, answer).await
}

async fn opt_in(
    session: &Session<'_>,
    asset: Option<AssetIndex>,
    user: &str,
    signers: &SenderArgs,
) -> Result<Answer, Failure> {
    let many = signers.signers(session.context)?;
    let answer = |done: AssetOptedIn| {
        let state = if done.sent.is_some() { "opted in to" } else { "had opted in already to" };
        let text = format!("{} {state} asset {} ({})", done.account, done.asset.id, done.asset.unit_name);
        Answer::of(&OptinReport::new(session, done), text)
    };
    session.conclude(signers, session.opt_in_to_asset(asset, user, many.as_ref()).await?, answer).await
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
    let answer = |done: AssetSent| {
        let text =
            format!("sent {} to {} in round {}", shown(amount, &done.asset), done.to, done.sent.confirmation.round);
        Answer::of(&SendReport::new(session, amount, done), text)
    };
    session.conclude(signers, session.send_asset(amount, to, asset, from, many.as_ref()).await?, answer).await
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
    Answer::of(&ShowReport::new(session, asset, holdings), lines.join("\n"))
}

/// An amount with its point and unit, and the minor units behind it.
pub(crate) fn shown(amount: u64, asset: &AssetState) -> String {
    let decimals = usize::try_from(asset.decimals).unwrap_or(0);
    let digits = format!("{amount:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction} {}", asset.unit_name)
}
