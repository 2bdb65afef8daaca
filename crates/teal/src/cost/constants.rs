//! The constants a program keeps in a block.

use super::open::Open;
use super::value::{Value, followed};
use crate::flow::{Instruction, Operand, Program};
use pnp_opcodes::{Constant, Op};

/// The constants, where one block of each kind holds them all.
#[derive(Debug, Default)]
pub(super) struct Constants {
    ints: Vec<Value>,
    bytes: Vec<Value>,
}

impl Constants {
    /// A program's. Where it has several blocks of a kind, which one counts is not followed.
    pub(super) fn of(program: &Program, open: &Open) -> Self {
        let block = |op: Op| {
            let mut all = program.instructions().iter().enumerate().filter(move |(_, it)| it.op() == op);
            let (at, block) = all.next().filter(|_| all.next().is_none())?;
            let values: Vec<Value> = match &block.operand {
                Operand::Uints(values) => values.iter().copied().map(Value::Uint).collect(),
                Operand::Constants(places) => places.iter().map(|place| followed(program.constant(place))).collect(),
                _ => return None,
            };
            let known = |(element, value)| if open.has_element(at, element) { Value::Unknown } else { value };
            Some(values.into_iter().enumerate().map(known).collect())
        };
        Self { ints: block(Op::IntcBlock).unwrap_or_default(), bytes: block(Op::BytecBlock).unwrap_or_default() }
    }

    /// The value an instruction loads from a block; nothing if it loads none.
    pub(super) fn loaded(&self, it: &Instruction) -> Option<Value> {
        let (values, index) = match it.loaded()? {
            Constant::Int(index) => (&self.ints, index),
            Constant::Bytes(index) => (&self.bytes, index),
        };
        values.get(usize::from(index)).cloned()
    }
}
