//! Source lines into rows: what is on a line of the result.

use std::collections::HashSet;

use super::{FormatError, Line, MAX_LINE, split};
use crate::integer::parse_uint;
use pnp_opcodes::MAX_VERSION;

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Blank,
    /// A comment alone.
    Comment,
    /// Instructions.
    Code,
    /// A label, or a line that begins with one and cannot be taken apart.
    Label,
    /// `#pragma`, `#define`, or another line that begins with `#`.
    Directive,
    /// A line that reads differently when it is laid out, and so stays as it is.
    Verbatim,
}

/// A line of the result, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) kind: Kind,
    /// Code or directive, without indentation; a verbatim line whole.
    pub(super) text: String,
    pub(super) comment: Option<&'a str>,
    /// The column at which the comment began in the source.
    pub(super) comment_column: usize,
    /// The line of the source, from 1.
    pub(super) line: u32,
}

/// How wide `text` is from the start of a line, a tab reaching to the next multiple of four.
pub(super) fn width(text: &str) -> usize {
    text.chars().fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}

/// The rows of a source.
pub(super) fn read(source: &str) -> Result<Vec<Row<'_>>, FormatError> {
    let macros = macro_names(source);
    let mut rows = Vec::new();
    let mut settled = false;
    for (line, number) in source.split('\n').zip(1..) {
        if line.len() >= MAX_LINE {
            return Err(FormatError::LineTooLong { line: number });
        }
        let parts = split(line);
        let stray = |word: &&str| word.contains('\r') && (!word.starts_with('"') || word.ends_with('\r'));
        if parts.words.iter().any(stray) {
            return Err(FormatError::CarriageReturn { line: number });
        }
        let first = rows.len();
        rows.extend(arrange(&parts, &macros, &mut settled).into_iter().map(|(kind, words)| Row {
            kind,
            text: joined(&words),
            comment: None,
            comment_column: 0,
            line: number,
        }));
        if parts.words.iter().all(|word| *word == ";") {
            let kind = if parts.comment.is_some() { Kind::Comment } else { Kind::Blank };
            rows.push(Row { kind, text: String::new(), comment: None, comment_column: 0, line: number });
        }
        if let Some(last) = rows.last_mut() {
            last.comment = parts.comment;
            last.comment_column = width(line.get(..parts.comment_at).unwrap_or_default());
        }
        if !reads_the_same(&parts, rows.get(first..).unwrap_or_default()) {
            rows.truncate(first);
            let text = line.get(..parts.end).unwrap_or(line).to_owned();
            rows.push(Row { kind: Kind::Verbatim, text, comment: None, comment_column: 0, line: number });
        }
    }
    Ok(without_idle_blanks(rows))
}

/// The names that `#define` gives a meaning to.
fn macro_names(source: &str) -> HashSet<&str> {
    let defines = source.split('\n').filter(|line| line.contains("#define"));
    defines
        .filter_map(|line| match split(line).words.as_slice() {
            ["#define", name, ..] => Some(*name),
            _ => None,
        })
        .collect()
}

/// Whether a directive sets the version.
fn names_version(directive: &[&str]) -> bool {
    matches!(directive, ["#pragma", "version", version]
        if parse_uint(version).is_ok_and(|version| version <= MAX_VERSION.into()))
}

/// A line's words, by row; `settled` is whether the version is known, before it and then behind it.
fn arrange<'a>(line: &Line<'a>, macros: &HashSet<&str>, settled: &mut bool) -> Vec<(Kind, Vec<&'a str>)> {
    let words = line.words.as_slice();
    if words.first().is_some_and(|word| word.starts_with('#')) {
        *settled |= names_version(words);
        return vec![(Kind::Directive, words.to_vec())];
    }
    let mut rows: Vec<(Kind, Vec<&str>)> = Vec::new();
    for statement in words.split(|word| *word == ";").filter(|statement| !statement.is_empty()) {
        let [first, next @ ..] = statement else { continue };
        // The first statement settles the version, and so ends macros whose names it has a meaning for. What macros make
        // of a statement is not looked at.
        let has_macro = statement.iter().any(|word| macros.contains(word));
        let may_end_macro = has_macro && !*settled;
        *settled |= !has_macro;
        if first.ends_with(':') && !first.starts_with('#') {
            // A second label is no label, and a macro may hold one: such a line stays together.
            let together =
                |next: &str| next.ends_with(':') || next.starts_with('#') || macros.contains(next) || may_end_macro;
            match next.first() {
                None => rows.push((Kind::Label, vec![first])),
                Some(next) if together(next) => rows.push((Kind::Label, statement.to_vec())),
                Some(_) => rows.extend([(Kind::Label, vec![*first]), (Kind::Code, next.to_vec())]),
            }
            continue;
        }
        match rows.last_mut() {
            // A label has its line for itself.
            Some((kind, row)) if *kind == Kind::Code || row.len() > 1 => {
                row.push(";");
                row.extend(statement);
            }
            // At the start of a line it would be a directive.
            _ if first.starts_with('#') => rows.push((Kind::Code, [&[";"], statement].concat())),
            _ => rows.push((Kind::Code, statement.to_vec())),
        }
    }
    rows
}

/// The words of a row, a space apart; a semicolon follows what it ends.
fn joined(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() && *word != ";" {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Whether the rows hold just the words and the comment of the line, as the assembler splits lines. They do not where
/// `base64` without its text comes before a semicolon: it changes what `//` after it means.
fn reads_the_same(line: &Line<'_>, rows: &[Row<'_>]) -> bool {
    let mut words = line.words.iter().filter(|word| **word != ";");
    for row in rows {
        let text = match row.comment {
            Some(comment) => format!("{} {comment}", row.text),
            None => row.text.clone(),
        };
        let again = split(&text);
        let directive = again.words.first().is_some_and(|word| word.starts_with('#'));
        let kept = again.words.iter().filter(|word| **word != ";").all(|word| words.next() == Some(word));
        if !kept || again.comment != row.comment || directive != (row.kind == Kind::Directive) {
            return false;
        }
    }
    words.next().is_none()
}

/// Without blank rows at the start, at the end, behind labels and behind two others.
fn without_idle_blanks(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut kept: Vec<Row<'_>> = Vec::with_capacity(rows.len());
    for row in rows {
        let before = |back: usize| kept.len().checked_sub(back).and_then(|at| kept.get(at)).map(|row| row.kind);
        let idle =
            matches!((before(1), before(2)), (None | Some(Kind::Label), _) | (Some(Kind::Blank), Some(Kind::Blank)));
        if row.kind != Kind::Blank || !idle {
            kept.push(row);
        }
    }
    while kept.last().is_some_and(|row| row.kind == Kind::Blank) {
        kept.pop();
    }
    kept
}
