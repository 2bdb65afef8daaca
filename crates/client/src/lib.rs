//! A client for algod, kmd and the indexer of any Algorand network.
//!
//! [`Algod::deliver`] sends a signed group until it is in a block, also while the connection fails, and [`Algod::outcome`] finds out
//! what happened to a transaction. A payment on a network of its own:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let network = pnp_devnet::serve(pnp_devnet::Config::test())?;
//! # let (url, token) = (network.url(), Some(pnp_devnet::LOCAL_TOKEN));
//! # let alice = pnp_types::SigningKey::from_seed(network.node().dispenser().ok_or("no dispenser")?.seed());
//! # let bob = pnp_types::SigningKey::generate()?.address();
//! use pnp_client::Algod;
//! use pnp_types::{MicroAlgos, Round, Transaction};
//!
//! let algod = Algod::new(&url, token)?;
//! let params = algod.suggested_params().await?;
//! let payment = Transaction::payment(alice.address(), bob, MicroAlgos::algos(1))
//!     .network(params.genesis_id, params.genesis_hash)
//!     .valid(params.last_round.max(Round(1)), params.last_round.saturating_add(1000))
//!     .sign(&alice);
//!
//! let confirmation = algod.deliver(&[payment]).await?;
//! println!("in block {}", confirmation.round);
//! # assert_eq!(algod.account(bob).await?.balance, MicroAlgos::algos(1));
//! # network.stop()?;
//! # Ok(())
//! # }
//! ```
//!
//! One [`RetryPolicy`] says when a request is sent again and for how long in all. What is sent are bytes encoded by [`pnp_types`];
//! refusals of the network are types. This crate does not know which contract it serves, where networks are found, or where keys
//! come from.

mod account;
mod algod;
mod confirmation;
mod delivery;
mod error;
mod http;
mod indexer;
mod kmd;
mod node;
mod node_text;
mod outcome;
mod rejection;
mod retry;
mod sentence;
mod simulation;
mod tls;
mod trace;

pub use account::{AccountDetails, AccountState, ApplicationState, AssetState, Holding};
pub use algod::{Algod, SuggestedParams, Version};
pub use confirmation::Confirmation;
pub use error::{ClientError, RetryAdvice};
pub use indexer::{AppCall, CreatedApplication, Indexer, NotedCall};
pub use kmd::{DEFAULT_WALLET, Kmd, Wallet};
pub use node::NodeStatus;
pub use node_text::{FailedInstruction, InnerFailure, failed_instructions, reason_of_invalid, without_structures};
pub use outcome::{Outcome, REMEMBERED_ROUNDS, Unknown, Void, Window};
pub use rejection::{RefusingProgram, Rejection, Shortage};
pub use retry::{Retries, RetryPolicy, Transport};
pub use sentence::sentence_parts;
pub use simulation::{FailedAt, Simulation};
pub use tls::Roots;
pub use trace::FailedStep;
