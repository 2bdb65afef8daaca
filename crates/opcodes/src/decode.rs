//! The one decoder of bytecode: an instruction as it is in a program.
//!
//! It says what the bytes are, not what they are for. The AVM, the disassembler and the analyses of a program build
//! their own instructions on it, and word in their own way what cannot be decoded.

use std::fmt;
use std::ops::Range;

use super::varint::{Varint, read_uvarint, read_varint};
use super::{ImmediateKind, LinearCost, OpSpec, VersionTable};

/// One instruction at its place in the program.
#[derive(Clone, Debug)]
pub struct Decoded<'p> {
    /// The position of its first byte.
    pub pc: usize,
    /// The position after its last byte.
    pub end: usize,
    /// Its row of the table.
    pub spec: &'static OpSpec,
    /// Its immediates.
    pub operand: Operand<'p>,
}

/// The immediates of an instruction. Positions are positions in the program.
#[derive(Clone, Debug)]
pub enum Operand<'p> {
    /// None.
    None,
    /// Up to three immediates of one byte, in order; those it does not have are 0.
    Bytes([u8; 3]),
    /// One integer.
    Uint(u64),
    /// A list of integers.
    Uints(UintList<'p>),
    /// The place of a byte string.
    Constant(Range<usize>),
    /// A list of byte strings.
    Constants(ByteList<'p>),
    /// The position a branch leads to, which may lie outside the program.
    Target(i64),
    /// The same for each label of a list.
    Targets(Labels<'p>),
}

/// Integers in a row, known to be complete.
#[derive(Clone, Copy, Debug)]
pub struct UintList<'p> {
    bytes: &'p [u8],
    count: usize,
}

impl<'p> UintList<'p> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The integers, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u64> + use<'p> {
        let mut rest = self.bytes;
        (0..self.count).map(move |_| match read_uvarint(rest) {
            Varint::Value(value, size) => {
                rest = rest.get(size..).unwrap_or_default();
                value
            }
            Varint::Short | Varint::Overflow => 0,
        })
    }
}

/// Byte strings in a row, each after its length, known to be complete.
#[derive(Clone, Copy, Debug)]
pub struct ByteList<'p> {
    program: &'p [u8],
    start: usize,
    count: usize,
}

impl<'p> ByteList<'p> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The place of each in the program, in order.
    pub fn places(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<'p> {
        let (program, mut at) = (self.program, self.start);
        (0..self.count).map(move |_| {
            let place = sized(program, at).unwrap_or(at..at);
            at = place.end;
            place
        })
    }

    /// The byte strings, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'p [u8]> + use<'p> {
        let program = self.program;
        self.places().map(move |place| program.get(place).unwrap_or_default())
    }
}

/// Branch offsets in a row, counted from the end of the instruction.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'p> {
    offsets: &'p [[u8; 2]],
    end: usize,
}

impl<'p> Labels<'p> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The positions they lead to, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + use<'p> {
        let end = position(self.end);
        self.offsets.iter().map(move |offset| end + i64::from(i16::from_be_bytes(*offset)))
    }
}

/// Bytes that are no instruction. Printed, it is what the AVM says when it reaches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// No opcode of this version has this byte.
    Opcode(u8),
    /// The program ends after the first byte of a two-byte opcode.
    MissingSub(u8),
    /// No opcode of this version has this second byte.
    Sub(u8, u8),
    /// The program ends before this immediate of an instruction of fixed size.
    Truncated(usize),
    /// The program ends within the offset of a branch.
    BranchShort,
    /// The offset of a branch does not fit 64 bits.
    BranchOverflow,
    /// The program ends before the count of labels.
    LabelCount,
    /// The program ends before the last of so many labels.
    Labels {
        /// How many labels are announced.
        count: usize,
    },
    /// There is no integer at this position.
    Uint(usize),
    /// There is no length at this position.
    Length(usize),
    /// The program ends within the byte string that begins at this position.
    Bytes(usize),
    /// There is no count of a list at this position.
    ListLength(ListOf, usize),
    /// The list announces more items than the program has bytes.
    ListTooLong(ListOf),
    /// The program ends within the list.
    ListShort(ListOf),
    /// There is neither an integer nor a length where an item should begin.
    ListItem {
        /// What the list is of.
        of: ListOf,
        /// Which item.
        index: u64,
        /// Where it should begin.
        at: usize,
    },
}

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOf {
    /// Integers.
    Uints,
    /// Byte strings.
    Bytes,
}

