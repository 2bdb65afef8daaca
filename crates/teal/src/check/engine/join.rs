//! What paths that meet have in common, where they are too many to be distinguished.

use super::explore::Explorer;
use super::inner::Built;
use super::state::{Note, State};
use super::storage::{EMPTY, ListId, ScratchId};
use super::terms::{Term, TermId, ZERO};

impl Explorer<'_> {
    /// What two paths have in common.
    pub(super) fn join(&mut self, a: State, b: State, block: usize) -> State {
        let (stack, open) = self.join_stacks(&a, &b, block);
        let (scratch, stored) = self.join_scratch(&a, &b, block);
        let epoch = if a.epoch == b.epoch { a.epoch } else { self.merged(block, 2_000) };
        let logic = &mut self.seen.logic;
        let facts = logic.facts.join(&logic.terms, a.facts, b.facts);
        let facts = logic.facts.without_merged(&logic.terms, facts);
        let protected = [self.knows_caller(&a), self.knows_caller(&b)];
        let notes = self.join_notes(a.notes, b.notes, protected);
        let knows_caller = protected == [true; 2];
        let inner = if a.inner == b.inner { a.inner } else { self.storage.built.push(EMPTY, Built::Unknown) };
        let same = |a: usize, b: usize| if a == b { a } else { 0 };
        State {
            stack,
            open,
            scratch,
            stored,
            facts,
            epoch,
            notes,
            inner,
            knows_caller,
            ints: same(a.ints, b.ints),
            bytes: same(a.bytes, b.bytes),
            cost: a.cost.min(b.cost),
            ..b
        }
    }

    /// Whether a path has shown that its call is not just anybody's.
    pub(super) fn knows_caller(&self, state: &State) -> bool {
        state.knows_caller || self.seen.logic.knows_caller(state.facts)
    }

    /// What both hold in a slot, or a value of its own; a slot counts as stored in if both paths have stored in it.
    fn join_scratch(&mut self, a: &State, b: &State, block: usize) -> (ScratchId, ScratchId) {
        let (mut scratch, mut stored) = (a.scratch, a.stored);
        for slot in self.storage.scratches.differences(a.scratch, b.scratch) {
            let merged = self.merged(block, 1_000 + u32::from(slot));
            scratch = self.storage.scratches.store(scratch, slot, merged);
        }
        for slot in self.storage.scratches.differences(a.stored, b.stored) {
            stored = self.storage.scratches.store(stored, slot, ZERO);
        }
        (scratch, stored)
    }

    fn merged(&mut self, block: usize, slot: u32) -> TermId {
        let block = u32::try_from(block).unwrap_or(u32::MAX);
        self.seen.logic.terms.add(Term::Merged { block, slot })
    }

    fn join_stacks(&mut self, a: &State, b: &State, block: usize) -> (ListId, bool) {
        let stacks = &self.storage.stacks;
        let height = stacks.len(a.stack).min(stacks.len(b.stack));
        let open = a.open || b.open || stacks.len(a.stack) != stacks.len(b.stack);
        if a.stack == b.stack {
            return (a.stack, open);
        }
        let (common, of_a, of_b) = stacks.common(a.stack, b.stack);
        let base = if open { EMPTY } else { common };
        let (list_a, list_b): (Vec<TermId>, Vec<TermId>) = match open {
            true => (stacks.iter(a.stack).take(height).collect(), stacks.iter(b.stack).take(height).collect()),
            false => (of_a, of_b),
        };
        let mut stack = base;
        for (depth, (of_a, of_b)) in list_a.iter().zip(&list_b).enumerate().rev() {
            let slot = u32::try_from(height - depth).unwrap_or(0);
            let term = if of_a == of_b { *of_a } else { self.merged(block, 3_000 + slot) };
            stack = self.storage.stacks.push(stack, term);
        }
        (stack, open)
    }

    /// Of what was done: what both have done, every place that one of them named by a constant, and what one of them has
    /// sent that had not shown who calls.
    fn join_notes(&mut self, a: ListId, b: ListId, protected: [bool; 2]) -> ListId {
        let stays = |note: &Note, protected: bool| match note {
            Note::Absolute { .. } => true,
            Note::Sent { .. } | Note::InnerFee { .. } => !protected,
            _ => false,
        };
        let (mut common, of_a, of_b) = self.storage.notes.common(a, b);
        for note in of_a.iter().rev() {
            if of_b.contains(note) || stays(note, protected[0]) {
                common = self.storage.notes.push(common, *note);
            }
        }
        for note in of_b.iter().rev().filter(|note| stays(note, protected[1]) && !of_a.contains(note)) {
            common = self.storage.notes.push(common, *note);
        }
        common
    }
}
