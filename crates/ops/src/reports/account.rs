//! Documents about accounts.

use crate::accounts::{FoundAccounts, Funded, RekeyPlan};
use crate::connection::Connection;
use crate::keystore::KeptAccount;
use crate::sending::Sent;
use crate::settings::Settings;
use pnp_client::AccountState;
use pnp_keys::Account;
use pnp_types::{Address, MicroAlgos, Round};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;

/// An account in the keystore.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptReport {
    /// The account's name.
    pub name: String,
    /// The account's address.
    pub address: String,
    /// The address of its key, where that is another: the account is rekeyed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The keystore's file.
    pub file: String,
}

/// An account that was sent Algos.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FundReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The account's address.
    pub address: String,
    /// What was sent, in microAlgos.
    pub amount: u64,
    /// What the account has now, in microAlgos.
    pub balance: u64,
    /// The transaction.
    pub txids: Vec<String>,
    /// Its round.
    pub round: Round,
}

/// An account created for a development network.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The account's name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// The file that keeps its key.
    pub file: String,
}

/// An account whose words were written to a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportReport {
    /// The account's name.
    pub name: String,
    /// The address of its key.
    pub address: String,
    /// The file that holds the words.
    pub file: String,
}

/// An account, and who signs for it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RekeyReport {
    /// The network's name.
    pub network: String,
    /// The network's genesis hash, base64.
    pub genesis_hash: String,
    /// The account's address.
    pub address: String,
    /// The address whose key signed for it before.
    pub before: String,
    /// The address whose key signs for it now.
    pub signer: String,
    /// Whether that is a change.
    pub changed: bool,
    /// The transaction; none where nothing changed.
    pub txids: Vec<String>,
    /// Its round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// The accounts whose keys are found, where, and with which balances.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListReport {
    /// The network's name.
    pub network: String,
    /// The accounts, by name; one with a key in several places is there for each.
    pub accounts: Vec<Row>,
    /// Places that could not be read, in words.
    pub problems: Vec<String>,
}

/// One account from one place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Where the key is.
    pub origin: String,
    /// Whether commands use this one; false where a stronger place has the name too.
    pub used: bool,
    /// The address of the key, where that is another than the account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// What the account has, in microAlgos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<u64>,
    /// What it must keep, in microAlgos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<u64>,
    /// The address of the key the chain asks for, where that is not the account's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_addr: Option<String>,
}

impl KeptReport {
    /// An account of the keystore, with its file as people write it.
    #[must_use]
    pub fn new(settings: &Settings, KeptAccount { entry, file }: &KeptAccount) -> Self {
        Self {
            name: entry.name().to_owned(),
            address: entry.address().to_string(),
            signer: entry.sender().map(|_| entry.signer().to_string()),
            file: settings.shown(file),
        }
    }
}

impl FundReport {
    /// An account that was sent `amount`.
    #[must_use]
    pub fn new(connection: &Connection, amount: MicroAlgos, done: Funded) -> Self {
        let (network, genesis_hash) = super::place(connection);
        Self {
            network,
            genesis_hash,
            address: done.address.to_string(),
            amount: amount.0,
            balance: done.balance.0,
            txids: done.sent.txids,
            round: done.sent.confirmation.round,
        }
    }
}

impl NewReport {
    /// The account `name`, whose key is in `file`.
    #[must_use]
    pub fn new(connection: &Connection, name: &str, address: Address, file: &Path) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (name, file) = (name.to_owned(), connection.settings.shown(file));
        Self { network, genesis_hash, name, address: address.to_string(), file }
    }
}

impl RekeyReport {
    /// What was planned, and what was sent for it.
    #[must_use]
    pub fn new(connection: &Connection, plan: &RekeyPlan, sent: Option<Sent>) -> Self {
        let (network, genesis_hash) = super::place(connection);
        let (txids, round) = super::transactions(sent);
        Self {
            network,
            genesis_hash,
            address: plan.sender.address().to_string(),
            before: plan.before.to_string(),
            signer: plan.to.to_string(),
            changed: plan.is_change(),
            txids,
            round,
        }
    }
}

impl ListReport {
    /// The accounts that were found; `states` has what the chain says of each, where it was asked.
    #[must_use]
    pub fn new(network: &str, found: &FoundAccounts, states: &[Option<AccountState>]) -> Self {
        let rows =
            found.accounts.iter().zip(states).map(|((account, used), state)| Row::new(account, *used, state.as_ref()));
        let problems = found.problems.iter().map(ToString::to_string).collect();
        Self { network: network.to_owned(), accounts: rows.collect(), problems }
    }
}

impl Row {
    fn new(account: &Account, used: bool, state: Option<&AccountState>) -> Self {
        Self {
            name: account.name.clone(),
            address: account.address.to_string(),
            origin: account.origin.to_string(),
            used,
            signer: (account.signer() != account.address).then(|| account.signer().to_string()),
            balance: state.map(|state| state.balance.0),
            min_balance: state.map(|state| state.min_balance.0),
            auth_addr: state.filter(|state| !state.auth_addr.is_zero()).map(|state| state.auth_addr.to_string()),
        }
    }
}
