//! Where secrets come from, and how they stay secret.
//!
//! A key comes from a mnemonic in the environment, from the encrypted keystore, from a wallet of the network's kmd, or, on
//! development networks, from a file of this project's own. Keys are wiped when dropped and appear in no message. This
//! module does not know networks, terminals or HTTP: it is given a way to look settings up, to ask for passwords, and to
//! reach wallets.

mod account;
mod error;
mod keystore;
mod local;
pub mod mnemonic;
mod private_file;
mod ring;
mod sealed;

pub use account::{Account, Opener, Origin, Pending, RemoteKey};
pub use error::KeyError;
pub use keystore::Keystore;
pub use local::{LocalAccounts, is_name};
pub use private_file::create_new as create_private;
pub use ring::{KeyRing, Lookup, Secret, Wallets};
pub use sealed::{Cost, Entry};
