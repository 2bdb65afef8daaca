//! The asset bills are paid with: found, held, sent.

use crate::connection::Connection;
use crate::error::{AssetError, Error};
use crate::sender::{MultisigSigners, Outcome, Sender, Unsigned};
use crate::sending::{Sent, single};
use crate::{AssetPlan, Made};
use pnp_client::AssetState;
use pnp_types::{Address, AssetIndex};
use pnp_usage::calls;

/// An account that may hold an asset.
#[derive(Debug)]
pub struct AssetOptedIn {
    /// The asset.
    pub asset: AssetState,
    /// Who.
    pub account: Address,
    /// The group that was sent; nothing where the account had opted in already.
    pub sent: Option<Sent>,
}

impl Connection {
    /// The asset that is meant, which must exist.
    ///
    /// # Errors
    /// [`AssetError`], and a network that does not answer.
    pub async fn existing_asset(&self, named: Option<AssetIndex>) -> Result<AssetState, Error> {
        let network = || self.network.name.clone();
        let Some(asset) = self.asset(named)? else {
            return Err(AssetError::NotRecorded { network: network() }.into());
        };
        let found = self.algod.asset(asset).await?;
        found.ok_or_else(|| AssetError::Missing { asset, network: network() }.into())
    }

    /// Creates an asset and records it.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn create_asset(
        &self,
        plan: &AssetPlan,
        from: &str,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<pnp_registry::Asset>, Error> {
        match self.sender(signers, from).await? {
            Sender::One(creator) => Ok(Outcome::Done(self.make_asset(&creator, plan).await?)),
            Sender::Many(sender) => {
                let params = self.params().await?;
                let transactions = single(plan.transaction(sender.address, &params), &params)?;
                let what = format!("make the {} {}", Made::Asset.name(), plan.unit);
                Ok(Outcome::Unsigned(Box::new(Unsigned { action: "asset-create", what, sender, transactions })))
            }
        }
    }

    /// Lets an account hold an asset; a user of a development network is given some of it.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn opt_in_to_asset(
        &self,
        asset: Option<AssetIndex>,
        from: &str,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<AssetOptedIn>, Error> {
        let asset = self.existing_asset(asset).await?;
        let account = match self.sender(signers, from).await? {
            Sender::One(account) => account,
            Sender::Many(sender) => {
                let params = self.params().await?;
                let transactions = single(calls::asset_opt_in(sender.address, asset.id, &params), &params)?;
                let what = format!("opt in to asset {}", asset.id);
                let unsigned = Unsigned { action: "asset-optin", what, sender, transactions };
                return Ok(Outcome::Unsigned(Box::new(unsigned)));
            }
        };
        let gift = match self.algod.holding(account.address, asset.id).await? {
            None => self.gift_to_new(&account, asset.id).await?,
            Some(_) => None,
        };
        let sent = if gift.is_some() {
            let params = self.params().await?;
            let opt_in = calls::asset_opt_in(account.address, asset.id, &params);
            Some(self.send_with_gift(&account, vec![opt_in], gift.as_ref(), None).await?)
        } else {
            self.hold(&account, asset.id).await?
        };
        Ok(Outcome::Done(AssetOptedIn { asset, account: account.address, sent }))
    }
}
