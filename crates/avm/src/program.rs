//! Programs decoded once: from bytes to instructions that a machine can run without reading a byte again.
//!
//! Decoding never fails. What is wrong with an instruction (an unknown opcode, a branch out of the program) is kept
//! with it and reported when the instruction is reached, as the reference does, because a program may contain what it
//! never runs. Branches may even lead into the middle of an instruction; such strands are decoded too, so that every
//! branch has an instruction to go to. Whether a program may go on chain is [`super::check`]'s question.

use std::sync::Arc;

use super::error::Fault;
use super::fast_path::FastOp;
use super::value::{Bytes, MAX_BYTES};
use pnp_opcodes::{
    AvmType, BACK_BRANCH_VERSION, ByteList, Decoded, LinearCost, ListOf, MAX_VERSION, Malformed, Modes, Op, OpSpec,
    Operand, VersionTable, opcode, version_table,
};
use pnp_types::consensus::ConsensusParams;

/// Consensus that knows programs of this version limits byte constants.
const SIZED_CONSTANTS_VERSION: u64 = 13;

/// The byte of `proto`, which `callsub` looks for at its target.
const PROTO: u8 = 0x8a;

/// Where a branch leads.
#[derive(Debug, Clone)]
pub enum Jump {
    /// To the instruction of that index.
    To(u32),
    /// Nowhere: the text of the failure.
    Fails(Box<str>),
}

impl Jump {
    /// The index of the instruction, or the failure.
    pub fn resolve(&self) -> Result<u32, Fault> {
        match self {
            Self::To(index) => Ok(*index),
            Self::Fails(text) => Err(Fault::new(text.to_string())),
        }
    }
}

/// What follows an opcode in the program, decoded.
#[derive(Debug, Clone, Default)]
pub enum Immediates {
    /// Nothing.
    #[default]
    None,
    /// Up to three bytes: indices, counts, fields.
    Bytes([u8; 3]),
    /// One integer.
    Uint(u64),
    /// One byte string.
    Data(Bytes),
    /// A list of integers.
    Uints(Arc<[u64]>),
    /// A list of byte strings.
    DataList(Arc<[Bytes]>),
    /// One branch target.
    Jump(Jump),
    /// One target for each label, then the end of the instruction.
    Jumps(Box<[Jump]>),
    /// They cannot be decoded: the text of the failure.
    Broken(Box<str>),
}

/// One decoded instruction.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// Its offset in the program.
    pub pc: u32,
    /// The instruction after it.
    pub next: u32,
    /// Its row of the opcode table, or nothing if its byte means nothing in this version.
    pub spec: Option<&'static OpSpec>,
    /// What it costs.
    pub cost: LinearCost,
    /// What follows the opcode.
    pub immediates: Immediates,
    /// Whether the program ends within immediates of a known size.
    pub truncated: bool,
    /// The kinds of its arguments, deepest first, two bits each from the lowest: 0 any, 1 integer, 2 byte string.
    pub args: u16,
    /// Whether its effect on the stack differs from its signature, and is not held to it.
    pub trusted: bool,
    /// For `callsub`: whether its target is a `proto`.
    pub to_proto: bool,
}

/// A decoded program.
#[derive(Debug)]
pub struct Program {
    bytes: Bytes,
    version: u64,
    entry: u32,
    instructions: Vec<Instruction>,
    fast_ops: Vec<(FastOp, u32)>,
}

/// Which rules of decoding came with consensus rather than with the program's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// Byte constants are limited in size and may be empty at the very end of a program (consensus since AVM 13).
    pub sized_constants: bool,
}

impl Dialect {
    /// The rules under which consensus runs programs.
    pub fn of(params: &ConsensusParams) -> Self {
        Self { sized_constants: params.logic_sig_version >= SIZED_CONSTANTS_VERSION }
    }
}

impl Program {
    /// The index of the instruction after the last one: the program has ended.
    pub const END: u32 = u32::MAX;

    /// Reads the version, then every instruction that could be reached.
    pub fn decode(bytes: Bytes, dialect: Dialect) -> Result<Self, &'static str> {
        let (version, start) = read_version(&bytes)?;
        let table = version_table(u8::try_from(version).unwrap_or(MAX_VERSION));
        let decoder = Decoder { code: &bytes, version, table, dialect };
        let mut found =
            FoundInstructions { indices: vec![None; bytes.len() + 1], list: Vec::new(), pending: vec![start] };
        while let Some(pc) = found.pending.pop() {
            found.follow(&decoder, pc);
        }
        let entry = found.index_of(start);
        let FoundInstructions { indices, mut list, .. } = found;
        let index_of = |pc: u32| indices.get(pc as usize).copied().flatten().unwrap_or(Self::END);
        for instruction in &mut list {
            instruction.next = index_of(instruction.next);
            match &mut instruction.immediates {
                Immediates::Jump(jump) => jump.map(index_of),
                Immediates::Jumps(jumps) => jumps.iter_mut().for_each(|jump| jump.map(index_of)),
                _ => {}
            }
        }
        let fast_ops = super::fast_path::compile(&list, entry);
        Ok(Self { bytes, version, entry, instructions: list, fast_ops })
    }

    /// A program without a readable version.
    pub(super) fn unreadable(bytes: Bytes) -> Self {
        let table = version_table(0);
        let decoder = Decoder { code: &[], version: 0, table, dialect: Dialect { sized_constants: true } };
        let (instruction, _) = decoder.instruction(0);
        Self { bytes, version: 0, entry: 0, instructions: vec![instruction], fast_ops: Vec::new() }
    }

    /// The program as it is on chain.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The version it was assembled for.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The index of its first instruction.
    pub fn entry(&self) -> u32 {
        self.entry
    }

    /// The instruction of an index.
    pub fn instruction(&self, index: u32) -> Option<&Instruction> {
        self.instructions.get(index as usize)
    }

    pub(super) fn fast_ops(&self) -> &[(FastOp, u32)] {
        &self.fast_ops
    }

    /// The offset of an instruction; the program's length for [`Self::END`].
    pub fn pc_of(&self, index: u32) -> usize {
        self.instruction(index).map_or(self.bytes.len(), |instruction| instruction.pc as usize)
    }
}

