//! The bytes as they are first written, and all that is not final about them.
//!
//! Constants are loaded by their first-seen index, branches take the widest offset; [`super::layout`] then chooses the
//! real forms. What changes size is listed in `fixups`, in order of place; a [`Place`] counts the fixups before it, so
//! that its final position is one addition away.

use std::collections::HashMap;

use super::sourcemap::Location;
use super::token::Token;

/// A position among the bytes first written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u32,
    /// How many fixups lie before it.
    pub(super) fixups: u32,
}

/// What stands in some bytes whose final form is chosen later.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// The load of an integer constant, by first-seen index.
    Int(u32),
    /// The load of a bytes constant, by first-seen index.
    Bytes(u32),
    /// The offset of a branch, by index of the reference.
    Branch(u32),
}

/// Some bytes whose final form is chosen later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixup {
    pub(super) at: u32,
    pub(super) len: u32,
    pub(super) content: Content,
}

/// The use of a label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    pub(super) label: Token,
    /// Where the offset is written.
    pub(super) offset: Place,
    /// The end of the instruction.
    pub(super) end: Place,
    /// A varint of a size of its own, instead of two bytes.
    pub(super) varint: bool,
}

/// A constant that could not be loaded any more: one beyond the 256th.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lost {
    Int(usize),
    Bytes(usize),
}

/// Bytes reserved for a branch offset; enough for a megabyte either way.
pub(super) const VARINT_PLACEHOLDER: usize = 3;

/// The bytes first written.
#[derive(Debug, Default)]
pub(super) struct Code<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) fixups: Vec<Fixup>,
    pub(super) labels: HashMap<&'a str, Place>,
    pub(super) references: Vec<Reference>,
    /// Where instructions begin, and where in the source; lines count from 0.
    pub(super) marks: Vec<Location>,
    pub(super) lost: Vec<Lost>,
}

impl<'a> Code<'a> {
    pub(super) fn with_room_for(source: &str) -> Self {
        // Most instructions take a quarter of their text; a line about twenty bytes of it.
        Self {
            bytes: Vec::with_capacity(source.len() / 8),
            marks: Vec::with_capacity(source.len() / 20),
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn push_varuint(&mut self, value: u64) {
        push_varuint(&mut self.bytes, value);
    }

    /// A byte string after its length.
    pub(super) fn push_sized(&mut self, bytes: &[u8]) {
        self.push_varuint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// Where the next byte goes.
    pub(super) fn here(&self) -> Place {
        // Every byte takes at least one of the source, and sources are shorter than 4 GiB.
        Place { at: self.bytes.len() as u32, fixups: self.fixups.len() as u32 }
    }

    pub(super) fn mark(&mut self, token: Token) {
        self.marks.push(Location { pc: self.here().at, line: token.line - 1, column: token.column });
    }

    /// Defines a label here; tells whether it is new. The last definition holds.
    pub(super) fn define(&mut self, label: &'a str) -> bool {
        self.labels.insert(label, self.here()).is_none()
    }

    /// What was written from `at` on is to get its final form later.
    pub(super) fn fix(&mut self, at: u32, content: Content) {
        self.fixups.push(Fixup { at, len: self.here().at - at, content });
    }

    /// Two bytes of offset from the place `rest` bytes behind them.
    pub(super) fn push_target(&mut self, label: Token, rest: usize) {
        let offset = self.here();
        self.bytes.extend([0, 0]);
        let end = Place { at: self.here().at + rest as u32, ..offset };
        self.references.push(Reference { label, offset, end, varint: false });
    }

    /// An offset of a size yet unknown.
    pub(super) fn push_varint_target(&mut self, label: Token) {
        let offset = self.here();
        self.bytes.extend([0; VARINT_PLACEHOLDER]);
        self.fix(offset.at, Content::Branch(self.references.len() as u32));
        self.references.push(Reference { label, offset, end: self.here(), varint: true });
    }
}

/// Appends LEB128.
pub(super) fn push_varuint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// How many bytes LEB128 takes.
pub(super) fn varuint_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// The unsigned number that zigzag makes of a signed one.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varuints() {
        for value in [0, 1, 127, 128, 16383, 16384, u64::MAX] {
            let mut bytes = Vec::new();
            push_varuint(&mut bytes, value);
            assert_eq!(bytes.len(), varuint_len(value), "{value}");
        }
        assert_eq!([0, -1, 1, -64, 64].map(zigzag), [0, 1, 2, 127, 128]);
    }
}
