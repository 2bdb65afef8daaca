//! What a new contract is made with: named, set, or, on a development network, made for it.

use super::error::DeployError;
use crate::AssetPlan;
use crate::connection::Connection;
use crate::error::Error;
use crate::observer::Event;
use crate::sender::Sender;
use pnp_types::{Address, AssetIndex};
use pnp_usage::{AssetChoice, ContractChoices, Creation, Parameters};

/// Parties, parameters and asset of a new contract. On a development network what is missing is made, unless this is a
/// trial, which makes nothing.
pub(super) async fn creation(
    connection: &Connection,
    is_trial: bool,
    choices: &ContractChoices,
    creator: &Sender,
) -> Result<Creation, Error> {
    let parameters = choices.parameters(&Parameters::EXAMPLE)?;
    let provider = party(connection, is_trial, choices.provider, "provider", "PROVIDER_ADDR").await?;
    let platform = party(connection, is_trial, choices.platform, "platform", "PLATFORM_ADDR").await?;
    let asset = match choices.asset {
        AssetChoice::Unbound => None,
        AssetChoice::Bound(asset) => Some(bound_asset(connection, is_trial, Some(asset), creator).await?),
        AssetChoice::Unnamed => Some(bound_asset(connection, is_trial, None, creator).await?),
    };
    Ok(Creation { provider, platform, parameters, asset })
}

/// Lets the parties of ours hold the asset; warns of another's that does not.
pub(super) async fn be_ready(connection: &Connection, creation: &Creation) -> Result<(), Error> {
    let Some(asset) = creation.asset else { return Ok(()) };
    for (name, address) in [("provider", creation.provider), ("platform", creation.platform)] {
        if connection.algod.holding(address, asset).await?.is_some() {
            continue;
        }
        match connection.keys().get(name).await {
            Ok(account) if account.address == address && connection.is_development() => {
                connection.ensure_holding(&account, asset).await?;
            }
            _ => connection.event(Event::PartyWithoutAsset { party: name, address, asset }),
        }
    }
    Ok(())
}

/// A party's address: named, or, on a development network, an account made for it.
async fn party(
    connection: &Connection,
    is_trial: bool,
    named: Option<Address>,
    name: &'static str,
    setting: &'static str,
) -> Result<Address, Error> {
    match named {
        Some(address) => Ok(address),
        None if connection.is_development() && is_trial => match connection.keys().get(name).await {
            Ok(account) => Ok(account.address),
            Err(_) => Err(unmade(&format!("the account {name}"))),
        },
        None if connection.is_development() => Ok(connection.account(name).await?.address),
        None => Err(DeployError::NoParty { party: name, setting }.into()),
    }
}

async fn bound_asset(
    connection: &Connection,
    is_trial: bool,
    named: Option<AssetIndex>,
    creator: &Sender,
) -> Result<AssetIndex, Error> {
    if connection.asset(named)?.is_none() && connection.is_development() {
        return match creator.account() {
            Some(_) if is_trial => Err(unmade("the asset")),
            Some(creator) => Ok(connection.make_asset(creator, &AssetPlan::default()).await?.asset_id),
            None => connection.existing_asset(named).await.map(|asset| asset.id),
        };
    }
    Ok(connection.existing_asset(named).await?.id)
}

/// Something a development network gets when it is needed, and a trial needs already.
pub(super) fn unmade(what: &str) -> Error {
    DeployError::NotReady { what: what.to_owned() }.into()
}
