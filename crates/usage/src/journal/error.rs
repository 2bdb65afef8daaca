//! Why a journal cannot be used.

use std::io;
use std::path::PathBuf;

/// A journal that cannot be opened, continued or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process works with it.
    #[error("another process is billing with the journal {}", .0.display())]
    Held(PathBuf),
    /// The operating system refused.
    #[error("cannot {action} the journal {}: {source}", path.display())]
    File {
        /// `open`, `read` or `write`.
        action: &'static str,
        /// The journal.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Its content is not what was written.
    #[error("the journal {} is damaged at line {line}: {why}", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Its own line, from 1.
        line: u64,
        /// What does not fit.
        why: String,
    },
    /// It is a file of another kind.
    #[error("{} is no journal", .0.display())]
    Foreign(PathBuf),
    /// A later version wrote it.
    #[error("the journal {} has format {found}, which this version does not know", path.display())]
    Format {
        /// The journal.
        path: PathBuf,
        /// The format found.
        found: u32,
    },
    /// It belongs to another network, contract or input.
    #[error("the journal {} belongs to {other}", path.display())]
    Other {
        /// The journal.
        path: PathBuf,
        /// What it belongs to.
        other: String,
    },
    /// The system provides no random bytes.
    #[error("the system gives no randomness: {0}")]
    Randomness(String),
}

impl JournalError {
    /// Whether the disk has no room left.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::File { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}
