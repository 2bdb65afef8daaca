//! Where a program goes on: branches, subroutines and endings.

use crate::error::{Fault, fault};
use crate::machine::{Call, Machine};
use crate::program::Jump;
use pnp_opcodes::FrameFault;

type OpResult = Result<(), Fault>;

/// `err`
pub(crate) fn err(_: &mut Machine) -> OpResult {
    Err("err opcode executed".into())
}

/// `assert`
pub(crate) fn assert(machine: &mut Machine) -> OpResult {
    if machine.uint(0)? == 0 {
        fault!("assert failed pc={}", machine.pc());
    }
    machine.drop_top(1);
    Ok(())
}

/// `return`: the top of the stack alone is left, and the program ends.
pub(crate) fn return_(machine: &mut Machine) -> OpResult {
    let verdict = machine.pop()?;
    machine.stack.clear();
    machine.push(verdict);
    machine.finish();
    Ok(())
}

/// `b`
pub(crate) fn branch(machine: &mut Machine) -> OpResult {
    let target = machine.target()?;
    machine.jump_to(target);
    Ok(())
}

/// `bnz` with a 16-bit offset, which is looked at only when the branch is taken.
pub(crate) fn branch_non_zero(machine: &mut Machine) -> OpResult {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    if flag != 0 { branch(machine) } else { Ok(()) }
}

/// `bz` with a 16-bit offset, which is looked at only when the branch is taken.
pub(crate) fn branch_zero(machine: &mut Machine) -> OpResult {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    if flag == 0 { branch(machine) } else { Ok(()) }
}

/// `bnz` with a varint offset, which must be valid in any case: it gives the place of the next opcode.
pub(crate) fn branch_non_zero_varint(machine: &mut Machine) -> OpResult {
    branch_varint_if(machine, |flag| flag != 0)
}

/// `bz` with a varint offset, which must be valid in any case: it gives the place of the next opcode.
pub(crate) fn branch_zero_varint(machine: &mut Machine) -> OpResult {
    branch_varint_if(machine, |flag| flag == 0)
}

fn branch_varint_if(machine: &mut Machine, taken: impl FnOnce(u64) -> bool) -> OpResult {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    let target = machine.target()?;
    if taken(flag) {
        machine.jump_to(target);
    }
    Ok(())
}

/// `switch`
pub(crate) fn switch(machine: &mut Machine) -> OpResult {
    let index = usize::try_from(machine.uint(0)?).unwrap_or(usize::MAX);
    machine.drop_top(1);
    jump_to_label(machine, index)
}

/// `match`: each label belongs to a value below the top of the stack, the deepest first.
pub(crate) fn match_(machine: &mut Machine) -> OpResult {
    let count = machine.targets()?.len().saturating_sub(1);
    let height = machine.stack().len();
    let Some(base) = height.checked_sub(count + 1) else {
        fault!("match expects {} stack args while stack only contains {height}", count + 1);
    };
    let wanted = machine.pop()?;
    let found = machine.stack().iter().skip(base).position(|value| *value == wanted);
    machine.drop_top(count);
    jump_to_label(machine, found.unwrap_or(count))
}

/// Goes on at a label, or after the opcode if there is no such label.
fn jump_to_label(machine: &mut Machine, index: usize) -> OpResult {
    let targets = machine.targets()?;
    match targets.get(index).or(targets.last()).map(Jump::resolve).transpose()? {
        Some(target) => machine.jump_to(target),
        None => fault!("branch without targets"),
    }
    Ok(())
}

/// `callsub`
pub(crate) fn callsub(machine: &mut Machine) -> OpResult {
    let call = Call::new(machine.following(), machine.stack().len());
    let to_proto = machine.instruction().is_some_and(|instruction| instruction.to_proto);
    branch(machine)?;
    machine.frames.push(call);
    machine.from_callsub |= to_proto;
    Ok(())
}

/// `proto`
pub(crate) fn proto(machine: &mut Machine) -> OpResult {
    if !std::mem::take(&mut machine.from_callsub) {
        fault!("proto was executed without a callsub");
    }
    let (args, returns) = (machine.byte(0)?, machine.byte(1)?);
    let height = machine.stack().len();
    if usize::from(args) > height {
        fault!("callsub to proto that requires {args} args with stack height {height}");
    }
    if let Some(call) = machine.frames.last_mut() {
        call.frame.proto = Some((args, returns));
    }
    Ok(())
}

/// `retsub`. After a `proto`, only the declared results are left of the subroutine's arguments and results.
pub(crate) fn retsub(machine: &mut Machine) -> OpResult {
    let Some(call) = machine.frames.last() else {
        fault!("retsub with empty callstack");
    };
    let (return_to, shuffle) = (call.return_to, call.frame.retsub(machine.stack().len()));
    let shuffle = match shuffle {
        Ok(shuffle) => shuffle,
        Err(FrameFault::TooFewResults { found: 0, declared }) => {
            fault!("retsub executed with no return values on stack. proto declared {declared}")
        }
        Err(FrameFault::TooFewResults { found, declared }) => {
            fault!("retsub executed with {found} return values on stack. proto declared {declared}")
        }
        Err(_) => fault!("retsub executed with stack below frame. Did you pop args?"),
    };
    shuffle.apply(&mut machine.stack);
    machine.frames.pop();
    machine.jump_to(return_to);
    Ok(())
}
