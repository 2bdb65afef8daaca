//! The kinds of signature a transaction may carry.

use std::fmt;

use super::address::Address;
use super::bounds::{FALCON_PUBLIC_KEY, MAX_FALCON_SIGNATURE};
use super::msgpack::{DecodeError, Decoder, Encoder, Wire, wire_struct};

/// An ed25519 signature; all zeros means "none".
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// No signature.
    pub const NONE: Self = Self([0; 64]);

    /// Whether this is no signature.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

impl Default for Signature {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Wire for Signature {
    fn is_empty(&self) -> bool {
        self.is_none()
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Wire::decode(decoder).map(Self)
    }
}

/// A post-quantum signature with the key it is checked by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PqSignature {
    /// The scheme, two characters: `f1` is deterministic Falcon-1024.
    pub scheme: [u8; 2],
    /// Which of a key's 256 addresses is meant.
    pub salt: u8,
    /// The public key, at most 1793 bytes.
    pub public_key: Vec<u8>,
    /// The signature, at most 1538 bytes.
    pub signature: Vec<u8>,
}

wire_struct! {
    PqSignature {
        "sch" => scheme, "Scheme";
        "slt" => salt, "Salt";
        "pk" => public_key, "PublicKey" <= FALCON_PUBLIC_KEY;
        "sig" => signature, "Signature" <= MAX_FALCON_SIGNATURE;
    }
}

impl PqSignature {
    /// Deterministic Falcon-1024.
    pub const FALCON_1024: [u8; 2] = *b"f1";

    /// Whether there is no such signature at all.
    pub fn is_none(&self) -> bool {
        Wire::is_empty(self)
    }

    /// The address of the account of this scheme, salt and key.
    pub fn address(&self) -> Address {
        Address::of_pq_key(self.scheme, self.salt, &self.public_key)
    }
}
