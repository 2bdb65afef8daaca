//! Byte literals: `0x…`, `base32(…)`, `b64 …`, `"text"`.

use std::ops::Range;

use super::encoding::{EncodingError, decode_base32, decode_base64, decode_hex};
use super::excerpt::Excerpt;
use super::integer::IntegerError;
use super::quote::quoted;

/// Why a byte literal is invalid; the texts are the reference's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// `base64(` without `)`.
    #[error("argument {0} lacks closing parenthesis")]
    Unclosed(Excerpt),
    /// Something after the first `)`.
    #[error("argument {0} must end at first closing parenthesis")]
    AfterClose(Excerpt),
    /// `base64` alone.
    #[error("{0} needs byte literal argument")]
    Missing(Excerpt),
    /// Not of its encoding.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// `\xg0` in a string.
    #[error("strconv.ParseUint: parsing {}: {}", quoted(.0), IntegerError::Syntax)]
    HexEscape(Vec<u8>),
    /// `\` right after `\x`.
    #[error("escape sequence inside hex number")]
    EscapeInHex,
    /// An escape that means nothing.
    #[error("invalid escape sequence \\{0}")]
    UnknownEscape(char),
    /// `\x` with less than two digits after it.
    #[error("non-terminated hex sequence")]
    ShortHexEscape,
    /// A string that ends within an escape.
    #[error("non-terminated escape sequence")]
    ShortEscape,
    /// None of the forms.
    #[error("arg did not parse: {0}")]
    Unknown(Excerpt),
}

/// A literal read: the bytes it added to the arena, and how many words it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) bytes: Range<usize>,
    pub(super) words: usize,
}

/// An invalid literal: which word is wrong, and why.
pub(super) type LiteralError = (usize, BytesError);

/// What came of reading a literal.
pub(super) type Read = Result<Literal, LiteralError>;

/// Reads the literal at the start of `words`, the first of which exists, and appends its bytes to `arena`.
/// Nothing stays there of an invalid literal.
pub(super) fn parse_bytes(first: &[u8], second: Option<&[u8]>, arena: &mut Vec<u8>) -> Result<Literal, LiteralError> {
    let start = arena.len();
    let read = read(first, second, arena);
    match read {
        Ok(words) => Ok(Literal { bytes: start..arena.len(), words }),
        Err(blame) => {
            arena.truncate(start);
            Err(blame)
        }
    }
}

fn read(first: &[u8], second: Option<&[u8]>, arena: &mut Vec<u8>) -> Result<usize, LiteralError> {
    let blame_first = |error: BytesError| (0, error);
    match first {
        [b'0', b'x', digits @ ..] => {
            decode_hex(digits, arena).map_err(|error| blame_first(error.into()))?;
            return Ok(1);
        }
        [b'"', _, ..] if first.ends_with(b"\"") => {
            parse_string(first, arena).map_err(blame_first)?;
            return Ok(1);
        }
        [b'b', ..] => {}
        _ => return Err(blame_first(BytesError::Unknown(first.into()))),
    }
    let decode: fn(&[u8], &mut Vec<u8>) -> Result<(), EncodingError> = match first.split(|byte| *byte == b'(').next() {
        Some(b"base32" | b"b32") => decode_base32,
        Some(b"base64" | b"b64") => decode_base64,
        _ => return Err(blame_first(BytesError::Unknown(first.into()))),
    };
    let place = |wanted: u8| first.iter().position(|byte| *byte == wanted);
    let Some(open) = place(b'(') else {
        let Some(second) = second else { return Err(blame_first(BytesError::Missing(first.into()))) };
        decode(second, arena).map_err(|error| (1, error.into()))?;
        return Ok(2);
    };
    let Some(close) = place(b')') else { return Err(blame_first(BytesError::Unclosed(first.into()))) };
    if close != first.len() - 1 {
        return Err(blame_first(BytesError::AfterClose(first.into())));
    }
    decode(&first[open + 1..close], arena).map_err(|error| blame_first(error.shifted(open + 1).into()))?;
    Ok(1)
}

