//! 32-byte hashes, and the one hash function that names everything.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, BASE64};
use sha2::{Digest as _, Sha512_256};

use super::msgpack::{DecodeError, Decoder, Element, Encoder, Wire};

/// A transaction's id.
pub type Txid = Digest;

/// A SHA-512/256 hash: of a block, a genesis, a group or a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// A text that is not the base32 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: 52 characters of base32 (A-Z, 2-7) are needed")]
pub struct DigestError;

impl Digest {
    /// All zeros, which stands for "none".
    pub const ZERO: Self = Self([0; 32]);

    /// Whether this stands for "none".
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64, as REST shows genesis hashes and groups.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }
}

/// SHA-512/256 of `bytes`: the network's own hash (FIPS 180-4, with initial values of its own, no truncated SHA-512).
#[must_use]
pub fn sha512_256(bytes: &[u8]) -> [u8; 32] {
    Sha512_256::digest(bytes).into()
}

/// SHA-512/256 of `prefix` and then `bytes`; the prefix keeps hashes of different kinds apart.
pub fn hash_with_prefix(prefix: &[u8], bytes: &[u8]) -> Digest {
    let mut hasher = Sha512_256::new();
    hasher.update(prefix);
    hasher.update(bytes);
    Digest(hasher.finalize().into())
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| DigestError)?;
        bytes.try_into().map(Self).map_err(|_| DigestError)
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Wire for Digest {
    fn is_empty(&self) -> bool {
        self.is_zero()
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(&self.0);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Wire::decode(decoder).map(Self)
    }
}

impl Element for Digest {}
