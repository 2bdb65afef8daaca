//! The hot path: opcodes that only move and compute small values, run without the checks that others need.
//!
//! A quick instruction does its work only where nothing can go wrong: the arguments are there and of the right kind,
//! the result exists, the budget suffices. Everywhere else it does nothing and leaves the instruction to the machine's
//! careful step, which checks in the reference's order and words the failure. So no rule and no text of the language is
//! written here, only what success looks like, and a program behaves the same with and without this module.

use super::machine::{MAX_STACK, Machine};
use super::program::{Immediates, Instruction, Jump, Program};
use super::value::Value;
use crate::opcodes::Op;

/// What an instruction does when all goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quick {
    /// Not quick.
    Slow,
    PushUint(u64),
    PushUintConstant(u8),
    PushByteConstant(u8),
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Lt,
    Gt,
    Le,
    Ge,
    And,
    Or,
    Eq,
    Ne,
    Not,
    BitAnd,
    BitOr,
    BitXor,
    Dup,
    Dup2,
    Pop,
    Swap,
    Dig(u8),
    Load(u8),
    Store(u8),
    Assert,
    Branch(u32),
    BranchZero(u32),
    BranchNonZero(u32),
}

impl Quick {
    fn of(instruction: &Instruction) -> Self {
        let Some(spec) = instruction.spec.filter(|_| !instruction.truncated) else { return Self::Slow };
        let byte = match instruction.immediates {
            Immediates::Bytes([byte, ..]) => byte,
            _ => 0,
        };
        let target = match instruction.immediates {
            Immediates::Jump(Jump::To(target)) => Some(target),
            _ => None,
        };
        match (spec.op, &instruction.immediates) {
            (Op::PushInt, Immediates::Uint(number)) => Self::PushUint(*number),
            (Op::Intc, _) => Self::PushUintConstant(byte),
            (Op::Intc0, _) => Self::PushUintConstant(0),
            (Op::Intc1, _) => Self::PushUintConstant(1),
            (Op::Intc2, _) => Self::PushUintConstant(2),
            (Op::Intc3, _) => Self::PushUintConstant(3),
            (Op::Bytec, _) => Self::PushByteConstant(byte),
            (Op::Bytec0, _) => Self::PushByteConstant(0),
            (Op::Bytec1, _) => Self::PushByteConstant(1),
            (Op::Bytec2, _) => Self::PushByteConstant(2),
            (Op::Bytec3, _) => Self::PushByteConstant(3),
            (Op::Add, _) => Self::Add,
            (Op::Sub, _) => Self::Sub,
            (Op::Mul, _) => Self::Mul,
            (Op::Div, _) => Self::Div,
            (Op::Mod, _) => Self::Mod,
            (Op::Lt, _) => Self::Lt,
            (Op::Gt, _) => Self::Gt,
            (Op::Le, _) => Self::Le,
            (Op::Ge, _) => Self::Ge,
            (Op::And, _) => Self::And,
            (Op::Or, _) => Self::Or,
            (Op::Eq, _) => Self::Eq,
            (Op::Ne, _) => Self::Ne,
            (Op::Not, _) => Self::Not,
            (Op::BitAnd, _) => Self::BitAnd,
            (Op::BitOr, _) => Self::BitOr,
            (Op::BitXor, _) => Self::BitXor,
            (Op::Dup, _) => Self::Dup,
            (Op::Dup2, _) => Self::Dup2,
            (Op::Pop, _) => Self::Pop,
            (Op::Swap, _) => Self::Swap,
            (Op::Dig, _) => Self::Dig(byte),
            (Op::Load, _) => Self::Load(byte),
            (Op::Store, _) => Self::Store(byte),
            (Op::Assert, _) => Self::Assert,
            (Op::Branch | Op::BranchVarint, _) => target.map_or(Self::Slow, Self::Branch),
            (Op::BranchZero | Op::BranchZeroVarint, _) => target.map_or(Self::Slow, Self::BranchZero),
            (Op::BranchNonZero | Op::BranchNonZeroVarint, _) => target.map_or(Self::Slow, Self::BranchNonZero),
            _ => Self::Slow,
        }
    }
}

/// The quick form of every instruction, and the index of the instruction after it.
pub(super) fn compile(instructions: &[Instruction], entry: u32) -> Vec<(Quick, u32)> {
    let settled = settled_constants(instructions, entry);
    let quick = instructions.iter().map(|instruction| {
        let quick = match Quick::of(instruction) {
            Quick::PushUintConstant(index) => {
                let constant = settled.and_then(|constants| constants.get(usize::from(index)));
                constant.map_or(Quick::PushUintConstant(index), |constant| Quick::PushUint(*constant))
            }
            quick => quick,
        };
        (quick, instruction.next)
    });
    quick.collect()
}

/// The integer constants, where only one block sets them and nothing but constant blocks runs before it.
fn settled_constants(instructions: &[Instruction], entry: u32) -> Option<&[u64]> {
    let is_block = |instruction: &&Instruction| instruction.spec.is_some_and(|spec| spec.op == Op::IntcBlock);
    if instructions.iter().filter(is_block).count() != 1 {
        return None;
    }
    let mut at = entry;
    loop {
        let instruction = instructions.get(at as usize)?;
        match (instruction.spec?.op, &instruction.immediates) {
            (Op::IntcBlock, Immediates::Uints(constants)) => return Some(constants),
            (Op::BytecBlock, Immediates::DataList(_)) => at = instruction.next,
            _ => return None,
        }
    }
}

