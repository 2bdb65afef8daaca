//! The bytes as they are first written, and all that is not final about them.
//!
//! Constants are loaded by their first-seen index, branches take the widest offset; [`super::layout`] then chooses the
//! real forms. What changes size is listed in `fixups`, in order of place; a [`Place`] counts the fixups before it, so
//! that its final position is one addition away.

use super::index::{Index, hash_of_bytes};
use super::sourcemap::Location;
use super::token::Token;
use pnp_opcodes::push_uvarint;

/// A position among the bytes first written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u32,
    /// How many fixups lie before it.
    pub(super) fixups: u32,
}

/// What is in some bytes whose final form is chosen later.
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
    /// As first written.
    pub(super) len: u32,
    pub(super) content: Content,
    /// How many bytes there are in the end.
    pub(super) size: u32,
    /// By how much what follows moves.
    pub(super) shift: i32,
}

/// The use of a label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    pub(super) token: Token,
    /// Which label, by its position in [`Code::labels`].
    pub(super) label: u32,
    /// Where the offset is written.
    pub(super) offset: Place,
    /// The end of the instruction.
    pub(super) end: Place,
    /// A varint of a size of its own, instead of two bytes.
    pub(super) varint: bool,
    /// By how much it jumps, once that is resolved.
    pub(super) jump: i64,
}

/// A name that instructions jump to, that is written before one, or both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    /// The word that names it, where it was first met.
    pub(super) name: Token,
    /// Where it is; nothing as long as it was only jumped to.
    pub(super) place: Option<Place>,
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
pub(super) struct Code {
    pub(super) bytes: Vec<u8>,
    pub(super) fixups: Vec<Fixup>,
    /// In the order first met.
    pub(super) labels: Vec<Label>,
    label_index: Index,
    pub(super) references: Vec<Reference>,
    /// Where instructions begin, and where in the source; lines count from 0.
    pub(super) marks: Vec<Location>,
    pub(super) lost: Vec<Lost>,
}

impl Code {
    pub(super) fn clear(&mut self) {
        let Self { bytes, fixups, labels, label_index, references, marks, lost } = self;
        bytes.clear();
        fixups.clear();
        labels.clear();
        label_index.clear();
        references.clear();
        marks.clear();
        lost.clear();
    }

    /// Reserves memory for what such a source may become: most instructions take a quarter of their text; a line about twenty
    /// bytes of it.
    pub(super) fn reserve(&mut self, source: &[u8]) {
        self.bytes.reserve(source.len() / 8);
        self.marks.reserve(source.len() / 20);
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn push_varuint(&mut self, value: u64) {
        push_uvarint(&mut self.bytes, value);
    }

    pub(super) fn push_sized(&mut self, value: &[u8]) {
        push_sized(&mut self.bytes, value);
    }

    /// Where the next byte goes.
    pub(super) fn here(&self) -> Place {
        // Every byte takes at least one of the source, and sources are shorter than 4 GiB.
        Place { at: self.bytes.len() as u32, fixups: self.fixups.len() as u32 }
    }

    pub(super) fn mark(&mut self, token: &Token) {
        self.marks.push(Location { pc: self.here().at, line: token.line - 1, column: token.column });
    }

    /// Defines a label here; returns whether it is new. The last definition holds.
    pub(super) fn define(&mut self, source: &[u8], name: Token) -> bool {
        let here = self.here();
        let label = self.label(source, name);
        self.labels.get_mut(label as usize).is_some_and(|label| label.place.replace(here).is_none())
    }

    /// Whether a label of that name came before.
    pub(super) fn is_defined(&self, source: &[u8], name: &[u8]) -> bool {
        self.find_label(source, name, hash_of_bytes(name)).is_some_and(|at| self.labels[at].place.is_some())
    }

    /// The position of the label of that name, which may be new.
    fn label(&mut self, source: &[u8], name: Token) -> u32 {
        let bytes = name.bytes(source);
        let hash = hash_of_bytes(bytes);
        let found = self.find_label(source, bytes, hash);
        let at = found.unwrap_or_else(|| {
            self.label_index.add(hash, self.labels.len());
            self.labels.push(Label { name, place: None });
            self.labels.len() - 1
        });
        at as u32
    }

    fn find_label(&self, source: &[u8], name: &[u8], hash: u32) -> Option<usize> {
        self.label_index.find(hash, |at| self.labels[at].name.bytes(source) == name)
    }

    /// What was written from `at` on is to get its final form later.
    pub(super) fn fix(&mut self, at: u32, content: Content) {
        let len = self.here().at - at;
        self.fixups.push(Fixup { at, len, content, size: len, shift: 0 });
    }

    /// Two bytes of offset from the place `rest` bytes behind them.
    pub(super) fn push_target(&mut self, source: &[u8], token: Token, rest: usize) {
        let label = self.label(source, token);
        let offset = self.here();
        self.bytes.extend([0, 0]);
        let end = Place { at: self.here().at + rest as u32, ..offset };
        self.references.push(Reference { token, label, offset, end, varint: false, jump: 0 });
    }

    /// Sums up by how much all moves, the sizes being what they are.
    pub(super) fn measure(&mut self) {
        let mut shift = 0;
        for fixup in &mut self.fixups {
            shift += fixup.size.cast_signed() - fixup.len.cast_signed();
            fixup.shift = shift;
        }
    }

    /// How many bytes there are in the end.
    pub(super) fn final_len(&self) -> usize {
        self.bytes.len().saturating_add_signed(self.shift(self.fixups.len()) as isize)
    }

    /// By how much moves what has so many fixups before it.
    pub(super) fn shift(&self, fixups: usize) -> i32 {
        fixups.checked_sub(1).and_then(|last| self.fixups.get(last)).map_or(0, |last| last.shift)
    }

    /// Where a place comes to lie, before the prefix is counted.
    #[inline]
    pub(super) fn position(&self, place: Place) -> i64 {
        i64::from(place.at) + i64::from(self.shift(place.fixups as usize))
    }

    /// Where the branch jumps to whose offset a fixup is; nothing if it is no branch, or to an undefined label.
    pub(super) fn target(&self, fixup: &Fixup) -> Option<Place> {
        let Content::Branch(reference) = fixup.content else { return None };
        self.labels.get(self.references.get(reference as usize)?.label as usize)?.place
    }

    /// An offset of a size yet unknown.
    pub(super) fn push_varint_target(&mut self, source: &[u8], token: Token) {
        let label = self.label(source, token);
        let offset = self.here();
        self.bytes.extend([0; VARINT_PLACEHOLDER]);
        self.fix(offset.at, Content::Branch(self.references.len() as u32));
        self.references.push(Reference { token, label, offset, end: self.here(), varint: true, jump: 0 });
    }
}

/// Appends a byte string after its length.
pub(super) fn push_sized(bytes: &mut Vec<u8>, value: &[u8]) {
    push_uvarint(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}
