//! What was deployed where: `deployments/<net>.yaml`.
//!
//! A file belongs to a network's name; inside, chains are told apart by genesis hash, so that a development network made
//! anew starts a new page and the old one stays. Records hold what anybody may read: never a secret. This module knows
//! neither keys nor networks.

mod error;
mod record;
mod store;

pub use error::RegistryError;
pub use record::{Account, Asset, Chain, Contract, DEFAULT_NAME, Deployments, Event, Pending, Programs, Rates};
pub use store::{Store, write_atomically};
