//! Why there is no key, in words that never carry one.

use pnp_types::Address;
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
        /// The account it belongs to.
        address: Address,
    },
    /// The keystore's entry is whole, and another password sealed it.
    #[error("this is not the password of {name:?}")]
    WrongPassword {
        /// The account's name.
        name: String,
    },
    /// There is nobody who could give the password.
    #[error("{name:?} is in the keystore and locked: {why}")]
    Locked {
        /// The account's name.
        name: String,
        /// Why no password was given.
        why: String,
    },
    /// The keystore's entry is not what was written.
    #[error("{what} is damaged: {why}")]
    Damaged {
        /// The file.
        what: String,
        /// What is wrong, without its content.
        why: String,
    },
    /// The keystore's entry was written by a later version.
    #[error("{} has version {version}, which this program does not know", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// There is not the memory that opening an entry takes.
    #[error("there are no {kib} KiB of memory to open the key with")]
    Memory {
        /// How much it takes.
        kib: u32,
    },
    /// Another program that holds the key does not sign.
    #[error("{holder} does not sign for {name:?}: {why}")]
    Remote {
        /// The account's name.
        name: String,
        /// The program.
        holder: String,
        /// Its reason.
        why: String,
    },
    /// The account is not one of those that sign for a multisig account.
    #[error("{name:?} ({signer}) is none of the signers of {multisig}")]
    NotASigner {
        /// The account's name.
        name: String,
        /// The address of its key.
        signer: Address,
        /// The multisig account.
        multisig: Address,
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
    /// A file of keys cannot be read, written or removed.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read`, `write` or `remove`.
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
