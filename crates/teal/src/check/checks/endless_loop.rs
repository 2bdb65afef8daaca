//! Loops that never end, from the start or after their first iteration.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::engine::Cycle;
use crate::check::subject::rounds::rounds;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use crate::flow::{Block, Exit};

pub(in crate::check) static CHECK: Check = Check {
    name: "endless-loop",
    level: Level::Medium,
    title: "a loop that control cannot leave, or never ends after its first iteration",
    why: "Every call that enters it fails once its budget is spent.",
    fix: "Give the loop a condition to leave it, and change in each iteration what the condition depends on.",
    more: "A loop is endless if an iteration changes nothing that the program can read: the stack, scratch space, state. The same holds for a\n\
           subroutine that calls itself with the arguments it was called with. The remaining budget differs each time.",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
again:
txn NumAppArgs               // the same in each iteration
bnz again
int 1
",
        "
#pragma version 11
int 0
again:
int 1; +
dup; txn NumAppArgs; <
bnz again
",
    ),
    detect: Detect::Program(find),
};

/// Most conditions of a loop that are named.
const MAX_WAYS_OUT: usize = 4;

fn find(subject: &mut Subject<'_>) {
    let rounds = rounds(subject);
    for first in rounds.closed.iter().filter_map(|it| subject.first_instruction(&it.blocks)).collect::<Vec<_>>() {
        subject.report(Draft::new(&CHECK, first, "control never leaves this loop"));
    }
    rounds.unchanging.iter().for_each(|cycle| unchanging(subject, cycle));
}

/// Reports an iteration that changes nothing, and the conditions by which the loop could end the first time.
fn unchanging(subject: &mut Subject<'_>, cycle: &Cycle) {
    let mut blocks = cycle.blocks.clone();
    blocks.sort_unstable();
    blocks.dedup();
    let graph = subject.graph;
    let Some(first) = subject.first_instruction(&blocks) else { return };
    let message = match cycle.recursive {
        true => "this subroutine calls itself and nothing has changed, so it never returns",
        false => "an iteration changes nothing, so the loop never ends",
    };
    let mut draft = Draft::new(&CHECK, first, message);
    let leads_out = |block: &&Block| block.successors().any(|next| blocks.binary_search(&next).is_err());
    let is_condition = |block: &&Block| matches!(block.exit, Exit::Branch { .. } | Exit::Switch { .. });
    let ways_out = blocks.iter().filter_map(|block| graph.blocks().get(*block)).filter(is_condition).filter(leads_out);
    for block in ways_out.take(MAX_WAYS_OUT) {
        draft = draft.related(block.end.saturating_sub(1), "this has the same value each time");
    }
    subject.report(draft);
}

#[cfg(test)]
mod tests;
