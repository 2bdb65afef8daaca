//! Who pays the lines of a batch: accounts by name or address, ready to be billed.

use super::NETWORK;
use crate::connection::Connection;
use crate::error::Error;
use pnp_client::Algod;
use pnp_keys::{Account, KeyError};
use pnp_types::{Address, AppIndex, AssetIndex, Transaction};
use pnp_usage::batch::{Payers, Ready};
use pnp_usage::{LocalState, Signer, Signing};
use std::collections::HashMap;
use std::sync::Arc;

/// An account that signs for its bills.
struct SigningAccount(Account);

impl Signer for SigningAccount {
    fn address(&self) -> Address {
        self.0.address
    }

    fn sign<'a>(&'a self, transactions: &'a [Transaction]) -> Signing<'a> {
        Box::pin(async move {
            let mut signed = Vec::with_capacity(transactions.len());
            for transaction in transactions {
                signed.push(self.0.sign(transaction).await?);
            }
            Ok(signed)
        })
    }
}

/// The accounts that a connection has keys of.
pub(super) struct ConnectedPayers<'c> {
    connection: &'c Connection,
    /// The connection's algod, asked for as long as all of the batch's questions.
    algod: Algod,
    app: AppIndex,
    asset: AssetIndex,
    /// Every account that has a name here.
    named: tokio::sync::OnceCell<HashMap<Address, Account>>,
}

impl<'c> ConnectedPayers<'c> {
    pub(super) fn new(connection: &'c Connection, app: AppIndex, asset: AssetIndex) -> Self {
        let algod = connection.algod.clone().with_retry(NETWORK);
        Self { connection, algod, app, asset, named: tokio::sync::OnceCell::new() }
    }

    async fn by_address(&self, address: Address) -> Result<Option<Account>, Error> {
        let named = self.named.get_or_try_init(|| self.all_named()).await?;
        Ok(named.get(&address).cloned())
    }

    async fn all_named(&self) -> Result<HashMap<Address, Account>, Error> {
        let mut named = HashMap::new();
        for name in self.connection.account_names().await? {
            match self.connection.keys().get(&name).await {
                Ok(account) => {
                    named.entry(account.address).or_insert(account);
                }
                Err(KeyError::Missing { .. } | KeyError::Name(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(named)
    }

    /// What the contract has of the account. A development network lets the account use contract and asset where it cannot yet.
    async fn prepare(&self, account: &Account) -> Result<Result<Option<LocalState>, String>, Error> {
        let (user, algod) = (account.address, &self.algod);
        let own = self.connection.is_own(account);
        let (state, local, holding) = tokio::try_join!(
            algod.account(user),
            LocalState::fetch(algod, user, self.app),
            algod.holding(user, self.asset),
        )?;
        if own && (state.balance.is_zero() || holding.is_none()) {
            let account = self.connection.account(&account.name).await?;
            self.connection.opt_in_and_fund(&account, self.app, self.asset).await?;
            return Ok(Ok(LocalState::fetch(algod, user, self.app).await??));
        }
        if holding.is_none() {
            return Ok(Err(format!("{user} has not opted in to asset {}", self.asset)));
        }
        Ok(Ok(local?))
    }
}

impl Payers for ConnectedPayers<'_> {
    type Error = Error;
    type Account = Account;

    async fn find(&self, user: &str) -> Result<Result<(Address, Account), String>, Error> {
        let account = match user.parse::<Address>() {
            Ok(address) => match self.by_address(address).await? {
                Some(account) => account,
                None => return Ok(Err(format!("there is no key here for {address}"))),
            },
            // No name is so long.
            Err(error) if user.len() > 32 => return Ok(Err(error.to_string())),
            Err(_) => match self.connection.keys().get(user).await {
                Ok(account) => account,
                Err(error @ (KeyError::Missing { .. } | KeyError::Name(_))) => return Ok(Err(error.to_string())),
                Err(error) => return Err(error.into()),
            },
        };
        // A password is asked for now rather than in the middle of everything.
        account.unlock().await?;
        Ok(Ok((account.address, account)))
    }

    async fn ready(&self, account: Account) -> Result<Result<Ready, String>, Error> {
        let local = match self.prepare(&account).await? {
            Ok(Some(local)) => local,
            Ok(None) => return Ok(Err(format!("{} has not opted in to application {}", account.address, self.app))),
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Ok(Ready { signer: Arc::new(SigningAccount(account)), last_tick: local.last_tick }))
    }
}
