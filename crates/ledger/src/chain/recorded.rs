//! Histories recorded from algod, as tests replay them.

use data_encoding::BASE64;
use serde_json::Value as Json;

use super::Chain;
use crate::genesis::Genesis;
use pnp_types::{SignedTransaction, msgpack};

/// Bytes that a recording keeps as base64.
pub(super) fn bytes(text: &Json) -> Vec<u8> {
    BASE64.decode(text.as_str().unwrap().as_bytes()).unwrap()
}

/// A group as it was sent: signed transactions, one after the other.
pub(super) fn group(text: &Json) -> Vec<SignedTransaction> {
    let raw = bytes(text);
    let (mut rest, mut group) = (raw.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (signed, left) = msgpack::decode_prefix(rest).unwrap();
        group.push(signed);
        rest = left;
    }
    group
}

/// The chain a recording begins with.
pub(super) fn chain_of(recording: &Json) -> Chain {
    Chain::in_memory(Genesis::from_json(recording["genesis"].as_str().unwrap()).unwrap()).unwrap()
}
