//! Why nobody hands out Algos on a network.

use std::path::PathBuf;

/// Why nobody hands out Algos.
#[derive(Debug, thiserror::Error)]
pub enum DispenserError {
    /// There is nobody on this network.
    #[error("nobody hands out Algos on {network}")]
    Nobody {
        /// The network's name.
        network: String,
    },
    /// The network's kmd, which holds the keys of those who could, does not answer.
    #[error("nobody hands out Algos on {network}")]
    KmdSilent {
        /// The network's name.
        network: String,
        /// Where kmd should be.
        url: String,
        /// What happened.
        why: String,
    },
    /// The chain goes on without the key that owns its money.
    #[error("the key that hands out Algos here is gone")]
    KeyLost {
        /// The chain's folder, relative to the project's.
        folder: PathBuf,
    },
    /// The key of the local network cannot be read.
    #[error("the local network's dispenser key cannot be read")]
    KeyUnreadable(#[source] std::io::Error),
    /// The key is where it signs, but cannot be taken from, which a suite of scenarios needs.
    #[error("the key that hands out Algos does not leave its keeper")]
    KeyStays,
}
