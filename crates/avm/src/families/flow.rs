//! Where a program goes on: branches, subroutines and endings.

use crate::error::{Fault, fault};
use crate::machine::{Frame, Machine};
use crate::program::Jump;

type Done = Result<(), Fault>;

/// `err`
pub(crate) fn err(_: &mut Machine) -> Done {
    Err("err opcode executed".into())
}

/// `assert`
pub(crate) fn assert(machine: &mut Machine) -> Done {
    if machine.uint(0)? == 0 {
        fault!("assert failed pc={}", machine.pc());
    }
    machine.drop_top(1);
    Ok(())
}

/// `return`: the top of the stack alone is left, and the program ends.
pub(crate) fn return_(machine: &mut Machine) -> Done {
    let verdict = machine.pop()?;
    machine.stack.clear();
    machine.push(verdict);
    machine.finish();
    Ok(())
}

/// `b`
pub(crate) fn branch(machine: &mut Machine) -> Done {
    let target = machine.target()?;
    machine.jump_to(target);
    Ok(())
}

/// `bnz` with a 16-bit offset, which is looked at only when the branch is taken.
pub(crate) fn branch_non_zero(machine: &mut Machine) -> Done {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    if flag != 0 { branch(machine) } else { Ok(()) }
}

/// `bz` with a 16-bit offset, which is looked at only when the branch is taken.
pub(crate) fn branch_zero(machine: &mut Machine) -> Done {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    if flag == 0 { branch(machine) } else { Ok(()) }
}

/// `bnz` with a varint offset, which must make sense in any case: it tells where the next opcode stands.
pub(crate) fn branch_non_zero_varint(machine: &mut Machine) -> Done {
    branch_varint_if(machine, |flag| flag != 0)
}

/// `bz` with a varint offset, which must make sense in any case: it tells where the next opcode stands.
pub(crate) fn branch_zero_varint(machine: &mut Machine) -> Done {
    branch_varint_if(machine, |flag| flag == 0)
}

fn branch_varint_if(machine: &mut Machine, taken: impl FnOnce(u64) -> bool) -> Done {
    let flag = machine.uint(0)?;
    machine.drop_top(1);
    let target = machine.target()?;
    if taken(flag) {
        machine.jump_to(target);
    }
    Ok(())
}

/// `switch`
pub(crate) fn switch(machine: &mut Machine) -> Done {
    let index = usize::try_from(machine.uint(0)?).unwrap_or(usize::MAX);
    machine.drop_top(1);
    jump_to_label(machine, index)
}

/// `match`: the labels stand for the values below the top of the stack, the deepest first.
pub(crate) fn match_(machine: &mut Machine) -> Done {
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
fn jump_to_label(machine: &mut Machine, index: usize) -> Done {
    let targets = machine.targets()?;
    match targets.get(index).or(targets.last()).map(Jump::resolve).transpose()? {
        Some(target) => machine.jump_to(target),
        None => fault!("branch without targets"),
    }
    Ok(())
}

/// `callsub`
pub(crate) fn callsub(machine: &mut Machine) -> Done {
    let frame = Frame { return_to: machine.following(), height: machine.stack().len(), declared: None };
    let to_proto = machine.instruction().is_some_and(|instruction| instruction.to_proto);
    branch(machine)?;
    machine.frames.push(frame);
    machine.from_callsub |= to_proto;
    Ok(())
}

/// `proto`
pub(crate) fn proto(machine: &mut Machine) -> Done {
    if !std::mem::take(&mut machine.from_callsub) {
        fault!("proto was executed without a callsub");
    }
    let (args, returns) = (machine.byte(0)?.into(), machine.byte(1)?.into());
    let height = machine.stack().len();
    if args > height {
        fault!("callsub to proto that requires {args} args with stack height {height}");
    }
    if let Some(frame) = machine.frames.last_mut() {
        frame.declared = Some((args, returns));
    }
    Ok(())
}

/// `retsub`. After a `proto`, only the declared results are left of what the subroutine was given and made.
pub(crate) fn retsub(machine: &mut Machine) -> Done {
    let Some(Frame { return_to, height, declared }) = machine.frames.last().cloned() else {
        fault!("retsub with empty callstack");
    };
    if let Some((args, returns)) = declared {
        let length = machine.stack().len();
        if length < height {
            fault!("retsub executed with stack below frame. Did you pop args?");
        }
        if length == height && returns > 0 {
            fault!("retsub executed with no return values on stack. proto declared {returns}");
        }
        if length < height + returns {
            fault!("retsub executed with {} return values on stack. proto declared {returns}", length - height);
        }
        machine.stack.truncate(height + returns);
        machine.stack.drain(height.saturating_sub(args)..height);
    }
    machine.frames.pop();
    machine.jump_to(return_to);
    Ok(())
}
