//! A fixed set of names, found in a few nanoseconds.
//!
//! The assembler looks up one opcode a line and one field in every few, so the tables bring their own open-addressed
//! index instead of a general map.

/// Names in a given order, and the way from a name back to its position.
#[derive(Clone, Debug)]
pub struct NameIndex {
    slots: Box<[Slot]>,
    names: Box<[&'static str]>,
}

/// Where a name may be found. Ends and length are those of no other name of the index, and of at most sixteen bytes they
/// are all there is to it.
#[derive(Clone, Copy, Debug)]
struct Slot {
    ends: [u64; 2],
    /// 0 where the slot is empty.
    len: u16,
    position: u16,
}

impl Slot {
    #[inline]
    fn has(&self, [head, tail]: [u64; 2], len: usize) -> bool {
        self.ends[0] == head && self.ends[1] == tail && usize::from(self.len) == len
    }
}

/// No name has these ends, not even the empty one.
const EMPTY: Slot = Slot { ends: [0, 1], len: 0, position: u16::MAX };

/// The first and the last bytes. With the length they are the name itself, if that has at most sixteen bytes.
#[inline]
fn ends(name: &[u8]) -> [u64; 2] {
    if let (Some(head), Some(tail)) = (name.first_chunk(), name.last_chunk()) {
        return [u64::from_le_bytes(*head), u64::from_le_bytes(*tail)];
    }
    if let (Some(head), Some(tail)) = (name.first_chunk(), name.last_chunk()) {
        return [head, tail].map(|half| u64::from(u32::from_le_bytes(*half)));
    }
    match *name {
        [a, b, c] => [u64::from(a), u64::from_le_bytes([b, c, 0, 0, 0, 0, 0, 0])],
        [a, b] => [u64::from(a), u64::from(b)],
        [a] => [u64::from(a), 0],
        _ => [0; 2],
    }
}

#[inline]
fn spread([head, tail]: [u64; 2], len: usize) -> usize {
    ((head ^ tail.rotate_left(29) ^ len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

impl NameIndex {
    /// Indexes `names` by their positions; empty names are left out, of equal names the last wins.
    pub fn new(names: impl ExactSizeIterator<Item = &'static str>) -> Self {
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut index = Self { slots: vec![EMPTY; size].into_boxed_slice(), names: names.collect() };
        for position in 0..index.names.len() {
            let name = index.names[position].as_bytes();
            let ends = ends(name);
            let at = index.place(ends, name.len());
            if let Some(slot) = index.slots.get_mut(at).filter(|_| !name.is_empty()) {
                let other = usize::from(slot.position);
                debug_assert!(slot.len == 0 || index.names[other].as_bytes() == name, "names differ at their ends");
                // No table has more than a few hundred names.
                *slot = Slot { ends, len: name.len() as u16, position: position as u16 };
            }
        }
        index
    }

    /// The slot of the name of such ends and length, or an empty one where it would be.
    fn place(&self, ends: [u64; 2], len: usize) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = spread(ends, len) & mask;
        while self.slots.get(at).is_some_and(|slot| slot.len != 0 && !slot.has(ends, len)) {
            at = (at + 1) & mask;
        }
        at
    }

    /// The position of `name`.
    #[inline]
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<usize> {
        let name = name.as_ref();
        let ends = ends(name);
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = spread(ends, name.len()) & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.has(ends, name.len()) {
                return (name.len() <= 16 || self.is_at(slot, name)).then_some(usize::from(slot.position));
            }
            if slot.len == 0 {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether the name of a slot is this one, where ends and length do not tell.
    #[inline(never)]
    fn is_at(&self, slot: &Slot, name: &[u8]) -> bool {
        self.names.get(usize::from(slot.position)).is_some_and(|known| known.as_bytes() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_name_and_nothing_else() {
        let names = ["b", "bz", "bnz", "", "app_global_get", "app_global_get_ex", "app_local_get", "bnz"];
        let index = NameIndex::new(names.iter().copied());
        assert_eq!(index.get("b"), Some(0));
        assert_eq!(index.get("app_global_get_ex"), Some(5));
        assert_eq!(index.get("bnz"), Some(7), "the last of equal names wins");
        assert_eq!(index.get(""), None);
        assert_eq!(index.get("app_global_got"), None);
        assert_eq!(index.get("\0"), None);
    }
}
