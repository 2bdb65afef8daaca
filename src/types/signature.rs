//! The kinds of signature a transaction may carry.

use std::fmt;

use super::address::Address;
use super::bounds::{FALCON_PUBLIC_KEY, MAX_FALCON_SIGNATURE, MAX_MULTISIG};
use super::digest::hash_with_prefix;
use super::msgpack::{DecodeError, Decoder, Encoder, Wire, wire_struct};

/// An ed25519 signature; all zeros stands for "none".
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

/// One key of a multisignature, with its signature if it has signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MultisigSubsignature {
    /// The ed25519 public key.
    pub key: [u8; 32],
    /// Its signature, or none.
    pub sig: Signature,
}

wire_struct! {
    MultisigSubsignature {
        "pk" => key, "Key";
        "s" => sig, "Sig";
    }
}

/// Signatures of some of a fixed list of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MultisigSignature {
    /// Version of the scheme; only 1 exists.
    pub version: u8,
    /// How many keys have to sign.
    pub threshold: u8,
    /// The keys in the order that makes the address.
    pub subsigs: Vec<MultisigSubsignature>,
}

wire_struct! {
    MultisigSignature {
        "v" => version, "Version", required;
        "thr" => threshold, "Threshold", required;
        "subsig" => subsigs, "Subsigs" <= MAX_MULTISIG, required;
    }
}

/// Why a list of keys is no multisignature account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MultisigError {
    /// Only version 1 exists.
    #[error("unknown multisignature version {0}: only 1 exists")]
    Version(u8),
    /// The threshold has to be between 1 and the number of keys.
    #[error("multisignature threshold {threshold} does not fit {keys} keys: it has to be 1 to the number of keys")]
    Threshold {
        /// Signatures wanted.
        threshold: u8,
        /// Keys there are.
        keys: usize,
    },
}

impl MultisigSignature {
    /// Whether there is no multisignature at all.
    pub fn is_none(&self) -> bool {
        Wire::is_empty(self)
    }

    /// The address of the account these keys make (go-algorand `crypto.MultisigAddrGen`).
    pub fn address(&self) -> Result<Address, MultisigError> {
        if self.version != 1 {
            return Err(MultisigError::Version(self.version));
        }
        if self.threshold == 0 || usize::from(self.threshold) > self.subsigs.len() {
            return Err(MultisigError::Threshold { threshold: self.threshold, keys: self.subsigs.len() });
        }
        let mut image = vec![self.version, self.threshold];
        for subsig in &self.subsigs {
            image.extend_from_slice(&subsig.key);
        }
        Ok(Address(hash_with_prefix(b"MultisigAddr", &image).0))
    }

    /// How many keys have signed.
    pub fn signature_count(&self) -> usize {
        self.subsigs.iter().filter(|subsig| !subsig.sig.is_none()).count()
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

    /// The address of the account that scheme, salt and key make (go-algorand `basics.PQAddress`).
    pub fn address(&self) -> Address {
        let mut image = self.scheme.to_vec();
        image.push(self.salt);
        image.extend_from_slice(&self.public_key);
        Address(hash_with_prefix(b"PQA", &image).0)
    }
}
