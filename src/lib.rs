//! The command line of `pnp-contract`: commands, words and tables. What they do lies in the libraries of `crates/`.

mod commands;
mod failure;
mod session;
mod terminal;

pub use commands::{Cli, main};
