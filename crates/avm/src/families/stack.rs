//! Values moved around on the stack, by depth and by frame. What moves where is [`Shuffle`]'s; the faults are here.

use crate::error::{Fault, fault};
use crate::machine::Machine;
use pnp_opcodes::{Frame, FrameFault, Op, Shuffle};

type OpResult = Result<(), Fault>;

/// `pop`, `dup`, `dup2` and `swap`.
pub(crate) fn shuffle(machine: &mut Machine, op: Op) -> OpResult {
    reorder(machine, Shuffle::of(op, 0), Machine::underflow)
}

/// `popn`
pub(crate) fn pop_n(machine: &mut Machine) -> OpResult {
    let count = machine.byte(0)?;
    reorder(machine, Shuffle::of(Op::PopN, count), |machine| {
        Fault::new(format!("popn {count} while stack contains {}", machine.stack().len()))
    })
}

/// `dupn`: that many copies beside the one there is.
pub(crate) fn dup_n(machine: &mut Machine) -> OpResult {
    let count = machine.byte(0)?;
    machine.reserve(count.into())?;
    reorder(machine, Shuffle::of(Op::DupN, count), Machine::underflow)
}

/// `dig`, `cover` and `uncover`.
pub(crate) fn by_depth(machine: &mut Machine, op: Op) -> OpResult {
    let depth = machine.byte(0)?;
    reorder(machine, Shuffle::of(op, depth), |machine| {
        let name = machine.instruction().and_then(|instruction| instruction.spec).map_or("", |spec| spec.name);
        Fault::new(format!("{name} {depth} with stack size = {}", machine.stack().len()))
    })
}

/// `bury`: the value that many places below the top is replaced by the top.
pub(crate) fn bury(machine: &mut Machine) -> OpResult {
    let depth = machine.byte(0)?;
    reorder(machine, Shuffle::of(Op::Bury, depth), |_| "bury outside stack".into())
}

/// `select`: of the two values below a flag, the upper one if the flag is not zero.
pub(crate) fn select(machine: &mut Machine) -> OpResult {
    let upper = machine.uint(0)? != 0;
    reorder(machine, Some(Shuffle::Select { upper }), Machine::underflow)
}

/// `frame_dig`
pub(crate) fn frame_dig(machine: &mut Machine) -> OpResult {
    by_frame(machine, "frame_dig", Frame::dig)
}

/// `frame_bury`
pub(crate) fn frame_bury(machine: &mut Machine) -> OpResult {
    by_frame(machine, "frame_bury", Frame::bury)
}

fn reorder(machine: &mut Machine, shuffle: Option<Shuffle>, refused: impl FnOnce(&Machine) -> Fault) -> OpResult {
    let done = shuffle.is_some_and(|shuffle| shuffle.apply(&mut machine.stack));
    if done { Ok(()) } else { Err(refused(machine)) }
}

/// Moves values as the opcode's offset says in the current frame.
fn by_frame(
    machine: &mut Machine,
    name: &str,
    shuffle: impl FnOnce(Frame, i8, usize) -> Result<Shuffle, FrameFault>,
) -> OpResult {
    let offset = machine.byte(0)?.cast_signed();
    let Some(call) = machine.frames.last() else { fault!("{name} with empty callstack") };
    match shuffle(call.frame, offset, machine.stack().len()) {
        Ok(shuffle) => reorder(machine, Some(shuffle), Machine::underflow),
        Err(FrameFault::BelowArgs(args)) => fault!("{name} {offset} in sub with {args} args"),
        Err(FrameFault::BelowStack) => fault!("{name} below stack"),
        Err(_) => fault!("{name} above stack"),
    }
}
