//! An Algorand development network in one process.
//!
//! It runs the rules of the newest protocol version and adds a block for each group, at once. There are two ways to it:
//! [`Devnet`] for tests, in process, without a server, files or waiting; and [`serve`](fn@serve) for every client of
//! algod's REST interface.
//!
//! # Test an application
//! ```
//! use pnp_devnet::Devnet;
//! use pnp_types::{MicroAlgos, StateSchema, TealValue, Transaction};
//!
//! let program = |source| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
//! // Counts its calls, and refuses those with an argument.
//! let approval = program(
//!     "#pragma version 11
//!     txn NumAppArgs; !; assert
//!     byte \"calls\"; dup; app_global_get; int 1; +; app_global_put
//!     int 1",
//! );
//! let clear = program("#pragma version 11\nint 1");
//!
//! let mut net = Devnet::new();
//! let alice = net.fund(MicroAlgos::algos(10));
//! let creation = Transaction::app_create(alice, approval, clear).global_schema(StateSchema { uints: 1, byte_slices: 0 });
//! let app = net.call(creation)?.created_app();
//!
//! net.call(Transaction::app_call(alice, app))?;
//! assert_eq!(net.global(app, "calls"), Some(TealValue::Uint(2)));
//!
//! let refusal = net.call(Transaction::app_call(alice, app).args(["no"])).unwrap_err();
//! assert!(refusal.to_string().contains("assert failed"));
//! # Ok::<(), pnp_devnet::DevnetError>(())
//! ```
//! `examples/test_application.rs` is a file of tests to copy.
//!
//! # Serve it
#![cfg_attr(feature = "rest", doc = "```")]
#![cfg_attr(not(feature = "rest"), doc = "```ignore")]
//! use pnp_devnet::{Config, serve};
//!
//! // In memory and on a free port; `Config::default()` takes the port and the token of AlgoKit's LocalNet.
//! let network = serve(Config::test())?;
//! println!("algod is at {}", network.url());
//! network.stop()?;
//! # Ok::<(), pnp_devnet::NodeError>(())
//! ```
//! The network is a [`DevNode`](struct@DevNode) with one ledger under one lock; a server over it reads requests and writes
//! answers. What an opcode or a transaction does is defined in `pnp-avm` and `pnp-ledger`.
//!
//! # Features
//! `rest`, on unless it is switched off, is the server and the network on disk. Tests that stay in process compile faster
//! without: `pnp-devnet = { version = "0.2", default-features = false }`.

#[cfg(feature = "rest")]
mod clock;
#[cfg(feature = "rest")]
mod config;
#[cfg(feature = "rest")]
mod data_lock;
#[cfg(feature = "rest")]
mod dev_node;
mod devnet;
#[cfg(feature = "rest")]
mod error;
#[cfg(feature = "rest")]
mod goal_files;
mod opcode_text;
#[cfg(feature = "rest")]
mod rest;
#[cfg(feature = "rest")]
mod server;
pub mod view;

#[cfg(feature = "rest")]
pub use clock::Clock;
#[cfg(feature = "rest")]
pub use config::{ALGOD_PORT, Config, INDEXER_PORT, KMD_PORT, LOCAL_TOKEN, NETWORK_NAME, REMEMBERED_ROUNDS};
#[cfg(feature = "rest")]
pub use data_lock::Holder;
#[cfg(feature = "rest")]
pub use dev_node::DevNode;
pub use devnet::{Devnet, DevnetError, GENESIS_TIME, Receipt, Snapshot};
#[cfg(feature = "rest")]
pub use error::NodeError;
#[cfg(feature = "rest")]
pub use server::{Running, serve};
