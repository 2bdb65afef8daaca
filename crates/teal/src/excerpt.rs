//! Words of a source as errors repeat them.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::quote::quoted;

/// A piece of a source that an error repeats. A source may have any bytes, so this is text only as a rule.
///
/// `Display` shows each byte that is not UTF-8 as U+FFFD, as algod's REST does.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Excerpt(Box<[u8]>);

impl Excerpt {
    /// As text, with U+FFFD for each byte that is not UTF-8.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.to_string()),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            chunk.invalid().iter().try_for_each(|_| f.write_char(char::REPLACEMENT_CHARACTER))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&quoted(self), f)
    }
}

impl AsRef<[u8]> for Excerpt {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Excerpt {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<Vec<u8>> for Excerpt {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_shown_one_by_one() {
        let excerpt = Excerpt::from(&b"a\xe2\x82b\xff"[..]);
        assert_eq!(excerpt.to_string(), "a\u{fffd}\u{fffd}b\u{fffd}");
        assert_eq!(format!("{excerpt:?}"), r#""a\xe2\x82b\xff""#);
        assert!(matches!(Excerpt::from("é").text(), Cow::Borrowed("é")));
    }
}
