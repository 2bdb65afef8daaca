//! What a new contract is made with: named, set, or, on a development network, made for it.

use super::Args;
use crate::commands::asset::existing;
use crate::commands::multisig::Sender;
use crate::failure::Failure;
use crate::session::Session;
use pnp_ops::AssetPlan;
use pnp_types::{Address, AssetIndex};
use pnp_usage::{AssetWish, Creation, Parameters, Wish};

/// Parties, parameters and asset of a new contract. On a development network what is missing is made, unless this is a
/// trial, which makes nothing.
pub(super) async fn creation(
    session: &Session<'_>,
    args: &Args,
    wish: &Wish,
    creator: &Sender,
) -> Result<Creation, Failure> {
    let parameters = wish.parameters(&Parameters::EXAMPLE)?;
    let provider = party(session, args, wish.provider, "provider", "PROVIDER_ADDR").await?;
    let platform = party(session, args, wish.platform, "platform", "PLATFORM_ADDR").await?;
    let asset = match wish.asset {
        AssetWish::Unbound => None,
        AssetWish::Bound(asset) => Some(bound_asset(session, args, Some(asset), creator).await?),
        AssetWish::Unnamed => Some(bound_asset(session, args, None, creator).await?),
    };
    Ok(Creation { provider, platform, parameters, asset })
}

/// Lets the parties of ours hold the asset; warns of another's that does not.
pub(super) async fn be_ready(session: &Session<'_>, creation: &Creation) -> Result<(), Failure> {
    let Some(asset) = creation.asset else { return Ok(()) };
    for (name, address) in [("provider", creation.provider), ("platform", creation.platform)] {
        if session.algod.holding(address, asset).await?.is_some() {
            continue;
        }
        match session.keys().get(name).await {
            Ok(account) if account.address == address && session.is_development() => {
                session.hold(&account, asset).await?;
            }
            _ => session.context.out.warn(&format!(
                "the {name} {address} has not opted in to asset {asset}: every bill fails until it does"
            )),
        }
    }
    Ok(())
}

/// A party's address: named, or, on a development network, an account made for it.
async fn party(
    session: &Session<'_>,
    args: &Args,
    named: Option<Address>,
    name: &str,
    setting: &str,
) -> Result<Address, Failure> {
    match named {
        Some(address) => Ok(address),
        None if session.is_development() && args.is_trial() => match session.keys().get(name).await {
            Ok(account) => Ok(account.address),
            Err(_) => Err(unmade(&format!("the account {name}"))),
        },
        None if session.is_development() => Ok(session.account(name).await?.address),
        None => Err(Failure::usage(format!("nobody is named as the {name}"))
            .because("it is where the money of each bill goes")
            .hint(format!("set {setting}, or pass --{name}"))),
    }
}

async fn bound_asset(
    session: &Session<'_>,
    args: &Args,
    named: Option<AssetIndex>,
    creator: &Sender,
) -> Result<AssetIndex, Failure> {
    if session.asset(named)?.is_none() && session.is_development() {
        return match creator.account() {
            Some(_) if args.is_trial() => Err(unmade("the asset")),
            Some(creator) => Ok(session.make_asset(creator, &AssetPlan::default()).await?.asset_id),
            None => existing(session, named).await.map(|asset| asset.id),
        };
    }
    Ok(existing(session, named).await?.id)
}

/// Something a development network gets when it is needed, and a trial needs already.
pub(super) fn unmade(what: &str) -> Failure {
    Failure::new("not_ready", format!("the deployment cannot be tried: {what} does not exist yet"))
        .because("`deploy` makes it on a development network, and a trial makes nothing")
        .hint("run `pnp-contract deploy`, or name what exists")
}
