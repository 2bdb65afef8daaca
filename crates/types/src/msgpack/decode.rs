//! Reading msgpack as the network's nodes do: any width of integer, text for bytes and bytes for text, `nil` for empty.

use std::borrow::Cow;

use super::DecodeError;

/// How deep values may nest. A block with eight levels of inner transactions needs 35; more would cost stack for
/// nothing.
const MAX_DEPTH: u32 = 64;

/// Reads msgpack values one after the other from a byte slice.
#[derive(Debug, Clone)]
pub struct Decoder<'a> {
    rest: &'a [u8],
    depth: u32,
    bounded: bool,
}

type Result<T> = std::result::Result<T, DecodeError>;

impl<'a> Decoder<'a> {
    /// A decoder at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0, bounded: true }
    }

    /// A decoder that lets everything be as long as its bytes are, and no field be required, as nodes read what clients
    /// send: whether a name is too long is then for the rules of transactions to say, in words that name the field.
    pub fn unbounded(bytes: &'a [u8]) -> Self {
        Self { bounded: false, ..Self::new(bytes) }
    }

    /// Whether lengths are held against the wire's bounds, and required fields have to be there.
    pub fn is_bounded(&self) -> bool {
        self.bounded
    }

    /// The bytes not yet read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Runs `read` one level deeper; an error when values nest too deep.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(DecodeError::too_deep());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Whether the next value is a map, or the `nil` that means an empty one.
    pub fn at_map(&self) -> bool {
        matches!(self.rest.first(), None | Some(0x80..=0x8f | 0xc0 | 0xc1 | 0xde | 0xdf))
    }

    /// Whether the next value is `nil`; reads it if so.
    pub fn take_nil(&mut self) -> bool {
        let nil = self.rest.first() == Some(&0xc0);
        if nil {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        nil
    }

    /// The number of keys of a map; 0 for `nil`.
    pub fn map_header(&mut self) -> Result<usize> {
        match self.peek()? {
            lead @ 0x80..=0x8f => self.skip(1, usize::from(lead & 0x0f)),
            0xc0 => self.skip(1, 0),
            0xde => self.length(2),
            0xdf => self.length(4),
            lead => Err(DecodeError::wrong_type("map", lead)),
        }
    }

    /// The number of values of a list; 0 for `nil`. A map counts as the list of its keys and values.
    pub fn array_header(&mut self) -> Result<usize> {
        match self.peek()? {
            lead @ 0x90..=0x9f => self.skip(1, usize::from(lead & 0x0f)),
            0xdc => self.length(2),
            0xdd => self.length(4),
            0x80..=0x8f | 0xde | 0xdf => Ok(self.map_header()?.saturating_mul(2)),
            0xc0 => self.skip(1, 0),
            lead => Err(DecodeError::wrong_type("array", lead)),
        }
    }

    /// The key of a map entry: text or bytes.
    pub fn key(&mut self) -> Result<Cow<'a, [u8]>> {
        let start = self.clone();
        self.str().or_else(|error| {
            if matches!(start.rest.first(), Some(0xc4..=0xc6)) {
                *self = start;
                self.bytes()
            } else {
                Err(error)
            }
        })
    }

    /// An unsigned integer in any width; 0 for `nil`.
    pub fn uint(&mut self) -> Result<u64> {
        let signed = |value: i64| u64::try_from(value).map_err(|_| DecodeError::negative(value));
        match self.peek()? {
            lead @ 0x00..=0x7f => self.skip(1, u64::from(lead)),
            0xc0 => self.skip(1, 0),
            0xcc => self.fixed(u8::from_be_bytes).map(u64::from),
            0xcd => self.fixed(u16::from_be_bytes).map(u64::from),
            0xce => self.fixed(u32::from_be_bytes).map(u64::from),
            0xcf => self.fixed(u64::from_be_bytes),
            0xd0 => self.fixed(i8::from_be_bytes).map(i64::from).and_then(signed),
            0xd1 => self.fixed(i16::from_be_bytes).map(i64::from).and_then(signed),
            0xd2 => self.fixed(i32::from_be_bytes).map(i64::from).and_then(signed),
            0xd3 => self.fixed(i64::from_be_bytes).and_then(signed),
            lead @ 0xe0..=0xff => Err(DecodeError::negative(i64::from(lead.cast_signed()))),
            lead => Err(DecodeError::wrong_type("uint", lead)),
        }
    }

    /// An unsigned integer that has to fit `bits` bits.
    pub fn uint_of(&mut self, bits: u32) -> Result<u64> {
        let value = self.uint()?;
        if value.checked_shr(bits).is_none_or(|over| over == 0) {
            Ok(value)
        } else {
            Err(DecodeError::too_large(value, bits))
        }
    }

    /// A signed integer in any width; 0 for `nil`. Unsigned ones over 2^63 wrap, as they do in the reference.
    pub fn int(&mut self) -> Result<i64> {
        match self.peek()? {
            lead @ (0x00..=0x7f | 0xe0..=0xff) => self.skip(1, i64::from(lead.cast_signed())),
            0xd0 => self.fixed(i8::from_be_bytes).map(i64::from),
            0xd1 => self.fixed(i16::from_be_bytes).map(i64::from),
            0xd2 => self.fixed(i32::from_be_bytes).map(i64::from),
            0xd3 => self.fixed(i64::from_be_bytes),
            0xc0 | 0xcc..=0xcf => self.uint().map(u64::cast_signed),
            lead => Err(DecodeError::wrong_type("int", lead)),
        }
    }

    /// `true` or `false`; false for `nil`.
    pub fn bool(&mut self) -> Result<bool> {
        match self.peek()? {
            0xc3 => self.skip(1, true),
            0xc2 | 0xc0 => self.skip(1, false),
            lead => Err(DecodeError::wrong_type("bool", lead)),
        }
    }

    /// A byte string; text and lists of small integers count as one.
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>> {
        let lead = self.peek()?;
        if matches!(lead, 0x80..=0x9f | 0xdc..=0xdf) {
            return self.byte_list().map_err(|_| DecodeError::wrong_type("bin", lead));
        }
        self.flat_bytes("bin")
    }

    /// A text; bytes and lists of small integers count as one. Not checked for UTF-8.
    pub fn str(&mut self) -> Result<Cow<'a, [u8]>> {
        match self.peek()? {
            0xa0..=0xbf | 0xc0 | 0xd9..=0xdb => self.flat_bytes("str"),
            lead @ 0xc4..=0xc6 => self.flat_bytes("str").map_err(|_| DecodeError::wrong_type("str", lead)),
            lead @ (0x90..=0x9f | 0xdc | 0xdd) => self.byte_list().map_err(|_| DecodeError::wrong_type("str", lead)),
            lead => Err(DecodeError::wrong_type("str", lead)),
        }
    }

    /// A text or byte string that is checked against `limit` before its bytes are looked at.
    pub fn check_length(&self, limit: usize) -> Result<()> {
        if !self.bounded {
            return Ok(());
        }
        let mut ahead = self.clone();
        let length = match ahead.peek()? {
            0x80..=0x9f | 0xdc..=0xdf => ahead.array_header()?,
            _ => ahead.flat_header("array")?,
        };
        if length > limit { Err(DecodeError::too_long_unnamed(length, limit)) } else { Ok(()) }
    }

    /// Fills `into` from a byte string: a shorter one leaves the rest as it is, of a longer one the end is dropped.
    pub fn fill(&mut self, into: &mut [u8]) -> Result<()> {
        if self.take_nil() {
            into.fill(0);
            return Ok(());
        }
        let lead = self.peek()?;
        let bytes = self.bytes()?;
        if bytes.len() > into.len() && matches!(lead, 0x80..=0x9f | 0xdc..=0xdf) {
            return Err(DecodeError::wrong_type("bin", lead));
        }
        into.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn byte_list(&mut self) -> Result<Cow<'a, [u8]>> {
        let length = self.array_header()?;
        if length > self.rest.len() {
            return Err(DecodeError::short());
        }
        let mut bytes = Vec::with_capacity(length);
        for _ in 0..length {
            bytes.push(u8::try_from(self.uint_of(8)?).unwrap_or_default());
        }
        Ok(Cow::Owned(bytes))
    }

    fn flat_bytes(&mut self, wanted: &'static str) -> Result<Cow<'a, [u8]>> {
        let length = self.flat_header(wanted)?;
        self.take(length).map(Cow::Borrowed)
    }

    /// The length of a text or byte string; 0 for `nil`.
    fn flat_header(&mut self, wanted: &'static str) -> Result<usize> {
        match self.peek()? {
            lead @ 0xa0..=0xbf => self.skip(1, usize::from(lead & 0x1f)),
            0xc0 => self.skip(1, 0),
            0xc4 | 0xd9 => self.length(1),
            0xc5 | 0xda => self.length(2),
            0xc6 | 0xdb => self.length(4),
            lead => Err(DecodeError::wrong_type(wanted, lead)),
        }
    }

    fn peek(&self) -> Result<u8> {
        self.rest.first().copied().ok_or_else(DecodeError::short)
    }

    fn skip<T>(&mut self, bytes: usize, value: T) -> Result<T> {
        self.take(bytes).map(|_| value)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(DecodeError::short)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length of `width` bytes after the lead byte.
    fn length(&mut self, width: usize) -> Result<usize> {
        let mut length = 0_usize;
        for byte in self.take(width.saturating_add(1))?.iter().skip(1) {
            length = (length << 8) | usize::from(*byte);
        }
        Ok(length)
    }

    /// A number of `N` bytes after the lead byte.
    fn fixed<const N: usize, T>(&mut self, read: impl FnOnce([u8; N]) -> T) -> Result<T> {
        self.take(1)?;
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or_else(DecodeError::short)?;
        self.rest = rest;
        Ok(read(*bytes))
    }
}