impl ListOf {
    /// The reference's word for it.
    fn word(self) -> &'static str {
        match self {
            Self::Uints => "int",
            Self::Bytes => "bytes",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Opcode(byte) => write!(f, "illegal opcode 0x{byte:02x}"),
            Self::MissingSub(byte) => write!(f, "prefix opcode 0x{byte:02x} missing sub-opcode"),
            Self::Sub(byte, sub) => write!(f, "prefix opcode 0x{byte:02x} with improper sub-opcode 0x{sub:02x}"),
            Self::Truncated(_) => f.write_str("program ends without immediate value(s)"),
            Self::BranchShort => f.write_str("program ends without branch target"),
            Self::BranchOverflow => f.write_str("branch offset varint overflows int64"),
            Self::LabelCount => f.write_str("no count of labels at end of program"),
            Self::Labels { .. } => f.write_str("labels extend beyond program"),
            Self::Uint(at) => write!(f, "could not decode int at program[{at}]"),
            Self::Length(at) => write!(f, "could not decode length at program[{at}]"),
            Self::Bytes(at) => write!(f, "pushbytes too long at program[{at}]"),
            Self::ListLength(of, at) => write!(f, "could not decode length of {} list at pc={at}", of.word()),
            Self::ListTooLong(of) => write!(f, "const {} list with too many items", of.word()),
            Self::ListShort(of) => write!(f, "const {} list ran past end of program", of.word()),
            Self::ListItem { of: ListOf::Uints, index, at } => {
                write!(f, "could not decode int const[{index}] at pc={at}")
            }
            Self::ListItem { of: ListOf::Bytes, index, at } => {
                write!(f, "could not decode []byte const[{index}] at pc={at}")
            }
        }
    }
}

impl std::error::Error for Malformed {}

impl<'p> Decoded<'p> {
    /// Decodes the instruction at `pc`.
    ///
    /// ```
    /// use pnp_opcodes::{Decoded, Op, Operand, version_table};
    ///
    /// let program = [8, 0x81, 42]; // version 8, pushint 42
    /// let instruction = Decoded::at(&program, 1, version_table(8)).unwrap();
    /// assert_eq!((instruction.spec.op, instruction.end), (Op::PushInt, 3));
    /// assert!(matches!(instruction.operand, Operand::Uint(42)));
    /// ```
    ///
    /// # Errors
    /// [`Malformed`] where there is no complete instruction.
    #[inline]
    pub fn at(program: &'p [u8], pc: usize, table: &VersionTable) -> Result<Self, Malformed> {
        let spec = opcode(program, pc, table)?;
        Self::of(program, pc, spec)
    }

    /// Decodes the immediates of an instruction at `pc` whose opcode is known.
    ///
    /// # Errors
    /// [`Malformed`] where its immediates are not complete.
    #[inline]
    pub fn of(program: &'p [u8], pc: usize, spec: &'static OpSpec) -> Result<Self, Malformed> {
        let at = pc + spec.opcode_size();
        let (operand, end) = match spec.immediates.first().map(|immediate| immediate.kind) {
            None => (Operand::None, at),
            Some(ImmediateKind::Byte | ImmediateKind::Int8 | ImmediateKind::Field(_)) => {
                let (bytes, count) = (program.get(at..).unwrap_or_default(), spec.immediates.len());
                let small = match (count, bytes) {
                    (1, [first, ..]) => [*first, 0, 0],
                    (2, [first, second, ..]) => [*first, *second, 0],
                    (3, [first, second, third, ..]) => [*first, *second, *third],
                    _ => return Err(Malformed::Truncated(bytes.len())),
                };
                (Operand::Bytes(small), at + count)
            }
            Some(ImmediateKind::Label) => {
                let offset = program.get(at..).and_then(<[u8]>::first_chunk).ok_or(Malformed::Truncated(0))?;
                (Operand::Target(position(at + 2) + i64::from(i16::from_be_bytes(*offset))), at + 2)
            }
            Some(ImmediateKind::VarintLabel) => match read_varint(program.get(at..).unwrap_or_default()) {
                Varint::Value(offset, size) => {
                    let end = at + size;
                    let from = if offset < 0 { pc } else { end };
                    (Operand::Target(position(from).wrapping_add(offset)), end)
                }
                Varint::Short => return Err(Malformed::BranchShort),
                Varint::Overflow => return Err(Malformed::BranchOverflow),
            },
            Some(ImmediateKind::Labels) => {
                let count = usize::from(*program.get(at).ok_or(Malformed::LabelCount)?);
                let end = at + 1 + 2 * count;
                let offsets = program.get(at + 1..end).ok_or(Malformed::Labels { count })?;
                (Operand::Targets(Labels { offsets: offsets.as_chunks().0, end }), end)
            }
            Some(ImmediateKind::Uint) => match read_uvarint(program.get(at..).unwrap_or_default()) {
                Varint::Value(value, size) => (Operand::Uint(value), at + size),
                Varint::Short | Varint::Overflow => return Err(Malformed::Uint(at)),
            },
            Some(ImmediateKind::Bytes) => {
                let place = sized(program, at)?;
                (Operand::Constant(place.clone()), place.end)
            }
            Some(ImmediateKind::Uints) => uints(program, at)?,
            Some(ImmediateKind::ByteList) => byte_list(program, at)?,
        };
        Ok(Self { pc, end, spec, operand })
    }

