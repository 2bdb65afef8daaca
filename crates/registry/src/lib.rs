//! What was deployed where, `deployments/<net>.yaml`, and who signs together, `deployments/multisig/NAME.json`.
//!
//! A file belongs to a network's name; inside, chains are distinguished by genesis hash, so that a development network that
//! was reset gets an entry of its own and the old one stays. Records hold what anybody may read: never a secret. Files are
//! replaced as a whole or not at all, and one process at a time changes one.
//!
//! This crate knows neither keys nor networks.
//!
//! ```
//! use pnp_registry::Store;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let store = Store::new(folder, "testnet");
//! let hash = "SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=";
//! store.change(hash, "testnet-v1.0", |chain| assert!(chain.contracts.is_empty()))?;
//! assert!(store.chain(hash)?.current().is_none());
//! assert!(store.path().ends_with("deployments/testnet.yaml"));
//! # Ok(())
//! # }
//! ```

mod error;
mod multisig;
mod record;
mod rewrite;
mod store;

pub use error::RegistryError;
pub use multisig::{Multisigs, NamedMultisig};
pub use record::{Account, Asset, Chain, Contract, DEFAULT_NAME, Deployments, Event, Pending, Programs, Rates};
pub use rewrite::rewrite_atomically;
pub use store::{Store, make_atomically, write_atomically};
