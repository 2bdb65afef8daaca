//! The hot path: opcodes that only move and compute small values, run without the checks that others need.
//!
//! A fast instruction does its work only where nothing can go wrong: the arguments are there and of the right kind,
//! the result exists, the budget suffices. Everywhere else it does nothing and leaves the instruction to the machine's
//! careful step, which checks in the reference's order and words the failure. So no rule and no text of the language is
//! written here, only what success looks like, and a program behaves the same with and without this module. Copies of
//! single values are written out rather than left to [`Shuffle`]: `push_copy!` says why.

use super::machine::{Call, MAX_STACK, Machine};
use super::program::{Immediates, Instruction, Jump, Program};
use super::value::{MAX_BYTES, Value};
use pnp_opcodes::{Constant, Op, Shuffle};

/// What an instruction does when nothing fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FastOp {
    /// No fast form.
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
    Select,
    Cover(u8),
    Uncover(u8),
    Len,
    PushBytes,
    FrameDig(i8),
    FrameBury(i8),
    Proto(u8, u8),
    Callsub(u32, bool),
    Retsub,
    Branch(u32),
    /// Pops a number and branches if its being other than 0 is this.
    BranchIf(bool, u32),
    /// Two instructions: a constant, and an operation with it.
    AddUint(u64),
    SubUint(u64),
    /// Two instructions: a comparison, and a branch on its result.
    CompareBranch(Comparison, bool, u32),
    /// Three instructions: a constant, a comparison with it, and a branch on its result.
    CompareUintBranch(Comparison, bool, u32, u32),
}

/// What a comparison asks of two integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Lt,
    Gt,
    Le,
    Ge,
    Eq,
    Ne,
}

impl Comparison {
    fn of(fast: FastOp) -> Option<Self> {
        Some(match fast {
            FastOp::Lt => Self::Lt,
            FastOp::Gt => Self::Gt,
            FastOp::Le => Self::Le,
            FastOp::Ge => Self::Ge,
            FastOp::Eq => Self::Eq,
            FastOp::Ne => Self::Ne,
            _ => return None,
        })
    }

    fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Self::Lt => a < b,
            Self::Gt => a > b,
            Self::Le => a <= b,
            Self::Ge => a >= b,
            Self::Eq => a == b,
            Self::Ne => a != b,
        }
    }
}

impl FastOp {
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
        match spec.op.constant(byte) {
            Some(Constant::Int(index)) => return Self::PushUintConstant(index),
            Some(Constant::Bytes(index)) => return Self::PushByteConstant(index),
            None => {}
        }
        match (spec.op, &instruction.immediates) {
            (Op::PushInt, Immediates::Uint(number)) => Self::PushUint(*number),
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
            (Op::Select, _) => Self::Select,
            (Op::Cover, _) => Self::Cover(byte),
            (Op::Uncover, _) => Self::Uncover(byte),
            (Op::Len, _) => Self::Len,
            (Op::PushBytes, Immediates::Data(bytes)) if bytes.len() <= MAX_BYTES => Self::PushBytes,
            (Op::FrameDig, _) => Self::FrameDig(byte.cast_signed()),
            (Op::FrameBury, _) => Self::FrameBury(byte.cast_signed()),
            (Op::Proto, Immediates::Bytes([args, returns, _])) => Self::Proto(*args, *returns),
            (Op::Retsub, _) => Self::Retsub,
            (op, _) => match (op, target) {
                (Op::Callsub | Op::CallsubVarint, Some(target)) => Self::Callsub(target, instruction.to_proto),
                (Op::Branch | Op::BranchVarint, Some(target)) => Self::Branch(target),
                (Op::BranchZero | Op::BranchZeroVarint, Some(target)) => Self::BranchIf(false, target),
                (Op::BranchNonZero | Op::BranchNonZeroVarint, Some(target)) => Self::BranchIf(true, target),
                _ => Self::Slow,
            },
        }
    }
}

/// The fast form of every instruction, and the index of the instruction after it.
pub(super) fn compile(instructions: &[Instruction], entry: u32) -> Vec<(FastOp, u32)> {
    let settled = settled_constants(instructions, entry);
    let single = instructions.iter().map(|instruction| {
        let fast = match FastOp::of(instruction) {
            FastOp::PushUintConstant(index) => {
                let constant = settled.and_then(|constants| constants.get(usize::from(index)));
                constant.map_or(FastOp::PushUintConstant(index), |constant| FastOp::PushUint(*constant))
            }
            fast => fast,
        };
        (fast, instruction.next)
    });
    let single: Vec<(FastOp, u32)> = single.collect();
    single.iter().map(|first| joined(&single, *first).unwrap_or(*first)).collect()
}

