//! Why there is no dispenser on a network.

use std::path::PathBuf;

/// Why there is no dispenser.
#[derive(Debug, thiserror::Error)]
pub enum DispenserError {
    /// This network has none.
    #[error("there is no dispenser on {network}")]
    Nobody {
        /// The network's name.
        network: String,
    },
    /// The network's kmd, which holds the keys of accounts with Algos, does not answer.
    #[error("there is no dispenser on {network}")]
    KmdSilent {
        /// The network's name.
        network: String,
        /// Where kmd should be.
        url: String,
        /// What happened.
        why: String,
    },
    /// The chain exists, but the key that owns its Algos is missing.
    #[error("the dispenser's key is missing")]
    KeyLost {
        /// The chain's folder, relative to the project's.
        folder: PathBuf,
    },
    /// The key of the local network cannot be read.
    #[error("the local network's dispenser key cannot be read")]
    KeyUnreadable(#[source] std::io::Error),
    /// The key can only sign where it is kept; a suite of scenarios needs the key itself.
    #[error("the dispenser's key cannot be exported")]
    KeyStays,
}
