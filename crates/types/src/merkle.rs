//! Hash trees over lists (go-algorand `crypto/merklearray`).

use sha2::{Digest as _, Sha256, Sha512, Sha512_256};

use super::sumhash::sumhash512;

/// Prefix of a leaf that only fills a tree up.
const BOTTOM_LEAF: &[u8] = b"MB";
/// Prefix of an inner node.
const NODE: &[u8] = b"MA";

/// The hash functions of trees over transactions and voters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeHash {
    /// SHA-512/256, 32 bytes.
    Sha512_256,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
    /// The subset-sum hash of state proofs, 64 bytes.
    Sumhash512,
}

impl TreeHash {
    /// The hash of `parts`, one after the other.
    pub fn hash(self, parts: &[&[u8]]) -> Vec<u8> {
        fn with<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hasher = D::new();
            parts.iter().for_each(|part| hasher.update(part));
            hasher.finalize().to_vec()
        }
        match self {
            Self::Sha512_256 => with::<Sha512_256>(parts),
            Self::Sha256 => with::<Sha256>(parts),
            Self::Sha512 => with::<Sha512>(parts),
            Self::Sumhash512 => sumhash512(&parts.concat()).to_vec(),
        }
    }

    /// Bytes of a hash.
    pub fn size(self) -> usize {
        match self {
            Self::Sha512_256 => Sha512_256::output_size(),
            Self::Sha256 => Sha256::output_size(),
            Self::Sha512 => Sha512::output_size(),
            Self::Sumhash512 => 64,
        }
    }
}

/// A tree with all of its levels, the hashes of the leaves first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    hash: TreeHash,
    levels: Vec<Vec<Vec<u8>>>,
    /// Bits of a leaf's position that a vector commitment reverses; nothing for a plain tree.
    reversed: Option<u32>,
}

impl Tree {
    /// The tree over leaves given as what is hashed for each, prefix included.
    pub fn new(hash: TreeHash, leaves: &[Vec<u8>]) -> Self {
        Self::over(hash, leaves.iter().map(|leaf| hash.hash(&[leaf])).collect(), None)
    }

    /// The tree that also fixes each leaf's position: filled up to a power of two, leaves in bit-reversed order.
    pub fn vector_commitment(hash: TreeHash, leaves: &[Vec<u8>]) -> Self {
        let full = leaves.len().max(1).next_power_of_two();
        let bits = full.trailing_zeros();
        let hashed = (0..full)
            .map(|position| {
                leaves
                    .get(reverse_bits(position, bits))
                    .map_or_else(|| hash.hash(&[BOTTOM_LEAF]), |leaf| hash.hash(&[leaf]))
            })
            .collect();
        Self::over(hash, hashed, Some(bits))
    }

    fn over(hash: TreeHash, leaves: Vec<Vec<u8>>, reversed: Option<u32>) -> Self {
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            // A node without a right child has zeros in its place.
            let missing = vec![0; hash.size()];
            let next = level
                .chunks(2)
                .map(|pair| {
                    let child = |index| pair.get(index).unwrap_or(&missing).as_slice();
                    hash.hash(&[NODE, child(0), child(1)])
                })
                .collect();
            levels.push(next);
        }
        Self { hash, levels, reversed }
    }

    /// The root, or nothing for a plain tree without leaves.
    pub fn root(&self) -> Option<&[u8]> {
        self.levels.last().and_then(|level| level.first()).map(Vec::as_slice)
    }

    /// Steps from a leaf to the root.
    pub fn depth(&self) -> usize {
        self.levels.len().saturating_sub(1)
    }

    /// The hash of the leaf at `position`, and its siblings from the leaves up; empty where there is none.
    pub fn prove(&self, position: usize) -> Option<(&[u8], Vec<&[u8]>)> {
        let mut at = self.reversed.map_or(position, |bits| reverse_bits(position, bits));
        let leaf = self.levels.first()?.get(at).filter(|_| self.reversed.is_none_or(|bits| position >> bits == 0))?;
        let mut siblings = Vec::with_capacity(self.depth());
        for level in self.levels.iter().take(self.depth()) {
            siblings.push(level.get(at ^ 1).map_or(&[][..], Vec::as_slice));
            at /= 2;
        }
        Some((leaf, siblings))
    }

    /// The hash function of the tree.
    pub fn hash_function(&self) -> TreeHash {
        self.hash
    }
}

/// `position` with its lowest `bits` bits in reverse.
fn reverse_bits(position: usize, bits: u32) -> usize {
    if bits == 0 { position } else { position.reverse_bits() >> (usize::BITS - bits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Vec<u8>> {
        (0..count).map(|leaf| vec![leaf]).collect()
    }

    #[test]
    fn proofs_lead_to_the_root() {
        for count in 1..10 {
            for tree in [
                Tree::new(TreeHash::Sha512_256, &leaves(count)),
                Tree::vector_commitment(TreeHash::Sha256, &leaves(count)),
            ] {
                let hash = tree.hash_function();
                for position in 0..usize::from(count) {
                    let (leaf, siblings) = tree.prove(position).unwrap();
                    assert_eq!(leaf, hash.hash(&[&[u8::try_from(position).unwrap()]]));
                    let mut at = tree.reversed.map_or(position, |bits| reverse_bits(position, bits));
                    let mut node = leaf.to_vec();
                    for sibling in siblings {
                        let mut full = sibling.to_vec();
                        full.resize(hash.size(), 0);
                        node = if at % 2 == 0 {
                            hash.hash(&[NODE, &node, &full])
                        } else {
                            hash.hash(&[NODE, &full, &node])
                        };
                        at /= 2;
                    }
                    assert_eq!(Some(node.as_slice()), tree.root());
                }
            }
        }
    }

    #[test]
    fn nothing_has_no_root_unless_positions_count() {
        assert_eq!(Tree::new(TreeHash::Sha512_256, &[]).root(), None);
        let filled = Tree::vector_commitment(TreeHash::Sha256, &[]);
        assert_eq!(filled.root(), Some(TreeHash::Sha256.hash(&[b"MB"]).as_slice()));
    }
}
