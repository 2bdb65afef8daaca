//! The one integration test binary.

mod cli;
mod contract;
mod file_budget;
mod kill;
mod layering;
mod scenarios;
mod sources;