/// Runs until the program ends, the budget does, or an instruction needs the careful step. `left` is the budget.
pub(super) fn run(machine: &mut Machine, left: &mut u64) {
    let Machine { program, stack, scratch, uint_constants, byte_constants, at, cost, .. } = machine;
    let code = program.quick();
    let mut here = *at;
    let mut budget = *left;

    // Both arguments are integers: replaces them by one, or gives up.
    macro_rules! binary {
        ($a:ident, $b:ident => $result:expr) => {{
            let [.., Value::Uint($a), Value::Uint($b)] = stack.as_mut_slice() else { break };
            let (left, $b) = ($a, *$b);
            let $a = *left;
            match $result {
                Some(result) => *left = result,
                None => break,
            }
            stack.pop();
        }};
    }
    macro_rules! push {
        ($value:expr) => {{
            if stack.len() >= MAX_STACK {
                break;
            }
            stack.push($value);
        }};
    }
    macro_rules! branch_if {
        ($wanted:expr, $target:expr, $next:expr) => {{
            let Some(Value::Uint(flag)) = stack.last() else { break };
            let taken = (*flag != 0) == $wanted;
            stack.pop();
            if taken { $target } else { $next }
        }};
    }

    while let Some(&(quick, next)) = code.get(here as usize) {
        if budget == 0 {
            break;
        }
        let mut then = next;
        match quick {
            Quick::Slow => break,
            Quick::PushUint(number) => push!(Value::Uint(number)),
            Quick::PushUintConstant(index) => {
                let Some(constant) = uint_constants.get(usize::from(index)) else { break };
                push!(Value::Uint(*constant));
            }
            Quick::PushByteConstant(index) => {
                let Some(constant) = byte_constants.get(usize::from(index)) else { break };
                push!(Value::Bytes(constant.clone()));
            }
            Quick::Add => binary!(a, b => a.checked_add(b)),
            Quick::Sub => binary!(a, b => a.checked_sub(b)),
            Quick::Mul => binary!(a, b => a.checked_mul(b)),
            Quick::Div => binary!(a, b => a.checked_div(b)),
            Quick::Mod => binary!(a, b => a.checked_rem(b)),
            Quick::Lt => binary!(a, b => Some(u64::from(a < b))),
            Quick::Gt => binary!(a, b => Some(u64::from(a > b))),
            Quick::Le => binary!(a, b => Some(u64::from(a <= b))),
            Quick::Ge => binary!(a, b => Some(u64::from(a >= b))),
            Quick::And => binary!(a, b => Some(u64::from(a != 0 && b != 0))),
            Quick::Or => binary!(a, b => Some(u64::from(a != 0 || b != 0))),
            Quick::Eq => binary!(a, b => Some(u64::from(a == b))),
            Quick::Ne => binary!(a, b => Some(u64::from(a != b))),
            Quick::BitAnd => binary!(a, b => Some(a & b)),
            Quick::BitOr => binary!(a, b => Some(a | b)),
            Quick::BitXor => binary!(a, b => Some(a ^ b)),
            Quick::Not => {
                let Some(Value::Uint(number)) = stack.last_mut() else { break };
                *number = u64::from(*number == 0);
            }
            Quick::Dup => {
                let Some(top) = stack.last().cloned() else { break };
                push!(top);
            }
            Quick::Dup2 => {
                let [.., a, b] = stack.as_slice() else { break };
                let (a, b) = (a.clone(), b.clone());
                if stack.len() + 2 > MAX_STACK {
                    break;
                }
                stack.push(a);
                stack.push(b);
            }
            Quick::Pop => {
                if stack.pop().is_none() {
                    break;
                }
            }
            Quick::Swap => {
                let [.., a, b] = stack.as_mut_slice() else { break };
                std::mem::swap(a, b);
            }
            Quick::Dig(depth) => {
                let from = stack.len().checked_sub(usize::from(depth) + 1);
                let Some(value) = from.and_then(|from| stack.get(from)).cloned() else { break };
                push!(value);
            }
            Quick::Load(slot) => {
                let value = scratch.get(usize::from(slot)).cloned().unwrap_or_default();
                push!(value);
            }
            Quick::Store(slot) => {
                let Some(place) = scratch.get_mut(usize::from(slot)) else { break };
                let Some(value) = stack.pop() else { break };
                *place = value;
            }
            Quick::Assert => {
                if !matches!(stack.last(), Some(Value::Uint(1..))) {
                    break;
                }
                stack.pop();
            }
            Quick::Branch(target) => then = target,
            Quick::BranchZero(target) => then = branch_if!(false, target, next),
            Quick::BranchNonZero(target) => then = branch_if!(true, target, next),
        }
        here = then;
        budget -= 1;
    }
    *at = if (here as usize) < code.len() { here } else { Program::END };
    *cost += *left - budget;
    *left = budget;
}
