//! Bytes into instructions.

use std::ops::Range;

use super::spans::{Place, Spans};
use crate::Assembled;
use crate::disassemble::{read_byte_list, read_uints, read_varint, read_varuint, sized};
use pnp_opcodes::{ImmediateKind, LinearCost, MAX_VERSION, Op, OpSpec, version_table};

/// What stands behind an opcode's byte. Positions of bytes are positions in the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Operand {
    /// Nothing.
    #[default]
    None,
    /// Bytes: indices, counts, fields, in order; unused ones are 0.
    Bytes([u8; 3]),
    /// An integer.
    Uint(u64),
    /// Integers.
    Uints(Box<[u64]>),
    /// A byte string.
    Constant(Range<usize>),
    /// Byte strings.
    Constants(Box<[Range<usize>]>),
    /// The index of the instruction that control may go to; the number of instructions stands for the program's end.
    Target(usize),
    /// The same, several.
    Targets(Box<[usize]>),
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its position in the program.
    pub pc: usize,
    /// The position after it.
    pub end: usize,
    /// Its row of the table.
    pub spec: &'static OpSpec,
    /// Its operand.
    pub operand: Operand,
    /// Where it stands in the source; nothing for what the assembler added.
    pub source: Option<Place>,
}

impl Instruction {
    /// How it behaves.
    pub fn op(&self) -> Op {
        self.spec.op
    }

    /// The `at`th immediate of one byte; 0 if it has none.
    pub fn byte(&self, at: usize) -> u8 {
        match &self.operand {
            Operand::Bytes(bytes) => bytes.get(at).copied().unwrap_or_default(),
            _ => 0,
        }
    }

    /// The first immediate of one byte as the signed number `frame_dig` and `frame_bury` take.
    pub fn signed(&self) -> i8 {
        self.byte(0).cast_signed()
    }

    /// What it costs, once its field is known; a cost by length remains one.
    pub fn cost(&self) -> LinearCost {
        let field = self.spec.field_immediate().map_or(0, |(at, _)| self.byte(at));
        self.spec.cost.rule(field)
    }
}

/// A program taken apart.
#[derive(Clone, Debug)]
pub struct Program {
    version: u8,
    bytes: Vec<u8>,
    instructions: Vec<Instruction>,
}

/// Bytes that cannot be taken apart; the place is one in the program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at pc={pc}")]
pub struct DecodeError {
    /// Where.
    pub pc: usize,
    /// What is wrong.
    pub reason: String,
}

impl Program {
    /// Takes apart what the assembler made of `source`.
    ///
    /// # Errors
    /// [`DecodeError`], which for the assembler's own bytes would be a fault of this program.
    pub fn of_assembled(assembled: &Assembled, source: &str) -> Result<Self, DecodeError> {
        let mut program = Self::of_bytes(&assembled.bytes)?;
        let mut spans = Spans::new(source);
        for instruction in &mut program.instructions {
            instruction.source = assembled.source_map.at(instruction.pc).and_then(|location| spans.place(location));
        }
        Ok(program)
    }

