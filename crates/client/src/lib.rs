//! One way to talk to every Algorand network.
//!
//! Every request takes one way (`http`), which knows the manners of public networks: pauses, limits, certificates. What
//! is sent are bytes encoded by [`pnp_types`]; answers that say no are turned into explanations; `delivery` takes a
//! group to its block whatever the connection does. This module does not know which contract it serves, where networks are
//! found, or where keys come from.

mod account;
mod algod;
mod confirmation;
mod delivery;
mod error;
mod http;
mod indexer;
mod kmd;
mod node;
mod outcome;
mod rejection;
mod retry;
mod simulation;
mod tls;
mod trace;

pub use account::{AccountState, ApplicationState, AssetState, Holding};
pub use algod::{Algod, SuggestedParams, Version};
pub use confirmation::Confirmation;
pub use error::{ClientError, Verdict};
pub use indexer::{AppCall, CreatedApplication, Indexer, NotedCall};
pub use kmd::{DEFAULT_WALLET, Kmd, Wallet};
pub use node::NodeStatus;
pub use outcome::{Outcome, REMEMBERED, Unknown, Void, Window};
pub use rejection::{Rejection, Shortage};
pub use retry::{Retries, RetryPolicy, Transport};
pub use simulation::{FailedAt, Simulation};
pub use tls::Roots;
pub use trace::FailedStep;
