//! Why a batch was not started, or ended early.

use pnp_usage::batch::{InputError, StopReason};
use pnp_usage::journal::JournalError;
use std::io;
use std::path::PathBuf;

/// Why a batch was not started, or ended before every line was settled. What was sent is in the journal: the same batch, started
/// again, continues where this one stopped.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The file of lines cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file of lines is a folder.
    #[error("{} is a folder", .0.display())]
    IsFolder(PathBuf),
    /// The lines cannot be read any further.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The lines are not the ones that the journal is about.
    #[error("line {line} of the input, or one before it, is not what the journal says it was")]
    OtherInput {
        /// The last line of the input that is in the journal.
        line: u64,
        /// The journal.
        journal: PathBuf,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The node names a genesis hash that is not 32 bytes of base64.
    #[error("algod names a genesis hash that is none")]
    GenesisHash,
    /// The network, the contract, a key or this program stopped it.
    #[error(transparent)]
    Stopped(StopReason),
    /// It was asked to stop; bills that were on their way are settled.
    #[error("interrupted")]
    Interrupted,
}

impl From<StopReason> for BatchError {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Journal(error) => Self::Journal(error),
            reason => Self::Stopped(reason),
        }
    }
}
