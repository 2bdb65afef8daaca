//! Integers of variable length, as programs write their version, constants and branch offsets.
//!
//! Base 128, least significant group first; longer forms than needed are accepted, more than 64 bits are not.

/// What was found at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Varint<T> {
    /// A value and the bytes it took.
    Value(T, usize),
    /// The bytes ended within it.
    Short,
    /// It does not fit 64 bits.
    Overflow,
}

/// Reads an unsigned integer.
pub(super) fn read_uvarint(bytes: &[u8]) -> Varint<u64> {
    let mut value = 0u64;
    for (position, byte) in bytes.iter().enumerate() {
        let group = u64::from(byte & 0x7f);
        if position > 9 || (position == 9 && *byte < 0x80 && *byte > 1) {
            return Varint::Overflow;
        }
        if position < 9 || *byte < 0x80 {
            value |= group << (7 * position);
        }
        if *byte < 0x80 {
            return Varint::Value(value, position + 1);
        }
    }
    Varint::Short
}

/// Reads a signed integer, whose lowest bit is its sign.
pub(super) fn read_varint(bytes: &[u8]) -> Varint<i64> {
    match read_uvarint(bytes) {
        Varint::Value(zigzag, size) => Varint::Value((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64), size),
        Varint::Short => Varint::Short,
        Varint::Overflow => Varint::Overflow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsigned_integers_take_up_to_ten_bytes() {
        assert_eq!(read_uvarint(&[0x7f, 1]), Varint::Value(127, 1));
        assert_eq!(read_uvarint(&[0x80, 0x00]), Varint::Value(0, 2));
        let mut most = [0xff; 10];
        most[9] = 1;
        assert_eq!(read_uvarint(&most), Varint::Value(u64::MAX, 10));
        most[9] = 2;
        assert_eq!(read_uvarint(&most), Varint::Overflow);
        assert_eq!(read_uvarint(&[0xff; 10]), Varint::Short);
        assert_eq!(read_uvarint(&[0xff; 11]), Varint::Overflow);
        assert_eq!(read_uvarint(&[]), Varint::Short);
    }

    #[test]
    fn the_lowest_bit_is_the_sign() {
        assert_eq!(read_varint(&[0x01]), Varint::Value(-1, 1));
        assert_eq!(read_varint(&[0x02]), Varint::Value(1, 1));
    }
}
