//! The Play and Pay contract toolchain: TEAL assembler, AVM, Algorand development network and deployer in one crate.
//!
//! Arrows point down only; `tests/it/layering.rs` keeps it so.
//!
//! ```text
//! cli → usage → client → types
//! cli → registry, keys, network
//! node → ledger → avm → opcodes → types
//! teal → opcodes → types
//! ```

pub use pnp_avm as avm;
pub use pnp_ledger as ledger;
pub use pnp_opcodes as opcodes;
pub use pnp_teal as teal;
pub use pnp_types as types;

#[cfg(feature = "node")]
pub use pnp_devnet as node;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub use pnp_client as client;
#[cfg(feature = "cli")]
pub use pnp_keys as keys;
#[cfg(feature = "cli")]
pub use pnp_network as network;
#[cfg(feature = "cli")]
pub use pnp_registry as registry;
#[cfg(feature = "cli")]
pub use pnp_usage as usage;
