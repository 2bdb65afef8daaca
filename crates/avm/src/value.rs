//! The two kinds of value a program can hold.
//!
//! A [`Value`] is sixteen bytes: the byte string's non-null pointer is the niche that distinguishes the two kinds, so
//! an integer costs no tag and a byte string costs one reference count to copy. Nothing here knows what a program is.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use pnp_types::{Address, TealValue};

/// The longest byte string an opcode may leave on the stack, in bytes (go-algorand `config.MaxAVMBytesSize`).
pub(crate) const MAX_BYTES: usize = 4096;

/// An immutable byte string that is cheap to copy.
///
/// It may be longer than 4,096 bytes for a moment: what an opcode produces is measured after it ran.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(Arc<[u8]>);

impl Bytes {
    /// The bytes as a slice.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for Bytes {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(&self.0))
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    fn from(bytes: &[u8; N]) -> Self {
        Self(Arc::from(bytes.as_slice()))
    }
}

impl<const N: usize> From<[u8; N]> for Bytes {
    fn from(bytes: [u8; N]) -> Self {
        Self(Arc::from(bytes.as_slice()))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::from(bytes))
    }
}

impl From<Arc<[u8]>> for Bytes {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self(Arc::from(text.as_bytes()))
    }
}

/// One value of the stack or of the scratch space.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A 64-bit unsigned integer.
    Uint(u64),
    /// A byte string.
    Bytes(Bytes),
}

impl Value {
    /// Whether this is a byte string.
    pub fn is_bytes(&self) -> bool {
        matches!(self, Self::Bytes(_))
    }

    /// Whether this is the integer 0, which is what an unset scratch slot holds.
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Uint(0))
    }

    /// The kind as the reference's error texts name it: `uint64` or `[]byte`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Uint(_) => "uint64",
            Self::Bytes(_) => "[]byte",
        }
    }

    /// The same value as the ledger stores it.
    pub fn to_teal(&self) -> TealValue {
        match self {
            Self::Uint(number) => TealValue::Uint(*number),
            Self::Bytes(bytes) => TealValue::Bytes(bytes.to_vec()),
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::Uint(0)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uint(number) => write!(f, "{number}"),
            Self::Bytes(bytes) => write!(f, "{bytes:?}"),
        }
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Uint(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Uint(u64::from(flag))
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<&Address> for Value {
    fn from(address: &Address) -> Self {
        Self::Bytes(Bytes::from(address.as_bytes().as_slice()))
    }
}

impl From<TealValue> for Value {
    fn from(value: TealValue) -> Self {
        match value {
            TealValue::Uint(number) => Self::Uint(number),
            TealValue::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_two_words() {
        assert_eq!(size_of::<Value>(), 16);
    }

    #[test]
    fn kinds_are_named_as_the_reference_names_them() {
        assert_eq!(Value::from(7u64).type_name(), "uint64");
        assert_eq!(Value::from(vec![]).type_name(), "[]byte");
        assert!(Value::default().is_zero());
    }
}
