//! Why a record could not be read or written.

use std::path::PathBuf;

/// A record that cannot be read or written. Whatever happened, the file on disk is the old one or the new one.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The file is not a record.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1; 0 where the whole file is meant.
        line: u64,
        /// The column, from 1; 0 where the whole file is meant.
        column: u64,
        /// What the parser found.
        message: String,
    },
    /// The file was written by a later version.
    #[error("{} has format {found}; this program reads up to {known}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: u64,
        /// The newest format known here.
        known: u64,
    },
    /// The name is taken by something else.
    #[error("{} is there already, and it is not the same", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

impl RegistryError {
    /// Whether the disk has no room.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        let Self::Unwritable { source, .. } = self else { return false };
        matches!(source.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
    }
}
