//! The Play and Pay gateway: wallets, metered sessions and reports over HTTP.
//!
//! A shop charges people for what they use, second by second, without handling keys, chains or rounding. The gateway keeps
//! wallets in a double-entry ledger, reserves before it serves, charges each heartbeat exactly once, and settles what has
//! become due on Algorand with the UsageContract, exactly once, whatever is killed whenever.

pub mod access;
pub mod amount;
pub mod api;
pub mod chain;
pub mod credentials;
pub mod events;
pub mod files;
pub mod gateway;
pub mod http;
pub mod id;
pub mod ledger;
pub mod logins;
mod metrics;
pub mod operator;
pub mod pages;
pub mod payments;
pub mod problem;
pub mod reports;
pub mod serve;
pub mod sessions;
pub mod settlement;
pub mod store;
mod time;

pub use serve::{DEFAULT_PORT, Ready, RunningGateway, ServeError, ServeSettings, genesis_hash, start};
