//! Hex, base32 and base64 as Go reads them, down to the byte an error names.
//!
//! A general decoder would do for valid text; these differ from it in what they let pass (base32 with a digit too many
//! decodes to nothing for it) and in how they place errors, which users and tests of the reference see.

use std::borrow::Cow;

/// Why a text is not of its encoding; the texts are Go's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodingError {
    /// Not a hex digit.
    HexDigit(u8),
    /// An odd number of hex digits.
    HexLength,
    /// Wrong base32 from this byte of the token on.
    Base32(usize),
    /// Wrong base64 from this byte of the token on.
    Base64(usize),
}

impl EncodingError {
    /// The same error, for a text that begins `by` bytes into its token.
    pub(super) fn shifted(self, by: usize) -> Self {
        match self {
            Self::Base32(at) => Self::Base32(at + by),
            Self::Base64(at) => Self::Base64(at + by),
            other => other,
        }
    }
}

impl std::fmt::Display for EncodingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HexDigit(byte) => {
                let byte = char::from(*byte);
                write!(f, "encoding/hex: invalid byte: U+{:04X}", u32::from(byte))?;
                if super::quote::is_printable(byte) { write!(f, " '{byte}'") } else { Ok(()) }
            }
            Self::HexLength => f.write_str("encoding/hex: odd length hex string"),
            Self::Base32(at) => write!(f, "illegal base32 data at input byte {at}"),
            Self::Base64(at) => write!(f, "illegal base64 data at input byte {at}"),
        }
    }
}

impl std::error::Error for EncodingError {}

const BAD: u8 = 0xff;

