//! The network as one thing: who owns the ledger, and what may be asked of it and done to it.

use std::net::SocketAddr;

use super::data_lock::DataLock;
use super::{Config, NodeError};
use crate::ledger::dispenser::DispenserKey;
use crate::ledger::genesis::Genesis;
use crate::types::Digest;

/// A development network.
#[derive(Debug)]
pub struct DevNode {
    token: String,
    genesis: Genesis,
    genesis_hash: Digest,
    dispenser: DispenserKey,
    _lock: Option<DataLock>,
}

impl DevNode {
    /// Opens the network the settings name, or makes it; `address` is where it will listen.
    pub(super) fn open(config: Config, address: SocketAddr) -> Result<Self, NodeError> {
        let _ = address;
        if config.data.is_some() {
            return Err(NodeError::Ledger("a network kept on disk is not supported yet".to_owned()));
        }
        let (lock, dispenser, began) = (None, DispenserKey::well_known(), 0);
        let genesis = Genesis::development(dispenser.address(), began);
        let genesis_hash = genesis.hash();
        Ok(Self { token: config.token, genesis, genesis_hash, dispenser, _lock: lock })
    }

    /// Starts a network in this process and serves it.
    ///
    /// # Errors
    /// As [`super::serve`].
    pub fn spawn(config: Config) -> Result<super::Running, NodeError> {
        super::serve(config)
    }

    /// What clients must send; empty if nothing.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// How the network began.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The network's identity.
    pub const fn genesis_hash(&self) -> Digest {
        self.genesis_hash
    }

    /// The key of the account that funds others.
    pub const fn dispenser(&self) -> &DispenserKey {
        &self.dispenser
    }
}
