//! What the AVM's stack can hold, as far as it can be known without running: kinds with bounds and a few named types.
//!
//! A signature such as `"aK:iT"` is parsed into [`Types`] while the crate compiles.

use std::fmt;

/// The longest byte slice a stack value may hold, in bytes.
pub const MAX_STRING_SIZE: u64 = 4096;

/// The longest byte slice byte-math opcodes take as an operand, in bytes.
pub const MAX_BYTE_MATH_SIZE: u64 = 64;

/// The coarse kind of a stack value; all that is checked while a program runs. The numbers are sets: kinds that share a
/// bit share values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AvmType {
    /// No value at all: the bottom of an empty stack, or the "result" of an opcode that ends the program.
    None = 0b00,
    /// An unsigned 64-bit integer.
    Uint64 = 0b01,
    /// A byte slice of at most [`MAX_STRING_SIZE`] bytes.
    Bytes = 0b10,
    /// An integer or a byte slice.
    Any = 0b11,
}

/// A name given to a bounded type, where its bounds alone would not say what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Alias {
    None,
    Bool,
    Address,
    BigInt,
    Method,
    StateKey,
    BoxName,
}

/// A kind with bounds: of the value for integers, of the length for byte slices.
///
/// Equality includes the name: an `address` and a `[32]byte` overlap, but are not equal (go-algorand compares so when
/// it decides what a buried frame slot may still hold).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StackType {
    kind: AvmType,
    alias: Alias,
    min: u64,
    max: u64,
}

impl StackType {
    /// Any value.
    pub const ANY: Self = Self::new(AvmType::Any, Alias::None, 0, u64::MAX);
    /// No value.
    pub const NONE: Self = Self::new(AvmType::None, Alias::None, 0, 0);
    /// Any integer.
    pub const UINT64: Self = Self::uint(0, u64::MAX);
    /// Any byte slice.
    pub const BYTES: Self = Self::bytes(0, MAX_STRING_SIZE);
    /// The integers 0 and 1.
    pub const BOOL: Self = Self::new(AvmType::Uint64, Alias::Bool, 0, 1);
    /// 32 bytes that name an account.
    pub const ADDRESS: Self = Self::new(AvmType::Bytes, Alias::Address, 32, 32);
    /// Exactly 32 bytes.
    pub const BYTES32: Self = Self::bytes(32, 32);
    /// Exactly 64 bytes.
    pub const BYTES64: Self = Self::bytes(64, 64);
    /// Up to 64 bytes read as a big-endian integer.
    pub const BIG_INT: Self = Self::new(AvmType::Bytes, Alias::BigInt, 0, MAX_BYTE_MATH_SIZE);
    /// The 4 bytes that select an ABI method.
    pub const METHOD: Self = Self::new(AvmType::Bytes, Alias::Method, 4, 4);
    /// Up to 64 bytes: the key of a global or local state entry.
    pub const STATE_KEY: Self = Self::new(AvmType::Bytes, Alias::StateKey, 0, 64);
    /// 1 to 64 bytes: the name of a box.
    pub const BOX_NAME: Self = Self::new(AvmType::Bytes, Alias::BoxName, 1, 64);

    const fn new(kind: AvmType, alias: Alias, min: u64, max: u64) -> Self {
        Self { kind, alias, min, max }
    }

    /// The integers `min..=max`.
    pub const fn uint(min: u64, max: u64) -> Self {
        Self::new(AvmType::Uint64, Alias::None, min, max)
    }

    /// The byte slices of `min..=max` bytes.
    pub const fn bytes(min: u64, max: u64) -> Self {
        Self::new(AvmType::Bytes, Alias::None, min, max)
    }

    /// The type that one letter of a signature means.
    const fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'a' => Self::ANY,
            b'b' => Self::BYTES,
            b'i' => Self::UINT64,
            b'x' => Self::NONE,
            b'A' => Self::ADDRESS,
            b'I' => Self::BIG_INT,
            b'T' => Self::BOOL,
            b'M' => Self::METHOD,
            b'K' => Self::STATE_KEY,
            b'N' => Self::BOX_NAME,
            _ => return None,
        })
    }

    /// The coarse kind.
    pub const fn kind(self) -> AvmType {
        self.kind
    }

    /// The smallest and largest value (integers) or length in bytes (byte slices).
    pub const fn bounds(self) -> (u64, u64) {
        (self.min, self.max)
    }

    /// Whether the kind is known: an integer or a byte slice, not "any" and not "none".
    pub const fn is_concrete(self) -> bool {
        matches!(self.kind, AvmType::Uint64 | AvmType::Bytes)
    }

    /// The same kind without bounds and name.
    pub const fn widened(self) -> Self {
        match self.kind {
            AvmType::Bytes => Self::BYTES,
            AvmType::Uint64 => Self::UINT64,
            AvmType::Any => Self::ANY,
            AvmType::None => Self::NONE,
        }
    }

    /// The narrowest type that holds every value of both.
    pub fn union(self, other: Self) -> Self {
        if self.kind != other.kind {
            return Self::ANY;
        }
        Self::new(self.kind, Alias::None, self.min.min(other.min), self.max.max(other.max))
    }

    /// The integer this must be, if its bounds leave only one.
    pub const fn constant(self) -> Option<u64> {
        match self.kind {
            AvmType::Uint64 if self.min == self.max => Some(self.min),
            _ => None,
        }
    }

    /// Whether a value of this type can be a value of `expected`.
    #[inline]
    pub const fn overlaps(self, expected: Self) -> bool {
        // "Any" has the widest bounds, so that no bounds are refused by it. All are compared: that is cheaper than a
        // branch.
        (self.kind as u8 & expected.kind as u8 != 0) & (self.min <= expected.max) & (self.max >= expected.min)
    }
}

