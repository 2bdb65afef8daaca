//! Why a gateway does not start, or stopped.

use crate::files::SeedError;
use crate::gateway::GatewayError;
use crate::http::TableError;
use crate::ledger::LedgerError;
use crate::store::{StoreError, WriteError};
use std::net::SocketAddr;

/// Why a gateway does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Money on a public network is not moved by this version.
    #[error("the gateway does not run on {0} yet: only on development networks")]
    PublicNetwork(String),
    /// The network says something else than a hash.
    #[error("the network's genesis hash is malformed")]
    GenesisHash,
    /// The port.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The contract is not one that bills can be proved with.
    #[error("application {app} cannot be used: {why}")]
    Contract {
        /// The application.
        app: u64,
        /// What is wrong.
        why: String,
    },
    /// The asset is not PLY.
    #[error("asset {asset} cannot be used: {why}")]
    Asset {
        /// The asset.
        asset: u64,
        /// What is wrong.
        why: String,
    },
    /// The seed.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The operator's socket.
    #[error("cannot listen on {}: {source}", path.display())]
    Socket {
        /// Where.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The dashboard's first link.
    #[error(transparent)]
    FirstLink(#[from] crate::logins::FirstLinkError),
    /// Keys.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The network, or the accounts and contract on it.
    #[error(transparent)]
    Network(#[from] pnp_ops::Error),
    /// The table of routes contradicts itself; a fault of this program.
    #[error(transparent)]
    Routes(#[from] TableError),
    /// The listener.
    #[error("the listener failed: {0}")]
    Io(#[from] std::io::Error),
    /// The queue of the chain ended.
    #[error("settling stopped: {0}")]
    Settler(String),
    /// A part of the gateway panicked.
    #[error("a part of the gateway failed: {0}")]
    Task(String),
}

impl From<pnp_client::ClientError> for ServeError {
    fn from(error: pnp_client::ClientError) -> Self {
        Self::Network(error.into())
    }
}

impl From<crate::credentials::DerivationError> for ServeError {
    fn from(error: crate::credentials::DerivationError) -> Self {
        Self::Gateway(error.into())
    }
}

impl From<WriteError<LedgerError>> for ServeError {
    fn from(error: WriteError<LedgerError>) -> Self {
        match error {
            WriteError::Job(error) => error.into(),
            WriteError::Store(error) => error.into(),
        }
    }
}
