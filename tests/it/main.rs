//! The one integration test binary.

mod file_budget;
mod layering;
mod scenarios;
mod sources;
