//! Whether what another program wrote means what the canonical bytes mean, and nothing else.
//!
//! Decoders are more tolerant than two programs agree on: of a key that is there twice the last one counts, an address
//! that is too long is cut. Before something is signed that another program wrote, nothing of it may be lost so.

use std::borrow::Cow;

use super::{DecodeError, Decoder};

/// Where an encoding says something that its canonical form does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ambiguity {
    /// A key is in one map twice, and programs differ in which they take.
    #[error("{0} is there twice")]
    Twice(String),
    /// A value that is not the canonical one: too long or too short for its field, or of another type.
    #[error("{0} has another length or type than networks read from it")]
    Differs(String),
    /// Bytes that are no msgpack.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
}

/// Whether `found` differs from `canonical` only in form: the order of keys, the width of numbers, text for bytes and bytes
/// for text, and fields that are there with the value that they have where they are left out.
///
/// # Errors
/// The first place, in the order of `found`, at which the two differ in more: `txn.snd`, for example. The places in a list
/// count from 1.
///
/// ```
/// use pnp_types::msgpack::{Ambiguity, check_meaning};
///
/// let canonical = b"\x81\xa3fee\x05";
/// assert_eq!(check_meaning(b"\x82\xa3fee\xcd\x00\x05\xa3amt\x00", canonical), Ok(()));
/// assert_eq!(check_meaning(b"\x82\xa3fee\x07\xa3fee\x05", canonical), Err(Ambiguity::Twice("fee".to_owned())));
/// ```
pub fn check_meaning(found: &[u8], canonical: &[u8]) -> Result<(), Ambiguity> {
    if found == canonical {
        return Ok(());
    }
    let read = |bytes| Item::read(&mut Decoder::new(bytes));
    compare(&read(found)?, &read(canonical)?, "")
}

/// One value of msgpack, whatever it is a field of. Text is bytes, as it is to the network's nodes.
#[derive(Debug, PartialEq, Eq)]
enum Item<'a> {
    Nil,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Bytes(Cow<'a, [u8]>),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
}

impl<'a> Item<'a> {
    fn read(decoder: &mut Decoder<'a>) -> Result<Self, DecodeError> {
        decoder.nested(|decoder| match decoder.rest().first().copied() {
            Some(0xc0) => {
                decoder.take_nil();
                Ok(Self::Nil)
            }
            Some(0xc2 | 0xc3) => decoder.bool().map(Self::Bool),
            Some(0x80..=0x8f | 0xde | 0xdf) => {
                let mut entries = Vec::new();
                for _ in 0..decoder.map_header()? {
                    entries.push((Self::read(decoder)?, Self::read(decoder)?));
                }
                Ok(Self::Map(entries))
            }
            Some(0x90..=0x9f | 0xdc | 0xdd) => {
                let mut items = Vec::new();
                for _ in 0..decoder.array_header()? {
                    items.push(Self::read(decoder)?);
                }
                Ok(Self::List(items))
            }
            Some(0xa0..=0xbf | 0xc4..=0xc6 | 0xd9..=0xdb) => decoder.bytes().map(Self::Bytes),
            Some(0xd0..=0xd3 | 0xe0..=0xff) => {
                let number = decoder.int()?;
                Ok(u64::try_from(number).map_or(Self::Negative(number), Self::Unsigned))
            }
            _ => decoder.uint().map(Self::Unsigned),
        })
    }

    /// Whether a field with this value means what it means to leave the field out.
    fn is_blank(&self) -> bool {
        match self {
            Self::Nil => true,
            Self::Bool(value) => !value,
            Self::Unsigned(value) => *value == 0,
            Self::Negative(_) => false,
            Self::Bytes(bytes) => bytes.iter().all(|byte| *byte == 0),
            Self::List(items) => items.iter().all(Self::is_blank),
            Self::Map(entries) => entries.iter().all(|(_, value)| value.is_blank()),
        }
    }

    /// Whether `nil` in a list stands for it. Not for bytes: there nodes keep the `nil`, which makes another transaction.
    fn is_nil_in_lists(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            Self::Nil | Self::Bool(false) | Self::Unsigned(0) => true,
            Self::Bool(true) | Self::Unsigned(_) | Self::Negative(_) | Self::Bytes(_) => false,
        }
    }

    /// Whether a list of numbers has these bytes.
    fn has_bytes(items: &[Self], bytes: &[u8]) -> bool {
        let same = |(item, byte): (&Self, &u8)| *item == Self::Unsigned(u64::from(*byte));
        items.len() == bytes.len() && items.iter().zip(bytes).all(same)
    }

    /// The name of a key in the path to its value.
    fn name(&self) -> String {
        match self {
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Unsigned(number) => number.to_string(),
            other => format!("{other:?}"),
        }
    }
}

/// Compares what was found at `path` with the canonical value.
///
/// What the canonical form leaves out is empty by its field's own rule, which the decoder knows; here it only has to hold
/// no other byte than zero, of whatever length.
fn compare(found: &Item<'_>, canonical: &Item<'_>, path: &str) -> Result<(), Ambiguity> {
    let same = match (found, canonical) {
        (Item::Map(found), Item::Map(canonical)) => return compare_maps(found, canonical, path),
        (Item::List(found), Item::List(canonical)) if found.len() == canonical.len() => {
            for (number, (found, canonical)) in (1_usize..).zip(found.iter().zip(canonical)) {
                compare(found, canonical, &inside(path, &number.to_string()))?;
            }
            true
        }
        (Item::List(found), Item::Bytes(canonical)) => Item::has_bytes(found, canonical),
        (Item::Nil, canonical) => canonical.is_nil_in_lists(),
        (found, canonical) => found == canonical,
    };
    let place = if path.is_empty() { "the value" } else { path };
    if same { Ok(()) } else { Err(Ambiguity::Differs(place.to_owned())) }
}

type Entries<'a> = [(Item<'a>, Item<'a>)];

fn compare_maps(found: &Entries<'_>, canonical: &Entries<'_>, path: &str) -> Result<(), Ambiguity> {
    let value = |entries: &'_ Entries<'_>, wanted: &Item<'_>| entries.iter().position(|(key, _)| key == wanted);
    if let Some((_, (key, _))) = found.iter().enumerate().find(|(place, (key, _))| value(found, key) != Some(*place)) {
        return Err(Ambiguity::Twice(inside(path, &key.name())));
    }
    for (key, item) in found {
        let path = inside(path, &key.name());
        match value(canonical, key).and_then(|place| canonical.get(place)) {
            Some((_, canonical)) => compare(item, canonical, &path)?,
            None if item.is_blank() => {}
            None => return Err(Ambiguity::Differs(path)),
        }
    }
    match canonical.iter().find(|(key, _)| value(found, key).is_none()) {
        Some((key, _)) => Err(Ambiguity::Differs(inside(path, &key.name()))),
        None => Ok(()),
    }
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
