//! Programs decoded once: from bytes to instructions that a machine can run without reading a byte again.
//!
//! Decoding never fails. What is wrong with an instruction (an unknown opcode, a branch out of the program) is kept with
//! it and reported when the instruction is reached, as the reference does, because a program may contain what it never
//! runs. Branches may even lead into the middle of an instruction; such strands are decoded too, so that every branch
//! has an instruction to go to. Whether a program may go on chain is [`super::check`]'s question.

use std::sync::Arc;

use super::error::Fault;
use super::quick::Quick;
use super::value::{Bytes, MAX_BYTES};
use super::varint::{Varint, read_uvarint, read_varint};
use pnp_opcodes::{
    AvmType, BACK_BRANCH_VERSION, ImmediateKind, LinearCost, MAX_VERSION, Modes, Op, OpSpec, VersionTable,
    version_table,
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
    /// Where it stands in the program.
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
    quick: Vec<(Quick, u32)>,
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
        let mut strands = Strands { indices: vec![None; bytes.len() + 1], list: Vec::new(), pending: vec![start] };
        while let Some(pc) = strands.pending.pop() {
            strands.follow(&decoder, pc);
        }
        let entry = strands.index_of(start);
        let Strands { indices, mut list, .. } = strands;
        let index_of = |pc: u32| indices.get(pc as usize).copied().flatten().unwrap_or(Self::END);
        for instruction in &mut list {
            instruction.next = index_of(instruction.next);
            match &mut instruction.immediates {
                Immediates::Jump(jump) => jump.map(index_of),
                Immediates::Jumps(jumps) => jumps.iter_mut().for_each(|jump| jump.map(index_of)),
                _ => {}
            }
        }
        let quick = super::quick::compile(&list, entry);
        Ok(Self { bytes, version, entry, instructions: list, quick })
    }

    /// A program that cannot even begin.
    pub(super) fn unreadable(bytes: Bytes) -> Self {
        let table = version_table(0);
        let decoder = Decoder { code: &[], version: 0, table, dialect: Dialect { sized_constants: true } };
        let (instruction, _) = decoder.instruction(0);
        Self { bytes, version: 0, entry: 0, instructions: vec![instruction], quick: Vec::new() }
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

    pub(super) fn quick(&self) -> &[(Quick, u32)] {
        &self.quick
    }

    /// Where an instruction stands; the program's length for [`Self::END`].
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
    match read_uvarint(program) {
        Varint::Value(version, size) => Ok((version, size)),
        Varint::Short | Varint::Overflow => Err("invalid version"),
    }
}

/// Instructions found so far, by where they stand.
struct Strands {
    indices: Vec<Option<u32>>,
    list: Vec<Instruction>,
    pending: Vec<usize>,
}

impl Strands {
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

/// What is needed to decode one instruction wherever it stands.
pub(super) struct Decoder<'p> {
    pub code: &'p [u8],
    pub version: u64,
    pub table: &'static VersionTable,
    pub dialect: Dialect,
}

