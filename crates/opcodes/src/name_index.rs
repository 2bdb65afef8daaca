//! A fixed set of names, found in a few nanoseconds.
//!
//! The assembler looks up one opcode a line and one field in every few, so the tables bring their own open-addressed
//! index instead of a general map.

/// What each of some names means.
#[derive(Clone, Debug)]
pub struct NameIndex<V> {
    slots: Box<[Slot<V>]>,
}

/// A name and what it means. Its ends and its length are those of no other name of the index, and of at most
/// sixteen bytes they are all there is to it.
#[derive(Clone, Copy, Debug)]
struct Slot<V> {
    ends: [u64; 2],
    /// Empty where the slot is.
    name: &'static str,
    value: Option<V>,
}

impl<V> Slot<V> {
    /// No name has these ends, not even the empty one.
    const EMPTY: Self = Self { ends: [0, 1], name: "", value: None };

    #[inline]
    fn has(&self, [head, tail]: [u64; 2], len: usize) -> bool {
        self.ends[0] == head && self.ends[1] == tail && self.name.len() == len
    }
}

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
    let mixed = head.wrapping_add(tail.wrapping_mul(8)).wrapping_add(len as u64);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

impl<V: Copy> NameIndex<V> {
    /// Indexes what `names` mean; empty names are left out, of equal names the last wins.
    pub fn new(names: impl IntoIterator<Item = (&'static str, V), IntoIter: ExactSizeIterator>) -> Self {
        let names = names.into_iter();
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut slots = vec![Slot::EMPTY; size].into_boxed_slice();
        for (name, value) in names.filter(|(name, _)| !name.is_empty()) {
            let ends = ends(name.as_bytes());
            let mut at = spread(ends, name.len()) & (size - 1);
            while !slots[at].name.is_empty() && !slots[at].has(ends, name.len()) {
                at = (at + 1) & (size - 1);
            }
            debug_assert!(slots[at].name.is_empty() || slots[at].name == name, "names differ at their ends");
            slots[at] = Slot { ends, name, value: Some(value) };
        }
        Self { slots }
    }

    /// What `name` means.
    #[inline(always)]
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<V> {
        let name = name.as_ref();
        let ends = ends(name);
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = spread(ends, name.len()) & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.has(ends, name.len()) {
                return if name.len() > 16 && slot.name.as_bytes() != name { None } else { slot.value };
            }
            if slot.name.is_empty() {
                return None;
            }
            at = (at + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_name_and_nothing_else() {
        let names = ["b", "bz", "bnz", "", "app_global_get", "app_global_get_ex", "app_local_get", "bnz"];
        let index = NameIndex::new(names.iter().enumerate().map(|(at, name)| (*name, at)));
        assert_eq!(index.get("b"), Some(0));
        assert_eq!(index.get("app_global_get_ex"), Some(5));
        assert_eq!(index.get("bnz"), Some(7), "the last of equal names wins");
        assert_eq!(index.get(""), None);
        assert_eq!(index.get("app_global_got"), None);
        assert_eq!(index.get("\0"), None);
    }
}
