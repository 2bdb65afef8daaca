//! What a network is and how it is found.
//!
//! A network is where algod (and perhaps kmd and an indexer) listens, with which token, and which genesis hash it must
//! have. This module turns a name, the environment and `pnp.toml` into that, and decides whether what answers is what was
//! asked for. It opens no connection, and knows no keys and no deployment records.

mod env_file;
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