impl fmt::Display for StackType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.alias {
            Alias::Bool => "bool",
            Alias::Address => "address",
            Alias::BigInt => "bigint",
            Alias::Method => "method",
            Alias::StateKey => "stateKey",
            Alias::BoxName => "boxName",
            Alias::None => return self.fmt_bounds(f),
        };
        f.write_str(name)
    }
}

impl StackType {
    fn fmt_bounds(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, min, max, .. } = self;
        match kind {
            AvmType::None => f.write_str("none"),
            AvmType::Any => f.write_str("any"),
            AvmType::Bytes if min == max => write!(f, "[{min}]byte"),
            AvmType::Bytes if min != 0 => write!(f, "[{min}-{max}]byte"),
            AvmType::Bytes if max != MAX_STRING_SIZE => write!(f, "[<={max}]byte"),
            AvmType::Bytes => f.write_str("[]byte"),
            AvmType::Uint64 if min == max => write!(f, "{min}"),
            AvmType::Uint64 if min != 0 => write!(f, "uint64 ({min}-{max})"),
            AvmType::Uint64 if max != u64::MAX => write!(f, "uint64 (<= {max})"),
            AvmType::Uint64 => f.write_str("uint64"),
        }
    }
}

impl fmt::Debug for StackType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Most values an opcode's signature names on one side (`ecdsa_verify` takes five).
const MAX_TYPES: usize = 5;

/// A short list of stack types, deepest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types {
    list: [StackType; MAX_TYPES],
    len: u8,
}

impl Types {
    /// The types, deepest first; the last is the top of the stack.
    pub fn as_slice(&self) -> &[StackType] {
        self.list.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// How many values there are; the `x` of an opcode that ends the program counts.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the letters of `text` from `from` up to `until`: one type each, `b{32}` for an exact length.
    pub(super) const fn parse(text: &[u8], from: usize, until: usize) -> Self {
        let mut types = Self { list: [StackType::NONE; MAX_TYPES], len: 0 };
        let mut at = from;
        while at < until {
            if text[at] == b'{' {
                let mut size = 0;
                at += 1;
                while text[at] != b'}' {
                    assert!(text[at].is_ascii_digit(), "a size in a signature is a decimal number");
                    size = size * 10 + (text[at] - b'0') as u64;
                    at += 1;
                }
                types.list[types.len as usize - 1] = StackType::bytes(size, size);
            } else {
                let letter = StackType::of_letter(text[at]);
                assert!(letter.is_some(), "a signature is made of the letters of StackType::of_letter");
                if let Some(letter) = letter {
                    types.list[types.len as usize] = letter;
                }
                types.len += 1;
            }
            at += 1;
        }
        types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_bounds() {
        let names = [
            (StackType::ANY, "any"),
            (StackType::UINT64, "uint64"),
            (StackType::BYTES, "[]byte"),
            (StackType::BOOL, "bool"),
            (StackType::uint(0, 1), "uint64 (<= 1)"),
            (StackType::uint(3, 9), "uint64 (3-9)"),
            (StackType::uint(7, 7), "7"),
            (StackType::bytes(8, 8), "[8]byte"),
            (StackType::bytes(0, 65), "[<=65]byte"),
            (StackType::bytes(1, 64), "[1-64]byte"),
            (StackType::BOX_NAME, "boxName"),
        ];
        for (ty, name) in names {
            assert_eq!(ty.to_string(), name);
        }
    }

    #[test]
    fn union_forgets_names_and_overlap_ignores_them() {
        assert_eq!(StackType::BOOL.union(StackType::uint(5, 5)), StackType::uint(0, 5));
        assert_eq!(StackType::BOOL.union(StackType::BYTES), StackType::ANY);
        assert!(StackType::ADDRESS.overlaps(StackType::BYTES32));
        assert_ne!(StackType::ADDRESS, StackType::BYTES32);
        assert!(!StackType::uint(2, 2).overlaps(StackType::BOOL));
        assert!(!StackType::NONE.overlaps(StackType::ANY));
    }
}
