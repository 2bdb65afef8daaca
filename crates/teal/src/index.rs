//! From a value to its position in a list: how the assembler finds labels and constants again.
//!
//! The list itself holds the values, so that nothing is kept twice, and the hash is a multiplication for every eight
//! bytes, with numbers drawn again for each process: no source can be written whose labels all collide.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// Positions by the hash of what is there.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Open addressing; never more than half of them taken.
    slots: Vec<Slot>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    position: u32,
}

const EMPTY: Slot = Slot { hash: 0, position: u32::MAX };

const FIRST_SIZE: usize = 32;

impl Index {
    /// The position for which `same` holds, among those of that hash.
    #[inline]
    pub(super) fn find(&self, hash: u32, same: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.position == EMPTY.position {
                return None;
            }
            if slot.hash == hash && same(slot.position as usize) {
                return Some(slot.position as usize);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a position whose value is not there yet.
    pub(super) fn add(&mut self, hash: u32, position: usize) {
        if 2 * self.taken >= self.slots.len() {
            self.grow();
        }
        self.taken += 1;
        // Every value comes from at least one byte of a source shorter than 4 GiB.
        self.place(Slot { hash, position: position as u32 });
    }

    /// Forgets all positions. What is left has space for twice as many, so that a large index is not emptied for small
    /// ones again and again.
    pub(super) fn clear(&mut self) {
        self.slots.truncate((4 * self.taken).next_power_of_two().max(FIRST_SIZE));
        self.slots.fill(EMPTY);
        self.taken = 0;
    }

    fn grow(&mut self) {
        let size = (4 * self.slots.len()).max(FIRST_SIZE);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for slot in old.into_iter().filter(|slot| slot.position != EMPTY.position) {
            self.place(slot);
        }
    }

    fn place(&mut self, new: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = new.hash as usize & mask;
        while self.slots[at].position != EMPTY.position {
            at = (at + 1) & mask;
        }
        self.slots[at] = new;
    }
}

/// Numbers that are not known outside this process; the second is odd.
static SECRETS: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let random = RandomState::new();
    [random.hash_one(0), random.hash_one(1) | 1]
});

/// Both halves of a product, so that every bit of it counts.
fn fold(value: u64, factor: u64) -> u64 {
    let product = u128::from(value) * u128::from(factor);
    product as u64 ^ (product >> 64) as u64
}

pub(super) fn hash_of_uint(value: u64) -> u32 {
    let [secret, factor] = *SECRETS;
    fold(value ^ secret, factor) as u32
}

pub(super) fn hash_of_bytes(bytes: &[u8]) -> u32 {
    let [secret, factor] = *SECRETS;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = secret ^ bytes.len() as u64;
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word), factor);
    }
    let rest = match bytes.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte)),
    };
    fold(hash ^ rest, factor) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add_all(values: &[String]) -> Index {
        let mut index = Index::default();
        for (position, value) in values.iter().enumerate() {
            let hash = hash_of_bytes(value.as_bytes());
            assert_eq!(index.find(hash, |at| values[at] == *value), None);
            index.add(hash, position);
        }
        index
    }

    #[test]
    fn finds_what_was_added() {
        let values: Vec<String> = (0..1000).map(|number| "x".repeat(number % 20) + &number.to_string()).collect();
        let mut index = add_all(&values);
        for (position, value) in values.iter().enumerate() {
            let found = index.find(hash_of_bytes(value.as_bytes()), |at| values[at] == *value);
            assert_eq!(found, Some(position));
        }
        index.clear();
        assert_eq!(index.find(hash_of_bytes(b"0"), |_| true), None);
    }

    #[test]
    fn the_way_to_a_value_stays_short_however_many_there_are() {
        for count in [1_000, 100_000] {
            let values: Vec<String> = (0..count).map(|number| format!("label_{number}")).collect();
            let index = add_all(&values);
            let mask = index.slots.len() - 1;
            let way = |(at, slot): (usize, &Slot)| at.wrapping_sub(slot.hash as usize) & mask;
            let taken = index.slots.iter().enumerate().filter(|(_, slot)| slot.position != EMPTY.position);
            let steps: usize = taken.map(way).sum();
            assert!(steps < count, "{steps} steps beyond the first for {count} values");
        }
    }
}
