//! What callers get when the ledger, a session or the store says no.

use crate::ledger::{LedgerError, Short};
use crate::problem::{Code, Outcome, Problem};
use crate::sessions::SessionError;
use crate::store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(Code::Busy).retry_after(1),
            StoreError::Uncertain(cause) => {
                tracing::error!(cause, "a write may have happened");
                Self::new(Code::StoreUnavailable)
                    .detail("The disk reported an error while the request was written: it may have taken effect.")
                    .outcome(Outcome::Unknown)
            }
            StoreError::Stopped => Self::new(Code::StoreUnavailable).detail("The gateway is stopping."),
            StoreError::Sqlite(error) if is_full(&error) => {
                tracing::error!(%error, "the disk is full");
                Self::new(Code::StoreUnavailable).detail("The gateway's disk is full.")
            }
            error => Self::internal(error),
        }
    }
}

fn is_full(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::CannotOpen)
    )
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Short(Short::Wallet) => Self::new(Code::InsufficientBalance),
            LedgerError::Short(Short::Treasury) => Self::new(Code::TreasuryLow),
            LedgerError::Short(short) => Self::internal(format_args!("{short} is too small")),
            LedgerError::Conflict(why) => Self::internal(why),
            LedgerError::TooLarge => {
                Self::new(Code::AmountOutOfRange).detail("The amount is beyond what this system can hold.")
            }
            LedgerError::Store(error) => error.into(),
        }
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotFound => Self::new(Code::NotFound),
            SessionError::Exists { session, content_id, client_id, started_at } => Self::new(Code::SessionExists)
                .detail(format!("A session with {content_id:?} is open since {}.", crate::time::rfc3339(started_at)))
                .member("session_id", crate::id::Kind::Session.text(session))
                .member("content_id", content_id)
                .member("client_id", client_id)
                .member("started_at", crate::time::rfc3339(started_at)),
            SessionError::Replaced => Self::new(Code::SessionReplaced),
            SessionError::Closed => Self::new(Code::SessionClosed),
            SessionError::TickIdReused { played_ms } => Self::new(Code::TickIdReused)
                .detail(format!("This tick id was used for {played_ms} ms."))
                .param("tick_id"),
            SessionError::InsufficientBalance(available) => {
                Self::new(Code::InsufficientBalance).member("available", available.to_string())
            }
            SessionError::Frozen(debt) => Self::new(Code::WalletFrozen).member("debt", debt.to_string()),
            SessionError::WalletClosed => Self::new(Code::WalletClosed),
            SessionError::ContractUnavailable(why) => Self::new(Code::ContractUnavailable).detail(why),
            SessionError::RiskLimit => Self::new(Code::RiskLimit).retry_after(30),
            SessionError::Ledger(error) => error.into(),
        }
    }
}
