//! What follows an opcode's byte in the program: its immediates, by kind.

use super::FieldGroup;

/// How an immediate is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImmediateKind {
    /// One byte: an index, a count or a position.
    Byte,
    /// One byte, signed.
    Int8,
    /// One byte that names a field of a group.
    Field(FieldGroup),
    /// A branch target: big-endian 16-bit offset from the end of the instruction.
    Label,
    /// A branch target: zigzag varint; from the end of the instruction, backwards from its start.
    VarintLabel,
    /// One byte of count, then that many 16-bit offsets from the end of the instruction.
    Labels,
    /// One varuint.
    Uint,
    /// A varuint of count, then that many varuints.
    Uints,
    /// A varuint of length, then the bytes.
    Bytes,
    /// A varuint of count, then that many byte strings.
    ByteList,
}

impl ImmediateKind {
    /// The encoding as the published language specification words it.
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Byte | Self::Field(_) => "uint8",
            Self::Int8 => "int8",
            Self::Label => "int16 (big-endian)",
            Self::VarintLabel => "varint (zigzag)",
            Self::Labels => "varuint count, [int16 (big-endian) ...]",
            Self::Uint => "varuint",
            Self::Uints => "varuint count, [varuint ...]",
            Self::Bytes => "varuint length, bytes",
            Self::ByteList => "varuint count, [varuint length, bytes ...]",
        }
    }

    /// The encoded size in bytes, if every program has the same.
    pub const fn fixed_size(self) -> Option<usize> {
        match self {
            Self::Byte | Self::Int8 | Self::Field(_) => Some(1),
            Self::Label => Some(2),
            Self::VarintLabel | Self::Labels | Self::Uint | Self::Uints | Self::Bytes | Self::ByteList => None,
        }
    }
}

/// One immediate of an opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Immediate {
    /// The short name errors and documentation use; lists end with `...`.
    pub name: &'static str,
    /// Its encoding.
    pub kind: ImmediateKind,
}

const fn immediate(name: &'static str, kind: ImmediateKind) -> Immediate {
    Immediate { name, kind }
}

pub(super) const fn byte(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Byte)
}

pub(super) const fn int8(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Int8)
}

pub(super) const fn field(name: &'static str, group: FieldGroup) -> Immediate {
    immediate(name, ImmediateKind::Field(group))
}

pub(super) const fn label(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Label)
}

pub(super) const fn varint_label(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::VarintLabel)
}

pub(super) const fn labels(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Labels)
}

pub(super) const fn uint(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Uint)
}

pub(super) const fn uints(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Uints)
}

pub(super) const fn bytes(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::Bytes)
}

pub(super) const fn byte_list(name: &'static str) -> Immediate {
    immediate(name, ImmediateKind::ByteList)
}