/// An instruction and those after it as one, where there is a fast form for them.
fn joined(all: &[(FastOp, u32)], (first, next): (FastOp, u32)) -> Option<(FastOp, u32)> {
    let (second, after_second) = *all.get(next as usize)?;
    if let (Some(comparison), FastOp::BranchIf(wanted, target)) = (Comparison::of(first), second) {
        return Some((FastOp::CompareBranch(comparison, wanted, target), after_second));
    }
    let FastOp::PushUint(number) = first else { return None };
    match second {
        FastOp::Add => return Some((FastOp::AddUint(number), after_second)),
        FastOp::Sub => return Some((FastOp::SubUint(number), after_second)),
        _ => {}
    }
    let comparison = Comparison::of(second)?;
    let (FastOp::BranchIf(wanted, target), after_third) = *all.get(after_second as usize)? else { return None };
    let number = u32::try_from(number).ok()?;
    Some((FastOp::CompareUintBranch(comparison, wanted, number, target), after_third))
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
    let Machine { program, stack, scratch, frames, uint_constants, byte_constants, from_callsub, at, cost, .. } =
        machine;
    let code = program.fast_ops();
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
            // It is an integer: there is nothing to free.
            std::mem::forget(stack.pop());
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
    // Pushes a copy of a value. Its two words travel apart: one wide load right after two narrow stores would wait for
    // both to reach the cache, which costs more than the whole instruction.
    macro_rules! push_copy {
        ($value:expr) => {
            match $value {
                Some(Value::Uint(number)) => {
                    let number = *number;
                    push!(Value::Uint(number))
                }
                Some(Value::Bytes(bytes)) => {
                    let bytes = bytes.clone();
                    push!(Value::Bytes(bytes))
                }
                None => break,
            }
        };
    }
    // Pays for instructions after the first, which is paid for at the end of the loop, or gives up.
    macro_rules! pay {
        ($more:expr) => {{
            if budget <= $more {
                break;
            }
            budget -= $more;
        }};
    }

    while let Some(&(fast, next)) = code.get(here as usize) {
        if budget == 0 {
            break;
        }
        let mut then = next;
        match fast {
            FastOp::Slow => break,
            FastOp::PushUint(number) => push!(Value::Uint(number)),
            FastOp::PushUintConstant(index) => {
                let Some(constant) = uint_constants.get(usize::from(index)) else { break };
                push!(Value::Uint(*constant));
            }
            FastOp::PushByteConstant(index) => {
                let Some(constant) = byte_constants.get(usize::from(index)) else { break };
                if constant.len() > MAX_BYTES {
                    break;
                }
                push!(Value::Bytes(constant.clone()));
            }
            FastOp::Add => binary!(a, b => a.checked_add(b)),
            FastOp::Sub => binary!(a, b => a.checked_sub(b)),
            FastOp::Mul => binary!(a, b => a.checked_mul(b)),
            FastOp::Div => binary!(a, b => a.checked_div(b)),
            FastOp::Mod => binary!(a, b => a.checked_rem(b)),
            FastOp::Lt => binary!(a, b => Some(u64::from(a < b))),
            FastOp::Gt => binary!(a, b => Some(u64::from(a > b))),
            FastOp::Le => binary!(a, b => Some(u64::from(a <= b))),
            FastOp::Ge => binary!(a, b => Some(u64::from(a >= b))),
            FastOp::And => binary!(a, b => Some(u64::from(a != 0 && b != 0))),
            FastOp::Or => binary!(a, b => Some(u64::from(a != 0 || b != 0))),
            FastOp::Eq => binary!(a, b => Some(u64::from(a == b))),
            FastOp::Ne => binary!(a, b => Some(u64::from(a != b))),
            FastOp::BitAnd => binary!(a, b => Some(a & b)),
            FastOp::BitOr => binary!(a, b => Some(a | b)),
            FastOp::BitXor => binary!(a, b => Some(a ^ b)),
            FastOp::Not => {
                let Some(Value::Uint(number)) = stack.last_mut() else { break };
                *number = u64::from(*number == 0);
            }
            FastOp::Dup => {
                push_copy!(stack.last());
            }
            FastOp::Dup2 => {
                let Some(first) = stack.len().checked_sub(2).filter(|first| first + 4 <= MAX_STACK) else { break };
                push_copy!(stack.get(first));
                push_copy!(stack.get(first + 1));
            }
            FastOp::Pop => {
                if stack.pop().is_none() {
                    break;
                }
            }
            FastOp::Swap => match stack.as_mut_slice() {
                [.., Value::Uint(a), Value::Uint(b)] => std::mem::swap(a, b),
                [.., a, b] => std::mem::swap(a, b),
                _ => break,
            },
            FastOp::Dig(depth) => {
                let from = stack.len().checked_sub(usize::from(depth) + 1);
                push_copy!(from.and_then(|from| stack.get(from)));
            }
            FastOp::Load(slot) => {
                push_copy!(scratch.get(usize::from(slot)).or(Some(&Value::Uint(0))));
            }
            FastOp::Store(slot) => {
                let Some(place) = scratch.get_mut(usize::from(slot)) else { break };
                match stack.last() {
                    Some(Value::Uint(number)) => {
                        *place = Value::Uint(*number);
                        std::mem::forget(stack.pop());
                    }
                    _ => {
                        let Some(value) = stack.pop() else { break };
                        *place = value;
                    }
                }
            }
            FastOp::Assert => {
                if !matches!(stack.last(), Some(Value::Uint(1..))) {
                    break;
                }
                stack.pop();
            }
            FastOp::Select => {
                let [.., kept, other, Value::Uint(flag)] = stack.as_mut_slice() else { break };
                if *flag != 0 {
                    std::mem::swap(kept, other);
                }
                stack.truncate(stack.len() - 2);
            }
            FastOp::Cover(depth) => {
                if !Shuffle::Cover(depth.into()).apply(stack) {
                    break;
                }
            }
            FastOp::Uncover(depth) => {
                if !Shuffle::Uncover(depth.into()).apply(stack) {
                    break;
                }
            }
            FastOp::Len => {
                let Some(top) = stack.last_mut() else { break };
                let Value::Bytes(bytes) = top else { break };
                *top = Value::Uint(bytes.len() as u64);
            }
            FastOp::PushBytes => {
                let Some(Immediates::Data(bytes)) = program.instruction(here).map(|found| &found.immediates) else {
                    break;
                };
                push!(Value::Bytes(bytes.clone()));
            }
            FastOp::FrameDig(offset) => {
                let Some(place) = frames.last().and_then(|call| call.frame.place(offset).ok()) else { break };
                push_copy!(stack.get(place));
            }
            FastOp::FrameBury(offset) => {
                let Some(place) = frames.last().and_then(|call| call.frame.place(offset).ok()) else { break };
                if place + 1 >= stack.len() {
                    break;
                }
                stack.swap_remove(place);
            }
            FastOp::Proto(args, returns) => {
                if !*from_callsub || usize::from(args) > stack.len() {
                    break;
                }
                let Some(call) = frames.last_mut() else { break };
                *from_callsub = false;
                call.frame.proto = Some((args, returns));
            }
            FastOp::Callsub(target, to_proto) => {
                frames.push(Call::new(next, stack.len()));
                *from_callsub |= to_proto;
                then = target;
            }
            FastOp::Retsub => {
                let Some(call) = frames.last() else { break };
                let Ok(shuffle) = call.frame.retsub(stack.len()) else { break };
                if !shuffle.apply(stack) {
                    break;
                }
                then = call.return_to;
                frames.pop();
            }
            FastOp::Branch(target) => then = target,
            FastOp::BranchIf(wanted, target) => {
                let Some(Value::Uint(flag)) = stack.last() else { break };
                if (*flag != 0) == wanted {
                    then = target;
                }
                std::mem::forget(stack.pop());
            }
            FastOp::AddUint(number) => {
                let height = stack.len();
                let Some(Value::Uint(top)) = stack.last_mut() else { break };
                let Some(sum) = top.checked_add(number) else { break };
                if height >= MAX_STACK {
                    break;
                }
                pay!(1);
                *top = sum;
            }
            FastOp::SubUint(number) => {
                let height = stack.len();
                let Some(Value::Uint(top)) = stack.last_mut() else { break };
                let Some(difference) = top.checked_sub(number) else { break };
                if height >= MAX_STACK {
                    break;
                }
                pay!(1);
                *top = difference;
            }
            FastOp::CompareBranch(comparison, wanted, target) => {
                let [.., Value::Uint(a), Value::Uint(b)] = stack.as_slice() else { break };
                let holds = comparison.holds(*a, *b);
                pay!(1);
                if holds == wanted {
                    then = target;
                }
                std::mem::forget(stack.pop());
                std::mem::forget(stack.pop());
            }
            FastOp::CompareUintBranch(comparison, wanted, number, target) => {
                let Some(Value::Uint(top)) = stack.last() else { break };
                let holds = comparison.holds(*top, u64::from(number));
                if stack.len() >= MAX_STACK {
                    break;
                }
                pay!(2);
                if holds == wanted {
                    then = target;
                }
                std::mem::forget(stack.pop());
            }
        }
        here = then;
        budget -= 1;
    }
    *at = if (here as usize) < code.len() { here } else { Program::END };
    *cost += *left - budget;
    *left = budget;
}