    /// Takes bytes apart; nothing then knows a place in a source.
    ///
    /// # Errors
    /// [`DecodeError`] where an opcode is unknown, an immediate is cut short or a branch goes to no instruction.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let fail = |pc: usize, reason: &str| DecodeError { pc, reason: reason.to_owned() };
        let (version, start) = read_varuint(bytes).ok_or_else(|| fail(0, "no version"))?;
        let known = u8::try_from(version).ok().filter(|version| *version <= MAX_VERSION);
        let version = known.ok_or_else(|| fail(0, "unsupported version"))?;
        let table = version_table(version);
        let mut instructions = Vec::new();
        let mut pc = start;
        while pc < bytes.len() {
            let rest = bytes.get(pc..).unwrap_or_default();
            let spec = table.decode(rest).ok_or_else(|| fail(pc, "illegal opcode"))?;
            let (operand, end) = operand(bytes, pc, spec).ok_or_else(|| fail(pc, "immediate cut short"))?;
            instructions.push(Instruction { pc, end, spec, operand, source: None });
            pc = end;
        }
        let mut program = Self { version, bytes: bytes.to_owned(), instructions };
        program.resolve_targets()?;
        Ok(program)
    }

    /// Turns positions into indices of instructions.
    fn resolve_targets(&mut self) -> Result<(), DecodeError> {
        let pcs: Vec<usize> = self.instructions.iter().map(|instruction| instruction.pc).collect();
        let end = self.bytes.len();
        let index = |from: usize, target: usize| {
            let found = if target == end { Some(pcs.len()) } else { pcs.binary_search(&target).ok() };
            found.ok_or_else(|| DecodeError { pc: from, reason: "branch to no instruction".to_owned() })
        };
        for instruction in &mut self.instructions {
            let from = instruction.pc;
            match &mut instruction.operand {
                Operand::Target(target) => *target = index(from, *target)?,
                Operand::Targets(targets) => {
                    for target in targets {
                        *target = index(from, *target)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The AVM version.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The program itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Every instruction, in order of place.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The byte string at a place an operand names.
    pub fn constant(&self, place: &Range<usize>) -> &[u8] {
        self.bytes.get(place.clone()).unwrap_or_default()
    }
}

/// The operand of the instruction at `pc`, with positions for targets, and the position after it.
fn operand(bytes: &[u8], pc: usize, spec: &OpSpec) -> Option<(Operand, usize)> {
    let mut at = pc + if spec.sub == 0 { 1 } else { 2 };
    let mut small = [0_u8; 3];
    for (index, immediate) in spec.immediates.iter().enumerate() {
        let rest = bytes.get(at..)?;
        match immediate.kind {
            ImmediateKind::Byte | ImmediateKind::Int8 | ImmediateKind::Field(_) => {
                *small.get_mut(index)? = *rest.first()?;
                at += 1;
            }
            ImmediateKind::Label => {
                let offset = i16::from_be_bytes(*rest.first_chunk()?);
                at += 2;
                return Some((Operand::Target(moved(at, i64::from(offset))?), at));
            }
            ImmediateKind::VarintLabel => {
                let (offset, len) = read_varint(rest)?;
                let from = if offset < 0 { pc } else { at + len };
                return Some((Operand::Target(moved(from, offset)?), at + len));
            }
            ImmediateKind::Labels => {
                let end = at + 1 + 2 * usize::from(*rest.first()?);
                let offsets = bytes.get(at + 1..end)?.as_chunks::<2>().0.iter();
                let targets = offsets.map(|offset| moved(end, i64::from(i16::from_be_bytes(*offset))));
                return Some((Operand::Targets(targets.collect::<Option<_>>()?), end));
            }
            ImmediateKind::Uint => {
                let (value, len) = read_varuint(rest)?;
                return Some((Operand::Uint(value), at + len));
            }
            ImmediateKind::Bytes => {
                let (value, end) = sized(bytes, at)?;
                return Some((Operand::Constant(end - value.len()..end), end));
            }
            ImmediateKind::Uints => {
                let (values, end) = read_uints(bytes, at).ok()?;
                return Some((Operand::Uints(values.into()), end));
            }
            ImmediateKind::ByteList => {
                let (values, end) = read_byte_list(bytes, at).ok()?;
                let start = bytes.as_ptr().addr();
                let place = |value: &&[u8]| {
                    let from = value.as_ptr().addr() - start;
                    from..from + value.len()
                };
                return Some((Operand::Constants(values.iter().map(place).collect()), end));
            }
        }
    }
    let operand = if spec.immediates.is_empty() { Operand::None } else { Operand::Bytes(small) };
    Some((operand, at))
}

fn moved(from: usize, offset: i64) -> Option<usize> {
    usize::try_from(i64::try_from(from).ok()?.checked_add(offset)?).ok()
}
