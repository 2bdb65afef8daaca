//! Text in quotation marks as Go's `%#v` prints it: error texts are compared, and parsed, letter by letter.

use std::fmt::{self, Write};

/// `text` in quotes, with what cannot be printed escaped.
pub(super) struct Quoted<'a>(pub(super) &'a [u8]);

pub(super) fn quoted(text: &(impl AsRef<[u8]> + ?Sized)) -> Quoted<'_> {
    Quoted(text.as_ref())
}

/// Whether Go prints `c` as it is. Beyond ASCII this asks Rust's tables, which know the same characters.
pub(super) fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        c if c.is_ascii() || c.is_whitespace() || c == '\u{ad}' => false,
        c => c.is_alphanumeric() || c.escape_debug().count() == 1,
    }
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '"' | '\\' => write!(f, "\\{c}")?,
                    c if is_printable(c) => f.write_char(c)?,
                    '\x07' => f.write_str("\\a")?,
                    '\x08' => f.write_str("\\b")?,
                    '\x0c' => f.write_str("\\f")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    '\x0b' => f.write_str("\\v")?,
                    c if c.is_ascii() => write!(f, "\\x{:02x}", u32::from(c))?,
                    c if u32::from(c) < 0x1_0000 => write!(f, "\\u{:04x}", u32::from(c))?,
                    c => write!(f, "\\U{:08x}", u32::from(c))?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_like_go() {
        assert_eq!(quoted("a\"b\\").to_string(), r#""a\"b\\""#);
        assert_eq!(quoted("é\u{a0}\u{1}\r").to_string(), r#""é\u00a0\x01\r""#);
        assert_eq!(quoted(&[b'a', 0xc3]).to_string(), r#""a\xc3""#);
    }
}
