//! Where signing keys come from, and how they stay secret.
//!
//! A key comes from a mnemonic in the environment, from the encrypted [`Keystore`], from a wallet of the network's kmd, or,
//! on development networks, from a file of this project's own ([`LocalAccounts`]). A [`KeyRing`] asks these places in that
//! order. Keys are wiped when dropped and appear in no message.
//!
//! This crate knows no network, terminal or HTTP: it is given a way to look up settings ([`Lookup`]), to ask for passwords
//! ([`Opener`]) and to reach wallets ([`Wallets`]).
//!
//! ```
//! use pnp_keys::{KeyRing, Secret, mnemonic};
//! use pnp_types::SigningKey;
//! use zeroize::Zeroizing;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SigningKey::generate()?;
//! let words = mnemonic::from_seed(&key.seed());
//!
//! // What the program's settings answer: here, one variable.
//! let lookup = move |names: &[String]| {
//!     names.iter().any(|name| name == "ALICE_MNEMONIC").then(|| Secret {
//!         variable: "ALICE_MNEMONIC".to_owned(),
//!         text: Zeroizing::new(words.to_string()),
//!         origin: "the environment".to_owned(),
//!     })
//! };
//! let ring = KeyRing::new(Box::new(lookup), None);
//! let alice = ring.configured("alice")?.ok_or("no such account")?;
//! assert_eq!(alice.address, key.address());
//! # Ok(())
//! # }
//! ```

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
