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
    name: &'static str,
    position: u16,
}

const EMPTY: Slot = Slot { name: "", position: u16::MAX };

/// Mixes the length and up to the first and last eight bytes: enough to tell the few hundred names of TEAL apart.
fn hash(name: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().take(8).fold(0_u64, |word, &byte| (word << 8) | u64::from(byte));
    let tail = name.len().saturating_sub(8);
    let mixed = match name.first_chunk::<8>() {
        None => word(name) ^ ((name.len() as u64) << 56),
        Some(head) => u64::from_le_bytes(*head) ^ word(&name[tail..]).rotate_left(29) ^ ((name.len() as u64) << 17),
    };
    let mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 40).unwrap_or(0)
}

impl NameIndex {
    /// Indexes `names` by their positions; empty names are left out, of equal names the last wins.
    pub fn new(names: impl ExactSizeIterator<Item = &'static str>) -> Self {
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut index = Self { slots: vec![EMPTY; size].into_boxed_slice(), mask: size - 1 };
        for (position, name) in names.enumerate().filter(|(_, name)| !name.is_empty()) {
            let mut at = hash(name.as_bytes()) & index.mask;
            while !index.slots[at].name.is_empty() && index.slots[at].name != name {
                at = (at + 1) & index.mask;
            }
            index.slots[at] = Slot { name, position: u16::try_from(position).unwrap_or(u16::MAX) };
        }
        index
    }

    /// The position of `name`.
    pub fn get(&self, name: &str) -> Option<usize> {
        let mut at = hash(name.as_bytes()) & self.mask;
        loop {
            let slot = self.slots[at];
            if slot.name.is_empty() {
                return None;
            }
            if slot.name == name {
                return Some(usize::from(slot.position));
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
    }
}