/// Whether a word is the name of an encoding alone: the text of it is the next word.
pub(super) fn is_encoding(word: &str) -> bool {
    matches!(word, "base32" | "b32" | "base64" | "b64")
}

/// Whether `word` looks like a string: quotes at both ends.
pub(super) fn is_string(word: &[u8]) -> bool {
    matches!(word, [b'"', .., b'"'])
}

/// What is between the quotes of a string without escapes.
#[inline]
pub(super) fn plain_string(word: &[u8]) -> Option<&[u8]> {
    match word {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Some(inner),
        _ => None,
    }
}

/// Appends the bytes of a string in quotes, escapes resolved. `word` satisfies [`is_string`].
pub(super) fn parse_string(word: &[u8], out: &mut Vec<u8>) -> Result<(), BytesError> {
    if let Some(inner) = plain_string(word) {
        out.extend_from_slice(inner);
        return Ok(());
    }
    let inner = word.get(1..word.len() - 1).unwrap_or_default();
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = inner.get(at) else { return Err(BytesError::ShortEscape) };
        at += 1;
        out.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'"' => escape,
            b'x' => {
                let digits = match inner.get(at..) {
                    None | Some([]) => return Err(BytesError::ShortEscape),
                    Some([b'\\', ..]) => return Err(BytesError::EscapeInHex),
                    Some([_]) => return Err(BytesError::ShortHexEscape),
                    Some([high, low, ..]) => [*high, *low],
                };
                at += 2;
                let mut value = Vec::with_capacity(1);
                if decode_hex(&digits, &mut value).is_err() {
                    return Err(BytesError::HexEscape(digits.to_vec()));
                }
                value.first().copied().unwrap_or_default()
            }
            other => return Err(BytesError::UnknownEscape(char::from(other))),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(first: &str, second: Option<&str>) -> Result<Vec<u8>, String> {
        let mut arena = vec![9];
        let read = parse_bytes(first.as_bytes(), second.map(str::as_bytes), &mut arena)
            .map_err(|(word, error)| format!("{word}: {error}"))?;
        Ok(arena[read.bytes].to_vec())
    }

    #[test]
    fn every_form() {
        assert_eq!(value("0x6162", None), Ok(b"ab".to_vec()));
        assert_eq!(value("base32(MFRA)", None), Ok(b"ab".to_vec()));
        assert_eq!(value("b32", Some("MFRA====")), Ok(b"ab".to_vec()));
        assert_eq!(value("b64(YWI=)", None), Ok(b"ab".to_vec()));
        assert_eq!(value("base64", Some("YWI=")), Ok(b"ab".to_vec()));
        assert_eq!(value(r#""a\x62\n\"""#, None), Ok(b"ab\n\"".to_vec()));
        assert_eq!(value("\"\"", None), Ok(Vec::new()));
    }

    #[test]
    fn errors_name_the_word_and_the_byte() {
        let error = |first, second| value(first, second).unwrap_err();
        assert_eq!(error("base64(YW)", None), "0: illegal base64 data at input byte 7");
        assert_eq!(error("b64", Some("YW")), "1: illegal base64 data at input byte 0");
        assert_eq!(error("b64", None), "0: b64 needs byte literal argument");
        assert_eq!(error("b64(YW", None), "0: argument b64(YW lacks closing parenthesis");
        assert_eq!(error("b64(YW)x", None), "0: argument b64(YW)x must end at first closing parenthesis");
        assert_eq!(error("bass", None), "0: arg did not parse: bass");
        assert_eq!(error("\"", None), "0: arg did not parse: \"");
        assert_eq!(error(r#""\xzz""#, None), r#"0: strconv.ParseUint: parsing "zz": invalid syntax"#);
        assert_eq!(error(r#""\x1""#, None), "0: non-terminated hex sequence");
        assert_eq!(error(r#""\q""#, None), "0: invalid escape sequence \\q");
    }
}
