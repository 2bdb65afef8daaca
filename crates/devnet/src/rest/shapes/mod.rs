//! How each thing of the ledger looks in algod's answers: field names, what is left out, what is base64.
//!
//! Pure functions from values to [`Document`](super::document::Document)s; nothing here asks the ledger or knows HTTP.

pub(super) mod account;
pub(super) mod application;
pub(super) mod asset;
pub(super) mod pending;
pub(super) mod simulation;
