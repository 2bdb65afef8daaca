//! The gateway as its clients meet it: `pnp-contract serve` in an empty folder, and plain HTTP.

mod bad_input;
mod client;
mod compatibility;
mod conformance;
mod document;
mod error_page;
mod ledger;
mod monitoring;
mod openapi;
mod operator;
mod partners;
mod patterns;
mod player;
mod restarts;
mod restore;
mod scenario;
mod secrets;
mod server;
mod surface;
mod threats;
mod tutorial;
