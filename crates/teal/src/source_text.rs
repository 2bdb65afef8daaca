//! The text of a source that is not UTF-8 all over: programs are written in it, comments and strings now and then in
//! something else.

use std::borrow::Cow;

use super::token::words;

/// A word of a source that is not UTF-8, which is needed of all but strings and comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: a word is not UTF-8, as only strings and comments may be")]
pub struct NotText {
    /// Its line, from 1.
    pub line: u32,
    /// Its column in bytes, from 0.
    pub column: u32,
}

/// What stands for a byte that is not UTF-8: a byte that means as little to the assembler.
const STAND_IN: char = '?';

/// The source as people may see it: with a `?` for each byte that is not UTF-8, so that all places stay what they are.
pub fn shown_text(source: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(source) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(source.len());
    for chunk in source.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| STAND_IN));
    }
    Cow::Owned(text)
}

/// A text that means what the source means. Of what is not UTF-8, each byte of a comment becomes a `?`, and each byte of a
/// string its escape, such as `\xff`: behind one, what is in the same line moves.
///
/// [`assemble_bytes`](crate::assemble_bytes) takes such bytes anywhere, as the reference does.
///
/// # Errors
/// A label or another word that is not UTF-8.
pub fn source_text(source: &[u8]) -> Result<Cow<'_, str>, NotText> {
    let shown = match shown_text(source) {
        Cow::Borrowed(text) => return Ok(Cow::Borrowed(text)),
        Cow::Owned(shown) => shown,
    };
    if u32::try_from(source.len()).is_err() {
        // Too long for places to be reported; the assembler refuses it.
        return Ok(Cow::Owned(shown));
    }
    let mut text = String::with_capacity(shown.len());
    let mut done = 0;
    for word in words(&shown).flatten() {
        let original = word.bytes(source);
        if original == word.bytes(shown.as_bytes()) {
            continue;
        }
        if !original.starts_with(b"\"") {
            return Err(NotText { line: word.line, column: word.column });
        }
        text.push_str(shown.get(done..word.span().start).unwrap_or_default());
        push_escaped(&mut text, original);
        done = word.span().end;
    }
    text.push_str(shown.get(done..).unwrap_or_default());
    Ok(Cow::Owned(text))
}

/// Appends a string with escapes for its bytes that are not UTF-8.
fn push_escaped(text: &mut String, string: &[u8]) {
    for chunk in string.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let backslashes = text.bytes().rev().take_while(|byte| *byte == b'\\').count();
            match backslashes % 2 {
                0 => text.push_str(&format!("\\x{byte:02x}")),
                // No escape begins so: the assembler refuses the string.
                _ => text.push(STAND_IN),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssembleOptions, assemble, assemble_bytes};

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
    fn strings_keep_their_bytes() {
        let text = |source: &[u8]| source_text(source).unwrap().into_owned();
        assert_eq!(text(b"byte \"a\xff//\" // \xff\npop"), "byte \"a\\xff//\" // ?\npop");
        assert_eq!(text(b"byte \"\\\\\xe9\""), "byte \"\\\\\\xe9\"");
        for source in
            [&b"#pragma version 8\nbyte \"\xe2\x82\\\\\xff\"; method \"a\xff()void\""[..], b"byte \"\xc3\xa9\xc3\""]
        {
            let options = AssembleOptions::default();
            let bytes = |assembled: Result<crate::Assembled, _>| assembled.map(|it| it.bytes);
            assert_eq!(bytes(assemble(&text(source), options)), bytes(assemble_bytes(source, options)));
        }
        assert!(assemble(&text(b"byte \"\\\xff\""), AssembleOptions::default()).is_err());
    }

    #[test]
    fn what_is_shown_keeps_its_places() {
        assert_eq!(shown_text(b"\xe9t\xe9: byte \"\xff\""), "?t?: byte \"?\"");
    }

    #[test]
    fn words_may_not() {
        let place = |source: &[u8]| source_text(source).map_err(|error| (error.line, error.column)).err();
        assert_eq!(place(b"int 1 // \xff\n  byte a\xff // \xff"), Some((2, 7)));
        assert_eq!(place(b"byte base64 //\xff"), Some((1, 12)));
        assert_eq!(place(b"\xe9t\xe9:"), Some((1, 0)));
        assert_eq!(place(b"pop;\xff"), Some((1, 4)));
        let text = source_text(b"int \xff").unwrap_err().to_string();
        assert_eq!(text, "1:4: a word is not UTF-8, as only strings and comments may be");
    }
}
