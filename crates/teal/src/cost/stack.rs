//! Opcodes that only move values: on the stack, and between it and scratch space.

use super::machine::State;
use super::value::Value;
use crate::flow::Instruction;
use pnp_opcodes::Op;

/// Runs the instruction if it is one of them; tells whether it was. What is missing on the stack is unknown: a program
/// that reaches below it fails.
pub(super) fn arrange(it: &Instruction, state: &mut State) -> bool {
    let stack = &mut state.stack;
    let depth = usize::from(it.byte(0));
    match it.op() {
        Op::Pop => drop(stack.pop()),
        Op::PopN => stack.truncate(stack.len().saturating_sub(depth)),
        Op::Dup => copy(stack, 0),
        Op::Dup2 => {
            copy(stack, 1);
            copy(stack, 1);
        }
        Op::DupN => (0..depth).for_each(|_| copy(stack, 0)),
        Op::Dig => copy(stack, depth),
        Op::Swap => cover(stack, 1),
        Op::Cover => cover(stack, depth),
        Op::Uncover => {
            let at = reach(stack, depth);
            let value = stack.remove(at);
            stack.push(value);
        }
        Op::Bury => {
            let value = pop(stack);
            if let Some(slot) = stack.len().checked_sub(depth).and_then(|at| stack.get_mut(at)) {
                *slot = value;
            }
        }
        Op::Select => {
            let (chosen, b, a) = (pop(stack), pop(stack), pop(stack));
            let same = a == b;
            stack.push(match chosen.truth() {
                Some(true) => b,
                Some(false) => a,
                None if same => a,
                None => Value::Unknown,
            });
        }
        Op::Load => {
            let slot = it.byte(0);
            let value = state.scratch.get(&slot).cloned().unwrap_or(Value::Unknown);
            state.stack.push(value);
        }
        Op::Store => {
            let value = pop(stack);
            state.scratch.insert(it.byte(0), value);
        }
        Op::Stores => {
            let (_, slot) = (pop(stack), pop(stack));
            match slot {
                Value::Uint(slot) => drop(u8::try_from(slot).ok().and_then(|slot| state.scratch.remove(&slot))),
                _ => state.scratch.clear(),
            }
        }
        _ => return false,
    }
    true
}

fn pop(stack: &mut Vec<Value>) -> Value {
    stack.pop().unwrap_or(Value::Unknown)
}

/// The index of the value `depth` below the top, the stack being filled up if it is not so high.
fn reach(stack: &mut Vec<Value>, depth: usize) -> usize {
    while stack.len() <= depth {
        stack.insert(0, Value::Unknown);
    }
    stack.len() - 1 - depth
}

fn copy(stack: &mut Vec<Value>, depth: usize) {
    let at = reach(stack, depth);
    if let Some(value) = stack.get(at).cloned() {
        stack.push(value);
    }
}

fn cover(stack: &mut Vec<Value>, depth: usize) {
    let at = reach(stack, depth);
    let value = pop(stack);
    stack.insert(at, value);
}
