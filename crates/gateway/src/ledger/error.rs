//! Why an operation of the ledger does not happen.

use crate::store::StoreError;

/// Why an operation changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A balance is too small for it.
    #[error("{0} is too small")]
    Short(Short),
    /// What it names does not exist, or is not in the state that it needs.
    #[error("{0}")]
    Conflict(&'static str),
    /// An amount beyond 64 bits.
    #[error("the amount is beyond what this system can hold")]
    TooLarge,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The balances that an operation did not find enough in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// One of the wallet's.
    Wallet,
    /// What the wallet owes a contract.
    Tab,
    /// The treasury, or what is reserved in it.
    Treasury,
    /// What the partner has been paid.
    Partner,
}

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Wallet => "a balance of the wallet",
            Self::Tab => "what the wallet owes the contract",
            Self::Treasury => "the treasury's balance",
            Self::Partner => "the partner's balance",
        })
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
