//! Money, indices and fractions.

use std::fmt;

use super::msgpack::{Element, wire_newtype};
use crate::number;

number! {
    /// A block's number; the genesis block is 0.
    Round
}

impl Round {
    /// The genesis block.
    pub const GENESIS: Self = Self(0);

    /// The round after this one.
    #[inline]
    #[must_use]
    pub const fn next(self) -> Self {
        self.saturating_add(1)
    }

    /// So many rounds later, at most 2^64-1.
    #[inline]
    #[must_use]
    pub const fn saturating_add(self, rounds: u64) -> Self {
        Self(self.0.saturating_add(rounds))
    }

    /// So many rounds earlier, at least 0.
    #[inline]
    #[must_use]
    pub const fn saturating_sub(self, rounds: u64) -> Self {
        Self(self.0.saturating_sub(rounds))
    }

    /// How many rounds after `earlier` this one is; 0 if it is not after it.
    #[inline]
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This round and all later ones up to `last`; none if `last` is before it.
    pub fn through(self, last: Self) -> impl DoubleEndedIterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }

    /// Whether it is one of every `rounds` rounds.
    #[inline]
    #[must_use]
    pub const fn is_multiple_of(self, rounds: u64) -> bool {
        self.0.is_multiple_of(rounds)
    }
}

wire_newtype!(Round);

impl Element for Round {}

number! {
    /// An application's id; 0 means none, or the one being created.
    AppIndex
}

impl AppIndex {
    /// No application, or the one being created.
    pub const NONE: Self = Self(0);
}

wire_newtype!(AppIndex);

impl Element for AppIndex {}

number! {
    /// An asset's id; 0 means none, or the one being created.
    AssetIndex
}

impl AssetIndex {
    /// No asset, or the one being created.
    pub const NONE: Self = Self(0);
}

wire_newtype!(AssetIndex);

impl Element for AssetIndex {}

/// An amount of the native currency in millionths of an Algo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MicroAlgos(pub u64);

impl MicroAlgos {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// What a transaction costs where its group is not of those that need more: a thousandth of an Algo.
    pub const MIN_FEE: Self = Self(1000);

    /// An amount in Algos.
    ///
    /// # Panics
    /// It is more than 2^64-1 millionths; there are ten billion Algos in all.
    #[must_use]
    pub const fn algos(algos: u64) -> Self {
        Self(algos * 1_000_000)
    }

    /// The sum, unless it is over 2^64-1.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, unless `other` is more.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The sum, at most 2^64-1.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least 0.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether the amount is 0.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for MicroAlgos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PER_ALGO: u64 = 1_000_000;
        write!(f, "{}.{:06} ALGO", self.0 / PER_ALGO, self.0 % PER_ALGO)
    }
}

wire_newtype!(MicroAlgos);

impl Element for MicroAlgos {}

/// A factor in millionths, as of fees and of how full a block is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// The factor 1.
    pub const ONE: Self = Self(1_000_000);
}

wire_newtype!(Micros);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_show_six_places() {
        assert_eq!(MicroAlgos(1_234_567).to_string(), "1.234567 ALGO");
        assert_eq!(MicroAlgos(1).to_string(), "0.000001 ALGO");
        assert_eq!(MicroAlgos(u64::MAX).to_string(), "18446744073709.551615 ALGO");
    }

    #[test]
    fn arithmetic_refuses_to_wrap() {
        assert_eq!(MicroAlgos(u64::MAX).checked_add(MicroAlgos(1)), None);
        assert_eq!(MicroAlgos(1).checked_sub(MicroAlgos(2)), None);
        assert_eq!(MicroAlgos(3).checked_sub(MicroAlgos(2)), Some(MicroAlgos(1)));
    }
}
