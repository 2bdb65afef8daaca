//! An answer as data, before it is decided whether the client reads JSON or msgpack.
//!
//! algod's answers that come in both formats differ only in how bytes and addresses look, so one tree serves both:
//! msgpack writes them as `bin`, JSON as base64 and base32 text. Fields that are zero or empty are left out by the
//! builder.

use data_encoding::BASE64;

use pnp_types::msgpack::{Encoder, Wire};
use pnp_types::{Address, AppIndex, AssetIndex, Round, msgpack};

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Document {
    /// Nothing: `null`.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Uint(u64),
    /// A number below zero.
    Negative(i64),
    /// Text, which the protocol lets hold any bytes.
    Text(Vec<u8>),
    /// Bytes: `bin`, in JSON base64.
    Bytes(Vec<u8>),
    /// An address: `bin`, in JSON base32 with its checksum.
    Address(Address),
    /// Values in order.
    List(Vec<Self>),
    /// Named values, written in the order of their keys.
    Map(Vec<(Key, Self)>),
}

/// A key of a map: a name, or the number of an asset, an application or an account's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A number; JSON has it as text.
    Uint(u64),
    /// A name.
    Text(Vec<u8>),
}

/// Builds a map, field by field.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(Key, Document)>);

impl Fields {
    /// Adds a field that is always there.
    pub(super) fn with(mut self, name: &str, value: impl Into<Document>) -> Self {
        self.0.push((Key::Text(name.into()), value.into()));
        self
    }

    /// Adds a field unless it is empty: 0, false, no bytes, no entries.
    pub(super) fn with_some(self, name: &str, value: impl Into<Document>) -> Self {
        let value = value.into();
        if value.is_empty() { self } else { self.with(name, value) }
    }
}

impl Fields {
    /// Adds a field if there is a value, however empty.
    pub(super) fn with_present(self, name: &str, value: Option<Document>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl From<Fields> for Document {
    fn from(fields: Fields) -> Self {
        Self::Map(fields.0)
    }
}

macro_rules! from {
    ($($from:ty => |$value:ident| $into:expr;)*) => {$(
        impl From<$from> for Document {
            fn from($value: $from) -> Self {
                $into
            }
        }
    )*};
}

from! {
    bool => |value| Self::Bool(value);
    u64 => |value| Self::Uint(value);
    u32 => |value| Self::Uint(value.into());
    usize => |value| Self::Uint(value as u64);
    &str => |value| Self::Text(value.into());
    String => |value| Self::Text(value.into_bytes());
    Round => |value| Self::Uint(value.0);
    AppIndex => |value| Self::Uint(value.0);
    AssetIndex => |value| Self::Uint(value.0);
    Address => |value| Self::Address(value);
    Vec<Document> => |value| Self::List(value);
}

impl<T: Into<Self>> From<Option<T>> for Document {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nil, Into::into)
    }
}

impl FromIterator<Self> for Document {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}

