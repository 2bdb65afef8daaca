//! 32-byte hashes, and the one hash function that names everything.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, BASE64};
use sha2::{Digest as _, Sha512_256};

use super::bytes32::bytes32;

/// A transaction's id.
pub type Txid = Digest;

/// A SHA-512/256 hash: of a block, a genesis, a group or a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

bytes32!(Digest);

/// A text that is not the base32 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: 52 characters of base32 (A-Z, 2-7) are needed")]
pub struct DigestError;

impl Digest {
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

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| DigestError)?;
        bytes.try_into().map(Self).map_err(|_| DigestError)
    }
}
