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
    classes[b'\n' as usize] = SPECIAL;
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

fn is_base64(word: &[u8]) -> bool {
    matches!(word, b"base64" | b"b64")
}

/// Appends the tokens of the line that begins at byte `line` of the source and is the `number`th. Gives the end of the
/// line: where its newline is, or the source's end. A semicolon outside a string is a token of its own.
pub(super) fn tokenize(source: &[u8], line: usize, number: u32, tokens: &mut Vec<Token>) -> usize {
    let token = |start: usize, end: usize| Token {
        // Sources are shorter than 4 GiB: the assembler refuses longer ones.
        start: start as u32,
        end: end as u32,
        line: number,
        column: (start - line) as u32,
    };
    let mut at = skip_separators(source, line, |semicolon| tokens.push(token(semicolon, semicolon + 1)));
    let mut start = at;
    let mut in_string = false;
    let mut in_base64 = false;
    while let Some(&byte) = source.get(at) {
        match class(byte) {
            ORDINARY => at += 1,
            SPECIAL => {
                match byte {
                    b'\n' => break,
                    b'"' if in_string => in_string = source[at - 1] == b'\\',
                    b'"' => in_string = at == line || class(source[at - 1]) == SEPARATOR,
                    b'/' if !in_base64 && !in_string && source.get(at + 1) == Some(&b'/') => {
                        if start != at {
                            tokens.push(token(start, at));
                        }
                        return line_end(source, at);
                    }
                    b'(' if is_base64(&source[start..at]) => in_base64 = true,
                    b')' => in_base64 = false,
                    _ => {}
                }
                at += 1;
            }
            _ if in_string => at += 1,
            _ => {
                tokens.push(token(start, at));
                in_base64 = !in_base64 && is_base64(&source[start..at]);
                at = skip_separators(source, at, |semicolon| tokens.push(token(semicolon, semicolon + 1)));
                start = at;
            }
        }
    }
    let end = if at > start && source[at - 1] == b'\r' { at - 1 } else { at };
    if start < end {
        tokens.push(token(start, end));
    }
    at
}

/// The first position from `at` on that is no separator; tells of the semicolons on the way.
fn skip_separators(source: &[u8], mut at: usize, mut semicolon: impl FnMut(usize)) -> usize {
    while let Some(&byte) = source.get(at).filter(|byte| class(**byte) == SEPARATOR) {
        if byte == b';' {
            semicolon(at);
        }
        at += 1;
    }
    at
}

/// The first newline from `at` on, or the end. Comments are long, so eight bytes are looked at in one step.
fn line_end(source: &[u8], at: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    const NEWLINES: u64 = u64::from_ne_bytes([b'\n'; 8]);
    let (words, _) = source[at..].as_chunks::<8>();
    let has_newline = |word: &[u8; 8]| {
        let zero_where_newline = u64::from_ne_bytes(*word) ^ NEWLINES;
        zero_where_newline.wrapping_sub(ONES) & !zero_where_newline & HIGHS != 0
    };
    let skipped = 8 * words.iter().take_while(|word| !has_newline(word)).count();
    let rest = &source[at + skipped..];
    at + skipped + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        assert_eq!(tokenize(line.as_bytes(), 0, 1, &mut tokens), line.len());
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
    fn columns_count_bytes_of_the_line() {
        let source = "int 1 // a comment of some length\nbyte \"é\" x\r\npop";
        let mut tokens = Vec::new();
        let end = tokenize(source.as_bytes(), 0, 1, &mut tokens);
        assert_eq!(source.as_bytes()[end], b'\n');
        tokens.clear();
        let next = tokenize(source.as_bytes(), end + 1, 2, &mut tokens);
        assert_eq!((tokens[2].text(source), tokens[2].line, tokens[2].column), ("x", 2, 10));
        assert_eq!(tokens[2].after().column, 11);
        assert_eq!(&source[next..], "\npop");
    }
}
