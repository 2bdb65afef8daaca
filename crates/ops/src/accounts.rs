//! Accounts: as operations name them, with Algos, and with another key that signs for them.

use crate::connection::Connection;
use crate::error::{AccountError, Error};
use crate::multisig;
use crate::names::address_in;
use crate::sender::{MultisigSigners, Outcome, Sender, Unsigned};
use crate::sending::{Sent, single};
use pnp_keys::{Account, KeyError, KeyRing};
use pnp_types::{Address, Header, MicroAlgos, Transaction};
use pnp_usage::calls;
use std::collections::BTreeSet;
use std::path::Path;

/// The accounts whose keys are found.
#[derive(Debug, Default)]
pub struct FoundAccounts {
    /// The accounts by name, and whether operations use them: of several places that have a name, they use the first.
    pub accounts: Vec<(Account, bool)>,
    /// Why places could not be read.
    pub problems: Vec<KeyError>,
}

impl FoundAccounts {
    /// The accounts of these names, from every place that has them.
    pub async fn find(ring: &KeyRing<'_>, names: &BTreeSet<String>) -> Self {
        let mut found = Self::default();
        for name in names {
            let mut used = true;
            for account in ring.everywhere(name).await {
                match account {
                    Ok(account) => found.accounts.push((account, used)),
                    Err(error) => found.problems.push(error),
                }
                used = false;
            }
        }
        found
    }
}

/// An account that was sent Algos.
#[derive(Debug)]
pub struct Funded {
    /// The account.
    pub address: Address,
    /// What it has now.
    pub balance: MicroAlgos,
    /// The transaction.
    pub sent: Sent,
}

/// Another key for an account, before the transaction is sent. Whoever rekeys to a key that nobody has, loses the account.
#[derive(Clone, Debug)]
pub struct RekeyPlan {
    /// The account, and who signs the transaction.
    pub sender: Sender,
    /// The address whose key signs for it now.
    pub before: Address,
    /// The address whose key signs for it from now on.
    pub to: Address,
    /// Whether `to` was given as an address: nothing is known of its key.
    pub is_bare_address: bool,
}

impl RekeyPlan {
    /// Whether it changes anything.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before != self.to
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn effect(&self) -> String {
        let Self { sender, before, to, .. } = self;
        format!("rekey {}: from then on {to} alone signs for it, and {before} no longer", sender.address())
    }
}

impl Connection {
    /// The address that `who` names: an address itself, or the name of a multisignature or of an account whose key is here.
    ///
    /// # Errors
    /// [`AccountError::Address`], a key that is missing, and a multisignature's file that cannot be read.
    pub async fn address_named(&self, who: &str) -> Result<Address, Error> {
        if let Some(address) = address_in(who)? {
            return Ok(address);
        }
        match multisig::address_of(&self.settings.folder, who)? {
            Some(address) => Ok(address),
            None => Ok(self.keys().get(who).await?.address),
        }
    }

    /// Creates an account for a development network. Its address, and the file that keeps its key in the clear.
    ///
    /// # Errors
    /// [`AccountError::NotDevelopment`], a name that is taken, and a file that cannot be written.
    pub fn create_account(&self, name: &str) -> Result<(Address, &Path), Error> {
        let Some(local) = self.sources.local() else {
            let (name, network) = (name.to_owned(), self.network.name.clone());
            return Err(AccountError::NotDevelopment { name, network }.into());
        };
        // The keystore comes before the file of development keys: an account of this name would never be found.
        if let Some(entry) = self.sources.keystore().map(|keystore| keystore.get(name)).transpose()?.flatten() {
            return Err(KeyError::Taken { name: name.to_owned(), address: entry.address() }.into());
        }
        self.settings.make_key_folder()?;
        Ok((local.create(name)?.address(), local.path()))
    }

    /// Sends Algos to the account `who`: from the network's dispenser, or from the account that `signers` sign for.
    ///
    /// # Errors
    /// What [`Connection::address_named`] and sending may fail for.
    pub async fn fund_account(
        &self,
        who: &str,
        amount: MicroAlgos,
        signers: Option<&MultisigSigners>,
    ) -> Result<Outcome<Funded>, Error> {
        let address = self.address_named(who).await?;
        if let Some(signers) = signers
            && let Sender::Multisig(sender) = self.sender(Some(signers), who).await?
        {
            let params = self.params().await?;
            let transactions = single(calls::payment(sender.address, address, amount, &params), &params)?;
            let what = format!("send {amount} to {address}");
            return Ok(Outcome::Unsigned(Box::new(Unsigned { action: "fund", what, sender, transactions })));
        }
        let sent = self.fund(address, amount).await?;
        let balance = self.algod.account(address).await?.balance;
        Ok(Outcome::Done(Funded { address, balance, sent }))
    }

    /// Finds out what it takes that `to` signs for the account `name`, or for that of `signers`: an address, or the name of
    /// a multisignature or of an account whose key is here.
    ///
    /// # Errors
    /// [`AccountError::Unknown`], a key that is missing, and a network that does not answer.
    pub async fn plan_rekey(
        &self,
        name: &str,
        to: &str,
        signers: Option<&MultisigSigners>,
    ) -> Result<RekeyPlan, Error> {
        let sender = self.existing_sender(signers, name).await?;
        let bare = to.parse().ok();
        let to = match bare {
            Some(address) => address,
            None => self.signer_named(to).await?,
        };
        let before = self.algod.account(sender.address()).await?.signer();
        Ok(RekeyPlan { sender, before, to, is_bare_address: bare.is_some() })
    }

    async fn signer_named(&self, name: &str) -> Result<Address, Error> {
        if let Some(address) = multisig::address_of(&self.settings.folder, name)? {
            return Ok(address);
        }
        match self.keys().get(name).await {
            Ok(account) => Ok(account.signer()),
            Err(KeyError::Missing { .. }) => Err(AccountError::Unknown { name: name.to_owned() }.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets another key sign for an account from now on.
    ///
    /// # Errors
    /// What sending may fail for.
    pub async fn rekey(&self, plan: &RekeyPlan) -> Result<Outcome, Error> {
        let address = plan.sender.address();
        let params = self.params().await?;
        let payment = calls::payment(address, address, MicroAlgos::ZERO, &params);
        let header = Header { rekey_to: plan.to, ..payment.header.clone() };
        let transactions = single(Transaction { header, ..payment }, &params)?;
        self.carry_out("rekey", &plan.effect(), &plan.sender, &transactions, None).await
    }
}