const HEX: [u8; 256] = {
    let mut map = [BAD; 256];
    let mut digit = 0;
    while digit < 16 {
        map[b"0123456789abcdef"[digit as usize] as usize] = digit;
        map[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    map
};

const BASE32: [u8; 256] = alphabet(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
const BASE64: [u8; 256] = alphabet(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

const fn alphabet(letters: &[u8]) -> [u8; 256] {
    let mut map = [BAD; 256];
    let mut at = 0;
    while at < letters.len() {
        map[letters[at] as usize] = at as u8;
        at += 1;
    }
    map
}

/// Appends the bytes of `digits`.
pub(super) fn decode_hex(digits: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
    let digit = |byte: u8| match HEX[usize::from(byte)] {
        BAD => Err(EncodingError::HexDigit(byte)),
        value => Ok(value),
    };
    let (pairs, rest) = digits.as_chunks::<2>();
    out.reserve(pairs.len());
    for [high, low] in pairs {
        out.push(digit(*high)? << 4 | digit(*low)?);
    }
    match rest {
        [] => Ok(()),
        [odd, ..] => Err(digit(*odd).err().unwrap_or(EncodingError::HexLength)),
    }
}

/// Appends the bytes of `text`, padded or not. Errors are reported as if padding were not allowed.
pub(super) fn decode_base32(text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
    let keep = out.len();
    let Err(wrong) = decode_base32_unpadded(text, out) else { return Ok(()) };
    out.truncate(keep);
    if decode_base32_as(&without_returns(text), true, out).is_ok() {
        return Ok(());
    }
    out.truncate(keep);
    Err(wrong)
}

/// Appends the bytes of `text`, which must not be padded.
pub(super) fn decode_base32_unpadded(text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
    decode_base32_as(&without_returns(text), false, out)
}

/// Carriage returns within a line are passed over.
fn without_returns(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&b'\r') { text.iter().copied().filter(|byte| *byte != b'\r').collect() } else { text.into() }
}

fn decode_base32_as(text: &[u8], padded: bool, out: &mut Vec<u8>) -> Result<(), EncodingError> {
    let mut at = 0;
    while at < text.len() {
        let mut quantum = [0_u8; 8];
        let mut len = 8;
        let mut end = false;
        let mut filled = 0;
        while filled < 8 {
            let Some(&byte) = text.get(at) else {
                if padded {
                    return Err(EncodingError::Base32(at - filled));
                }
                (len, end) = (filled, true);
                break;
            };
            at += 1;
            let left = text.len() - at;
            if padded && byte == b'=' && filled >= 2 && left < 8 {
                if left + filled < 7 {
                    return Err(EncodingError::Base32(text.len()));
                }
                if let Some(wrong) = text[at..].iter().take(7 - filled).position(|byte| *byte != b'=') {
                    return Err(EncodingError::Base32(at + wrong - 1));
                }
                if matches!(filled, 1 | 3 | 6) {
                    return Err(EncodingError::Base32(at - 1));
                }
                (len, end) = (filled, true);
                break;
            }
            quantum[filled] = BASE32[usize::from(byte)];
            if quantum[filled] == BAD {
                return Err(EncodingError::Base32(at - 1));
            }
            filled += 1;
        }
        let bits = quantum.iter().fold(0_u64, |bits, five| bits << 5 | u64::from(*five));
        // Lengths that no byte string encodes to (1, 3, 6) yield nothing, as in Go.
        let bytes = match len {
            8 => 5,
            7 => 4,
            5 => 3,
            4 => 2,
            2 => 1,
            _ => 0,
        };
        out.extend_from_slice(&bits.to_be_bytes()[3..3 + bytes]);
        if end {
            break;
        }
    }
    Ok(())
}

/// Appends the bytes of `text`, which must be padded.
pub(super) fn decode_base64(text: &[u8], out: &mut Vec<u8>) -> Result<(), EncodingError> {
    let mut at = 0;
    out.reserve(text.len() / 4 * 3);
    while at < text.len() {
        let mut quantum = [0_u8; 4];
        let mut filled = 0;
        let mut len = 4;
        while filled < 4 {
            let Some(&byte) = text.get(at) else {
                if filled == 0 {
                    return Ok(());
                }
                return Err(EncodingError::Base64(at - filled));
            };
            at += 1;
            match byte {
                b'\r' => {}
                b'=' => {
                    at = base64_padding(text, at, filled)?;
                    len = filled;
                    break;
                }
                byte => {
                    quantum[filled] = BASE64[usize::from(byte)];
                    if quantum[filled] == BAD {
                        return Err(EncodingError::Base64(at - 1));
                    }
                    filled += 1;
                }
            }
        }
        let bits = quantum.iter().fold(0_u32, |bits, six| bits << 6 | u32::from(*six));
        out.extend_from_slice(&bits.to_be_bytes()[1..len]);
    }
    Ok(())
}

/// Checks what follows the first `=`, which stood before `at` as digit `filled` of its quantum.
fn base64_padding(text: &[u8], mut at: usize, filled: usize) -> Result<usize, EncodingError> {
    let skip = |mut at: usize| {
        while text.get(at) == Some(&b'\r') {
            at += 1;
        }
        at
    };
    if filled < 2 {
        return Err(EncodingError::Base64(at - 1));
    }
    if filled == 2 {
        at = skip(at);
        match text.get(at) {
            None => return Err(EncodingError::Base64(text.len())),
            Some(b'=') => at += 1,
            Some(_) => return Err(EncodingError::Base64(at - 1)),
        }
    }
    at = skip(at);
    if at < text.len() { Err(EncodingError::Base64(at)) } else { Ok(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(decode: fn(&[u8], &mut Vec<u8>) -> Result<(), EncodingError>, text: &str) -> Result<String, String> {
        let mut out = Vec::new();
        decode(text.as_bytes(), &mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn hex() {
        assert_eq!(decoded(decode_hex, "4a4B"), Ok("JK".into()));
        assert_eq!(decoded(decode_hex, "4"), Err("encoding/hex: odd length hex string".into()));
        assert_eq!(decoded(decode_hex, "4g"), Err("encoding/hex: invalid byte: U+0067 'g'".into()));
        assert_eq!(decoded(decode_hex, "q"), Err("encoding/hex: invalid byte: U+0071 'q'".into()));
    }

    #[test]
    fn base32_with_and_without_padding() {
        assert_eq!(decoded(decode_base32, "MFRGG"), Ok("abc".into()));
        assert_eq!(decoded(decode_base32, "MFRGG==="), Ok("abc".into()));
        assert_eq!(decoded(decode_base32, "MFR"), Ok(String::new()), "three digits are no bytes, and no error");
        assert_eq!(decoded(decode_base32, "MF1"), Err("illegal base32 data at input byte 2".into()));
        assert_eq!(decoded(decode_base32, "MFRGG=="), Err("illegal base32 data at input byte 5".into()));
    }

    #[test]
    fn base64_needs_padding() {
        assert_eq!(decoded(decode_base64, "YWI="), Ok("ab".into()));
        assert_eq!(decoded(decode_base64, "YWI"), Err("illegal base64 data at input byte 0".into()));
        assert_eq!(decoded(decode_base64, "YWJjZA="), Err("illegal base64 data at input byte 7".into()));
        assert_eq!(decoded(decode_base64, "YWI=x"), Err("illegal base64 data at input byte 4".into()));
        assert_eq!(decoded(decode_base64, "Y-I="), Err("illegal base64 data at input byte 1".into()));
    }
}
