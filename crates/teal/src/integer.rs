//! Integers as Go's `strconv` reads them: prefixes `0x`, `0o`, `0b` and a bare `0` for octal, underscores between
//! digits where a prefix is allowed.

/// Why a text is no integer; the texts are Go's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntegerError {
    /// Not the text of an integer.
    #[error("invalid syntax")]
    Syntax,
    /// An integer, but not one of the wanted size.
    #[error("value out of range")]
    Range,
}

/// The value of a short decimal number, as most are; it means the same wherever an integer is allowed.
#[inline]
pub(super) fn short_decimal(text: &[u8]) -> Option<u64> {
    match text {
        [digit @ b'0'..=b'9'] => return Some(u64::from(digit - b'0')),
        [b'1'..=b'9', rest @ ..] if rest.len() < 18 => {}
        _ => return None,
    }
    let mut value = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// An unsigned integer with any prefix.
#[inline]
pub(super) fn parse_uint(text: impl AsRef<[u8]>) -> Result<u64, IntegerError> {
    let text = text.as_ref();
    short_decimal(text).map_or_else(|| parse_prefixed(text), Ok)
}

fn parse_prefixed(bytes: &[u8]) -> Result<u64, IntegerError> {
    let (base, digits) = match bytes {
        [] => return Err(IntegerError::Syntax),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', digits @ ..] => (8, digits),
        digits => (10, digits),
    };
    let value = parse_digits(digits, base, true)?;
    if digits.contains(&b'_') && !underscores_are_between_digits(bytes) {
        return Err(IntegerError::Syntax);
    }
    Ok(value)
}

/// An unsigned integer of plain decimal digits.
#[inline]
pub(super) fn parse_decimal(text: impl AsRef<[u8]>) -> Result<u64, IntegerError> {
    let text = text.as_ref();
    if text.is_empty() {
        return Err(IntegerError::Syntax);
    }
    short_decimal(text).map_or_else(|| parse_digits(text, 10, false), Ok)
}

fn parse_digits(digits: &[u8], base: u32, underscores: bool) -> Result<u64, IntegerError> {
    let mut value = 0_u64;
    for &byte in digits {
        if byte == b'_' && underscores {
            continue;
        }
        let digit = char::from(byte).to_digit(base).ok_or(IntegerError::Syntax)?;
        let next = value.checked_mul(u64::from(base)).and_then(|value| value.checked_add(u64::from(digit)));
        value = next.ok_or(IntegerError::Range)?;
    }
    Ok(value)
}

/// An underscore needs a digit or the prefix before it and a digit after it.
fn underscores_are_between_digits(text: &[u8]) -> bool {
    let (prefixed, hex) = match text {
        [b'0', kind, ..] => (matches!(kind | 0x20, b'b' | b'o' | b'x'), kind | 0x20 == b'x'),
        _ => (false, false),
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
    let mut after_digit = prefixed;
    let mut after_underscore = false;
    for &byte in text.iter().skip(if prefixed { 2 } else { 0 }) {
        match byte {
            b'_' if after_digit => (after_digit, after_underscore) = (false, true),
            b'_' => return false,
            byte if is_digit(byte) => (after_digit, after_underscore) = (true, false),
            _ if after_underscore => return false,
            _ => after_digit = false,
        }
    }
    !after_underscore
}

/// An unsigned integer of 8 bits with any prefix, as most immediates are.
#[inline]
pub(super) fn parse_uint8(text: impl AsRef<[u8]>) -> Option<u8> {
    u8::try_from(parse_uint(text).ok()?).ok()
}

/// A signed decimal integer of 8 bits, as `frame_dig` takes it.
pub(super) fn parse_int8(text: impl AsRef<[u8]>) -> Option<i8> {
    let (negative, digits) = split_sign(text.as_ref());
    let value = i64::try_from(parse_decimal(digits).ok()?).ok()?;
    i8::try_from(if negative { -value } else { value }).ok()
}

/// A small signed integer with any prefix, as type tracking reads immediates: from -256 to 255.
pub(super) fn parse_small(text: impl AsRef<[u8]>) -> Option<i64> {
    let (negative, digits) = split_sign(text.as_ref());
    let value = i64::try_from(parse_uint(digits).ok()?).ok()?;
    match negative {
        true => Some(-value).filter(|value| *value >= -256),
        false => Some(value).filter(|value| *value <= 255),
    }
}

#[inline]
fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_underscores() {
        let read = |text| parse_uint(text).ok();
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("1_000"), Some(1000));
        assert_eq!(read("0x_Ff"), Some(255));
        assert_eq!(read("0b101"), Some(5));
        assert_eq!(read("0o17"), Some(15));
        assert_eq!(read("017"), Some(15));
        assert_eq!(read("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "_1", "1_", "1__0", "0x", "08", "1a", "-1", "+1", "0x_", " 1", "0_x1"] {
            assert_eq!(parse_uint(bad), Err(IntegerError::Syntax), "{bad}");
        }
        assert_eq!(parse_uint("18446744073709551616"), Err(IntegerError::Range));
    }

    #[test]
    fn unsigned_immediates() {
        assert_eq!(parse_uint8("255"), Some(255));
        assert_eq!(parse_uint8("0x_10"), Some(16));
        assert_eq!(parse_uint8("256"), None);
        assert_eq!(parse_uint8("-1"), None);
    }

    #[test]
    fn signed_immediates() {
        assert_eq!(parse_int8("-128"), Some(-128));
        assert_eq!(parse_int8("+5"), Some(5));
        assert_eq!(parse_int8("128"), None);
        assert_eq!(parse_int8("0x10"), None);
        assert_eq!(parse_small("0x10"), Some(16));
        assert_eq!(parse_small("-256"), Some(-256));
        assert_eq!(parse_small("256"), None);
    }
}
