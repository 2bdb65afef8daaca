//! `base64_decode`, which reads both alphabets with and without padding, ignores line ends, and is strict otherwise.

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::machine::Machine;
use pnp_opcodes::{Base64Encoding, Field as _};

/// `base64_decode`
pub(crate) fn base64_decode(machine: &mut Machine) -> Result<(), Fault> {
    let byte = machine.byte(0)?;
    let Some(alphabet) = Base64Encoding::from_byte(byte) else {
        fault!("invalid base64_decode encoding {}", unknown_field::<Base64Encoding>("Base64Encoding", byte));
    };
    match decode(machine.bytes(0)?, alphabet) {
        Ok(decoded) => machine.replace(1, decoded),
        Err(place) => fault!("illegal base64 data at input byte {place}"),
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether the text ends with padding. The first character is not looked at.
fn is_padded(text: &[u8]) -> bool {
    let last = text.iter().skip(1).rev().find(|byte| !is_line_end(**byte));
    last == Some(&b'=')
}

fn digit(byte: u8, alphabet: Base64Encoding) -> Option<u8> {
    Some(match (byte, alphabet) {
        (b'A'..=b'Z', _) => byte - b'A',
        (b'a'..=b'z', _) => byte - b'a' + 26,
        (b'0'..=b'9', _) => byte - b'0' + 52,
        (b'+', Base64Encoding::Std) | (b'-', Base64Encoding::Url) => 62,
        (b'/', Base64Encoding::Std) | (b'_', Base64Encoding::Url) => 63,
        _ => return None,
    })
}

/// The decoded bytes, or where the text goes wrong: the very place that Go's `encoding/base64` names.
fn decode(text: &[u8], alphabet: Base64Encoding) -> Result<Vec<u8>, usize> {
    let padded = is_padded(text);
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut at = 0;
    let skip_line_ends = |at: &mut usize| {
        while text.get(*at).is_some_and(|byte| is_line_end(*byte)) {
            *at += 1;
        }
    };
    while at < text.len() {
        // Up to four digits, then what they mean.
        let mut bits = 0u32;
        let mut count = 0;
        let mut garbage = None;
        while count < 4 {
            let Some(byte) = text.get(at).copied() else {
                match count {
                    0 => return Ok(decoded),
                    1 => return Err(at - count),
                    _ if padded => return Err(at - count),
                    _ => break,
                }
            };
            at += 1;
            if let Some(digit) = digit(byte, alphabet) {
                bits |= u32::from(digit) << (18 - 6 * count);
                count += 1;
                continue;
            }
            if is_line_end(byte) {
                continue;
            }
            if !padded || byte != b'=' || count < 2 {
                return Err(at - 1);
            }
            if count == 2 {
                skip_line_ends(&mut at);
                match text.get(at) {
                    None => return Err(text.len()),
                    Some(b'=') => at += 1,
                    Some(_) => return Err(at - 1),
                }
            }
            skip_line_ends(&mut at);
            garbage = (at < text.len()).then_some(at);
            break;
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        let (whole, rest) = bytes.split_at(count - 1);
        if rest.iter().any(|byte| *byte != 0) {
            return Err(at - (4 - count));
        }
        if let Some(place) = garbage {
            return Err(place);
        }
        decoded.extend_from_slice(whole);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_optional_but_never_wrong() {
        let std = |text: &str| decode(text.as_bytes(), Base64Encoding::Std);
        assert_eq!(std("YQ==").unwrap(), b"a");
        assert_eq!(std("YQ").unwrap(), b"a");
        assert_eq!(std("Y\nQ\r=\n=\n").unwrap(), b"a");
        assert_eq!(std("YQ="), Err(3));
        assert_eq!(std("YR=="), Err(2), "bits beyond the last byte");
        assert_eq!(std("YQ==YQ=="), Err(4));
        assert_eq!(std("="), Err(0));
        assert_eq!(std("Y"), Err(0));
    }

    #[test]
    fn the_alphabets_are_not_mixed() {
        assert_eq!(decode(b"-_8=", Base64Encoding::Url).unwrap(), [0xfb, 0xff]);
        assert_eq!(decode(b"+/8=", Base64Encoding::Std).unwrap(), [0xfb, 0xff]);
        assert_eq!(decode(b"-_8=", Base64Encoding::Std), Err(0));
    }
}
