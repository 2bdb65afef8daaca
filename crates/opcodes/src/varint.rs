//! Integers of variable length, as programs write their version, constants and branch offsets.
//!
//! Base 128, the least significant group first. Longer forms than needed are read, more than 64 bits are not.

/// What was found at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varint<T> {
    /// A value, and the number of bytes it took.
    Value(T, usize),
    /// The bytes ended within it.
    Short,
    /// It does not fit 64 bits.
    Overflow,
}

/// Reads an unsigned integer.
#[inline]
pub fn read_uvarint(bytes: &[u8]) -> Varint<u64> {
    // Nearly all are of one byte.
    match bytes.first() {
        Some(byte) if *byte < 0x80 => Varint::Value((*byte).into(), 1),
        _ => read_long(bytes),
    }
}

fn read_long(bytes: &[u8]) -> Varint<u64> {
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

/// Reads a signed integer in zigzag form: its lowest bit is its sign.
#[inline]
pub fn read_varint(bytes: &[u8]) -> Varint<i64> {
    match read_uvarint(bytes) {
        Varint::Value(zigzag, size) => Varint::Value((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed(), size),
        Varint::Short => Varint::Short,
        Varint::Overflow => Varint::Overflow,
    }
}

/// Appends an unsigned integer.
#[inline]
pub fn push_uvarint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// How many bytes [`push_uvarint`] writes.
#[inline]
pub const fn uvarint_len(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// The unsigned integer that encodes a signed one.
#[inline]
pub const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
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

    #[test]
    fn what_is_written_is_read_again() {
        for shift in 0..64 {
            for value in [1u64 << shift, (1u64 << shift) - 1, u64::MAX >> shift] {
                let mut bytes = Vec::new();
                push_uvarint(&mut bytes, value);
                assert_eq!(uvarint_len(value), bytes.len());
                assert_eq!(read_uvarint(&bytes), Varint::Value(value, bytes.len()));
                bytes.clear();
                push_uvarint(&mut bytes, zigzag(value.cast_signed()));
                assert_eq!(read_varint(&bytes), Varint::Value(value.cast_signed(), bytes.len()));
            }
        }
    }
}
