//! Where instructions are in their source.

use std::collections::HashMap;
use std::ops::Range;

use crate::Location;
use crate::token::tokenize;

/// A statement's place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The bytes of the source, from the mnemonic to the last immediate.
    pub span: Range<usize>,
}

/// Finds statements by their first word; each line is read once, and only if it is asked for.
pub(crate) struct Spans<'a> {
    source: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    /// Of each line read: the beginning of every word, and the end of the statement it belongs to.
    words: HashMap<u32, Vec<(usize, usize)>>,
}

impl<'a> Spans<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        let newlines = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { source, lines: std::iter::once(0).chain(newlines).collect(), words: HashMap::new() }
    }

    /// The statement whose mnemonic is there.
    pub(crate) fn place(&mut self, location: Location) -> Option<Place> {
        let line = location.line;
        let begin = *self.lines.get(line as usize)?;
        let words = self.words.entry(line).or_insert_with(|| words(self.source, begin));
        let start = begin + location.column as usize;
        let at = words.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        let (start, end) = *words.get(at)?;
        Some(Place { line: line + 1, span: start..end })
    }
}

fn words(source: &str, begin: usize) -> Vec<(usize, usize)> {
    let mut tokens = Vec::new();
    tokenize(source.as_bytes(), begin, 1, &mut tokens);
    let mut end = None;
    let mut words: Vec<(usize, usize)> = Vec::with_capacity(tokens.len());
    for token in tokens.iter().rev() {
        let span = token.span();
        if token.text(source) == ";" {
            end = None;
        }
        words.push((span.start, *end.get_or_insert(span.end)));
        if token.text(source) == ";" {
            end = None;
        }
    }
    words.reverse();
    words
}
