//! Bytes into instructions.

use std::ops::Range;

use super::spans::{Place, Spans};
use crate::Assembled;
use pnp_opcodes::{Constant, Decoded, LinearCost, MAX_VERSION, Malformed, Op, OpSpec, read_version, version_table};

/// What follows an opcode's byte. Positions of bytes are positions in the program.
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
    /// Where it is in the source; nothing for what the assembler added.
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

    /// The constant it loads from a block.
    pub fn loaded(&self) -> Option<Constant> {
        self.spec.op.constant(self.byte(0))
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
        let (version, start) = read_version(bytes).ok_or_else(|| fail(0, "no version"))?;
        let known = u8::try_from(version).ok().filter(|version| *version <= MAX_VERSION);
        let version = known.ok_or_else(|| fail(0, "unsupported version"))?;
        let table = version_table(version);
        let mut instructions = Vec::new();
        let mut pc = start;
        while pc < bytes.len() {
            let decoded = Decoded::at(bytes, pc, table).map_err(|malformed| fail(pc, reason(malformed)))?;
            let operand = operand(&decoded).ok_or_else(|| fail(pc, "branch to no instruction"))?;
            let Decoded { end, spec, .. } = decoded;
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

fn reason(malformed: Malformed) -> &'static str {
    match malformed {
        Malformed::Opcode(_) | Malformed::MissingSub(_) | Malformed::Sub(..) => "illegal opcode",
        _ => "immediate cut short",
    }
}

/// An operand that keeps nothing of the program, with positions for targets; `None` for a target that is no position.
fn operand(decoded: &Decoded<'_>) -> Option<Operand> {
    let position = |target: i64| usize::try_from(target).ok();
    Some(match &decoded.operand {
        pnp_opcodes::Operand::None => Operand::None,
        pnp_opcodes::Operand::Bytes(bytes) => Operand::Bytes(*bytes),
        pnp_opcodes::Operand::Uint(value) => Operand::Uint(*value),
        pnp_opcodes::Operand::Uints(values) => Operand::Uints(values.iter().collect()),
        pnp_opcodes::Operand::Constant(place) => Operand::Constant(place.clone()),
        pnp_opcodes::Operand::Constants(values) => Operand::Constants(values.places().collect()),
        pnp_opcodes::Operand::Target(target) => Operand::Target(position(*target)?),
        pnp_opcodes::Operand::Targets(targets) => {
            Operand::Targets(targets.iter().map(position).collect::<Option<_>>()?)
        }
    })
}
