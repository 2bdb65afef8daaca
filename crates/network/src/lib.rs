//! What an Algorand network is called, where it is found, and whether what answers is the one that was meant.
//!
//! A [`Network`] is where algod (and perhaps kmd and an indexer) listens, with which token, and which genesis hash it must
//! have. [`Network::resolve`] makes it of a name, the [`Environment`] (the process's, then `.env.NET`, then `.env`) and
//! `pnp.toml` ([`ProjectFile`]); [`GenesisIdentity::check`] compares it with what a node says it is. The genesis hash
//! decides what a network is, not its address or name.
//!
//! This crate opens no connection, and knows no keys and no deployment records.
//!
//! ```
//! use pnp_network::{Environment, Layer, Network, ProjectFile};
//!
//! # fn main() -> Result<(), pnp_network::NetworkError> {
//! let environment = Environment::empty().with(Layer::Process, "ALGOD_SERVER", "http://localhost:4001");
//! let network = Network::resolve("testnet", &environment, &ProjectFile::default())?;
//! assert_eq!(network.name, "testnet");
//! assert_eq!(network.algod.map(|algod| algod.url), Some("http://localhost:4001".to_owned()));
//! # Ok(())
//! # }
//! ```

mod env_file;
#[cfg(test)]
mod env_file_tests;
mod environment;
mod error;
mod identity;
mod project;
mod resolve;

pub use environment::{Environment, Layer, Setting};
pub use error::NetworkError;
pub use identity::{GenesisIdentity, PublicNetwork};
pub use project::{NetworkSection, ProjectFile};
pub use resolve::{Endpoint, Kind, LOCALNET_TOKEN, Network, Token};
