//! Errors of starting and stopping a network.

use std::net::SocketAddr;
use std::path::PathBuf;

use pnp_ledger::store::StoreError;
use pnp_ledger::{ChainError, HistoryError};

use super::Holder;

/// Why a development network could not start, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// Another process listens where this one wants to.
    #[error("{service} cannot listen on {address}: {source}; stop what holds the port, or choose another one")]
    Listen {
        /// The service, such as `algod`.
        service: &'static str,
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process keeps its network in this folder.
    #[error("the network in {} is already running{}; use that one, or stop it first", folder.display(), named(holder.as_ref()))]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Who holds it; nothing while it has not said so.
        holder: Option<Holder>,
    },
    /// The data folder cannot be read or written.
    #[error("cannot use {} for the network: {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The kept network began by other rules, and keeps them.
    #[error("the network in {} runs consensus {found}, not {wanted}", folder.display())]
    OtherConsensus {
        /// The data folder.
        folder: PathBuf,
        /// The rules asked for, by their short name.
        wanted: &'static str,
        /// Its own, by their short name.
        found: String,
    },
    /// The kept network cannot be read, or its store failed.
    #[error("the ledger failed: {0}")]
    Ledger(#[from] ChainError),
    /// The server's thread could not be started or ended with an error.
    #[error("the network's server failed: {0}")]
    Server(std::io::Error),
}

fn named(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(" ({holder})"))
}

impl NodeError {
    /// Whether the network's store found no room on its disk.
    #[must_use]
    pub const fn is_disk_full(&self) -> bool {
        matches!(self, Self::Ledger(ChainError::History(HistoryError::Store(StoreError::DiskFull { .. }))))
    }
}
