//! Why the store cannot be used.

use std::path::PathBuf;

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite's own.
    #[error("the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file beside it.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("{} is in use by process {holder}", path.display())]
    InUse {
        /// The store's folder.
        path: PathBuf,
        /// The other process.
        holder: String,
    },
    /// It was written by a later version of this program.
    #[error("the store has schema {found}, this program knows schemas up to {known}")]
    TooNew {
        /// Its schema's number.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// It belongs to another network.
    #[error("the store belongs to network {store} (genesis {store_hash}), not to {network} (genesis {hash})")]
    OtherNetwork {
        /// The network it belongs to.
        store: String,
        /// That network's genesis hash.
        store_hash: String,
        /// The network that was opened.
        network: String,
        /// Its genesis hash.
        hash: String,
    },
    /// A copy that cannot take the place of a store.
    #[error("{} cannot be restored: {why}", path.display())]
    NoCopy {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The thread that writes has ended.
    #[error("the store has stopped")]
    Stopped,
    /// More writes wait than may.
    #[error("the store is busy")]
    Busy,
    /// SQLite has undone a transaction before its end, as it does where the disk is full.
    #[error("the store has undone what was written")]
    Undone,
    /// A transaction was handed over to the disk, which reported an error: it may be there or not.
    #[error("the store could not be written to the end: {0}")]
    Uncertain(String),
}
