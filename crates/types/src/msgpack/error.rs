//! Why bytes are not the value asked for, in the words of the network's nodes.

use std::fmt;

/// Said where bytes end before their value does.
const SHORT: &str = "msgp: too few bytes left to read object";

/// Said before the name of a field that no structure has.
const UNKNOWN: &str = "Unknown field: ";

/// Bytes that do not hold the value asked for.
///
/// The texts are those of go-algorand's `msgp` decoders; see there `msgp/errors.go`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    text: String,
    trail: Trail,
    /// Place inside a list or map whose own name the caller is about to add.
    item: String,
}

/// How the names of enclosing fields show up in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trail {
    /// Not at all.
    Silent,
    /// `… at Outer/Inner`.
    Path(String),
    /// `… at Outer`: the last name replaces the one before.
    Outermost(String),
    /// `… at Inner at Outer`.
    Chain(String),
    /// Not at all within the innermost structure, then as a chain.
    Unnamed,
}

impl DecodeError {
    pub(super) fn short() -> Self {
        Self::new(SHORT.to_owned(), Trail::Silent)
    }

    /// Whether the bytes ended before the value did.
    pub fn is_short(&self) -> bool {
        self.text == SHORT
    }

    /// The field that no structure of this version has, where that is the reason.
    pub fn unknown_name(&self) -> Option<&str> {
        self.text.strip_prefix(UNKNOWN)
    }

    pub(super) fn too_deep() -> Self {
        Self::new("Max depth exceeded".to_owned(), Trail::Silent)
    }

    pub(super) fn wrong_type(wanted: &str, lead: u8) -> Self {
        // Texts are the one kind for which the reference does not recognize an unused prefix.
        match type_name(lead).or((wanted == "str").then_some("<invalid>")) {
            Some(found) => Self::new(
                format!("msgp: attempted to decode type \"{found}\" with method for \"{wanted}\""),
                Trail::Path(String::new()),
            ),
            None => Self::other(format!("msgp: unrecognized type prefix 0x{lead:x}")),
        }
    }

    pub(super) fn too_large(value: u64, bits: u32) -> Self {
        Self::new(format!("msgp: {value} overflows uint{bits}"), Trail::Path(String::new()))
    }

    pub(super) fn negative(value: i64) -> Self {
        Self::new(format!("msgp: attempted to cast int {value} to unsigned"), Trail::Outermost(String::new()))
    }

    pub(super) fn too_long(length: usize, limit: usize) -> Self {
        Self::other(format!("msgp: length overflow: {length} > {limit}"))
    }

    /// A text or byte string that is too long; of these the reference does not name the field.
    pub(super) fn too_long_unnamed(length: usize, limit: usize) -> Self {
        Self { trail: Trail::Unnamed, ..Self::too_long(length, limit) }
    }

    pub(super) fn left_over(length: usize) -> Self {
        Self::other(format!("decoding left {length} remaining bytes"))
    }

    /// A map names a field that the structure does not have.
    #[must_use]
    pub fn unknown_field(key: &[u8]) -> Self {
        // One replacement character for each byte that is no text, as the JSON of the reference's answers has it.
        let mut name = String::new();
        for chunk in key.utf8_chunks() {
            name.push_str(chunk.valid());
            name.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        Self::other(format!("{UNKNOWN}{name}"))
    }

    /// A required field is not there, or is empty.
    #[must_use]
    pub fn missing_field(key: &str) -> Self {
        Self::other(format!("missing required field: {key}"))
    }

    /// A structure written as a list has more items than fields.
    #[must_use]
    pub fn too_many_fields(left: usize) -> Self {
        Self::other(format!("Too many array fields when decoding into struct: {left} left"))
    }

    /// An error with a text of its own, for a value that is well-formed msgpack and still not acceptable.
    pub fn other(text: impl Into<String>) -> Self {
        Self::new(text.into(), Trail::Chain(String::new()))
    }

    fn new(text: String, trail: Trail) -> Self {
        Self { text, trail, item: String::new() }
    }

    /// The error as it leaves a structure.
    #[must_use]
    pub fn leave_structure(mut self) -> Self {
        if self.trail == Trail::Unnamed {
            self.trail = Trail::Chain(String::new());
            self.item.clear();
        }
        self
    }

    /// Adds the index or key inside a list or map.
    #[must_use]
    pub fn in_item(mut self, item: impl fmt::Display) -> Self {
        self.item = if self.item.is_empty() { item.to_string() } else { format!("{item}/{}", self.item) };
        self
    }

    /// Adds the name of the field in which the error arose.
    #[must_use]
    pub fn in_field(mut self, name: &str) -> Self {
        let item = std::mem::take(&mut self.item);
        let place = match (name.is_empty(), item.is_empty()) {
            (_, true) => name.to_owned(),
            (true, false) => item,
            (false, false) => format!("{name}/{item}"),
        };
        match &mut self.trail {
            Trail::Silent | Trail::Unnamed => {}
            Trail::Path(path) if path.is_empty() => *path = place,
            Trail::Path(path) => *path = format!("{place}/{path}"),
            Trail::Outermost(path) => *path = place,
            Trail::Chain(_) if place.is_empty() => {}
            Trail::Chain(chain) => *chain = format!("{chain} at {place}"),
        }
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.trail {
            Trail::Silent | Trail::Unnamed => return Ok(()),
            Trail::Path(path) | Trail::Outermost(path) if !path.is_empty() => write!(f, " at {path}")?,
            Trail::Path(_) | Trail::Outermost(_) => {}
            Trail::Chain(chain) => f.write_str(chain)?,
        }
        if self.item.is_empty() { Ok(()) } else { write!(f, " at {}", self.item) }
    }
}

impl std::error::Error for DecodeError {}

/// What msgpack type a leading byte announces; nothing for the one byte that msgpack leaves unused.
fn type_name(lead: u8) -> Option<&'static str> {
    Some(match lead {
        0x00..=0x7f | 0xe0..=0xff | 0xd0..=0xd3 => "int",
        0x80..=0x8f | 0xde | 0xdf => "map",
        0x90..=0x9f | 0xdc | 0xdd => "array",
        0xa0..=0xbf | 0xd9..=0xdb => "str",
        0xc0 => "nil",
        0xc1 => return None,
        0xc2 | 0xc3 => "bool",
        0xc4..=0xc6 => "bin",
        0xc7..=0xc9 | 0xd4..=0xd8 => "ext",
        0xca => "float32",
        0xcb => "float64",
        0xcc..=0xcf => "uint",
    })
}