impl Instruction {
    /// A branch to the version byte, which no checked program has, goes nowhere in the reference: to the next
    /// instruction where the size of the branch is fixed, else to itself.
    fn avoid_version(&mut self) {
        let fixed = self.spec.and_then(OpSpec::fixed_size);
        let instead = fixed.map_or(self.pc, |size| self.pc + size as u32);
        match &mut self.immediates {
            Immediates::Jump(jump) => jump.map(|pc| if pc == 0 { instead } else { pc }),
            Immediates::Jumps(jumps) => {
                jumps.iter_mut().for_each(|jump| jump.map(|pc| if pc == 0 { instead } else { pc }));
            }
            _ => {}
        }
    }
}

impl Jump {
    fn map(&mut self, index_of: impl Fn(u32) -> u32) {
        if let Self::To(pc) = self {
            *pc = index_of(*pc);
        }
    }
}

/// The version a program declares and where its first instruction starts (go-algorand `transactions.ProgramVersion`).
pub fn read_version(program: &[u8]) -> Result<(u64, usize), &'static str> {
    if program.is_empty() {
        return Err("invalid program (empty)");
    }
    pnp_opcodes::read_version(program).ok_or("invalid version")
}

/// Instructions found so far, by offset.
struct FoundInstructions {
    indices: Vec<Option<u32>>,
    list: Vec<Instruction>,
    pending: Vec<usize>,
}

impl FoundInstructions {
    fn index_of(&self, pc: usize) -> u32 {
        self.indices.get(pc).copied().flatten().unwrap_or(Program::END)
    }

    /// Decodes from `pc` until the end, something that cannot be an opcode, or an instruction already known.
    fn follow(&mut self, decoder: &Decoder<'_>, mut pc: usize) {
        while pc < decoder.code.len() {
            let Some(place) = self.indices.get_mut(pc).filter(|place| place.is_none()) else { return };
            *place = u32::try_from(self.list.len()).ok();
            let (mut instruction, size) = decoder.instruction(pc);
            instruction.avoid_version();
            let jumps = match &instruction.immediates {
                Immediates::Jump(jump) => std::slice::from_ref(jump),
                Immediates::Jumps(jumps) => jumps,
                _ => &[],
            };
            let targets = jumps.iter().filter_map(|jump| match jump {
                Jump::To(target) => Some(*target as usize),
                Jump::Fails(_) => None,
            });
            self.pending.extend(targets);
            self.list.push(instruction);
            let Some(size) = size else { return };
            pc += size;
        }
    }
}

/// What is needed to decode the instruction at any offset.
pub(super) struct Decoder<'p> {
    pub code: &'p [u8],
    pub version: u64,
    pub table: &'static VersionTable,
    pub dialect: Dialect,
}

