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
    key: u64,
    name: &'static str,
    position: u16,
}

const EMPTY: Slot = Slot { key: 0, name: "", position: u16::MAX };

/// The first and last bytes in one word. With the length it is the name itself, if that has at most eight bytes.
fn key(name: &[u8]) -> u64 {
    let half = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes));
    match *name {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from_le_bytes([a, b, 0, 0, 0, 0, 0, 0]),
        [a, b, c] => u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]),
        _ => match (name.first_chunk::<8>(), name.last_chunk::<8>(), name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(head), Some(tail), ..) if name.len() > 8 => {
                u64::from_le_bytes(*head) ^ u64::from_le_bytes(*tail).rotate_left(29)
            }
            (Some(whole), ..) => u64::from_le_bytes(*whole),
            (.., Some(head), Some(tail)) => half(*head) | half(*tail) << 32,
            _ => 0,
        },
    }
}

fn spread(key: u64, len: usize) -> usize {
    ((key ^ len as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

impl Slot {
    fn holds(&self, key: u64, name: &str) -> bool {
        self.key == key && self.name.len() == name.len() && (name.len() <= 8 || self.name == name)
    }
}

impl NameIndex {
    /// Indexes `names` by their positions; empty names are left out, of equal names the last wins.
    pub fn new(names: impl ExactSizeIterator<Item = &'static str>) -> Self {
        let size = (names.len() * 4).next_power_of_two().max(8);
        let mut index = Self { slots: vec![EMPTY; size].into_boxed_slice(), mask: size - 1 };
        for (position, name) in names.enumerate().filter(|(_, name)| !name.is_empty()) {
            let key = key(name.as_bytes());
            let mut at = spread(key, name.len()) & index.mask;
            while !index.slots[at].name.is_empty() && !index.slots[at].holds(key, name) {
                at = (at + 1) & index.mask;
            }
            index.slots[at] = Slot { key, name, position: u16::try_from(position).unwrap_or(u16::MAX) };
        }
        index
    }

    /// The position of `name`.
    pub fn get(&self, name: &str) -> Option<usize> {
        let key = key(name.as_bytes());
        let mut at = spread(key, name.len()) & self.mask;
        loop {
            let slot = &self.slots[at];
            if slot.holds(key, name) {
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
