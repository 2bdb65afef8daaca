//! Fields of heartbeats.

use crate::address::Address;
use crate::msgpack::wire_struct;
use crate::signature::Signature;

/// Fields of an `hb` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Heartbeat {
    /// The account that is alive.
    pub address: Address,
    /// Its voting key's signature of the seed.
    pub proof: HeartbeatProof,
    /// The block seed of the first valid round.
    pub seed: [u8; 32],
    /// The voting key the account registered.
    pub vote_id: [u8; 32],
    /// The key dilution the account registered.
    pub key_dilution: u64,
    /// Whether the account was challenged; then the heartbeat is free.
    pub challenge_discount: bool,
}

wire_struct! {
    Heartbeat {
        "a" => address, "HbAddress";
        "prf" => proof, "HbProof";
        "sd" => seed, "HbSeed";
        "vid" => vote_id, "HbVoteID";
        "kd" => key_dilution, "HbKeyDilution";
        "c" => challenge_discount, "HbChallengeDiscount";
    }
}

/// A two-level one-time signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct HeartbeatProof {
    /// Signature of the seed by `pk`.
    pub sig: Signature,
    /// One-time key.
    pub pk: [u8; 32],
    /// Key of the batch of one-time keys.
    pub pk2: [u8; 32],
    /// Signature of `pk` by `pk2`.
    pub pk1_sig: Signature,
    /// Signature of `pk2` by the voting key.
    pub pk2_sig: Signature,
}

wire_struct! {
    HeartbeatProof {
        "s" => sig, "Sig";
        "p" => pk, "PK";
        "p2" => pk2, "PK2";
        "p1s" => pk1_sig, "PK1Sig";
        "p2s" => pk2_sig, "PK2Sig";
    }
}
