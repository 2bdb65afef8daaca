//! The asset bills are paid with: found, held, sent.

use crate::connection::Connection;
use crate::error::{AssetError, Error};
use crate::sender::{MultisigSigners, Outcome, Sender, Unsigned};
use crate::sending::{Sent, single};
use crate::{AssetPlan, CreatedKind};
use pnp_client::AssetState;
use pnp_keys::Account;
use pnp_types::{Address, AssetIndex};
use pnp_usage::calls;

/// Units of an asset that were sent.
#[derive(Debug)]
pub struct AssetSent {
    /// The asset.
    pub asset: AssetState,
    /// Who sent them.
    pub from: Address,
    /// Who received them.
    pub to: Address,
    /// The transaction.
    pub sent: Sent,
}

/// What an account whose key is here holds of an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The account's name.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// How much, in minor units; nothing where it has not opted in.
    pub amount: Option<u64>,
}

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
        plan.check()?;
        match self.sender(signers, from).await? {
            Sender::Single(creator) => Ok(Outcome::Done(self.make_asset(&creator, plan).await?)),
            Sender::Multisig(sender) => {
                let params = self.params().await?;
                let transactions = single(plan.transaction(sender.address, &params), &params)?;
                let what = format!("create the {} {}", CreatedKind::Asset.name(), plan.unit);
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
            Sender::Single(account) => account,
            Sender::Multisig(sender) => {
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
            self.ensure_holding(&account, asset.id).await?
        };
        Ok(Outcome::Done(AssetOptedIn { asset, account: account.address, sent }))
    }

    /// Sends `amount` minor units of an asset to the account `to`.
    ///
    /// # Errors
    /// What [`Connection::address_named`] and sending may fail for.
    pub async fn send_asset(
        &self,
        amount: u64,
        to: &str,
        asset: Option<AssetIndex>,
        from: &str,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<AssetSent>, Error> {
        let asset = self.existing_asset(asset).await?;
        let sender = self.sender(signers, from).await?;
        let (from, to) = (sender.address(), self.address_named(to).await?);
        let params = self.params().await?;
        let transactions = single(calls::asset_transfer(from, to, asset.id, amount, &params), &params)?;
        let what = format!("send {amount} minor units of asset {} to {to}", asset.id);
        Ok(match self.carry_out("asset-send", &what, &sender, &transactions, None).await? {
            Outcome::Done(sent) => Outcome::Done(AssetSent { asset, from, to, sent }),
            Outcome::Unsigned(unsigned) => Outcome::Unsigned(unsigned),
        })
    }

    /// What the accounts hold of an asset whose keys are here, by name.
    ///
    /// # Errors
    /// Keys that cannot be read, and a network that does not answer.
    pub async fn holdings(&self, asset: AssetIndex) -> Result<Vec<Holding>, Error> {
        let mut holdings = Vec::new();
        for name in self.account_names().await? {
            let Ok(Account { address, .. }) = self.keys().get(&name).await else { continue };
            let amount = self.algod.holding(address, asset).await?.map(|holding| holding.amount);
            holdings.push(Holding { name, address, amount });
        }
        Ok(holdings)
    }
}
