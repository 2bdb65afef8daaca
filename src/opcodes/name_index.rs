//! A fixed set of names, found in a few nanoseconds.
//!
//! The assembler looks up one opcode a line and one field in every few, so the tables bring their own open-addressed
//! index instead of a general map.

/// Names in a given order, and the way from a name back to its position.
#[derive(Clone, Debug)]
pub struct NameIndex {
    slots: Box<[Slot]>,
    mask: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    ends: [u64; 2],
    name: &'static str,
    position: u16,
}

const EMPTY: Slot = Slot { ends: [0; 2], name: "", position: u16::MAX };

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

impl Slot {
    #[inline]
    fn holds(&self, ends: [u64; 2], name: &str) -> bool {
        self.ends == ends && self.name.len() == name.len() && (name.len() <= 16 || self.name == name)
    }
}

impl NameIndex {
    /// Indexes `names` by their positions; empty names are left out, of equal names the last wins.
    pub fn new(names: impl ExactSizeIterator<Item = &'static str>) -> Self {
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut index = Self { slots: vec![EMPTY; size].into_boxed_slice(), mask: size - 1 };
        for (position, name) in names.enumerate().filter(|(_, name)| !name.is_empty()) {
            let ends = ends(name.as_bytes());
            let mut at = spread(ends, name.len()) & index.mask;
            while !index.slots[at].name.is_empty() && !index.slots[at].holds(ends, name) {
                at = (at + 1) & index.mask;
            }
            index.slots[at] = Slot { ends, name, position: u16::try_from(position).unwrap_or(u16::MAX) };
        }
        index
    }

    /// The position of `name`.
    #[inline]
    pub fn get(&self, name: &str) -> Option<usize> {
        let ends = ends(name.as_bytes());
        let mut at = spread(ends, name.len()) & self.mask;
        loop {
            let slot = &self.slots[at];
            if slot.holds(ends, name) {
                return Some(usize::from(slot.position)).filter(|_| !name.is_empty());
            }
            if slot.name.is_empty() {
                return None;
            }
            at = (at + 1) & self.mask;
        }
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
