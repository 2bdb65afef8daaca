//! The constants a program keeps in a block.

use std::rc::Rc;

use crate::flow::{Instruction, Operand, Program};
use pnp_opcodes::{Constant, Op};

/// The constants, where one block of each kind holds them all.
#[derive(Debug, Default)]
pub(super) struct Constants {
    ints: Vec<u64>,
    bytes: Vec<Rc<[u8]>>,
}

impl Constants {
    /// A program's. Where it has several blocks of a kind, which one counts is not followed.
    pub(super) fn of(program: &Program) -> Self {
        let only = |op: Op| {
            let mut all = program.instructions().iter().filter(move |it| it.op() == op);
            all.next().filter(|_| all.next().is_none()).map(|block| &block.operand)
        };
        let ints = match only(Op::IntcBlock) {
            Some(Operand::Uints(values)) => values.to_vec(),
            _ => Vec::new(),
        };
        let bytes = match only(Op::BytecBlock) {
            Some(Operand::Constants(places)) => places.iter().map(|place| program.constant(place).into()).collect(),
            _ => Vec::new(),
        };
        Self { ints, bytes }
    }

    /// The integer an instruction loads from its block.
    pub(super) fn int(&self, it: &Instruction) -> Option<u64> {
        match it.loaded()? {
            Constant::Int(index) => self.ints.get(usize::from(index)).copied(),
            Constant::Bytes(_) => None,
        }
    }

    /// The bytes an instruction loads from their block.
    pub(super) fn bytes(&self, it: &Instruction) -> Option<&Rc<[u8]>> {
        match it.loaded()? {
            Constant::Bytes(index) => self.bytes.get(usize::from(index)),
            Constant::Int(_) => None,
        }
    }
}