impl Document {
    /// Bytes that JSON shows as base64.
    pub(super) fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }

    /// A value of the protocol, read back from its own encoding; addresses are recognized by their field names.
    pub(super) fn of_wire<T: Wire>(value: &T) -> Self {
        Reader { rest: &msgpack::encode(value) }.value(&[]).unwrap_or(Self::Nil)
    }

    /// Whether a field with this value may be left out.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::Bool(value) => !value,
            Self::Uint(value) => *value == 0,
            Self::Negative(_) => false,
            Self::Text(bytes) | Self::Bytes(bytes) => bytes.is_empty(),
            Self::Address(address) => address.is_zero(),
            Self::List(items) => items.is_empty(),
            Self::Map(fields) => fields.is_empty(),
        }
    }

    /// The msgpack form of a JSON request: base64 becomes bytes and addresses their keys, by the names of the fields.
    pub(super) fn from_json(value: &serde_json::Value) -> Option<Self> {
        Self::from_json_at(value, &mut Vec::new())
    }

    fn from_json_at(value: &serde_json::Value, path: &mut Vec<Vec<u8>>) -> Option<Self> {
        Some(match value {
            serde_json::Value::Null => Self::Nil,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Uint(number.as_u64()?),
            serde_json::Value::String(text) if is_address(path) => Self::Address(text.parse().ok()?),
            serde_json::Value::String(text) if is_text(path) => Self::from(text.as_str()),
            serde_json::Value::String(text) => Self::Bytes(BASE64.decode(text.as_bytes()).ok()?),
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(|item| Self::from_json_at(item, path)).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(members) => {
                let mut fields = Vec::with_capacity(members.len());
                for (name, value) in members {
                    path.push(name.clone().into_bytes());
                    fields.push((Key::Text(name.clone().into_bytes()), Self::from_json_at(value, path)?));
                    path.pop();
                }
                Self::Map(fields)
            }
        })
    }

    /// The value as canonical msgpack.
    pub(super) fn to_msgpack(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        self.encode(&mut encoder);
        encoder.into_bytes()
    }

    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Self::Nil => encoder.nil(),
            Self::Bool(value) => encoder.bool(*value),
            Self::Uint(value) => encoder.uint(*value),
            Self::Negative(value) => encoder.int(*value),
            Self::Text(text) => encoder.str(text),
            Self::Bytes(bytes) => encoder.bytes(bytes),
            Self::Address(address) => encoder.bytes(address.as_bytes()),
            Self::List(items) => {
                encoder.array_header(items.len());
                items.iter().for_each(|item| item.encode(encoder));
            }
            Self::Map(fields) => {
                encoder.map_header(fields.len());
                for (key, value) in sorted(fields) {
                    match key {
                        Key::Uint(number) => encoder.uint(*number),
                        Key::Text(name) => encoder.str(name),
                    }
                    value.encode(encoder);
                }
            }
        }
    }

    /// The value as JSON.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Nil => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Uint(value) => (*value).into(),
            Self::Negative(value) => (*value).into(),
            Self::Text(text) => lossy(text).into(),
            Self::Bytes(bytes) => BASE64.encode(bytes).into(),
            Self::Address(address) => address.to_string().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(fields) => {
                serde_json::Value::Object(sorted(fields).map(|(k, v)| (k.to_text(), v.to_json())).collect())
            }
        }
    }
}

impl Key {
    fn to_text(&self) -> String {
        match self {
            Self::Uint(number) => number.to_string(),
            Self::Text(name) => lossy(name),
        }
    }
}

/// Text as Go writes it to JSON: a replacement character for every byte that is not part of UTF-8.
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn sorted(fields: &[(Key, Document)]) -> impl Iterator<Item = &(Key, Document)> {
    let mut order: Vec<_> = fields.iter().collect();
    order.sort_by(|left, right| left.0.cmp(&right.0));
    order.into_iter()
}

/// Whether the 32 bytes at this place are an address, which JSON shows as such; other 32 bytes it shows as base64.
fn is_address(path: &[Vec<u8>]) -> bool {
    let text =
        |back: usize| path.len().checked_sub(back).and_then(|at| path.get(at)).map(Vec::as_slice).unwrap_or_default();
    match text(1) {
        b"snd" | b"rcv" | b"close" | b"rekey" | b"arcv" | b"asnd" | b"aclose" | b"fadd" | b"apat" | b"sgnr"
        | b"fees" | b"rwd" | b"prp" | b"partupdrmv" | b"partupdabs" | b"sa" => true,
        b"m" | b"r" | b"f" | b"c" => text(2) == b"apar",
        b"d" => text(2) == b"al",
        b"a" => text(2) == b"hb",
        _ => false,
    }
}

/// Whether the text at this place of a transaction is text, and not bytes.
fn is_text(path: &[Vec<u8>]) -> bool {
    path.last().is_some_and(|name| matches!(name.as_slice(), b"type" | b"gen" | b"un" | b"an" | b"au"))
}

