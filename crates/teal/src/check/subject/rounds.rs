//! Loops: those that control cannot leave, and those that a path can leave.

use std::collections::BTreeSet;

use super::Subject;
use crate::check::engine::Cycle;
use crate::flow::Loop;

/// The loops of a program.
#[derive(Debug)]
pub(in crate::check) struct Rounds {
    /// Loops without a way out.
    pub(in crate::check) closed: Vec<Loop>,
    /// Ways round that change nothing, within loops that have a way out.
    pub(in crate::check) unchanging: Vec<Cycle>,
    /// Loops with a way out, and no way round that changes nothing.
    pub(in crate::check) changing: Vec<Loop>,
}

/// Sorts the loops of a program.
pub(in crate::check) fn rounds(subject: &Subject<'_>) -> Rounds {
    let cycles = &subject.seen.cycles;
    let mut starts: BTreeSet<usize> = cycles.keys().copied().collect();
    let (mut closed, mut changing) = (Vec::new(), Vec::new());
    for found in subject.graph.loops().into_iter().filter(|it| subject.first_instruction(&it.blocks).is_some()) {
        let is_within = |block: &usize| found.blocks.binary_search(block).is_ok();
        if !found.has_way_out {
            starts.retain(|block| !is_within(block));
            closed.push(found);
        } else if !starts.iter().any(is_within) {
            changing.push(found);
        }
    }
    let unchanging =
        cycles.iter().filter(|(block, _)| starts.contains(block)).map(|(_, cycle)| cycle.clone()).collect();
    Rounds { closed, unchanging, changing }
}
