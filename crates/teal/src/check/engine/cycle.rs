//! Ways round that change nothing: a path that comes to a place with all it knows as it was before goes on as before.
//!
//! Values are terms that mean the same all along a path, and the ledger's state is one of them. So where the same terms
//! come back the program's state has come back, but for what is left of the budget, and no condition can come out
//! otherwise the next time. Only a block where paths were joined makes terms that mean another value each time.

use super::explore::Explorer;
use super::state::{State, Stop};
use super::storage::{EMPTY, ListId};
use crate::flow::Exit;

/// Blocks of a way round that are looked at.
const MAX_BLOCKS: usize = 10_000;
/// Blocks that are looked at in the time an instruction takes.
const BLOCKS_PER_STEP: usize = 16;

/// A way round that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::check) struct Cycle {
    /// The blocks it leads through, in the order it does.
    pub(in crate::check) blocks: Vec<usize>,
    /// Whether it leads into a subroutine that was not left.
    pub(in crate::check) recursive: bool,
}

impl Explorer<'_> {
    /// Notes that a path is where it was, and as it was, when it had come along `before`; if it did come along there.
    pub(super) fn came_back(&mut self, path: ListId, before: ListId) {
        if let Some(blocks) = self.way_since(path, before) {
            self.keep(Cycle { blocks, recursive: false });
        }
    }

    /// Notes that a subroutine is entered within itself as it was entered before, if it is.
    pub(super) fn enters(&mut self, state: &State, entry: usize) {
        let proto = self.graph.subroutine_at(entry).and_then(|callee| callee.proto);
        // What has a `proto` does not look below its arguments.
        let sees = match proto {
            Some((taken, _)) if state.open && self.storage.stacks.len(state.stack) < usize::from(taken) => return,
            Some((taken, _)) => {
                let mut arguments: Vec<_> = self.storage.stacks.iter(state.stack).take(usize::from(taken)).collect();
                arguments.reverse();
                arguments.into_iter().fold(EMPTY, |list, term| self.storage.stacks.push(list, term))
            }
            None => state.stack,
        };
        let key = (entry, State { stack: sees, open: state.open && proto.is_none(), ..*state }.key());
        let Some(before) = self.entered.insert(key, state.path) else { return };
        if let Some(blocks) = self.way_since(state.path, before)
            && self.stays_within(&blocks)
        {
            self.keep(Cycle { blocks, recursive: true });
        }
    }

    /// The blocks a path came through since it had come along `before`; none if it did not, or if it was joined with
    /// others on the way.
    fn way_since(&mut self, path: ListId, before: ListId) -> Option<Vec<usize>> {
        let paths = &self.seen.paths;
        let count = paths.len(path).checked_sub(paths.len(before)).filter(|count| (1..=MAX_BLOCKS).contains(count))?;
        self.steps += count / BLOCKS_PER_STEP;
        if paths.without(path, count) != before {
            return None;
        }
        let mut blocks: Vec<usize> = paths.iter(path).take(count).map(|Stop { block, .. }| block).collect();
        blocks.reverse();
        (!blocks.iter().any(|block| self.seen.joined.contains(block))).then_some(blocks)
    }

    /// Whether a way from a subroutine's start never comes back from it.
    fn stays_within(&self, blocks: &[usize]) -> bool {
        let mut calls = 0_usize;
        blocks.iter().zip(blocks.iter().skip(1)).all(|(block, next)| {
            match self.graph.blocks().get(*block).map(|block| &block.exit) {
                Some(Exit::Call { entry, .. }) if entry == next => calls += 1,
                Some(Exit::Retsub) => match calls.checked_sub(1) {
                    Some(left) => calls = left,
                    None => return false,
                },
                _ => {}
            }
            true
        })
    }

    /// Of the cycles with the same first block the first one found stays.
    fn keep(&mut self, cycle: Cycle) {
        if let Some(first) = cycle.blocks.iter().min() {
            self.seen.cycles.entry(*first).or_insert(cycle);
        }
    }
}
