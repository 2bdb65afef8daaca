//! The command line of `pnp-contract`: what it does lies in the libraries of `crates/`.

pub mod cli;
