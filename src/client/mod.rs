//! One way to talk to every Algorand network.
//!
//! algonaut carries the requests; what it sends are bytes encoded by [`crate::types`], and what has no lossless model
//! there is read beside it, over the same HTTP client. Answers that say no are turned into explanations. This module does
//! not know which contract it serves, where networks are found, or where keys come from.

mod account;
mod algod;
mod confirmation;
mod error;
mod http;
mod indexer;
mod kmd;
mod node;
mod rejection;
mod simulation;
mod trace;

pub use account::{AccountState, ApplicationState, AssetState, Holding};
pub use algod::{Algod, SuggestedParams, Version};
pub use confirmation::Confirmation;
pub use error::{ClientError, Verdict};
pub use indexer::{CreatedApplication, Indexer, NotedCall};
pub use kmd::{DEFAULT_WALLET, Kmd, Wallet};
pub use node::NodeStatus;
pub use rejection::{Rejection, Shortage};
pub use simulation::{FailedAt, Simulation};
pub use trace::FailedStep;
