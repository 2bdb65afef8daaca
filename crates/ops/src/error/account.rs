//! Why there is no account, or it is not changed.

use pnp_types::AddressError;
use std::path::PathBuf;

/// Why there is no account, or it is not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A text that is too long for a name is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Neither a multisignature nor an account has the name.
    #[error("there is no multisignature and no account {name:?}")]
    Unknown {
        /// The name.
        name: String,
    },
    /// Keys are written in the clear for development networks only.
    #[error("accounts are kept in the clear on development networks only, not on {network}")]
    NotDevelopment {
        /// The account's name.
        name: String,
        /// The network's name.
        network: String,
    },
    /// There is no keystore.
    #[error("there is no keystore")]
    NoKeystore,
    /// The keystore has no account of that name.
    #[error("there is no account {name:?} in the keystore")]
    NotInKeystore {
        /// The account's name.
        name: String,
        /// The keystore's folder.
        folder: PathBuf,
    },
    /// A key could not be sealed; a fault of this program.
    #[error("the key could not be sealed")]
    NotSealed(String),
    /// Where the key is, it cannot be read.
    #[error("{origin} keeps the key of {name:?} to itself")]
    KeyNotShown {
        /// The account's name.
        name: String,
        /// Where its key is.
        origin: pnp_keys::Origin,
    },
    /// The words of a key cannot be written.
    #[error("the words could not be written to {}", path.display())]
    WordsNotWritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
