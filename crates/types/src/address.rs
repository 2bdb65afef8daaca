//! Addresses of accounts, applications and programs.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;

use super::amount::AppIndex;
use super::bytes32::bytes32;
use super::digest::{hash_with_prefix, sha512_256};

/// Bytes of the checksum that an address's text carries.
const CHECKSUM: usize = 4;

/// The address of an account: an ed25519 public key, or a hash in its place.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 32]);

bytes32!(Address);

/// A text that is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not the base32 of 36 bytes.
    #[error("not an address: 58 characters of base32 (A-Z, 2-7) are needed, not {0:?}")]
    Malformed(String),
    /// The checksum does not fit; probably a typing mistake.
    #[error("address {0} has a wrong checksum: a character is wrong")]
    Checksum(String),
}

impl Address {
    /// The account that belongs to an application (go-algorand `basics.AppIndex.Address`).
    pub fn of_application(application: AppIndex) -> Self {
        Self(hash_with_prefix(b"appID", &application.0.to_be_bytes()).0)
    }

    /// The account that a logic-signature program speaks for (go-algorand `logic.HashProgram`).
    pub fn of_program(program: &[u8]) -> Self {
        Self(hash_with_prefix(b"Program", program).0)
    }

    /// The account of a post-quantum public key (go-algorand `basics.PQAddress`).
    pub fn of_pq_key(scheme: [u8; 2], salt: u8, public_key: &[u8]) -> Self {
        Self(hash_with_prefix(b"PQA", &[scheme.as_slice(), &[salt], public_key].concat()).0)
    }

    /// The lowest salt whose account no ed25519 key can speak for, and that account (go-algorand
    /// `basics.CanonicalPQAddressSalt`). Half of all salts do, so that none at all is as good as impossible.
    #[cfg(feature = "curve")]
    pub fn of_pq_key_canonical(scheme: [u8; 2], public_key: &[u8]) -> Option<(u8, Self)> {
        (0..=u8::MAX)
            .map(|salt| (salt, Self::of_pq_key(scheme, salt, public_key)))
            .find(|(_, address)| !address.is_edwards_point())
    }

    /// Whether the bytes are a point of the curve, in any encoding and of any order, so that an ed25519 key may exist
    /// for them (go-algorand `ProgramHashIsEdwards25519Point`).
    #[cfg(feature = "curve")]
    pub fn is_edwards_point(&self) -> bool {
        curve25519_dalek::edwards::CompressedEdwardsY(self.0).decompress().is_some()
    }

    /// The account that sends state proofs.
    pub fn of_state_proof_sender() -> Self {
        Self(hash_with_prefix(b"SpecialAddr", b"StateProofSender").0)
    }

    fn checksum(&self) -> [u8; CHECKSUM] {
        let hash = sha512_256(&self.0);
        hash.last_chunk().copied().unwrap_or_default()
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Address {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z2-7]{58}$" })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 32 + CHECKSUM];
        let (key, checksum) = bytes.split_at_mut(32);
        key.copy_from_slice(&self.0);
        checksum.copy_from_slice(&self.checksum());
        f.write_str(&BASE32_NOPAD.encode(&bytes))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let malformed = || AddressError::Malformed(text.chars().take(64).collect());
        let bytes = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| malformed())?;
        let (key, checksum) = bytes.split_first_chunk::<32>().ok_or_else(malformed)?;
        if checksum.len() != CHECKSUM {
            return Err(malformed());
        }
        let address = Self(*key);
        if address.checksum() == checksum { Ok(address) } else { Err(AddressError::Checksum(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_carry_a_checksum() {
        assert_eq!(Address::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ");
        let text = Address([7; 32]).to_string();
        assert_eq!(text.parse(), Ok(Address([7; 32])));
        let wrong = text.replacen('A', "B", 1);
        assert_ne!(wrong, text);
        assert_eq!(wrong.parse::<Address>(), Err(AddressError::Checksum(wrong.clone())));
        assert!(matches!("".parse::<Address>(), Err(AddressError::Malformed(_))));
    }
}