    /// Its cost, once its field is known; a cost by length stays one.
    pub fn cost(&self) -> LinearCost {
        match (self.spec.field_immediate(), &self.operand) {
            (Some((at, _)), Operand::Bytes(bytes)) => self.spec.cost.rule(bytes.get(at).copied().unwrap_or_default()),
            _ => self.spec.cost.rule(0),
        }
    }
}

/// The version a program begins with, and the position of its first instruction.
pub fn read_version(program: &[u8]) -> Option<(u64, usize)> {
    match read_uvarint(program) {
        Varint::Value(version, size) => Some((version, size)),
        Varint::Short | Varint::Overflow => None,
    }
}

/// The opcode at `pc`.
///
/// # Errors
/// [`Malformed`] where there is none.
#[inline]
pub fn opcode(program: &[u8], pc: usize, table: &VersionTable) -> Result<&'static OpSpec, Malformed> {
    let rest = program.get(pc..).unwrap_or_default();
    table.decode(rest).ok_or_else(|| {
        let byte = rest.first().copied().unwrap_or_default();
        match rest.get(1) {
            _ if !table.is_prefix(byte) => Malformed::Opcode(byte),
            None => Malformed::MissingSub(byte),
            Some(sub) => Malformed::Sub(byte, *sub),
        }
    })
}

/// A position as the signed number that offsets are added to.
fn position(pc: usize) -> i64 {
    i64::try_from(pc).unwrap_or(i64::MAX)
}

/// The place of the byte string after the length at `at`.
fn sized(program: &[u8], at: usize) -> Result<Range<usize>, Malformed> {
    let Varint::Value(length, size) = read_uvarint(program.get(at..).unwrap_or_default()) else {
        return Err(Malformed::Length(at));
    };
    let start = at + size;
    let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
    let end = end.filter(|end| *end <= program.len()).ok_or(Malformed::Bytes(start))?;
    Ok(start..end)
}

/// The number of items of the list at `at`, and the position of the first.
fn list_length(program: &[u8], at: usize, of: ListOf) -> Result<(usize, usize), Malformed> {
    let Varint::Value(count, size) = read_uvarint(program.get(at..).unwrap_or_default()) else {
        return Err(Malformed::ListLength(of, at));
    };
    let count = usize::try_from(count).ok().filter(|count| *count <= program.len());
    Ok((count.ok_or(Malformed::ListTooLong(of))?, at + size))
}

fn uints(program: &[u8], at: usize) -> Result<(Operand<'_>, usize), Malformed> {
    let of = ListOf::Uints;
    let (count, start) = list_length(program, at, of)?;
    let mut end = start;
    for index in 0..count as u64 {
        let rest = program.get(end..).filter(|rest| !rest.is_empty()).ok_or(Malformed::ListShort(of))?;
        match read_uvarint(rest) {
            Varint::Value(_, size) => end += size,
            Varint::Short | Varint::Overflow => return Err(Malformed::ListItem { of, index, at: end }),
        }
    }
    Ok((Operand::Uints(UintList { bytes: program.get(start..end).unwrap_or_default(), count }), end))
}