/// Reads msgpack that this program wrote.
struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn value(&mut self, path: &[Vec<u8>]) -> Option<Document> {
        let lead = self.byte()?;
        Some(match lead {
            0x00..=0x7f => Document::Uint(lead.into()),
            0x80..=0x8f => self.map(usize::from(lead & 0x0f), path)?,
            0x90..=0x9f => self.list(usize::from(lead & 0x0f), path)?,
            0xa0..=0xbf => Document::Text(self.take(usize::from(lead & 0x1f))?),
            0xc2 | 0xc3 => Document::Bool(lead == 0xc3),
            0xc4..=0xc6 => {
                let length = self.number(1 << (lead - 0xc4))?;
                self.bytes(usize::try_from(length).ok()?, path)?
            }
            0xcc..=0xcf => Document::Uint(self.number(1 << (lead - 0xcc))?),
            0xd0..=0xd3 => {
                let width = 1 << (lead - 0xd0);
                let unused = 64 - 8 * u32::from(width);
                Document::Negative(self.number(width)?.checked_shl(unused)?.cast_signed().checked_shr(unused)?)
            }
            0xd9..=0xdb => {
                let length = self.number(1 << (lead - 0xd9))?;
                Document::Text(self.take(usize::try_from(length).ok()?)?)
            }
            0xdc | 0xdd => {
                let length = self.number(2 << (lead - 0xdc))?;
                self.list(usize::try_from(length).ok()?, path)?
            }
            0xde | 0xdf => {
                let length = self.number(2 << (lead - 0xde))?;
                self.map(usize::try_from(length).ok()?, path)?
            }
            0xe0..=0xff => Document::Negative(i64::from(lead.cast_signed())),
            _ => Document::Nil,
        })
    }

    fn bytes(&mut self, length: usize, path: &[Vec<u8>]) -> Option<Document> {
        let bytes = self.take(length)?;
        Some(match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(address) if is_address(path) => Document::Address(Address(address)),
            _ => Document::Bytes(bytes),
        })
    }

    fn list(&mut self, length: usize, path: &[Vec<u8>]) -> Option<Document> {
        (0..length).map(|_| self.value(path)).collect::<Option<Vec<_>>>().map(Document::List)
    }

    fn map(&mut self, length: usize, path: &[Vec<u8>]) -> Option<Document> {
        let mut fields = Vec::new();
        let mut here = path.to_vec();
        for _ in 0..length {
            let key = match self.value(&[])? {
                Document::Uint(number) => Key::Uint(number),
                Document::Text(name) => Key::Text(name),
                _ => return None,
            };
            here.push(if let Key::Text(name) = &key { name.clone() } else { Vec::new() });
            fields.push((key, self.value(&here)?));
            here.pop();
        }
        Some(Document::Map(fields))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken.to_vec())
    }

    fn number(&mut self, width: u8) -> Option<u64> {
        self.take(usize::from(width)).map(|bytes| bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_and_empty_ones_left_out() {
        let document: Document =
            Fields::default().with("b", 1_u64).with_some("z", 0_u64).with_some("y", "").with("a", "").into();
        assert_eq!(document.to_json().to_string(), r#"{"a":"","b":1}"#);
        assert_eq!(document.to_msgpack(), b"\x82\xa1a\xa0\xa1b\x01");
    }

    #[test]
    fn bytes_and_addresses_look_different_in_json_only() {
        let key = [7; 32];
        let document: Document = Fields::default().with("at", Address(key)).with("raw", Document::bytes(&key)).into();
        assert_eq!(document.to_json()["at"], Address(key).to_string());
        assert_eq!(document.to_json()["raw"], BASE64.encode(&key));
        let mut reader_fields = Fields::default().with("snd", Document::bytes(&key)).with("gh", Document::bytes(&key));
        reader_fields.0.push((Key::Uint(300), Document::Negative(-70_000)));
        let document = Document::from(reader_fields);
        let packed = document.to_msgpack();
        let read = Reader { rest: &packed }.value(&[]).unwrap();
        assert_eq!(read.to_json()["snd"], Address(key).to_string());
        assert_eq!(read.to_json()["gh"], BASE64.encode(&key));
        assert_eq!(read.to_json()["300"], -70_000);
        assert_eq!(read.to_msgpack(), packed);
    }

    #[test]
    fn a_transaction_in_json_is_the_same_in_msgpack() {
        let json =
            serde_json::json!({"txn": {"type": "pay", "snd": Address([7; 32]).to_string(), "note": "AQI=", "amt": 5}});
        let packed = Document::from_json(&json).unwrap().to_msgpack();
        assert_eq!(Reader { rest: &packed }.value(&[]).unwrap().to_json(), json);
        assert_eq!(Document::from_json(&serde_json::json!({"snd": "nobody"})), None);
    }

    #[test]
    fn text_that_is_not_utf8_is_shown_as_go_shows_it() {
        assert_eq!(lossy(b"a\xff\x00\xde\xad\xbe\xef"), "a\u{fffd}\0\u{7ad}\u{fffd}\u{fffd}");
    }
}
