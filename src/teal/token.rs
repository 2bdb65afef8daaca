//! Lines into tokens: separated by spaces, tabs and semicolons, aware of strings, base64 and comments.
//!
//! The rules are those of go-algorand's `tokensFromLine`, corner cases included: a quote opens a string only at the
//! start of a token, `//` opens no comment inside a string or right after `base64`, and nothing spans lines.

use std::ops::Range;

/// A word of the source: where it is, in bytes, and as errors count places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    /// From 1.
    pub(super) line: u32,
    /// In bytes, from 0.
    pub(super) column: u32,
}

impl Token {
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.span()).unwrap_or_default()
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The column right after it.
    pub(super) fn end_column(&self) -> u32 {
        self.column + (self.end - self.start)
    }

    /// The empty place right after it.
    pub(super) fn after(&self) -> Self {
        Self { start: self.end, column: self.end_column(), ..*self }
    }
}

const ORDINARY: u8 = 0;
const SEPARATOR: u8 = 1;
const SPECIAL: u8 = 2;

const CLASSES: [u8; 256] = {
    let mut classes = [ORDINARY; 256];
    classes[b' ' as usize] = SEPARATOR;
    classes[b'\t' as usize] = SEPARATOR;
    classes[b';' as usize] = SEPARATOR;
    classes[b'"' as usize] = SPECIAL;
    classes[b'/' as usize] = SPECIAL;
    classes[b'(' as usize] = SPECIAL;
    classes[b')' as usize] = SPECIAL;
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Appends the tokens of `line`, which begins at byte `offset` of the source and is line `number`, to `tokens`.
/// A semicolon outside a string is a token of its own.
pub(super) fn tokenize(line: &[u8], offset: u32, number: u32, tokens: &mut Vec<Token>) {
    let token = |start: usize, end: usize| Token {
        // Lines are far shorter than 4 GiB: the assembler refuses longer sources.
        start: offset + start as u32,
        end: offset + end as u32,
        line: number,
        column: start as u32,
    };
    let is_base64 = |word: &[u8]| word == b"base64" || word == b"b64";
    let mut at = skip_separators(line, 0, |semicolon| tokens.push(token(semicolon, semicolon + 1)));
    let mut start = at;
    let mut in_string = false;
    let mut in_base64 = false;
    while let Some(&byte) = line.get(at) {
        match class(byte) {
            ORDINARY => at += 1,
            SPECIAL => {
                match byte {
                    b'"' if in_string => in_string = line[at - 1] == b'\\',
                    b'"' => in_string = at == 0 || class(line[at - 1]) == SEPARATOR,
                    b'/' if !in_base64 && !in_string && line.get(at + 1) == Some(&b'/') => {
                        if start != at {
                            tokens.push(token(start, at));
                        }
                        return;
                    }
                    b'(' if is_base64(&line[start..at]) => in_base64 = true,
                    b')' => in_base64 = false,
                    _ => {}
                }
                at += 1;
            }
            _ if in_string => at += 1,
            _ => {
                tokens.push(token(start, at));
                in_base64 = !in_base64 && is_base64(&line[start..at]);
                at = skip_separators(line, at, |semicolon| tokens.push(token(semicolon, semicolon + 1)));
                start = at;
            }
        }
    }
    if start < line.len() {
        tokens.push(token(start, line.len()));
    }
}

/// The first position from `at` on that is no separator; tells of the semicolons on the way.
fn skip_separators(line: &[u8], mut at: usize, mut semicolon: impl FnMut(usize)) -> usize {
    while let Some(&byte) = line.get(at).filter(|byte| class(**byte) == SEPARATOR) {
        if byte == b';' {
            semicolon(at);
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        tokenize(line.as_bytes(), 0, 1, &mut tokens);
        tokens.iter().map(|token| token.text(line)).collect()
    }

    #[test]
    fn spaces_and_semicolons_separate() {
        assert_eq!(words("  int 1;;pop\t; dup "), ["int", "1", ";", ";", "pop", ";", "dup"]);
        assert_eq!(words(";int 1"), [";", "int", "1"]);
        assert_eq!(words(""), Vec::<&str>::new());
    }

    #[test]
    fn strings_hold_spaces_and_slashes() {
        assert_eq!(words(r#"byte "a b;//c" // d"#), ["byte", r#""a b;//c""#]);
        assert_eq!(words(r#"byte "a\" b" x"#), ["byte", r#""a\" b""#, "x"]);
        assert_eq!(words(r#"byte x"a b""#), ["byte", r#"x"a"#, r#"b""#]);
        assert_eq!(words(r#"byte "open end"#), ["byte", r#""open end"#]);
    }

    #[test]
    fn base64_holds_slashes() {
        assert_eq!(words("byte base64(a//b) // c"), ["byte", "base64(a//b)"]);
        assert_eq!(words("byte b64 a//b // c"), ["byte", "b64", "a//b"]);
        assert_eq!(words("byte b32(A//b)"), ["byte", "b32(A"]);
        assert_eq!(words("int 1//c"), ["int", "1"]);
    }

    #[test]
    fn columns_count_bytes() {
        let mut tokens = Vec::new();
        tokenize("byte \"é\" x".as_bytes(), 100, 3, &mut tokens);
        assert_eq!(tokens[2], Token { start: 110, end: 111, line: 3, column: 10 });
        assert_eq!(tokens[2].after().column, 11);
    }
}
