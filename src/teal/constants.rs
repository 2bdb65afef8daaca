//! The constants `int` and `byte` load: each value once, in the order first seen, with how often it is used.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Below this many values a scan beats a hash.
const SCANNED: usize = 12;

/// The most constants a block can number.
pub(super) const MAX_CONSTANTS: usize = 256;

/// The constants of one kind: those the assembler collects, or those of the last block written by hand.
#[derive(Debug)]
pub(super) struct Constants<T> {
    values: Vec<T>,
    /// How often each is loaded by a pseudo-op.
    uses: Vec<u32>,
    index: HashMap<T, usize>,
    /// How many blocks were written by hand, outside dead code.
    pub(super) manual_blocks: u32,
    /// Whether a pseudo-op has asked for a constant.
    pub(super) wanted: bool,
}

impl<T> Default for Constants<T> {
    fn default() -> Self {
        Self { values: Vec::new(), uses: Vec::new(), index: HashMap::new(), manual_blocks: 0, wanted: false }
    }
}

impl<T: Clone + Eq + Hash> Constants<T> {
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    pub(super) fn find<Q>(&self, value: &Q) -> Option<usize>
    where
        T: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if self.values.len() <= SCANNED {
            return self.values.iter().position(|known| known.borrow() == value);
        }
        self.index.get(value).copied()
    }

    /// Adds a value that is not there yet.
    pub(super) fn add(&mut self, value: T) -> usize {
        let at = self.values.len();
        if at == SCANNED {
            self.index = self.values.iter().cloned().zip(0..).collect();
        }
        if at >= SCANNED {
            self.index.insert(value.clone(), at);
        }
        self.values.push(value);
        self.uses.push(0);
        at
    }

    /// Notes that a pseudo-op loads the value of that index.
    pub(super) fn used(&mut self, index: usize) {
        if let Some(uses) = self.uses.get_mut(index) {
            *uses += 1;
        }
    }

    /// Takes over the values of a block written by hand.
    pub(super) fn set_block(&mut self, values: Vec<T>) {
        self.uses = vec![0; values.len()];
        self.index.clear();
        if values.len() > SCANNED {
            // Of equal values the first is the one to load.
            for (at, value) in values.iter().enumerate() {
                self.index.entry(value.clone()).or_insert(at);
            }
        }
        self.values = values;
        self.manual_blocks += 1;
    }

    /// The order that makes the program smallest: the most used first, ties in the order first seen. Constants used
    /// once are left out, since an immediate is shorter than a place in the block.
    pub(super) fn optimized(&self) -> Optimized {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.uses[*at]));
        order.retain(|at| self.uses[*at] != 1);
        let mut place = vec![None; self.values.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = Some(new);
        }
        Optimized { order, place }
    }
}

/// A block in its best order.
#[derive(Debug)]
pub(super) struct Optimized {
    /// The old indices, in their new order.
    pub(super) order: Vec<usize>,
    /// By old index: the new one, or nothing where the constant becomes an immediate.
    pub(super) place: Vec<Option<usize>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_found_whatever_their_number() {
        let mut constants = Constants::<u64>::default();
        for value in 0..40 {
            assert_eq!(constants.find(&(value * 7)), None);
            assert_eq!(constants.add(value * 7), value as usize);
            assert_eq!(constants.find(&0), Some(0));
        }
        assert_eq!(constants.find(&70), Some(10));
        constants.set_block(vec![5, 6, 5]);
        assert_eq!((constants.find(&5), constants.find(&7)), (Some(0), None));
    }

    #[test]
    fn the_most_used_come_first_and_singles_go() {
        let mut constants = Constants::<u64>::default();
        for (value, uses) in [(10, 1), (11, 2), (12, 3), (13, 2)] {
            let at = constants.add(value);
            (0..uses).for_each(|_| constants.used(at));
        }
        let best = constants.optimized();
        assert_eq!(best.order, [2, 1, 3]);
        assert_eq!(best.place, [None, Some(1), Some(0), Some(2)]);
    }
}
