//! The account that an operation sends from: one key, which signs at once, or a multisignature, whose signers get a bundle.

use crate::connection::Connection;
use crate::error::{Error, SenderError};
use crate::sending::Sent;
use pnp_keys::{Account, KeyError};
use pnp_types::{Address, AppIndex, MultisigAccount, Transaction};
use pnp_usage::{OperationError, Programs};

/// A multisignature that is asked to sign.
#[derive(Clone, Debug)]
pub struct MultisigSigners {
    /// Its name.
    pub name: String,
    /// Its keys and threshold.
    pub multisig: MultisigAccount,
    /// The account it signs for, where that is another one, rekeyed to it.
    pub sender: Option<Address>,
}

/// An account that a multisignature signs for.
#[derive(Clone, Debug)]
pub struct MultisigSender {
    /// The account: the multisignature's own, or one rekeyed to it.
    pub address: Address,
    /// The multisignature's name.
    pub name: String,
    /// Its keys and threshold.
    pub multisig: MultisigAccount,
}

/// The account that sends an operation's transactions, and who signs them.
#[derive(Clone, Debug)]
pub enum Sender {
    /// A key of this machine signs.
    Single(Account),
    /// The keys of a multisignature sign, elsewhere.
    Multisig(MultisigSender),
}

impl Sender {
    /// The account that sends.
    #[must_use]
    pub const fn address(&self) -> Address {
        match self {
            Self::Single(account) => account.address,
            Self::Multisig(multisig) => multisig.address,
        }
    }

    /// The key that signs here, if there is one.
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        match self {
            Self::Single(account) => Some(account),
            Self::Multisig(_) => None,
        }
    }
}

/// Transactions that wait for many signatures.
#[derive(Clone, Debug)]
pub struct Unsigned {
    /// What they do, in one word.
    pub action: &'static str,
    /// What they do, in one sentence.
    pub what: String,
    /// Who signs.
    pub sender: MultisigSender,
    /// The transactions, as one group.
    pub transactions: Vec<Transaction>,
}

/// The outcome of an operation.
#[derive(Debug)]
pub enum Outcome<T = Sent> {
    /// It is done.
    Done(T),
    /// It waits for its signers; nothing was sent or recorded.
    Unsigned(Box<Unsigned>),
}

impl Connection {
    /// Who sends: the account `name`, made and funded where a development network lacks it, or the signers asked for.
    ///
    /// # Errors
    /// As [`Connection::account`], and [`SenderError::NotTheirs`].
    pub async fn sender(&self, signers: Option<&MultisigSigners>, name: &str) -> Result<Sender, Error> {
        match signers {
            None => Ok(Sender::Single(self.account(name).await?)),
            Some(signers) => self.multisig(signers, signers.sender).await,
        }
    }

    /// As [`Connection::sender`], but never makes an account.
    ///
    /// # Errors
    /// As [`Connection::sender`].
    pub async fn existing_sender(&self, signers: Option<&MultisigSigners>, name: &str) -> Result<Sender, Error> {
        match signers {
            None => Ok(Sender::Single(self.keys().get(name).await?)),
            Some(signers) => self.multisig(signers, signers.sender).await,
        }
    }

    /// The signers asked for, who speak for `address`: an application's creator, for example.
    ///
    /// # Errors
    /// [`SenderError`].
    pub async fn sender_for(&self, signers: &MultisigSigners, address: Address) -> Result<Sender, Error> {
        match signers.sender {
            Some(named) if named != address => Err(SenderError::OtherSender { named, needed: address }.into()),
            _ => self.multisig(signers, Some(address)).await,
        }
    }

    async fn multisig(&self, signers: &MultisigSigners, address: Option<Address>) -> Result<Sender, Error> {
        let MultisigSigners { name, multisig, .. } = signers;
        let address = address.unwrap_or_else(|| multisig.address());
        let signer = self.algod.account(address).await?.signer();
        if signer != multisig.address() {
            let (name, multisig) = (name.clone(), multisig.address());
            return Err(SenderError::NotTheirs { address, name, multisig, signer }.into());
        }
        Ok(Sender::Multisig(MultisigSender { address, name: name.clone(), multisig: multisig.clone() }))
    }

    /// The account that made the application: nobody else may change or end it, so none is made for that.
    ///
    /// # Errors
    /// [`SenderError`], a key that is missing, and an application that does not exist.
    pub async fn creator_of(&self, app: AppIndex, signers: Option<&MultisigSigners>) -> Result<Sender, Error> {
        let Some(application) = self.algod.application(app).await? else {
            return Err(OperationError::NoApplication(app).into());
        };
        let creator = application.creator;
        if let Some(signers) = signers {
            return self.sender_for(signers, creator).await;
        }
        // Several places may know a creator; the one that made it is meant.
        let own = self.keys().everywhere("creator").await.into_iter().flatten().find(|one| one.address == creator);
        if let Some(account) = own {
            return Ok(Sender::Single(self.prepared(account).await?));
        }
        match self.keys().get("creator").await {
            Ok(account) => Err(SenderError::NotCreator { app, creator, here: Some(account.address) }.into()),
            Err(KeyError::Missing { .. }) if self.is_development() => {
                Err(SenderError::NotCreator { app, creator, here: None }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Carries out an operation: has it approved, signs, sends and waits; or returns what many have to sign.
    ///
    /// `action` is one word, `what` a sentence for the people who approve or sign.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub async fn carry_out(
        &self,
        action: &'static str,
        what: &str,
        sender: &Sender,
        transactions: &[Transaction],
        programs: Option<&Programs>,
    ) -> Result<Outcome, Error> {
        match sender {
            Sender::Single(account) => Ok(Outcome::Done(self.send(what, account, transactions, programs).await?)),
            Sender::Multisig(multisig) => Ok(Outcome::Unsigned(Box::new(Unsigned {
                action,
                what: what.to_owned(),
                sender: multisig.clone(),
                transactions: transactions.to_vec(),
            }))),
        }
    }
}
