//! The text of a source that is not UTF-8 all over: programs are written in it, comments now and then in what a country
//! used before.

use std::borrow::Cow;

use super::token::words;

/// A word of a source that is not UTF-8, which is needed of all but comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: a word is not UTF-8, as only comments may be")]
pub struct NotText {
    /// Its line, from 1.
    pub line: u32,
    /// Its column in bytes, from 0.
    pub column: u32,
}

/// What stands for a byte that is not UTF-8: a byte that means as little to the assembler.
const STAND_IN: char = '?';

/// The source as text. In comments each byte that is not UTF-8 becomes a `?`, so that all places stay what they are.
///
/// The reference takes such bytes anywhere.
pub fn source_text(source: &[u8]) -> Result<Cow<'_, str>, NotText> {
    if let Ok(text) = std::str::from_utf8(source) {
        return Ok(Cow::Borrowed(text));
    }
    let mut text = String::with_capacity(source.len());
    for chunk in source.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| STAND_IN));
    }
    if u32::try_from(source.len()).is_err() {
        // Too long for places to be reported; the assembler refuses it.
        return Ok(Cow::Owned(text));
    }
    let wrong = words(&text).flatten().find(|word| source.get(word.span()) != Some(word.bytes(&text)));
    match wrong {
        Some(word) => Err(NotText { line: word.line, column: word.column }),
        None => Ok(Cow::Owned(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssembleOptions, assemble};

    #[test]
    fn comments_may_be_anything() {
        let source = b"#pragma version 8 // \xff\nint 1 // caf\xe9 \xe2\x82\n// \xc0\xaf\nbyte \"//\xc3\xa9\" // \xfe\nlen; return";
        let text = source_text(source).unwrap();
        assert_eq!(text.len(), source.len());
        let repaired = String::from_utf8_lossy(source).into_owned();
        let options = AssembleOptions::default();
        assert_eq!(assemble(&text, options), assemble(&repaired, options));
        assert!(matches!(source_text(b"int 1 // \xc3\xa9"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn words_may_not() {
        let place = |source: &[u8]| source_text(source).map_err(|error| (error.line, error.column)).err();
        assert_eq!(place(b"int 1 // \xff\n  byte \"a \xff\" // \xff"), Some((2, 7)));
        assert_eq!(place(b"byte base64 //\xff"), Some((1, 12)));
        assert_eq!(place(b"\xe9t\xe9:"), Some((1, 0)));
        assert_eq!(place(b"pop;\xff"), Some((1, 4)));
        let text = source_text(b"int \xff").unwrap_err().to_string();
        assert_eq!(text, "1:4: a word is not UTF-8, as only comments may be");
    }
}
