//! The documents of operations: what programs get of a result, as JSON with a schema.
//!
//! A document is a function of what an operation returned. Its members, their order and their descriptions are part of the
//! outer surface: a command prints it with `--json`, and a server may answer with it.

pub mod account;
pub mod asset;
pub mod bill;
pub mod bundle_words;
pub mod contract;
pub mod demo;
pub mod deploy;
pub mod doctor;
pub mod effect;
pub mod environments;
pub mod error;
pub mod explain;
pub mod history;
pub mod multisig;
pub mod schema;
pub mod status;
pub mod suite;
pub mod verify;

use crate::connection::Connection;
use crate::sending::Sent;
use pnp_types::Round;

/// The network's name, and its genesis hash in base64: what a document about a network begins with.
fn place(connection: &Connection) -> (String, String) {
    (connection.network.name.clone(), connection.identity.hash.clone())
}

/// The ids of a group that was sent, and its round; nothing where none was.
fn transactions(sent: Option<Sent>) -> (Vec<String>, Option<Round>) {
    sent.map_or_else(Default::default, |sent| (sent.txids, Some(sent.confirmation.round)))
}
