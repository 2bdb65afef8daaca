//! Lines into tokens: separated by spaces, tabs and semicolons, aware of strings, base64 and comments.
//!
//! The rules are those of go-algorand's `tokensFromLine`, corner cases included: a quote opens a string only at the
//! start of a token, `//` opens no comment inside a string or right after `base64`, and nothing spans lines.

use std::ops::Range;

use super::scanner::Scanner;

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
    #[inline]
    fn new(start: usize, end: usize, line: usize, number: u32) -> Self {
        // Sources are shorter than 4 GiB: the assembler refuses longer ones.
        Self { start: start as u32, end: end as u32, line: number, column: (start - line) as u32 }
    }

    #[inline]
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.span()).unwrap_or_default()
    }

    /// Its bytes, which need not be text.
    #[inline]
    pub(super) fn bytes<'a>(&self, source: &'a [u8]) -> &'a [u8] {
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

/// Whether a byte that may end a word does not.
fn is_ordinary(byte: u8) -> bool {
    !matches!(byte, b';' | b'"' | b'/' | b'(' | b')' | b'\r' | b' ' | b'\t' | b'\n')
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b';')
}

fn is_base64(word: &[u8]) -> bool {
    matches!(word, b"base64" | b"b64")
}

/// The words of one line, in memory that is kept from line to line.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    scanner: Scanner<'a>,
    pub(super) list: Vec<Token>,
    /// Whether some of them are semicolons.
    pub(super) semicolons: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a [u8], list: Vec<Token>) -> Self {
        Self { scanner: Scanner::new(source), list, semicolons: false }
    }

    /// Reads the line that begins at byte `line` of the source and is the `number`th. Gives the end of the line: where
    /// its newline is, or the source's end. A semicolon outside a string is a token of its own.
    ///
    /// Nearly all lines are nothing but words between blanks, then perhaps a comment; the others take a way of their own.
    #[inline(always)]
    pub(super) fn read(&mut self, line: usize, number: u32) -> usize {
        self.list.clear();
        self.semicolons = false;
        let (mut start, mut end) = self.scanner.word(line);
        loop {
            if self.scanner.found_newline(end) {
                if start < end {
                    self.list.push(Token::new(start, end, line, number));
                }
                return end;
            }
            if self.scanner.found_blank(end) {
                self.list.push(Token::new(start, end, line, number));
                (start, end) = self.scanner.word(end);
            } else if start == end && self.is_comment(end) {
                return self.scanner.newline(end);
            } else if self.scanner.source.get(end).copied().is_some_and(is_ordinary) {
                end = self.scanner.stop(end + 1);
            } else {
                return self.read_special(line, number, start, end);
            }
        }
    }

    /// Whether a comment begins at `at`, where a word could: what follows `base64` is not a comment.
    #[inline]
    fn is_comment(&self, at: usize) -> bool {
        let source = self.scanner.source;
        matches!(source.get(at..), Some([b'/', b'/', ..]))
            && !self.list.last().is_some_and(|last| is_base64(&source[last.span()]))
    }

    /// Reads on where a word ends with a special byte: if that begins the line's last word as a string, or is the end of
    /// the line. Otherwise the line is read again, with all that can be in one.
    #[inline(never)]
    fn read_special(&mut self, line: usize, number: u32, start: usize, end: usize) -> usize {
        let source = self.scanner.source;
        match source.get(end..).unwrap_or_default() {
            [b'\r', b'\n', ..] => {
                if start < end {
                    self.list.push(Token::new(start, end, line, number));
                }
                return end + 1;
            }
            [b'"', ..] if start == end => {
                let quote = self.closing_quote(end + 1);
                // What comes right after a string may belong to it.
                let ends_word = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
                if let Some(behind) = quote.map(|quote| quote + 1)
                    && source.get(behind).is_none_or(ends_word)
                {
                    let after = self.scanner.no_blank(behind);
                    if let [] | [b'\n', ..] | [b'/', b'/', ..] = source.get(after..).unwrap_or_default() {
                        self.list.push(Token::new(start, behind, line, number));
                        return self.scanner.newline(after);
                    }
                }
            }
            _ => {}
        }
        self.list.clear();
        self.read_any(line, number)
    }

    /// The first quote from `at` on, unless it is escaped or behind the line.
    fn closing_quote(&mut self, at: usize) -> Option<usize> {
        let source = self.scanner.source;
        let mut quote = self.scanner.stop(at);
        loop {
            match source.get(quote)? {
                b'"' if source[quote - 1] == b'\\' => return None,
                b'"' => return Some(quote),
                b'\n' => return None,
                _ => quote = self.scanner.stop(quote + 1),
            }
        }
    }

    /// Reads any line.
    fn read_any(&mut self, line: usize, number: u32) -> usize {
        let source = self.scanner.source;
        let token = |start: usize, end: usize| Token::new(start, end, line, number);
        let mut start = self.skip_separators(source, line, token);
        let mut at = start;
        let mut in_string = false;
        let mut in_base64 = false;
        while let Some(&byte) = source.get(at) {
            match byte {
                b'\n' => break,
                b'"' if in_string => in_string = source[at - 1] == b'\\',
                b'"' => in_string = at == line || is_separator(source[at - 1]),
                b'/' if !in_base64 && !in_string && source.get(at + 1) == Some(&b'/') => {
                    if start != at {
                        self.list.push(token(start, at));
                    }
                    return self.scanner.newline(at);
                }
                b'(' if is_base64(&source[start..at]) => in_base64 = true,
                b')' => in_base64 = false,
                b' ' | b'\t' | b';' if !in_string => {
                    self.list.push(token(start, at));
                    in_base64 = !in_base64 && is_base64(&source[start..at]);
                    start = self.skip_separators(source, at, token);
                    at = start;
                    continue;
                }
                _ => {
                    at = self.scanner.stop(at + 1);
                    continue;
                }
            }
            at += 1;
        }
        let end = if at > start && source[at - 1] == b'\r' { at - 1 } else { at };
        if start < end {
            self.list.push(token(start, end));
        }
        at
    }

    /// The first position from `at` on that is no separator; the semicolons on the way become tokens.
    fn skip_separators(&mut self, source: &[u8], mut at: usize, token: impl Fn(usize, usize) -> Token) -> usize {
        while at < source.len() && is_separator(source[at]) {
            if source[at] == b';' {
                self.semicolons = true;
                self.list.push(token(at, at + 1));
            }
            at += 1;
        }
        at
    }
}

