//! The one integration test binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod book;
mod cli;
mod contract;
mod file_budget;
#[cfg(feature = "gateway")]
mod gateway;
mod hostile;
mod kill;
mod layering;
mod manifests;
mod module_graph;
mod network;
mod scenarios;
mod sources;
