//! The command line of `pnp-contract`: commands, words and tables. What they do lies in the libraries of `crates/`.

mod commands;
mod context;
mod contract;
mod embedded;
mod explain;
mod failure;
mod key_sources;
mod moment;
mod provision;
mod session;
mod terminal;
mod turn;
mod wallets;

pub use commands::{Cli, main};