/// Appends the words of a single line, read as by [`Tokens::read`], and gives its end.
pub(super) fn tokenize(source: &[u8], line: usize, number: u32, tokens: &mut Vec<Token>) -> usize {
    let mut read = Tokens::new(source, Vec::new());
    let end = read.read(line, number);
    tokens.append(&mut read.list);
    end
}

/// The words of each line.
pub(super) fn words(source: &str) -> impl Iterator<Item = Vec<Token>> {
    let mut start = 0;
    let mut line = 0;
    std::iter::from_fn(move || {
        (start < source.len()).then(|| {
            let mut tokens = Vec::new();
            line += 1;
            start = 1 + tokenize(source.as_bytes(), start, line, &mut tokens);
            tokens
        })
    })
}

/// The words that end with a colon, without it: every label, where it is defined.
pub(super) fn labels(source: &str) -> impl Iterator<Item = (&str, Token)> {
    words(source).flatten().filter_map(|token| Some((token.text(source).strip_suffix(':')?, token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<&str> {
        let mut tokens = Tokens::new(line.as_bytes(), Vec::new());
        assert_eq!(tokens.read(0, 1), line.len());
        assert_eq!(tokens.semicolons, tokens.list.iter().any(|token| token.text(line) == ";"));
        tokens.list.iter().map(|token| token.text(line)).collect()
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
    fn words_end_wherever_they_are_in_eight_bytes() {
        for len in 1..20 {
            let word = "é+b_4".repeat(len);
            for (line, count) in [("", 1), (" x", 2), (";x", 3), ("\tint 12345678 x", 4), ("//12345678", 1)] {
                let found = words(&format!("{word}{line}")).len();
                assert_eq!(found, count, "{word}{line}");
                assert_eq!(words(&format!("{word}{line}"))[0], word);
            }
        }
    }

    #[test]
    fn the_short_way_reads_what_the_long_one_does() {
        let pieces = [
            "", "int", "x:", "-1", " ", "\t  ", ";", "\"", "\"a b\"", "//", "/", "(", ")", "base64", "b64(", "\\",
            "\r", "\n",
        ];
        for number in 0..pieces.len().pow(5) {
            let piece = |place: u32| pieces[number / pieces.len().pow(place) % pieces.len()];
            // Every word of four pieces, and each of them with something before it once in a while.
            if !piece(4).is_empty() && number % 11 != 0 {
                continue;
            }
            let line = [piece(4), piece(3), piece(2), piece(1), piece(0)].concat();
            let (mut short, mut long) =
                (Tokens::new(line.as_bytes(), Vec::new()), Tokens::new(line.as_bytes(), Vec::new()));
            let ends = (short.read(0, 7), long.read_any(0, 7));
            assert_eq!((ends.0, &short.list, short.semicolons), (ends.1, &long.list, long.semicolons), "{line:?}");
        }
    }

    #[test]
    fn columns_count_bytes_of_the_line() {
        let source = "int 1 // a comment of some length\nbyte \"é\" x\r\npop";
        let mut tokens = Tokens::new(source.as_bytes(), Vec::new());
        let end = tokens.read(0, 1);
        assert_eq!(source.as_bytes()[end], b'\n');
        let next = tokens.read(end + 1, 2);
        let last = tokens.list[2];
        assert_eq!((last.text(source), last.line, last.column), ("x", 2, 10));
        assert_eq!(last.after().column, 11);
        assert_eq!(&source[next..], "\npop");
    }
}
