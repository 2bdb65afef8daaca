//! Canonical msgpack: one pass out, and in as tolerant as the network's own nodes are.
//!
//! Out: map keys in byte order, empty fields left out, shortest integers, `bin` apart from `str`. In: what
//! go-algorand's `msgp` decoders accept, with their error texts, because clients read them. Nothing here knows a
//! transaction.

mod decode;
mod encode;
mod error;
mod meaning;
mod structure;
mod values;

pub use decode::Decoder;
pub use encode::Encoder;
pub use error::DecodeError;
pub use meaning::{Ambiguity, check_meaning};
#[doc(hidden)]
pub use structure::sorted_order;
pub use structure::wire_struct;
pub(crate) use values::wire_newtype;

/// A value with a canonical msgpack form.
pub trait Wire: Sized {
    /// Whether a map leaves the value out: zero, false, empty, or all of its own fields empty.
    fn is_empty(&self) -> bool;

    /// Writes the value, also when it is empty.
    fn encode(&self, encoder: &mut Encoder);

    /// Reads one value. `nil` reads as the empty value.
    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}

/// A value of variable length, which the wire bounds before it is allocated.
///
/// The limit is a number of elements or bytes, or, for lists of such values, that of the list and that of each.
pub trait Bounded<Limit = usize>: Wire {
    /// Reads one value within `limit`.
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: Limit) -> Result<Self, DecodeError>;
}

/// Marks values that may be in lists and maps; bytes do not, so that `Vec<u8>` stays one `bin`.
pub trait Element: Wire {}

/// The canonical encoding of `value`.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    encode_after(&[], value)
}

/// `prefix`, then the canonical encoding of `value`: the shape of everything that is hashed or signed.
pub fn encode_after<T: Wire>(prefix: &[u8], value: &T) -> Vec<u8> {
    let mut encoder = Encoder::after(prefix);
    value.encode(&mut encoder);
    encoder.into_bytes()
}

/// Decodes a value from all of `bytes`; bytes left over are an error.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, DecodeError> {
    let (value, rest) = decode_prefix(bytes)?;
    if rest.is_empty() { Ok(value) } else { Err(DecodeError::left_over(rest.len())) }
}

/// Decodes one value and returns the bytes after it, as for transactions one after the other.
pub fn decode_prefix<T: Wire>(bytes: &[u8]) -> Result<(T, &[u8]), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let value = T::decode(&mut decoder)?;
    Ok((value, decoder.rest()))
}

/// As [`decode_prefix`], for bytes a client sent: nothing is too long yet, see [`Decoder::unbounded`].
pub fn decode_from_client<T: Wire>(bytes: &[u8]) -> Result<(T, &[u8]), DecodeError> {
    let mut decoder = Decoder::unbounded(bytes);
    let value = T::decode(&mut decoder)?;
    Ok((value, decoder.rest()))
}

#[cfg(test)]
mod tests;
