//! Where paths meet with stacks of different heights: whether what follows takes a value that is another one on each path.

use std::collections::BTreeSet;

use super::Subject;
use crate::check::engine::Heights;
use crate::flow::{Block, Exit, Instruction, Operand, Subroutine};
use pnp_opcodes::{Op, Shuffle};

/// Blocks that are looked at; what is longer is taken to take everything.
const MAX_VISITS: usize = 2_000;
/// Values that may lie on the stack above those from before the meeting.
const MAX_HEIGHT: usize = 1_000;

/// A block, and how many values lie on the stack there above those from before the meeting.
type At = (usize, usize);

/// Whether a value that lay on the stack where paths met at `block` is taken from it after that, other than to drop it.
pub(in crate::check) fn is_taken(subject: &Subject<'_>, block: usize, heights: Heights) -> bool {
    // In a subroutine with a `proto` both paths have the values below this place of its frame.
    let shared = heights.frame.map(|frame| heights.least.saturating_sub(frame));
    let mut open: Vec<At> = vec![(block, 0)];
    let mut seen: BTreeSet<At> = open.iter().copied().collect();
    while let Some((at, height)) = open.pop() {
        let Some(block) = subject.graph.blocks().get(at) else { continue };
        let Some(height) = after(subject, block, height, shared) else { return true };
        let Some(next) = leave(subject, block, height, shared) else { return true };
        for (to, height) in next {
            if height > MAX_HEIGHT || seen.len() > MAX_VISITS {
                return true;
            }
            if seen.insert((to, height)) {
                open.push((to, height));
            }
        }
    }
    false
}

/// How many lie there after a block; `None` if it takes a value from before the meeting.
fn after(subject: &Subject<'_>, block: &Block, mut height: usize, shared: Option<usize>) -> Option<usize> {
    for instruction in subject.program.instructions().get(block.first..block.end).unwrap_or_default() {
        height = step(instruction, height, shared)?;
    }
    Some(height)
}

fn step(instruction: &Instruction, height: usize, shared: Option<usize>) -> Option<usize> {
    let op = instruction.op();
    let is_shared = || {
        let place = usize::try_from(instruction.signed());
        shared.is_some_and(|shared| place.map_or(true, |place| place < shared))
    };
    match op {
        Op::FrameDig => return is_shared().then_some(height + 1),
        // What it buries is taken from the top.
        Op::FrameBury => return (is_shared() && height > 0).then_some(height - 1),
        _ => {}
    }
    let (takes, gives) = match Shuffle::of(op, instruction.byte(0)) {
        // Dropping a value from before the meeting is no use of it.
        Some(Shuffle::Drop(count)) => return Some(height.saturating_sub(count)),
        Some(shuffle) => {
            let mut stack = vec![(); shuffle.takes()];
            shuffle.apply(&mut stack);
            (shuffle.takes(), stack.len())
        }
        None => (instruction.spec.signature.args.len() + labels(instruction), given(instruction)),
    };
    Some(height.checked_sub(takes)? + gives)
}

/// The values that `match` compares with.
fn labels(instruction: &Instruction) -> usize {
    match (&instruction.operand, instruction.op()) {
        (Operand::Targets(targets), Op::Match) => targets.len(),
        _ => 0,
    }
}

fn given(instruction: &Instruction) -> usize {
    match &instruction.operand {
        Operand::Uints(values) if instruction.op() == Op::PushInts => values.len(),
        Operand::Constants(values) if instruction.op() == Op::PushBytess => values.len(),
        _ => instruction.spec.signature.returns.len(),
    }
}

/// Where control goes from a block; `None` if a value from before the meeting is taken there.
fn leave(subject: &Subject<'_>, block: &Block, height: usize, shared: Option<usize>) -> Option<Vec<At>> {
    match &block.exit {
        // What `return` takes was looked at, and a wrong height at the program's end is a finding of its own.
        Exit::Err | Exit::Return | Exit::End => Some(Vec::new()),
        // Without a `proto` the place behind the call is a meeting of its own.
        Exit::Retsub => returns_shared(subject, block, shared).then(Vec::new),
        Exit::Call { entry, back } => {
            let (taken, given) = subject.graph.subroutine_at(*entry)?.proto?;
            let left = height.checked_sub(taken.into())?;
            Some(vec![(*back, left + usize::from(given))])
        }
        Exit::Goto(_) | Exit::Branch { .. } | Exit::Switch { .. } => {
            Some(block.successors().map(|next| (next, height)).collect())
        }
    }
}

/// Whether all that a subroutine with a `proto` returns lies where both paths have the same.
fn returns_shared(subject: &Subject<'_>, block: &Block, shared: Option<usize>) -> bool {
    let Some(shared) = shared else { return true };
    let of = |it: &&Subroutine| within(subject, it.entry, block);
    let callee = subject.graph.subroutines().iter().filter(of).filter_map(|it| it.proto);
    callee.map(|(_, returns)| usize::from(returns)).all(|returns| returns <= shared)
}

/// Whether a subroutine leads to a block without leaving itself.
fn within(subject: &Subject<'_>, entry: usize, block: &Block) -> bool {
    let blocks = subject.graph.blocks();
    let (mut open, mut seen) = (vec![entry], BTreeSet::from([entry]));
    while let Some(at) = open.pop() {
        let Some(it) = blocks.get(at) else { continue };
        if it.first == block.first {
            return true;
        }
        open.extend(it.successors().filter(|next| seen.insert(*next)));
    }
    false
}
