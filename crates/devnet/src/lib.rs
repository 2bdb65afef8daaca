//! A whole Algorand development network behind algod's REST interface.
//!
//! [`serve`] starts one; it is a [`DevNode`], the one owner of a ledger behind one lock, and a server that knows no more
//! than how to read requests and show answers. Blocks are made as algod's dev mode makes them: one for each group, at
//! once. What an opcode or a transaction does is the ledger's business, not this layer's.

mod clock;
mod config;
mod data_lock;
mod dev_node;
mod error;
mod goal_files;
mod opcode_text;
mod rest;
mod server;
pub mod view;

pub use clock::Clock;
pub use config::{ALGOD_PORT, Config, INDEXER_PORT, KMD_PORT, LOCAL_TOKEN, NETWORK_NAME, REMEMBERED_ROUNDS};
pub use data_lock::Holder;
pub use dev_node::DevNode;
pub use error::NodeError;
pub use server::{Running, serve};
