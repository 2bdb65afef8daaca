//! Why the lock of a network was not taken.

use std::path::PathBuf;

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has held it for a minute.
    #[error("{holder} is changing the contract on {network}")]
    Held {
        /// Who.
        holder: String,
        /// The network's name.
        network: String,
    },
    /// The lock's file cannot be used.
    #[error("{} cannot be used", path.display())]
    File {
        /// The file, relative to the project's folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
