//! The constants `int` and `byte` load: each value once, in the order first seen, with how often it is used.

use super::index::{Index, hash_of_bytes, hash_of_uint};

/// The most constants a block can number.
pub(super) const MAX_CONSTANTS: usize = 256;

/// A list of values of one kind.
pub(super) trait Values: Default {
    type Value: Eq + ?Sized;

    fn hash(value: &Self::Value) -> u32;
    fn len(&self) -> usize;
    /// The value at a position that exists.
    fn at(&self, position: usize) -> &Self::Value;
    fn push(&mut self, value: &Self::Value);
    fn clear(&mut self);
}

impl Values for Vec<u64> {
    type Value = u64;

    fn hash(value: &u64) -> u32 {
        hash_of_uint(*value)
    }

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn at(&self, position: usize) -> &u64 {
        &self[position]
    }

    fn push(&mut self, value: &u64) {
        Self::push(self, *value);
    }

    fn clear(&mut self) {
        Self::clear(self);
    }
}

/// Byte strings, one after the other in one buffer.
#[derive(Debug, Default)]
pub(super) struct ByteStrings {
    bytes: Vec<u8>,
    /// Where each ends; it begins where the one before it ends.
    ends: Vec<usize>,
}

impl ByteStrings {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|position| self.at(position))
    }
}

impl Values for ByteStrings {
    type Value = [u8];

    fn hash(value: &[u8]) -> u32 {
        hash_of_bytes(value)
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn at(&self, position: usize) -> &[u8] {
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[position]]
    }

    fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// The constants of one kind: those the assembler collects, or those of the last block written by hand.
#[derive(Debug, Default)]
pub(super) struct Constants<V> {
    values: V,
    /// How often each is loaded by a pseudo-op.
    uses: Vec<u32>,
    index: Index,
    /// How many blocks were written by hand, outside dead code.
    pub(super) manual_blocks: u32,
    /// Whether a pseudo-op has asked for a constant.
    pub(super) wanted: bool,
    /// Whether the order was chosen by use.
    best: bool,
    /// The positions of the values of the assembler's own block.
    order: Vec<usize>,
    /// By position: the place in the block, or nothing where the constant becomes an immediate. Only in the best order.
    places: Vec<Option<usize>>,
}

impl<V: Values> Constants<V> {
    pub(super) fn values(&self) -> &V {
        &self.values
    }

    /// Notes that a pseudo-op loads `value`, and gives its position. Unless a block was written by hand, a value that
    /// is not there yet is added.
    pub(super) fn load(&mut self, value: &V::Value) -> Option<usize> {
        self.wanted = true;
        let hash = V::hash(value);
        let position = match self.index.find(hash, |at| self.values.at(at) == value) {
            Some(position) => position,
            None if self.manual_blocks > 0 => return None,
            None => {
                self.index.add(hash, self.values.len());
                self.values.push(value);
                self.uses.push(0);
                self.values.len() - 1
            }
        };
        self.uses[position] += 1;
        Some(position)
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.uses.clear();
        self.index.clear();
        self.manual_blocks = 0;
        self.wanted = false;
        self.best = false;
        self.order.clear();
        self.places.clear();
    }

    /// Takes over the values of a block written by hand. Of equal values the first is the one to load.
    pub(super) fn set_block(&mut self, values: V) {
        self.uses = vec![0; values.len()];
        self.index.clear();
        for position in 0..values.len() {
            let value = values.at(position);
            let hash = V::hash(value);
            if self.index.find(hash, |at| values.at(at) == value).is_none() {
                self.index.add(hash, position);
            }
        }
        self.values = values;
        self.manual_blocks += 1;
    }

    /// Settles which values the assembler's own block holds: none if one was written by hand, else all in the order
    /// first seen, unless the `best` order may be chosen, which makes the program smallest: the most used first, ties in
    /// the order first seen. Constants used once are left out of that, since an immediate is shorter than a place in
    /// the block.
    pub(super) fn arrange(&mut self, best: bool) {
        self.best = best;
        self.order.clear();
        if self.manual_blocks > 0 {
            return;
        }
        self.order.extend((0..self.values.len()).filter(|at| !best || self.uses[*at] != 1));
        if best {
            self.order.sort_by_key(|at| std::cmp::Reverse(self.uses[*at]));
            self.places.clear();
            self.places.resize(self.values.len(), None);
            for (new, old) in self.order.iter().enumerate() {
                self.places[*old] = Some(new);
            }
        }
    }

    /// What the load of the value at a position becomes, once all is arranged.
    #[inline]
    pub(super) fn load_form(&self, position: usize) -> LoadForm {
        match self.best {
            false => LoadForm::AsWritten,
            true => self.places[position].map_or(LoadForm::Immediate, LoadForm::Place),
        }
    }

    /// The values of the assembler's own block, once they are arranged.
    pub(super) fn block(&self) -> impl ExactSizeIterator<Item = &V::Value> + Clone {
        self.order.iter().map(|at| self.values.at(*at))
    }
}

/// How a constant is loaded in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadForm {
    /// By the place it had when it was first seen.
    AsWritten,
    /// By this place in the block.
    Place(usize),
    /// As an immediate.
    Immediate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_found_whatever_their_number() {
        let mut constants = Constants::<Vec<u64>>::default();
        for value in 0..40 {
            assert_eq!(constants.load(&(value * 7)), Some(value as usize));
            assert_eq!(constants.load(&0), Some(0));
        }
        assert_eq!(constants.load(&70), Some(10));
        constants.set_block(vec![5, 6, 5]);
        assert_eq!((constants.load(&5), constants.load(&7)), (Some(0), None));
    }

    #[test]
    fn byte_strings_of_any_length_stay_apart() {
        let mut constants = Constants::<ByteStrings>::default();
        for (position, value) in ["", "ab", "a", "b", "abcdefghij"].iter().enumerate() {
            assert_eq!(constants.load(value.as_bytes()), Some(position));
            assert_eq!(constants.values().at(position), value.as_bytes());
        }
        assert_eq!(constants.load(b""), Some(0));
        assert_eq!(constants.load(b"b"), Some(3));
    }

    #[test]
    fn the_most_used_come_first_and_singles_go() {
        let mut constants = Constants::<Vec<u64>>::default();
        for (value, uses) in [(10, 1), (11, 2), (12, 3), (13, 2)] {
            (0..uses).for_each(|_| assert!(constants.load(&value).is_some()));
        }
        constants.arrange(true);
        assert_eq!(constants.block().copied().collect::<Vec<_>>(), [12, 11, 13]);
        let forms = [0, 1, 2, 3].map(|position| constants.load_form(position));
        assert_eq!(forms, [LoadForm::Immediate, LoadForm::Place(1), LoadForm::Place(0), LoadForm::Place(2)]);
        constants.arrange(false);
        assert_eq!(constants.block().copied().collect::<Vec<_>>(), [10, 11, 12, 13]);
        assert_eq!(constants.load_form(1), LoadForm::AsWritten);
    }
}
