//! One layout for TEAL, so that people read programs instead of their authors' habits.
//!
//! Only what lies between words changes: every word, its order and every comment stay, and so does the program. The
//! layout knows words, labels and directives, not what they mean: a source that does not assemble is laid out as well.
//!
//! - Labels and directives begin at column 0, instructions at column 4, words are one space apart.
//! - Statements that share a line go on sharing it (`txn Fee; int 0; ==; assert`); a label gets a line of its own.
//! - Comments behind code begin at column 36, as in an assembler's listing; where code reaches further, all comments up
//!   to the next blank line move right with it. A comment below another one, in the same column, continues it.
//! - A comment on a line of its own is indented as the line below it is. Before a blank line it is the author's choice:
//!   at column 0, where a heading belongs, or with the instructions.
//! - At most two blank lines follow each other, none begins or ends the file or follows a label.
//! - Lines end with a line feed, and have no blanks before it.

mod align;
mod rows;

use super::template::Templates;
use super::token::{Token, tokenize};
use super::{AssembleOptions, assemble};

/// A line must be shorter than this, in bytes, or no assembler reads it.
const MAX_LINE: usize = 64 * 1024;

/// What some editors begin a file with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A source that cannot be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file begins with U+FEFF, which an assembler takes for part of the first word, or would begin with it.
    #[error("the first word begins with a byte order mark")]
    ByteOrderMark,
    /// A carriage return that is no part of a line's end; laid out, it would become one.
    #[error("line {line} has a carriage return that does not end it")]
    CarriageReturn {
        /// The line, from 1.
        line: u32,
    },
    /// A line that is too long, or would become it.
    #[error("line {line} is too long: it must be shorter than {MAX_LINE} bytes")]
    LineTooLong {
        /// The line, from 1.
        line: u32,
    },
    /// A source of 4 GiB or more.
    #[error("the text is too long")]
    TextTooLong,
}

/// Whether two sources assemble to the same program, or neither assembles. Template variables get placeholders.
#[must_use]
pub fn assembles_alike(one: &str, other: &str) -> bool {
    let program = |text: &str| {
        let text = Templates::default().substitute_known(text).ok()?;
        assemble(&text, AssembleOptions::default()).ok().map(|assembled| assembled.bytes)
    };
    one == other || program(one) == program(other)
}

/// The source in the one layout. Formatting the result again gives the same text, and assembling it the same program.
///
/// # Errors
/// [`FormatError`] where the layout would change what an assembler reads.
///
/// ```
/// use pnp_teal::format;
///
/// let tidy = format("#pragma version 11\ntxn Fee;int 1000 ;  <=\n  assert // dear\nend: int   1").unwrap();
/// assert_eq!(
///     tidy,
///     "#pragma version 11\n    txn Fee; int 1000; <=\n    assert                          // dear\nend:\n    int 1\n"
/// );
/// assert_eq!(format(&tidy).as_ref(), Ok(&tidy));
/// ```
pub fn format(source: &str) -> Result<String, FormatError> {
    if u32::try_from(source.len()).is_err() {
        return Err(FormatError::TextTooLong);
    }
    if source.starts_with(BYTE_ORDER_MARK) {
        return Err(FormatError::ByteOrderMark);
    }
    let rows = rows::read(source)?;
    let tidy = align::lay_out(&rows)?;
    // Behind a blank line or a space it was none, but what lies before the first word goes.
    if tidy.starts_with(BYTE_ORDER_MARK) {
        return Err(FormatError::ByteOrderMark);
    }
    // What is blank to the assembler is no text at all, while separators are a program, if only of a version; and there
    // are words, of form feeds say, that only separators keep from being blank.
    match tidy.trim().is_empty() && !source.trim().is_empty() {
        true if tidy.is_empty() => Ok(";\n".to_owned()),
        true => Ok(format!(";{tidy}")),
        false => Ok(tidy),
    }
}

/// A line's words and its comment, with the two slashes, if it has one.
struct Line<'a> {
    words: Vec<&'a str>,
    comment: Option<&'a str>,
    /// Where the comment begins, in bytes from the start of the line.
    comment_at: usize,
    /// Where the last of all that ends.
    end: usize,
}

/// Splits a line, given without its line feed, as the assembler does.
fn split(line: &str) -> Line<'_> {
    let mut tokens: Vec<Token> = Vec::new();
    tokenize(line.as_bytes(), 0, 1, &mut tokens);
    // Between words there are only blanks and semicolons, and semicolons are words.
    let end = tokens.last().map_or(0, |token| token.span().end);
    let rest = line.get(end..).unwrap_or_default().trim_start_matches(BLANK);
    let comment = rest.starts_with("//").then(|| rest.trim_end_matches(LINE_END));
    let comment_at = line.len() - rest.len();
    Line {
        words: tokens.iter().map(|token| token.text(line)).collect(),
        comment,
        comment_at,
        end: comment.map_or(end, |comment| comment_at + comment.len()),
    }
}

/// What separates words, besides semicolons.
const BLANK: [char; 2] = [' ', '\t'];
/// What is taken away at the end of a line.
const LINE_END: [char; 5] = [' ', '\t', '\r', '\u{b}', '\u{c}'];

#[cfg(test)]
mod tests;
