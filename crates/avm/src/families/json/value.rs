//! The strict half: one member's text as Go's `encoding/json` reads it, failures in its words.

/// The string a text writes. What is not UTF-8, or half a surrogate pair, becomes replacement characters.
pub(super) fn string(text: &[u8]) -> Result<Vec<u8>, String> {
    match checked_kind(text)? {
        Kind::String => Ok(unquote(text)),
        kind => Err(mismatch(kind.name(), "string")),
    }
}

/// The number a text writes, if it is a whole one from 0 to 2^64 − 1 without fraction or exponent.
pub(super) fn uint64(text: &[u8]) -> Result<u64, String> {
    match checked_kind(text)? {
        Kind::Number => {
            let digits = String::from_utf8_lossy(text);
            digits.parse().map_err(|_| mismatch(&format!("number {digits}"), "uint64"))
        }
        kind => Err(mismatch(kind.name(), "uint64")),
    }
}

/// Accepts the text of an object.
pub(super) fn object(text: &[u8]) -> Result<(), String> {
    match checked_kind(text)? {
        Kind::Object => Ok(()),
        kind => Err(mismatch(kind.name(), "map[string]json.RawMessage")),
    }
}

fn mismatch(found: &str, wanted: &str) -> String {
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Null => "null",
        }
    }
}

/// The kind of value that the whole text is, after its syntax has been checked.
fn checked_kind(text: &[u8]) -> Result<Kind, String> {
    let mut scanner = Scanner { text, at: 0 };
    let kind = scanner.value()?;
    match scanner.next_visible() {
        None => Ok(kind),
        Some(byte) => Err(unexpected(byte, "after top-level value")),
    }
}

const ENDED: &str = "unexpected end of JSON input";

