//! Values moved around on the stack, by depth and by frame.

use crate::error::{Fault, fault};
use crate::machine::Machine;

type Done = Result<(), Fault>;

/// `pop`
pub(crate) fn pop(machine: &mut Machine) -> Done {
    machine.pop().map(drop)
}

/// `popn`
pub(crate) fn pop_n(machine: &mut Machine) -> Done {
    let (count, height) = (usize::from(machine.byte(0)?), machine.stack().len());
    if count > height {
        fault!("popn {count} while stack contains {height}");
    }
    machine.drop_top(count);
    Ok(())
}

/// `dup`
pub(crate) fn dup(machine: &mut Machine) -> Done {
    let value = machine.value(0)?.clone();
    machine.push(value);
    Ok(())
}

/// `dup2`
pub(crate) fn dup2(machine: &mut Machine) -> Done {
    let (a, b) = (machine.value(1)?.clone(), machine.value(0)?.clone());
    machine.push(a);
    machine.push(b);
    Ok(())
}

/// `dupn`: that many copies beside the one there is.
pub(crate) fn dup_n(machine: &mut Machine) -> Done {
    let (value, count) = (machine.value(0)?.clone(), usize::from(machine.byte(0)?));
    machine.reserve(count)?;
    (0..count).for_each(|_| machine.push(value.clone()));
    Ok(())
}

/// `dig`
pub(crate) fn dig(machine: &mut Machine) -> Done {
    let depth = machine.byte(0)?.into();
    let Ok(value) = machine.value(depth).cloned() else {
        fault!("dig {depth} with stack size = {}", machine.stack().len());
    };
    machine.push(value);
    Ok(())
}

/// `bury`: the value that many places below the top is replaced by the top.
pub(crate) fn bury(machine: &mut Machine) -> Done {
    let place = machine.stack().len().checked_sub(usize::from(machine.byte(0)?) + 1);
    let Some(place) = place.filter(|place| place + 1 < machine.stack().len()) else {
        fault!("bury outside stack");
    };
    let value = machine.pop()?;
    if let Some(buried) = machine.stack.get_mut(place) {
        *buried = value;
    }
    Ok(())
}

/// `cover`: the top goes that many places down.
pub(crate) fn cover(machine: &mut Machine) -> Done {
    let moved = moved(machine, "cover")?;
    moved.rotate_right(1);
    Ok(())
}

/// `uncover`: the value that many places down comes to the top.
pub(crate) fn uncover(machine: &mut Machine) -> Done {
    let moved = moved(machine, "uncover")?;
    moved.rotate_left(1);
    Ok(())
}

/// The values from the depth the opcode names up to the top.
fn moved<'m>(machine: &'m mut Machine, name: &str) -> Result<&'m mut [crate::value::Value], Fault> {
    let (depth, height) = (usize::from(machine.byte(0)?), machine.stack().len());
    let place = height.checked_sub(depth + 1);
    match place.and_then(|place| machine.stack.get_mut(place..)) {
        Some(moved) => Ok(moved),
        None => fault!("{name} {depth} with stack size = {height}"),
    }
}

/// `swap`
pub(crate) fn swap(machine: &mut Machine) -> Done {
    let top = machine.pop()?;
    let below = machine.pop()?;
    machine.push(top);
    machine.push(below);
    Ok(())
}

/// `select`: of the two values below a flag, the upper one if the flag is not zero.
pub(crate) fn select(machine: &mut Machine) -> Done {
    let chosen = if machine.uint(0)? != 0 { 1 } else { 2 };
    let value = machine.value(chosen)?.clone();
    machine.replace(3, value)
}

/// `frame_dig`
pub(crate) fn frame_dig(machine: &mut Machine) -> Done {
    let place = frame_place(machine, "frame_dig", machine.stack().len())?;
    let Some(value) = machine.stack().get(place).cloned() else { fault!("frame_dig above stack") };
    machine.push(value);
    Ok(())
}

/// `frame_bury`
pub(crate) fn frame_bury(machine: &mut Machine) -> Done {
    let last = machine.stack().len().saturating_sub(1);
    let place = frame_place(machine, "frame_bury", last)?;
    let value = machine.pop()?;
    if let Some(buried) = machine.stack.get_mut(place) {
        *buried = value;
    }
    Ok(())
}

/// The place on the stack, below `end`, that the opcode names relative to the current frame.
fn frame_place(machine: &Machine, name: &str, end: usize) -> Result<usize, Fault> {
    let offset = machine.byte(0)? as i8;
    let Some(frame) = machine.frames.last() else { fault!("{name} with empty callstack") };
    if let Some((args, _)) = frame.declared
        && offset < 0
        && usize::from(offset.unsigned_abs()) > args
    {
        fault!("{name} {offset} in sub with {args} args");
    }
    match frame.height.checked_add_signed(offset.into()) {
        Some(place) if place < end => Ok(place),
        Some(_) => fault!("{name} above stack"),
        None => fault!("{name} below stack"),
    }
}