fn byte_list(program: &[u8], at: usize) -> Result<(Operand<'_>, usize), Malformed> {
    let of = ListOf::Bytes;
    let (count, start) = list_length(program, at, of)?;
    let mut end = start;
    for index in 0..count as u64 {
        if end >= program.len() {
            return Err(Malformed::ListShort(of));
        }
        end = match sized(program, end) {
            Ok(place) => place.end,
            Err(Malformed::Length(at)) => return Err(Malformed::ListItem { of, index, at }),
            Err(_) => return Err(Malformed::ListShort(of)),
        };
    }
    Ok((Operand::Constants(ByteList { program, start, count }), end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MAX_VERSION, Op, version_table};

    fn decode(program: &[u8]) -> Result<Decoded<'_>, Malformed> {
        Decoded::at(program, 1, version_table(program[0]))
    }

    #[test]
    fn lists_are_read_in_place() {
        let ints = [8, 0x20, 3, 1, 0x80, 1, 7];
        let decoded = decode(&ints).unwrap();
        let Operand::Uints(list) = decoded.operand else { panic!("{decoded:?}") };
        assert_eq!((list.iter().collect::<Vec<_>>(), decoded.end), (vec![1, 128, 7], 7));
        let bytes = [8, 0x26, 2, 2, b'h', b'i', 0];
        let decoded = decode(&bytes).unwrap();
        let Operand::Constants(list) = decoded.operand else { panic!("{decoded:?}") };
        assert_eq!(list.iter().collect::<Vec<_>>(), [&b"hi"[..], b""]);
        assert_eq!((list.places().collect::<Vec<_>>(), decoded.end), (vec![4..6, 7..7], 7));
    }

    #[test]
    fn targets_are_positions() {
        let target = |program: &[u8]| match decode(program).unwrap().operand {
            Operand::Target(target) => vec![target],
            Operand::Targets(labels) => labels.iter().collect(),
            other => panic!("{other:?}"),
        };
        assert_eq!(target(&[8, 0x42, 0xff, 0xfd]), [1]);
        assert_eq!(target(&[13, 0x42, 0x01]), [0], "back from the start of the branch");
        assert_eq!(target(&[13, 0x42, 0x02]), [4], "on from its end");
        assert_eq!(target(&[8, 0x8d, 2, 0, 0, 0xff, 0xff]), [7, 6]);
    }

    #[test]
    fn what_is_cut_short_is_named() {
        let cases: [(&[u8], Malformed); 12] = [
            (&[8, 0xff], Malformed::Opcode(0xff)),
            (&[13, 0xd4], Malformed::MissingSub(0xd4)),
            (&[13, 0xd4, 10], Malformed::Sub(0xd4, 10)),
            (&[8, 0x36, 1], Malformed::Truncated(1)),
            (&[8, 0x42, 0], Malformed::Truncated(0)),
            (&[13, 0x42, 0x80], Malformed::BranchShort),
            (&[8, 0x8d], Malformed::LabelCount),
            (&[8, 0x8d, 2, 0, 0, 0], Malformed::Labels { count: 2 }),
            (&[8, 0x81, 0x80], Malformed::Uint(2)),
            (&[8, 0x80, 2, 1], Malformed::Bytes(3)),
            (&[8, 0x20, 200, 1], Malformed::ListTooLong(ListOf::Uints)),
            (&[8, 0x26, 2, 0, 0x80], Malformed::ListItem { of: ListOf::Bytes, index: 1, at: 4 }),
        ];
        for (program, malformed) in cases {
            assert_eq!(decode(program).map(|decoded| decoded.end).unwrap_err(), malformed, "{program:?}");
        }
    }

    #[test]
    fn every_opcode_ends_where_the_table_says() {
        for version in 1..=MAX_VERSION {
            for spec in version_table(version).specs() {
                let program =
                    [vec![version, spec.byte], vec![spec.sub; usize::from(spec.sub != 0)], vec![0; 5]].concat();
                let decoded = decode(&program).unwrap();
                assert_eq!(decoded.spec.op, spec.op);
                if let Some(size) = spec.fixed_size() {
                    assert_eq!(decoded.end, 1 + size, "{}", spec.name);
                }
            }
        }
        assert_eq!(Op::Txn, decode(&[8, 0x31, 0]).unwrap().spec.op);
    }
}