fn unexpected(byte: u8, place: &str) -> String {
    let shown = match byte {
        b'\'' => "\\'".to_string(),
        b'"' => "\"".to_string(),
        b'\\' => "\\\\".to_string(),
        7 => "\\a".to_string(),
        8 => "\\b".to_string(),
        9 => "\\t".to_string(),
        10 => "\\n".to_string(),
        11 => "\\v".to_string(),
        12 => "\\f".to_string(),
        13 => "\\r".to_string(),
        0..=0x1f | 0x7f => format!("\\x{byte:02x}"),
        0x80..=0xa0 | 0xad => format!("\\u{byte:04x}"),
        _ => char::from(byte).to_string(),
    };
    format!("invalid character '{shown}' {place}")
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or(ENDED)?;
        self.at += 1;
        Ok(byte)
    }

    /// Within a token, the end of the text reads as a space, and it is the space that is complained about.
    fn take_within_token(&mut self) -> u8 {
        self.take().unwrap_or(b' ')
    }

    fn next_visible(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn take_visible(&mut self) -> Result<u8, String> {
        self.next_visible();
        self.take()
    }

    fn value(&mut self) -> Result<Kind, String> {
        match self.take_visible()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => self.string(),
            b't' => self.literal("true", Kind::Bool),
            b'f' => self.literal("false", Kind::Bool),
            b'n' => self.literal("null", Kind::Null),
            byte @ (b'-' | b'0'..=b'9') => self.number(byte),
            byte => Err(unexpected(byte, "looking for beginning of value")),
        }
    }

    fn object(&mut self) -> Result<Kind, String> {
        if self.next_visible() == Some(b'}') {
            self.at += 1;
            return Ok(Kind::Object);
        }
        loop {
            match self.take_visible()? {
                b'"' => self.string()?,
                byte => return Err(unexpected(byte, "looking for beginning of object key string")),
            };
            match self.take_visible()? {
                b':' => self.value()?,
                byte => return Err(unexpected(byte, "after object key")),
            };
            match self.take_visible()? {
                b',' => {}
                b'}' => return Ok(Kind::Object),
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
    }

    fn array(&mut self) -> Result<Kind, String> {
        if self.next_visible() == Some(b']') {
            self.at += 1;
            return Ok(Kind::Array);
        }
        loop {
            self.value()?;
            match self.take_visible()? {
                b',' => {}
                b']' => return Ok(Kind::Array),
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
    }

    fn string(&mut self) -> Result<Kind, String> {
        loop {
            match self.take()? {
                b'"' => return Ok(Kind::String),
                b'\\' => match self.take_within_token() {
                    b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                    b'u' => {
                        for _ in 0..4 {
                            let byte = self.take_within_token();
                            if !byte.is_ascii_hexdigit() {
                                return Err(unexpected(byte, "in \\u hexadecimal character escape"));
                            }
                        }
                    }
                    byte => return Err(unexpected(byte, "in string escape code")),
                },
                byte if byte < 0x20 => return Err(unexpected(byte, "in string literal")),
                _ => {}
            }
        }
    }

    fn literal(&mut self, literal: &str, kind: Kind) -> Result<Kind, String> {
        for expected in literal.bytes().skip(1) {
            let byte = self.take_within_token();
            if byte != expected {
                let place = format!("in literal {literal} (expecting '{}')", char::from(expected));
                return Err(unexpected(byte, &place));
            }
        }
        Ok(kind)
    }

    fn number(&mut self, first: u8) -> Result<Kind, String> {
        let leading = match first {
            b'-' => match self.take_within_token() {
                byte @ b'0'..=b'9' => byte,
                byte => return Err(unexpected(byte, "in numeric literal")),
            },
            byte => byte,
        };
        if leading != b'0' {
            self.digits();
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.first_digit("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.first_digit("in exponent of numeric literal")?;
        }
        Ok(Kind::Number)
    }

    fn first_digit(&mut self, place: &str) -> Result<(), String> {
        let byte = self.take_within_token();
        if !byte.is_ascii_digit() {
            return Err(unexpected(byte, place));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}

/// The characters of a quoted string whose syntax has been checked.
fn unquote(quoted: &[u8]) -> Vec<u8> {
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let mut plain = String::new();
    let mut rest = inside;
    while let Some(escape) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, after) = rest.split_at(escape);
        push_lossy(&mut plain, before);
        let (character, end) = unescape(after);
        plain.push(character);
        rest = after.get(end..).unwrap_or_default();
    }
    push_lossy(&mut plain, rest);
    plain.into_bytes()
}

/// The character that an escape means, and its length.
fn unescape(escape: &[u8]) -> (char, usize) {
    let character = match escape.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let first = code_unit(escape).unwrap_or_default();
            let second = escape.get(6..).and_then(code_unit);
            let pair = char::decode_utf16([first].into_iter().chain(second)).next();
            return match pair {
                Some(Ok(character)) => (character, 6 * character.len_utf16()),
                _ => (char::REPLACEMENT_CHARACTER, 6),
            };
        }
        Some(byte) => char::from(*byte),
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, 2)
}

/// The number in `\uXXXX` at the beginning of a text.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Adds bytes as text, each byte that belongs to no character as a replacement character of its own.
fn push_lossy(plain: &mut String, mut bytes: &[u8]) {
    loop {
        match std::str::from_utf8(bytes) {
            Ok(text) => return plain.push_str(text),
            Err(error) => {
                let (text, rest) = bytes.split_at(error.valid_up_to());
                plain.push_str(std::str::from_utf8(text).unwrap_or_default());
                plain.push(char::REPLACEMENT_CHARACTER);
                bytes = rest.get(1..).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unquoted() {
        assert_eq!(string(br#""a\u00e9\ud83d\ude00\n""#).unwrap(), "aé😀\n".as_bytes());
        assert_eq!(string(br#""\ud800x""#).unwrap(), "\u{fffd}x".as_bytes());
        assert_eq!(string(b"\"\xff\xfe\"").unwrap(), "\u{fffd}\u{fffd}".as_bytes());
    }

    #[test]
    fn numbers_are_whole_or_refused() {
        assert_eq!(uint64(b"18446744073709551615"), Ok(u64::MAX));
        for (text, reason) in [
            ("1.0", "json: cannot unmarshal number 1.0 into Go value of type uint64"),
            ("18446744073709551616", "json: cannot unmarshal number 18446744073709551616 into Go value of type uint64"),
            ("1.", "invalid character ' ' after decimal point in numeric literal"),
            ("01", "invalid character '1' after top-level value"),
            ("+1", "invalid character '+' looking for beginning of value"),
            ("", "unexpected end of JSON input"),
            ("true", "json: cannot unmarshal bool into Go value of type uint64"),
        ] {
            assert_eq!(uint64(text.as_bytes()), Err(reason.to_string()));
        }
    }
}
