//! Why a session does not start or a tick does not count.

use crate::ledger::LedgerError;
use crate::store::StoreError;

/// Why something about a session was not done.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No such session, or one of another partner.
    #[error("there is no such session")]
    NotFound,
    /// The user has one open already.
    #[error("the user has a session open since {started_at}")]
    Exists {
        /// Its number.
        session: i64,
        /// Its content.
        content_id: String,
        /// Its device, where it named itself.
        client_id: Option<String>,
        /// Since when, in milliseconds since 1970.
        started_at: i64,
    },
    /// Another device took it over.
    #[error("another device plays")]
    Replaced,
    /// It ended, and this tick comes too late or is more than what was held.
    #[error("the session has ended")]
    Closed,
    /// The tick's id was used with another claim.
    #[error("this tick id was used for {played_ms} ms")]
    TickIdReused {
        /// That claim.
        played_ms: i64,
    },
    /// The wallet cannot pay for the next interval.
    #[error("the wallet holds {0}")]
    InsufficientBalance(crate::amount::Amount),
    /// A chargeback left a debt.
    #[error("the wallet owes {0}")]
    Frozen(crate::amount::Amount),
    /// It was closed, or is being closed.
    #[error("the wallet is closed")]
    WalletClosed,
    /// The partner has no contract that can bill.
    #[error("the contract cannot bill: {0}")]
    ContractUnavailable(String),
    /// Too much is charged that is not on the chain yet.
    #[error("too much waits to be settled")]
    RiskLimit,
    /// The ledger or the store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<StoreError> for SessionError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<rusqlite::Error> for SessionError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}
