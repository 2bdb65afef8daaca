//! What transactions of all types share.

use crate::address::Address;
use crate::amount::{MicroAlgos, Round};
use crate::digest::Digest;

/// The common fields of a transaction (go-algorand `transactions.Header`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Header {
    /// Who sends it, and pays the fee.
    pub sender: Address,
    /// What the sender pays for it.
    pub fee: MicroAlgos,
    /// First round it may be confirmed in.
    pub first_valid: Round,
    /// Last round it may be confirmed in.
    pub last_valid: Round,
    /// Any bytes.
    pub note: Vec<u8>,
    /// Name of the network, or empty.
    pub genesis_id: String,
    /// Hash of the network's genesis.
    pub genesis_hash: Digest,
    /// Group it is part of, or zero.
    pub group: Digest,
    /// While it is valid, no other transaction of the sender with this lease is; or zero.
    pub lease: [u8; 32],
    /// Who signs for the sender from now on, or zero.
    pub rekey_to: Address,
}