impl Decoder<'_> {
    /// The instruction at `pc`, its targets and successor still as offsets, and its size unless it has none.
    pub(super) fn instruction(&self, pc: usize) -> (Instruction, Option<usize>) {
        let rest = self.code.get(pc..).unwrap_or_default();
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
        let Some(spec) = self.table.decode(rest) else {
            instruction.immediates = Immediates::Broken(self.illegal(rest).into());
            return (instruction, None);
        };
        instruction.spec = Some(spec);
        instruction.args = kinds(spec);
        instruction.trusted = is_trusted(spec.op);
        if spec.fixed_size().is_some_and(|size| size > rest.len()) {
            instruction.truncated = true;
            return (instruction, None);
        }
        let operands = pc + if spec.sub == 0 { 1 } else { 2 };
        let field = self.code.get(operands + spec.field_immediate().map_or(0, |(at, _)| at)).copied();
        instruction.cost = spec.cost.rule(field.unwrap_or(u8::MAX));
        let size = match self.immediates(spec, pc, operands) {
            Ok((immediates, end)) => {
                instruction.immediates = immediates;
                Some(end - pc)
            }
            Err(text) => {
                instruction.immediates = Immediates::Broken(text.into());
                None
            }
        };
        if let Some(size) = size {
            instruction.next = (pc + size) as u32;
        }
        if let Immediates::Jump(Jump::To(target)) = instruction.immediates {
            instruction.to_proto = self.code.get(target as usize) == Some(&PROTO);
        }
        (instruction, size)
    }

    fn illegal(&self, rest: &[u8]) -> String {
        let byte = rest.first().copied().unwrap_or_default();
        match rest.get(1) {
            Some(sub) if self.table.is_prefix(byte) => {
                format!("prefix opcode 0x{byte:02x} with improper sub-opcode 0x{sub:02x}")
            }
            None if self.table.is_prefix(byte) => format!("prefix opcode 0x{byte:02x} missing sub-opcode"),
            _ => format!("illegal opcode 0x{byte:02x}"),
        }
    }

    /// The immediates that stand from `at` on and where they end.
    fn immediates(&self, spec: &OpSpec, pc: usize, at: usize) -> Result<(Immediates, usize), String> {
        let rest = self.code.get(at..).unwrap_or_default();
        match spec.immediates.first().map(|immediate| immediate.kind) {
            None => Ok((Immediates::None, at)),
            Some(ImmediateKind::Byte | ImmediateKind::Int8 | ImmediateKind::Field(_)) => {
                let mut bytes = [0; 3];
                let count = spec.immediates.len();
                bytes.iter_mut().zip(rest).take(count).for_each(|(byte, value)| *byte = *value);
                Ok((Immediates::Bytes(bytes), at + count))
            }
            Some(ImmediateKind::Label) => Ok((Immediates::Jump(self.branch(pc)), pc + 3)),
            Some(ImmediateKind::VarintLabel) => self.varint_branch(pc),
            Some(ImmediateKind::Labels) => self.switch(spec.name, pc),
            Some(ImmediateKind::Uint) => match read_uvarint(rest) {
                Varint::Value(number, size) => Ok((Immediates::Uint(number), at + size)),
                Varint::Short | Varint::Overflow => Err(format!("could not decode int at program[{at}]")),
            },
            Some(ImmediateKind::Bytes) => self.byte_string(at),
            Some(ImmediateKind::Uints) => self.uints(at),
            Some(ImmediateKind::ByteList) => self.byte_list(spec.name, at),
        }
    }

    fn branch(&self, pc: usize) -> Jump {
        let offset = self.offset(pc + 1);
        if offset < 0 && self.version < u64::from(BACK_BRANCH_VERSION) {
            return Jump::Fails(format!("negative branch offset -{:x}", -offset).into());
        }
        let target = pc as i64 + 3 + offset;
        let past_end = if self.version >= 2 { self.code.len() as i64 + 1 } else { self.code.len() as i64 };
        self.jump(target, past_end)
    }

    fn jump(&self, target: i64, past_end: i64) -> Jump {
        match u32::try_from(target) {
            Ok(target) if i64::from(target) < past_end => Jump::To(target),
            _ => Jump::Fails(format!("branch target {target} outside of program").into()),
        }
    }

    fn offset(&self, at: usize) -> i64 {
        let byte = |at| self.code.get(at).copied().unwrap_or_default();
        i64::from(i16::from_be_bytes([byte(at), byte(at + 1)]))
    }

    fn varint_branch(&self, pc: usize) -> Result<(Immediates, usize), String> {
        let (offset, size) = match read_varint(self.code.get(pc + 1..).unwrap_or_default()) {
            Varint::Value(offset, size) => (offset, size),
            Varint::Short => return Err("program ends without branch target".into()),
            Varint::Overflow => return Err("branch offset varint overflows int64".into()),
        };
        let end = pc + 1 + size;
        let from = if offset < 0 { pc } else { end };
        let target = (from as i64).wrapping_add(offset);
        Ok((Immediates::Jump(self.jump(target, self.code.len() as i64 + 1)), end))
    }

    fn switch(&self, name: &str, pc: usize) -> Result<(Immediates, usize), String> {
        let Some(count) = self.code.get(pc + 1).map(|count| usize::from(*count)) else {
            return Err(format!("bare {name} opcode at end of program"));
        };
        let end = pc + 2 + 2 * count;
        if end > self.code.len() {
            let fails = Jump::Fails(format!("{name} opcode claims to extend beyond program").into());
            return Ok((Immediates::Jumps(vec![fails; count + 1].into()), end));
        }
        let past_end = self.code.len() as i64 + 1;
        let labels = (0..count).map(|label| self.jump(end as i64 + self.offset(pc + 2 + 2 * label), past_end));
        let jumps = labels.chain([Jump::To(end as u32)]).collect();
        Ok((Immediates::Jumps(jumps), end))
    }

    fn byte_string(&self, at: usize) -> Result<(Immediates, usize), String> {
        let Varint::Value(length, size) = read_uvarint(self.code.get(at..).unwrap_or_default()) else {
            return Err(format!("could not decode length at program[{at}]"));
        };
        let start = at + size;
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        match end.and_then(|end| Some((self.code.get(start..end)?, end))) {
            Some((bytes, end)) => Ok((Immediates::Data(bytes.into()), end)),
            None => Err(format!("pushbytes too long at program[{start}]")),
        }
    }

    fn uints(&self, start: usize) -> Result<(Immediates, usize), String> {
        let Varint::Value(count, size) = read_uvarint(self.code.get(start..).unwrap_or_default()) else {
            return Err(format!("could not decode length of int list at pc={start}"));
        };
        let mut at = start + size;
        if count > self.code.len() as u64 {
            return Err("const int list with too many items".into());
        }
        let mut list = Vec::with_capacity(count as usize);
        for item in 0..count {
            if at >= self.code.len() {
                return Err("const int list ran past end of program".into());
            }
            let Varint::Value(number, size) = read_uvarint(self.code.get(at..).unwrap_or_default()) else {
                return Err(format!("could not decode int const[{item}] at pc={at}"));
            };
            list.push(number);
            at += size;
        }
        Ok((Immediates::Uints(list.into()), at))
    }

    fn byte_list(&self, name: &str, start: usize) -> Result<(Immediates, usize), String> {
        const SHORT: &str = "const bytes list ran past end of program";
        let Varint::Value(count, size) = read_uvarint(self.code.get(start..).unwrap_or_default()) else {
            return Err(format!("could not decode length of bytes list at pc={start}"));
        };
        let mut at = start + size;
        if count > self.code.len() as u64 {
            return Err("const bytes list with too many items".into());
        }
        let mut list: Vec<Bytes> = Vec::with_capacity(count as usize);
        for item in 0..count {
            if at >= self.code.len() {
                return Err(SHORT.into());
            }
            let Varint::Value(length, size) = read_uvarint(self.code.get(at..).unwrap_or_default()) else {
                return Err(format!("could not decode []byte const[{item}] at pc={at}"));
            };
            at += size;
            let end = usize::try_from(length).ok().and_then(|length| at.checked_add(length));
            let Some(bytes) = end.and_then(|end| self.code.get(at..end)) else { return Err(SHORT.into()) };
            list.push(bytes.into());
            at += bytes.len();
        }
        if self.dialect.sized_constants {
            if let Some((item, long)) = list.iter().enumerate().find(|(_, bytes)| bytes.len() > MAX_BYTES) {
                let length = long.len();
                return Err(format!("{name} arg {item} is too big ({length} bytes, limit {MAX_BYTES})"));
            }
        } else if at == self.code.len() && list.last().is_some_and(|last| last.is_empty()) {
            return Err(SHORT.into());
        }
        Ok((Immediates::DataList(list.into()), at))
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
