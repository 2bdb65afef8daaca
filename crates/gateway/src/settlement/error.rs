//! Why the ledger did not take what the settler wrote.

use crate::ledger::LedgerError;
use crate::sessions::SessionError;
use crate::store::StoreError;
use rusqlite::Row;

/// Why something of an operation on the chain was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// The ledger or the store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A row has something that this program never writes.
    #[error("{row}: {column} cannot be read")]
    Unreadable {
        /// Which row, by its table and id.
        row: String,
        /// Which column.
        column: &'static str,
    },
    /// A session could not be ended.
    #[error("a session could not be ended: {0}")]
    Session(String),
}

impl From<StoreError> for SettlementError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<rusqlite::Error> for SettlementError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

impl From<SessionError> for SettlementError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ledger(error) => Self::Ledger(error),
            error => Self::Session(error.to_string()),
        }
    }
}

/// A value of a row, which is there unless something else than this program wrote the store.
pub(super) fn readable<T>(value: Option<T>, table: &str, id: i64, column: &'static str) -> Result<T, SettlementError> {
    value.ok_or_else(|| SettlementError::Unreadable { row: format!("{table} {id}"), column })
}

/// A number that is never negative.
pub(super) fn unsigned(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(index)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
}
