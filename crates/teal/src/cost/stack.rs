//! Opcodes that only move values: on the stack, and between it and scratch space.

use super::machine::State;
use super::value::Value;
use crate::flow::Instruction;
use pnp_opcodes::{Op, Shuffle};

/// Runs the instruction if it is one of them; returns whether it was. What is missing on the stack is unknown: a program
/// that reaches below it fails.
pub(super) fn arrange(it: &Instruction, state: &mut State) -> bool {
    if let Some(shuffle) = Shuffle::of(it.op(), it.byte(0)) {
        state.shuffle(shuffle);
        return true;
    }
    match it.op() {
        Op::Select => {
            state.fill(3);
            let [.., lower, upper, chosen] = state.stack.as_slice() else { return true };
            match chosen.truth() {
                Some(upper) => state.shuffle(Shuffle::Select { upper }),
                None => {
                    let value = if lower == upper { lower.clone() } else { Value::Unknown };
                    state.shuffle(Shuffle::Drop(3));
                    state.stack.push(value);
                }
            }
        }
        Op::Load => {
            let slot = it.byte(0);
            let value = state.scratch.get(&slot).cloned().unwrap_or(Value::Unknown);
            state.stack.push(value);
        }
        Op::Store => {
            let value = state.pop();
            state.scratch.insert(it.byte(0), value);
        }
        Op::Stores => {
            let (_, slot) = (state.pop(), state.pop());
            match slot {
                Value::Uint(slot) => drop(u8::try_from(slot).ok().and_then(|slot| state.scratch.remove(&slot))),
                _ => state.scratch.clear(),
            }
        }
        _ => return false,
    }
    true
}
