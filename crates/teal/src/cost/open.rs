//! What template variables without a value leave open in a program.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::bytes_literal::is_encoding;
use crate::flow::Program;
use crate::token::{Token, words};

/// Which constants of an instruction are open.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Elements {
    /// Those at these places of its list.
    At(HashSet<usize>),
    /// Any: a macro stands there.
    All,
}

/// The instructions with an immediate that a variable without a value is part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    instructions: HashMap<usize, Elements>,
}

impl Open {
    /// What is open in the program of a text, at whose `places` something stands for a variable without a value.
    pub(super) fn of(text: &str, places: &[Range<usize>], program: &Program) -> Self {
        let mut open = Self::default();
        if places.is_empty() {
            return open;
        }
        let tokens: Vec<Vec<Token>> = words(text).collect();
        let macros = open_macros(text, &tokens, places);
        for (at, it) in program.instructions().iter().enumerate() {
            let Some(place) = &it.source else { continue };
            let line = usize::try_from(place.line).ok().and_then(|line| tokens.get(line.checked_sub(1)?));
            let words = line.into_iter().flatten().filter(|token| within(&token.span(), &place.span));
            let words: Vec<Token> = words.copied().collect();
            if let Some(elements) = elements(text, &words, places, &macros) {
                open.instructions.insert(at, elements);
            }
        }
        open
    }

    /// Whether an immediate of the instruction is open.
    pub(super) fn has(&self, instruction: usize) -> bool {
        self.instructions.contains_key(&instruction)
    }

    /// Whether the constant at that place in the instruction's list is open.
    pub(super) fn has_element(&self, instruction: usize, element: usize) -> bool {
        match self.instructions.get(&instruction) {
            None => false,
            Some(Elements::All) => true,
            Some(Elements::At(places)) => places.contains(&element),
        }
    }
}

/// The open constants of an instruction with these words, the mnemonic first; nothing if there are none.
fn elements(text: &str, words: &[Token], places: &[Range<usize>], macros: &HashSet<&str>) -> Option<Elements> {
    if words.iter().any(|word| macros.contains(word.text(text))) {
        return Some(Elements::All);
    }
    let is_open = |word: &Token| places.iter().any(|place| within(place, &word.span()));
    let mut element = 0;
    let mut open = HashSet::new();
    for word in words.iter().skip(1) {
        if is_open(word) {
            open.insert(element);
        }
        // The name of an encoding and the text behind it are one constant.
        element += usize::from(!is_encoding(word.text(text)));
    }
    (!open.is_empty()).then_some(Elements::At(open))
}

/// The macros that an open place, or such a macro, is part of.
fn open_macros<'a>(text: &'a str, lines: &[Vec<Token>], places: &[Range<usize>]) -> HashSet<&'a str> {
    let definitions: Vec<&[Token]> = lines
        .iter()
        .filter_map(|line| match line.as_slice() {
            [define, rest @ ..] if define.text(text) == "#define" => Some(rest),
            _ => None,
        })
        .collect();
    let mut macros = HashSet::new();
    loop {
        let known = macros.len();
        for definition in &definitions {
            let [name, body @ ..] = definition else { continue };
            let is_open = |word: &Token| {
                macros.contains(word.text(text)) || places.iter().any(|place| within(place, &word.span()))
            };
            if body.iter().any(is_open) {
                macros.insert(name.text(text));
            }
        }
        if macros.len() == known {
            return macros;
        }
    }
}

fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
