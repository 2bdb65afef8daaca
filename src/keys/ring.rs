//! Accounts by name, from the environment or from this project's own file.

use super::local::check_name;
use super::mnemonic::{self, MnemonicError};
use super::{KeyError, LocalAccounts};
use crate::types::signing::SigningKey;
use crate::types::{Address, SignedTransaction, Transaction};
use std::fmt;
use zeroize::Zeroizing;

/// A secret setting, with where it comes from.
pub struct Secret {
    /// The text; wiped when dropped.
    pub text: Zeroizing<String>,
    /// Where it comes from, for messages.
    pub origin: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// How settings are looked up.
pub type Lookup<'a> = Box<dyn Fn(&str) -> Option<Secret> + 'a>;

/// Where an account's key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A mnemonic in a setting.
    Setting {
        /// The setting's name.
        variable: String,
        /// The layer it was found in.
        layer: String,
    },
    /// This project's file of development keys.
    Local {
        /// Whether it was made just now.
        made: bool,
    },
}

/// An account and the key that signs for it.
#[derive(Clone)]
pub struct Account {
    /// Its name, for example `creator`.
    pub name: String,
    /// Its address; a rekeyed account's own, not its key's.
    pub address: Address,
    /// Where the key comes from.
    pub origin: Origin,
    key: SigningKey,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("name", &self.name)
            .field("address", &self.address)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// An account of a key at hand.
    #[must_use]
    pub fn new(name: &str, key: SigningKey) -> Self {
        let origin = Origin::Local { made: false };
        Self { name: name.to_owned(), address: key.address(), origin, key }
    }

    /// Signs a transaction; where the key is not the sender's own, the signer goes along, as rekeyed accounts need it.
    #[must_use]
    pub fn sign(&self, transaction: &Transaction) -> SignedTransaction {
        self.key.sign_transaction(transaction)
    }
}

/// Finds accounts by name.
pub struct KeyRing<'a> {
    lookup: Lookup<'a>,
    local: Option<LocalAccounts>,
}

impl fmt::Debug for KeyRing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("local", &self.local).finish_non_exhaustive()
    }
}

impl<'a> KeyRing<'a> {
    /// Looks in settings, then in `local` where a development network has one.
    #[must_use]
    pub fn new(lookup: Lookup<'a>, local: Option<LocalAccounts>) -> Self {
        Self { lookup, local }
    }

    /// The settings that may hold the mnemonic of an account, the first one winning.
    #[must_use]
    pub fn variables(name: &str) -> Vec<String> {
        let own = format!("{}_MNEMONIC", name.to_ascii_uppercase().replace('-', "_"));
        match name {
            "creator" | "deployer" => vec!["CREATOR_MNEMONIC".to_owned(), "DEPLOYER_MNEMONIC".to_owned()],
            _ => vec![own],
        }
    }

    /// The development accounts, where there are any.
    #[must_use]
    pub const fn local(&self) -> Option<&LocalAccounts> {
        self.local.as_ref()
    }

    /// The account `name` from settings; `None` where no setting has it.
    ///
    /// # Errors
    /// A mnemonic or sender that is malformed.
    pub fn configured(&self, name: &str) -> Result<Option<Account>, KeyError> {
        check_name(name)?;
        for variable in Self::variables(name) {
            let Some(secret) = (self.lookup)(&variable) else { continue };
            let key = signing_key(&secret.text).map_err(|why| KeyError::Mnemonic {
                variable: variable.clone(),
                origin: secret.origin.clone(),
                why: why.to_string(),
            })?;
            let address = self.sender(&variable)?.unwrap_or_else(|| key.address());
            let origin = Origin::Setting { variable, layer: secret.origin };
            return Ok(Some(Account { name: name.to_owned(), address, origin, key }));
        }
        Ok(None)
    }

    fn sender(&self, variable: &str) -> Result<Option<Address>, KeyError> {
        let variable = variable.replace("_MNEMONIC", "_SENDER");
        let Some(setting) = (self.lookup)(&variable) else { return Ok(None) };
        setting.text.trim().parse().map(Some).map_err(|_| KeyError::Sender { variable, origin: setting.origin })
    }

    /// The account `name` from settings or this project's file; never makes one.
    ///
    /// # Errors
    /// [`KeyError::Missing`], and malformed keys.
    pub fn get(&self, name: &str) -> Result<Account, KeyError> {
        if let Some(account) = self.configured(name)? {
            return Ok(account);
        }
        if let Some(key) = self.local.as_ref().map(|local| local.get(name)).transpose()?.flatten() {
            return Ok(Account::new(name, key));
        }
        Err(KeyError::Missing { name: name.to_owned(), variables: Self::variables(name) })
    }

    /// The account `name`, made in this project's file where a development network lacks it.
    ///
    /// # Errors
    /// As [`KeyRing::get`]; on networks without a file, [`KeyError::Missing`].
    pub fn get_or_create(&self, name: &str) -> Result<Account, KeyError> {
        match (self.get(name), &self.local) {
            (Err(KeyError::Missing { .. }), Some(local)) => {
                let (key, made) = local.get_or_create(name)?;
                Ok(Account { origin: Origin::Local { made }, ..Account::new(name, key) })
            }
            (outcome, _) => outcome,
        }
    }
}

/// The key of a mnemonic.
fn signing_key(text: &str) -> Result<SigningKey, MnemonicError> {
    mnemonic::to_seed(text).map(|seed| SigningKey::from_seed(&seed))
}
