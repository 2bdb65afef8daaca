//! Rows into text: how far each line is indented, and where comments begin.

use super::rows::{Kind, Row, width};
use super::{FormatError, MAX_LINE};

/// Where instructions begin.
const INDENT: usize = 4;
/// Where comments behind code begin.
const COMMENT: usize = 36;
/// Code that reaches further does not move its neighbours' comments.
const MAX_ALIGNED_COLUMN: usize = 76;
/// The least between code and comment.
const MIN_GAP: usize = 2;

/// Where a row's comment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind code.
    Behind,
    /// Alone, below another comment that it continues.
    Below,
    /// Alone, at this column.
    At(usize),
}

/// The text of the rows.
pub(super) fn lay_out(rows: &[Row<'_>]) -> Result<String, FormatError> {
    let places = places(rows);
    let mut text = String::new();
    let mut start = 0;
    while start < rows.len() {
        let length = rows[start..].iter().take_while(|row| row.kind != Kind::Blank).count();
        let end = start + length;
        block(&rows[start..end], &places[start..end], &mut text)?;
        if end < rows.len() {
            text.push('\n');
        }
        start = end + 1;
    }
    Ok(text)
}

/// Rows between blank ones.
fn block(rows: &[Row<'_>], places: &[Place], text: &mut String) -> Result<(), FormatError> {
    let commented = rows.iter().filter(|row| row.kind != Kind::Comment && row.comment.is_some());
    let ends = commented.map(code_width).filter(|width| *width <= MAX_ALIGNED_COLUMN);
    let shared = ends.map(|width| width + MIN_GAP).fold(COMMENT, usize::max);
    let mut column = shared;
    for (row, place) in rows.iter().zip(places) {
        let start = text.len();
        if row.kind == Kind::Code {
            pad(text, INDENT);
        }
        text.push_str(&row.text);
        if let Some(comment) = row.comment {
            let written = code_width(row);
            match place {
                Place::Behind => {
                    column = shared.max(written + MIN_GAP);
                    pad(text, column - written);
                }
                Place::Below => pad(text, column),
                Place::At(column) => pad(text, *column),
            }
            text.push_str(comment);
        }
        if text.len() - start >= MAX_LINE {
            return Err(FormatError::LineTooLong { line: row.line });
        }
        text.push('\n');
    }
    Ok(())
}

fn pad(text: &mut String, columns: usize) {
    text.extend(std::iter::repeat_n(' ', columns));
}

/// How far the row reaches without its comment.
fn code_width(row: &Row<'_>) -> usize {
    match row.kind {
        // What is before the text counts for its tabs.
        Kind::Code => width(&format!("{:INDENT$}{}", "", row.text)),
        _ => width(&row.text),
    }
}

/// Where each row's comment goes.
fn places(rows: &[Row<'_>]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let place = match row.kind {
            Kind::Comment if continues(rows, &places, at) => Place::Below,
            Kind::Comment => match places.last() {
                // Comments one below the other share their fate.
                Some(Place::At(column)) if at > 0 && rows[at - 1].kind == Kind::Comment => Place::At(*column),
                _ => Place::At(own_column(&rows[at..])),
            },
            _ => Place::Behind,
        };
        places.push(place);
    }
    places
}

/// Whether the comment stood exactly below the one before, which is behind code or continues one that is.
fn continues(rows: &[Row<'_>], places: &[Place], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let anchored = rows[before].comment.is_some() && !matches!(places[before], Place::At(_));
    let column = rows[at].comment_column;
    anchored && column > INDENT && column == rows[before].comment_column
}

/// The column of a comment alone, the first of `rows`: that of the line below it.
fn own_column(rows: &[Row<'_>]) -> usize {
    let below = rows.iter().find(|row| row.kind != Kind::Comment);
    match below.map(|row| row.kind) {
        Some(Kind::Code) => INDENT,
        Some(Kind::Verbatim) if below.is_some_and(|row| row.text.starts_with([' ', '\t'])) => INDENT,
        Some(Kind::Label | Kind::Directive | Kind::Verbatim) => 0,
        _ if rows.first().is_some_and(|row| row.comment_column > 0) => INDENT,
        _ => 0,
    }
}