impl Decoder<'_> {
    /// The instruction at `pc`, its targets and successor still as offsets, and its size unless it has none.
    pub(super) fn instruction(&self, pc: usize) -> (Instruction, Option<usize>) {
        let mut instruction = Instruction {
            pc: pc as u32,
            next: self.code.len() as u32,
            spec: None,
            cost: LinearCost { base: 0, per_chunk: 0, chunk: 0, depth: 0 },
            immediates: Immediates::None,
            truncated: false,
            args: 0,
            trusted: false,
            to_proto: false,
        };
        let spec = match opcode(self.code, pc, self.table) {
            Ok(spec) => spec,
            Err(malformed) => {
                instruction.immediates = Immediates::Broken(malformed.to_string().into());
                return (instruction, None);
            }
        };
        instruction.spec = Some(spec);
        instruction.args = kinds(spec);
        instruction.trusted = is_trusted(spec.op);
        let decoded = Decoded::of(self.code, pc, spec);
        if matches!(decoded, Err(Malformed::Truncated(_))) {
            instruction.truncated = true;
            return (instruction, None);
        }
        let field = spec.field_immediate().and_then(|(at, _)| self.code.get(pc + spec.opcode_size() + at)).copied();
        instruction.cost = spec.cost.rule(field.unwrap_or(u8::MAX));
        let (immediates, size) = match &decoded {
            Ok(decoded) => match self.immediates(decoded) {
                Ok(immediates) => (immediates, Some(decoded.end - pc)),
                Err(text) => (Immediates::Broken(text.into()), None),
            },
            Err(malformed) => Self::broken(spec, *malformed),
        };
        instruction.immediates = immediates;
        if let Some(size) = size {
            instruction.next = (pc + size) as u32;
        }
        if let Immediates::Jump(Jump::To(target)) = instruction.immediates {
            instruction.to_proto = self.code.get(target as usize) == Some(&PROTO);
        }
        (instruction, size)
    }

    /// What is run, and over how many bytes, where immediates are not complete. Labels that reach beyond the program
    /// fail only when one of them is taken.
    fn broken(spec: &OpSpec, malformed: Malformed) -> (Immediates, Option<usize>) {
        let name = spec.name;
        match malformed {
            Malformed::Labels { count } => {
                let fails = Jump::Fails(format!("{name} opcode claims to extend beyond program").into());
                (Immediates::Jumps(vec![fails; count + 1].into()), Some(spec.opcode_size() + 1 + 2 * count))
            }
            Malformed::LabelCount => (Immediates::Broken(format!("bare {name} opcode at end of program").into()), None),
            other => (Immediates::Broken(other.to_string().into()), None),
        }
    }

    /// What follows an opcode, in the form it is run in.
    fn immediates(&self, decoded: &Decoded<'_>) -> Result<Immediates, String> {
        Ok(match &decoded.operand {
            Operand::None => Immediates::None,
            Operand::Bytes(bytes) => Immediates::Bytes(*bytes),
            Operand::Uint(number) => Immediates::Uint(*number),
            Operand::Uints(list) => Immediates::Uints(list.iter().collect()),
            Operand::Constant(place) => Immediates::Data(self.code.get(place.clone()).unwrap_or_default().into()),
            Operand::Constants(list) => {
                self.check_constants(decoded.spec, list, decoded.end)?;
                Immediates::DataList(list.iter().map(Bytes::from).collect())
            }
            Operand::Target(target) => Immediates::Jump(self.branch(decoded, *target)),
            Operand::Targets(labels) => {
                let past_end = self.code.len() as i64 + 1;
                let jumps = labels.iter().map(|target| self.jump(target, past_end));
                Immediates::Jumps(jumps.chain([Jump::To(decoded.end as u32)]).collect())
            }
        })
    }

    fn branch(&self, decoded: &Decoded<'_>, target: i64) -> Jump {
        let offset = target.wrapping_sub(decoded.end as i64);
        // Versions whose branches may not go back have offsets of 16 bits only.
        if offset < 0 && self.version < u64::from(BACK_BRANCH_VERSION) {
            return Jump::Fails(format!("negative branch offset -{:x}", -offset).into());
        }
        let past_end = if self.version >= 2 { self.code.len() as i64 + 1 } else { self.code.len() as i64 };
        self.jump(target, past_end)
    }

    fn jump(&self, target: i64, past_end: i64) -> Jump {
        match u32::try_from(target) {
            Ok(target) if i64::from(target) < past_end => Jump::To(target),
            _ => Jump::Fails(format!("branch target {target} outside of program").into()),
        }
    }

    /// What consensus says of byte constants beyond their encoding.
    fn check_constants(&self, spec: &OpSpec, list: &ByteList<'_>, end: usize) -> Result<(), String> {
        if self.dialect.sized_constants {
            if let Some((item, long)) = list.iter().enumerate().find(|(_, bytes)| bytes.len() > MAX_BYTES) {
                let (name, length) = (spec.name, long.len());
                return Err(format!("{name} arg {item} is too big ({length} bytes, limit {MAX_BYTES})"));
            }
        } else if end == self.code.len() && list.iter().last().is_some_and(<[u8]>::is_empty) {
            return Err(Malformed::ListShort(ListOf::Bytes).to_string());
        }
        Ok(())
    }
}

/// The kinds of the arguments as [`Instruction::args`] packs them.
fn kinds(spec: &OpSpec) -> u16 {
    let kind = |kind| match kind {
        AvmType::Uint64 => 1,
        AvmType::Bytes => 2,
        AvmType::Any | AvmType::None => 0,
    };
    let args = spec.signature.args.as_slice().iter().rev();
    args.fold(0, |packed, arg| packed << 2 | kind(arg.kind()))
}

/// Opcodes that change the stack by more or less than their signature says (go-algorand `OpDetails.trusted`).
fn is_trusted(op: Op) -> bool {
    matches!(op, Op::PopN | Op::DupN | Op::PushBytess | Op::PushInts | Op::Retsub | Op::Match)
}

/// In which kind of program code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A logic signature: no state.
    Signature,
    /// An application's program.
    Application,
}

impl Mode {
    /// Whether what needs `modes` may be used.
    pub fn allows(self, modes: Modes) -> bool {
        match self {
            Self::Signature => modes != Modes::Application,
            Self::Application => modes != Modes::Signature,
        }
    }
}
