//! An account, and whatever signs for it: a key in memory, one that is still sealed, or one that never leaves another
//! program.
//!
//! Must not know how passwords are asked for or how another program is reached: both come in as traits.

use super::{Entry, KeyError};
use pnp_types::SigningKey;
use pnp_types::{Address, MultisigAccount, Signature, SignedTransaction, Transaction};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

/// An answer that may have to be waited for: a password to be typed, another program to be asked.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// A key that another program holds, such as kmd: it gives signatures, never itself.
pub trait RemoteKey: fmt::Debug + Send + Sync {
    /// The signature of a transaction by this key, for any sender.
    fn signature<'a>(&'a self, transaction: &'a Transaction) -> Pending<'a, Signature>;
}

/// Opens keystore entries: knows their passwords, or asks for them.
pub trait Opener: fmt::Debug + Send + Sync {
    /// The key of an entry.
    fn open<'a>(&'a self, entry: &'a Entry) -> Pending<'a, SigningKey>;
}

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
    /// The encrypted keystore.
    Keystore,
    /// A wallet of the network's kmd.
    Kmd {
        /// The wallet's name.
        wallet: String,
    },
    /// This project's file of development keys.
    Local {
        /// Whether it was made just now.
        made: bool,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { variable, layer } => write!(f, "{variable} in {layer}"),
            Self::Keystore => f.write_str("the keystore"),
            Self::Kmd { wallet } => write!(f, "kmd's wallet {wallet}"),
            Self::Local { .. } => f.write_str("kept in .pnp"),
        }
    }
}

#[derive(Clone)]
enum Signer {
    Key(SigningKey),
    Sealed(Arc<Sealed>),
    Remote { address: Address, key: Arc<dyn RemoteKey> },
}

/// A keystore entry that is opened when its key is first needed: looking an account up asks for no password.
struct Sealed {
    entry: Entry,
    opener: Arc<dyn Opener>,
    key: OnceLock<SigningKey>,
}

impl Sealed {
    async fn key(&self) -> Result<&SigningKey, KeyError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = self.opener.open(&self.entry).await?;
        Ok(self.key.get_or_init(|| key))
    }
}

/// An account and what signs for it.
#[derive(Clone)]
pub struct Account {
    /// Its name, for example `creator`.
    pub name: String,
    /// Its address; a rekeyed account's own, not its key's.
    pub address: Address,
    /// Where the key comes from.
    pub origin: Origin,
    signer: Signer,
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
    /// An account whose key is in memory.
    #[must_use]
    pub fn new(name: &str, key: SigningKey) -> Self {
        let origin = Origin::Local { made: false };
        Self { name: name.to_owned(), address: key.address(), origin, signer: Signer::Key(key) }
    }

    /// An account whose key another program holds; `address` is the key's own unless another one is given.
    #[must_use]
    pub fn remote(name: &str, address: Address, origin: Origin, key: Arc<dyn RemoteKey>) -> Self {
        Self { name: name.to_owned(), address, origin, signer: Signer::Remote { address, key } }
    }

    /// An account of the keystore, sealed until it signs.
    #[must_use]
    pub fn sealed(entry: Entry, opener: Arc<dyn Opener>) -> Self {
        let (name, address) = (entry.name().to_owned(), entry.address());
        let sealed = Sealed { entry, opener, key: OnceLock::new() };
        Self { name, address, origin: Origin::Keystore, signer: Signer::Sealed(Arc::new(sealed)) }
    }

    /// The same key, signing for `address`, which is rekeyed to it.
    #[must_use]
    pub fn acting_for(self, address: Address) -> Self {
        Self { address, ..self }
    }

    /// The same, from elsewhere.
    #[must_use]
    pub fn from_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The address of the key that signs: the account's own, unless it is rekeyed.
    #[must_use]
    pub fn signer(&self) -> Address {
        match &self.signer {
            Signer::Key(key) => key.address(),
            Signer::Sealed(sealed) => sealed.entry.signer(),
            Signer::Remote { address, .. } => *address,
        }
    }

    /// The key itself, opened where it is sealed; nothing where another program keeps it.
    ///
    /// # Errors
    /// A password that is missing or wrong.
    pub async fn unlock(&self) -> Result<Option<&SigningKey>, KeyError> {
        match &self.signer {
            Signer::Key(key) => Ok(Some(key)),
            Signer::Sealed(sealed) => sealed.key().await.map(Some),
            Signer::Remote { .. } => Ok(None),
        }
    }

    /// The bare signature of a transaction by this account's key.
    ///
    /// # Errors
    /// A sealed key that does not open, another program that does not sign.
    pub async fn signature(&self, transaction: &Transaction) -> Result<Signature, KeyError> {
        match &self.signer {
            Signer::Key(key) => Ok(key.sign(&transaction.signing_bytes())),
            Signer::Sealed(sealed) => Ok(sealed.key().await?.sign(&transaction.signing_bytes())),
            Signer::Remote { key, .. } => key.signature(transaction).await,
        }
    }

    /// Signs a transaction; where the key is not the sender's own, the signer goes along, as rekeyed accounts need it.
    ///
    /// # Errors
    /// As [`Account::signature`].
    pub async fn sign(&self, transaction: &Transaction) -> Result<SignedTransaction, KeyError> {
        let signature = self.signature(transaction).await?;
        Ok(SignedTransaction::signed_by(self.signer(), signature, transaction))
    }

    /// Signs a transaction as one of the keys of `multisig`; merge with the others' to reach the threshold.
    ///
    /// # Errors
    /// A key that is not one of the account's, and as [`Account::signature`].
    pub async fn sign_multisig(
        &self,
        multisig: &MultisigAccount,
        transaction: &Transaction,
    ) -> Result<SignedTransaction, KeyError> {
        let signer = self.signer();
        if !multisig.keys().any(|key| key == signer) {
            return Err(KeyError::NotASigner { name: self.name.clone(), signer, multisig: multisig.address() });
        }
        let signature = self.signature(transaction).await?;
        SignedTransaction::signed_by_one_of(multisig, signer, signature, transaction)
            .map_err(|_| KeyError::NotASigner { name: self.name.clone(), signer, multisig: multisig.address() })
    }
}
