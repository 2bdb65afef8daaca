//! Where secrets come from, and how they stay secret.
//!
//! A key comes from a mnemonic in the environment, or, on development networks, from a file of this project's own. Keys are
//! wiped when dropped and appear in no message. This module does not know networks: it is given a way to look settings up.

mod error;
mod local;
pub mod mnemonic;
mod ring;

pub use error::KeyError;
pub use local::LocalAccounts;
pub use ring::{Account, KeyRing, Lookup, Origin, Secret};
