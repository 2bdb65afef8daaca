//! Values of application state.

use std::collections::BTreeMap;

use super::bounds::MAX_KEY_VALUES;
use super::byte_string::ByteString;
use super::msgpack::{Bounded, DecodeError, Decoder, Encoder, Wire, wire_struct};

/// A value that a program keeps in state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TealValue {
    /// A byte string, which need not be text.
    Bytes(Vec<u8>),
    /// An unsigned integer.
    Uint(u64),
}

impl Default for TealValue {
    fn default() -> Self {
        Self::Uint(0)
    }
}

impl TealValue {
    /// The number of this kind of value on the wire and in REST: 1 for bytes, 2 for integers.
    pub const fn type_number(&self) -> u64 {
        match self {
            Self::Bytes(_) => 1,
            Self::Uint(_) => 2,
        }
    }
}

impl From<u64> for TealValue {
    fn from(number: u64) -> Self {
        Self::Uint(number)
    }
}

impl From<Vec<u8>> for TealValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for TealValue {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&str> for TealValue {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

/// The wire form: a type number and both kinds side by side (go-algorand `basics.TealValue`).
#[derive(Debug, Default)]
struct TealValueOnWire {
    kind: u64,
    bytes: ByteString,
    uint: u64,
}

wire_struct! {
    TealValueOnWire {
        "tt" => kind, "Type";
        "tb" => bytes, "Bytes";
        "ui" => uint, "Uint";
    }
}

impl Wire for TealValue {
    fn is_empty(&self) -> bool {
        false
    }

    fn encode(&self, encoder: &mut Encoder) {
        let mut wire = TealValueOnWire { kind: self.type_number(), ..TealValueOnWire::default() };
        match self {
            Self::Bytes(bytes) => wire.bytes = ByteString(bytes.clone()),
            Self::Uint(uint) => wire.uint = *uint,
        }
        wire.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let wire = TealValueOnWire::decode(decoder)?;
        match wire.kind {
            1 => Ok(Self::Bytes(wire.bytes.0)),
            2 => Ok(Self::Uint(wire.uint)),
            kind => Err(DecodeError::other(format!("unknown type {kind} of a TEAL value"))),
        }
    }
}

/// The state of an application, global or of one account, in key order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TealKeyValue(pub BTreeMap<ByteString, TealValue>);

impl Wire for TealKeyValue {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn encode(&self, encoder: &mut Encoder) {
        self.0.encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Bounded::decode_bounded(decoder, MAX_KEY_VALUES).map(Self)
    }
}
