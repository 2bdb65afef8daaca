//! Why there is no key, in words that never carry one.

use crate::types::Address;
use std::path::PathBuf;

/// A key that is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No setting names the account's key.
    #[error("there is no key for the account {name:?}: {} is not set", variables.join(" or "))]
    Missing {
        /// The account's name.
        name: String,
        /// The settings that would hold it.
        variables: Vec<String>,
    },
    /// A mnemonic is malformed; the words are not shown.
    #[error("{variable} from {origin} is not a mnemonic: {why}")]
    Mnemonic {
        /// The setting.
        variable: String,
        /// Where it comes from.
        origin: String,
        /// What is wrong, without the words.
        why: String,
    },
    /// A `_SENDER` is not an address.
    #[error("{variable} from {origin} is not an address")]
    Sender {
        /// The setting.
        variable: String,
        /// Where it comes from.
        origin: String,
    },
    /// An account's name cannot be one.
    #[error("{0:?} is not a name for an account: letters, digits, - and _ only, at most 32")]
    Name(String),
    /// The name is taken.
    #[error("there is an account {name:?} already: {address}")]
    Taken {
        /// The name.
        name: String,
        /// Whose it is.
        address: Address,
    },
    /// The file of development keys may be read by others.
    #[error("{} may be read by other users of this machine", .0.display())]
    Exposed(PathBuf),
    /// The file of development keys is malformed.
    #[error("{} is not a file of development keys: {why}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without its content.
        why: String,
    },
    /// The file of development keys cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(String),
}
