//! Why something of the operator's fails.

use super::ScanError;
use crate::files::SeedError;
use crate::gateway::GatewayError;
use crate::http::TableError;
use crate::ledger::LedgerError;
use crate::settlement::SettlementError;
use crate::store::StoreError;
use std::path::PathBuf;

/// What a gateway refused a call with.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Refusal {
    /// The code, as in the table of errors.
    pub code: String,
    /// What it means.
    pub title: String,
    /// What happened here.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// Why something of the operator's fails.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// There is no store.
    #[error("there is no gateway at {}", .0.display())]
    NoGateway(PathBuf),
    /// The gateway refused the call.
    #[error("{}", .0.detail.as_ref().unwrap_or(&.0.title))]
    Refused(Box<Refusal>),
    /// The connection to a gateway that runs.
    #[error("{}: {why}", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// An answer that is not what the API says.
    #[error("the gateway's answer cannot be read: {0}")]
    Answer(String),
    /// The store has a schema of another version.
    #[error("the store has schema {found}, this program reads schema {known}")]
    Schema {
        /// Its schema.
        found: u32,
        /// The one that is read.
        known: u32,
    },
    /// The system has no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(getrandom::Error),
    /// The note of a backup.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A copy whose journal does not add up.
    #[error("{}: {finding}", path.display())]
    Unsound {
        /// The copy.
        path: PathBuf,
        /// The first of what does not add up.
        finding: String,
    },
    /// What the store says of its wallets.
    #[error(transparent)]
    Settlement(#[from] SettlementError),
    /// Local state of a wallet that is not of this project's contract.
    #[error(transparent)]
    Usage(#[from] pnp_usage::UsageError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The seed.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// Keys.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The network, or a key.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The table of routes contradicts itself; a fault of this program.
    #[error(transparent)]
    Routes(#[from] TableError),
}
