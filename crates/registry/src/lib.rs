//! What was deployed where, `deployments/<net>.yaml`, and who signs together, `deployments/multisig/NAME.json`.
//!
//! A file belongs to a network's name; inside, chains are told apart by genesis hash, so that a development network made
//! anew starts a new page and the old one stays. Records hold what anybody may read: never a secret. This module knows
//! neither keys nor networks.

mod error;
mod multisig;
mod record;
mod store;

pub use error::RegistryError;
pub use multisig::{Multisigs, NamedMultisig};
pub use record::{Account, Asset, Chain, Contract, DEFAULT_NAME, Deployments, Event, Pending, Programs, Rates};
pub use store::{Store, make_atomically, write_atomically};
