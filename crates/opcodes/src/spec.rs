//! The shape of one row of the table, and the modifiers rows are written with.

use super::cost::LinearCost;
use super::{Cost, FieldGroup, Immediate, ImmediateKind, Op, Types};

/// In which kinds of program an opcode or field may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// Logic signatures and applications.
    Any,
    /// Logic signatures only.
    Signature,
    /// Applications only.
    Application,
}

impl Modes {
    /// The bit set the language specification prints: 1 signature, 2 application, 3 both.
    pub const fn bits(self) -> u8 {
        match self {
            Self::Signature => 1,
            Self::Application => 2,
            Self::Any => 3,
        }
    }
}

/// What an opcode takes from the stack and leaves there. Opcodes whose effect depends on an immediate or on the data
/// (`popn`, `match`, `retsub` …) name here only what is true of all their uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What is popped, deepest first.
    pub args: Types,
    /// What is pushed, deepest first.
    pub returns: Types,
}

impl Signature {
    const fn parse(text: &'static str) -> Self {
        let text = text.as_bytes();
        let mut colon = 0;
        while text[colon] != b':' {
            colon += 1;
        }
        Self { args: Types::parse(text, 0, colon), returns: Types::parse(text, colon + 1, text.len()) }
    }
}

/// One opcode as it is since one version.
#[derive(Clone, Copy, Debug)]
pub struct OpSpec {
    /// The byte in the program.
    pub byte: u8,
    /// The second byte, for opcodes after a prefix; 0 for the others.
    pub sub: u8,
    /// The mnemonic.
    pub name: &'static str,
    /// The version this row is true from. The opcode itself may be older: see [`super::introduced_in`].
    pub since: u8,
    /// Its effect on the stack.
    pub signature: Signature,
    /// What follows its byte (or its two bytes).
    pub immediates: &'static [Immediate],
    /// What it costs.
    pub cost: Cost,
    /// Where it may be used.
    pub modes: Modes,
    /// How it behaves: what the interpreter dispatches on.
    pub op: Op,
}

/// A row with the common defaults: no immediates, cost 1, every mode.
pub(super) const fn op(byte: u8, name: &'static str, since: u8, signature: &'static str, op: Op) -> OpSpec {
    OpSpec {
        byte,
        sub: 0,
        name,
        since,
        signature: Signature::parse(signature),
        immediates: &[],
        cost: Cost::Const(1),
        modes: Modes::Any,
        op,
    }
}

impl OpSpec {
    /// Makes it a member of a two-byte family: `byte` is the prefix, `sub` the second byte.
    pub(super) const fn sub(self, sub: u8) -> Self {
        Self { sub, ..self }
    }

    pub(super) const fn imm(self, immediates: &'static [Immediate]) -> Self {
        Self { immediates, ..self }
    }

    pub(super) const fn cost(self, cost: u32) -> Self {
        Self { cost: Cost::Const(cost), ..self }
    }

    /// `base`, plus `per_chunk` for every started `chunk` bytes of the argument `depth` below the top.
    pub(super) const fn cost_by_length(self, base: u32, per_chunk: u32, chunk: u32, depth: u8) -> Self {
        Self { cost: Cost::Linear(LinearCost { base, per_chunk, chunk, depth }), ..self }
    }

    pub(super) const fn cost_by_field(self, costs: &'static [LinearCost]) -> Self {
        Self { cost: Cost::ByField(costs), ..self }
    }

    pub(super) const fn sig_only(self) -> Self {
        Self { modes: Modes::Signature, ..self }
    }

    pub(super) const fn app_only(self) -> Self {
        Self { modes: Modes::Application, ..self }
    }

    /// The size of the opcode itself in bytes: 2 after a prefix, else 1.
    #[inline]
    pub const fn opcode_size(&self) -> usize {
        if self.sub == 0 { 1 } else { 2 }
    }

    /// The instruction's size in bytes, if every use has the same.
    pub fn fixed_size(&self) -> Option<usize> {
        let start = self.opcode_size();
        self.immediates.iter().try_fold(start, |size, immediate| Some(size + immediate.kind.fixed_size()?))
    }

    /// The first immediate that names a field, with its position.
    pub fn field_immediate(&self) -> Option<(usize, FieldGroup)> {
        self.immediates.iter().enumerate().find_map(|(at, immediate)| match immediate.kind {
            ImmediateKind::Field(group) => Some((at, group)),
            _ => None,
        })
    }

    /// The cost as documentation prints it for programs of `version`.
    pub fn cost_text(&self, version: u8) -> String {
        let args = self.signature.args.len();
        match self.cost {
            Cost::Const(cost) => cost.to_string(),
            Cost::Linear(linear) => linear.text(args),
            Cost::ByField(costs) => {
                let Some((_, group)) = self.field_immediate() else { return String::new() };
                let known = group.table().rows().iter().zip(costs).filter(|(row, _)| row.since <= version);
                known.map(|(row, cost)| format!("{}={}", row.name, cost.text(args))).collect::<Vec<_>>().join("; ")
            }
        }
    }
}
