//! The values that structures consist of.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::{Bounded, DecodeError, Decoder, Element, Encoder, Wire};

macro_rules! wire_uint {
    ($($kind:ty)*) => { $(
        impl Wire for $kind {
            fn is_empty(&self) -> bool {
                *self == 0
            }

            fn encode(&self, encoder: &mut Encoder) {
                encoder.uint(u64::from(*self));
            }

            fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let value = decoder.uint_of(Self::BITS)?;
                Self::try_from(value).map_err(|_| DecodeError::too_large(value, Self::BITS))
            }
        }
    )* };
}

wire_uint!(u8 u16 u32 u64);

/// Implements [`Wire`] for structures around a `u64`, which are encoded as that number.
macro_rules! wire_newtype {
    ($($kind:ident)*) => { $(
        impl $crate::msgpack::Wire for $kind {
            fn is_empty(&self) -> bool {
                self.0 == 0
            }

            fn encode(&self, encoder: &mut $crate::msgpack::Encoder) {
                encoder.uint(self.0);
            }

            fn decode(
                decoder: &mut $crate::msgpack::Decoder<'_>,
            ) -> Result<Self, $crate::msgpack::DecodeError> {
                decoder.uint().map(Self)
            }
        }
    )* };
}
pub(crate) use wire_newtype;

impl Element for u64 {}

impl Wire for i64 {
    fn is_empty(&self) -> bool {
        *self == 0
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.int(*self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.int()
    }
}

impl Wire for bool {
    fn is_empty(&self) -> bool {
        !*self
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bool(*self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.bool()
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn is_empty(&self) -> bool {
        self.iter().all(|byte| *byte == 0)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut bytes = [0; N];
        decoder.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl Wire for Vec<u8> {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.bytes(self);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decoder.bytes().map(std::borrow::Cow::into_owned)
    }
}

impl Element for Vec<u8> {}

impl Bounded for Vec<u8> {
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: usize) -> Result<Self, DecodeError> {
        decoder.check_length(limit)?;
        Wire::decode(decoder)
    }
}

impl Wire for String {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.str(self.as_bytes());
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let bytes = decoder.str()?.into_owned();
        Self::from_utf8(bytes).map_err(|_| DecodeError::other("text is not UTF-8"))
    }
}

impl Bounded for String {
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: usize) -> Result<Self, DecodeError> {
        decoder.check_length(limit)?;
        Wire::decode(decoder)
    }
}

impl<T: Element> Wire for Vec<T> {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.array_header(self.len());
        for value in self {
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode_bounded(decoder, usize::MAX)
    }
}

impl<T: Element> Bounded for Vec<T> {
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: usize) -> Result<Self, DecodeError> {
        decode_list(decoder, limit, T::decode)
    }
}

impl<T: Element + Bounded> Bounded<(usize, usize)> for Vec<T> {
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: (usize, usize)) -> Result<Self, DecodeError> {
        decode_list(decoder, limit.0, |decoder| T::decode_bounded(decoder, limit.1))
    }
}

fn decode_list<T>(
    decoder: &mut Decoder<'_>,
    limit: usize,
    mut read: impl FnMut(&mut Decoder<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let length = decoder.array_header()?;
    if length > limit && decoder.is_bounded() {
        return Err(DecodeError::too_long(length, limit));
    }
    // Grows by pushing: what a hostile header claims costs nothing until the bytes are there.
    let mut values = Vec::new();
    for index in 0..length {
        values.push(read(decoder).map_err(|error| error.in_item(index))?);
    }
    Ok(values)
}

impl<K: Wire + Ord + Display, V: Wire> Wire for BTreeMap<K, V> {
    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn encode(&self, encoder: &mut Encoder) {
        encoder.map_header(self.len());
        for (key, value) in self {
            key.encode(encoder);
            value.encode(encoder);
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode_bounded(decoder, usize::MAX)
    }
}

impl<K: Wire + Ord + Display, V: Wire> Bounded for BTreeMap<K, V> {
    fn decode_bounded(decoder: &mut Decoder<'_>, limit: usize) -> Result<Self, DecodeError> {
        decoder.nested(|decoder| {
            let length = decoder.map_header()?;
            if length > limit && decoder.is_bounded() {
                return Err(DecodeError::too_long(length, limit));
            }
            let mut values = Self::new();
            for _ in 0..length {
                let key = K::decode(decoder)?;
                let value = V::decode(decoder).map_err(|error| error.in_item(&key))?;
                values.insert(key, value);
            }
            Ok(values)
        })
    }
}

impl<T: Wire> Wire for Option<Box<T>> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }

    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Some(value) => value.encode(encoder),
            None => encoder.nil(),
        }
    }

    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if decoder.take_nil() { Ok(None) } else { T::decode(decoder).map(|value| Some(Box::new(value))) }
    }
}
