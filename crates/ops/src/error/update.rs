//! Why a contract's programs are not replaced.

use pnp_types::AppIndex;
use pnp_usage::{Change, NoteError};

/// Why a contract's programs are not replaced.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The template values it has are not known, and not all new ones are named.
    #[error("the template application {app} was assembled with is not known")]
    UnknownTemplate {
        /// The contract.
        app: AppIndex,
    },
    /// The note of the update cannot be written.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The application has no room for the programs.
    #[error("application {app} is too small for these programs")]
    NoRoom {
        /// The contract.
        app: AppIndex,
        /// What is missing.
        lacks: Vec<Change>,
    },
}
