//! What a deployment decides: template variables, and constant conditions that are meant as switches.
//!
//! The program is assembled with a marker in place of each variable, so that the analysis knows the constant wherever it
//! is placed, in a block of constants too. A literal that `pushint` puts right before a branch is taken for a variable
//! whose value has been filled in: no author writes a constant condition that way for another reason.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::flow::{Operand, Program};
use crate::template::{Filled, Place, Templates, Use};
use crate::token::{Token, tokenize};
use crate::{Location, PcMap};
use pnp_opcodes::Op;
use pnp_types::Address;

/// What a constant of the program stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant<T> {
    /// Itself.
    Plain,
    /// A variable's value.
    Given(T),
    /// A variable whose value is open.
    Open(u32),
}

/// A variable and its value, as the places take it that ask for such a kind; nothing where it is open.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    integer: Option<u64>,
    bytes: Option<Vec<u8>>,
}

/// The template variables of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct DeploymentSettings {
    variables: Vec<Variable>,
    integers: HashMap<u64, usize>,
    byte_strings: HashMap<Vec<u8>, usize>,
    /// Whether every value is left open, given or not.
    open: bool,
    /// Instructions whose condition is a setting.
    conditions: HashSet<usize>,
    /// The lines with variables, from 0.
    lines: BTreeSet<u32>,
}

/// No integer a program would name.
const MARKER: u64 = 0x7e3a_5c91_d02b_0000;

impl DeploymentSettings {
    /// The source with markers in place of its variables, and what they stand for.
    pub(super) fn prepare(source: &str, templates: &Templates) -> (String, Self) {
        let mut settings = Self::default();
        let (text, _) = templates.replace(source, |it, value| {
            let filled = value.and_then(|value| it.place.fill(value));
            settings.lines.insert(u32::try_from(it.variable.line - 1).unwrap_or(u32::MAX));
            settings.marker(it, filled).to_string()
        });
        (text, settings)
    }

    fn marker(&mut self, it: &Use, filled: Option<Filled>) -> Filled {
        let name = &it.variable.name;
        let known = self.variables.iter().position(|variable| variable.name == *name);
        let at = known.unwrap_or_else(|| {
            self.variables.push(Variable { name: name.clone(), integer: None, bytes: None });
            self.variables.len() - 1
        });
        let Some(variable) = self.variables.get_mut(at) else { return it.place.placeholder() };
        match &filled {
            Some(Filled::Integer(number)) => variable.integer = Some(*number),
            Some(Filled::Bytes(bytes)) => variable.bytes = Some(bytes.clone()),
            Some(Filled::Address(address)) => variable.bytes = Some(address.0.to_vec()),
            Some(Filled::Method(_) | Filled::Word(_)) | None => {}
        }
        let number = MARKER + at as u64;
        let mut bytes = [0x7e; 32];
        bytes[24..].copy_from_slice(&number.to_be_bytes());
        match (it.place, it.is_constant) {
            (Place::NamedInteger | Place::Integer, true) => {
                self.integers.insert(number, at);
                Filled::Integer(number)
            }
            (Place::Bytes, true) => {
                self.byte_strings.insert(bytes.to_vec(), at);
                Filled::Bytes(bytes.to_vec())
            }
            (Place::Address, true) => {
                self.byte_strings.insert(bytes.to_vec(), at);
                Filled::Address(Address(bytes))
            }
            (place, _) => filled.unwrap_or_else(|| place.placeholder()),
        }
    }

    /// Places in the prepared text as places in the source: in lines with variables, what follows one has moved.
    pub(super) fn map_back(&self, source: &str, text: &str, map: &PcMap) -> PcMap {
        if self.lines.is_empty() {
            return map.clone();
        }
        let moved = |line: u32| -> HashMap<u32, u32> {
            let columns = |text: &str| -> Vec<u32> {
                let mut words = Vec::new();
                let line = text.lines().nth(line as usize).unwrap_or_default();
                tokenize(line.as_bytes(), 0, 1, &mut words);
                words.iter().map(|word| word.column).collect()
            };
            columns(text).into_iter().zip(columns(source)).collect()
        };
        let moved: HashMap<u32, HashMap<u32, u32>> = self.lines.iter().map(|line| (*line, moved(*line))).collect();
        let back = |location: Location| {
            let column = moved.get(&location.line).and_then(|columns| columns.get(&location.column));
            Location { column: column.copied().unwrap_or(location.column), ..location }
        };
        PcMap::new(map.iter().map(back).collect())
    }

    /// Finds the conditions that are settings.
    pub(super) fn find_conditions(&mut self, program: &Program, source: &str) {
        let instructions = program.instructions();
        let block = instructions.iter().find(|it| it.op() == Op::IntcBlock).map(|it| &it.operand);
        for (at, instruction) in instructions.iter().enumerate() {
            if !is_condition(instruction.op()) {
                continue;
            }
            let mut before = at;
            while before > 0 && instructions.get(before - 1).is_some_and(|it| it.op() == Op::Not) {
                before -= 1;
            }
            let Some(constant) = before.checked_sub(1).and_then(|at| instructions.get(at)) else { continue };
            let word = constant.source.as_ref().and_then(|place| source.get(place.span.clone())).unwrap_or_default();
            let from_block = match (constant.op(), block) {
                (Op::Intc | Op::Intc0 | Op::Intc1 | Op::Intc2 | Op::Intc3, Some(Operand::Uints(values))) => {
                    let index = match constant.op() {
                        Op::Intc => usize::from(constant.byte(0)),
                        op => usize::from(op as u8 - Op::Intc0 as u8),
                    };
                    values.get(index).copied()
                }
                (Op::PushInt, _) => match constant.operand {
                    Operand::Uint(value) => Some(value),
                    _ => None,
                },
                _ => None,
            };
            let marked = from_block.is_some_and(|value| self.integers.contains_key(&value));
            if marked || word.starts_with("pushint ") {
                self.conditions.insert(at);
            }
        }
    }

    /// Whether there is anything a deployment decides.
    pub(super) fn exist(&self) -> bool {
        !self.variables.is_empty() || !self.conditions.is_empty()
    }

    /// The same with every value left open.
    pub(super) fn opened(&self) -> Self {
        Self { open: true, ..self.clone() }
    }

    pub(super) fn are_open(&self) -> bool {
        self.open
    }

    /// Whether the condition of an instruction is a setting.
    pub(super) fn is_condition(&self, instruction: usize) -> bool {
        self.conditions.contains(&instruction)
    }

    pub(super) fn integer(&self, value: u64) -> Constant<u64> {
        let Some(at) = self.integers.get(&value) else { return Constant::Plain };
        match self.variables.get(*at).and_then(|variable| variable.integer) {
            Some(value) if !self.open => Constant::Given(value),
            _ => Constant::Open(u32::try_from(*at).unwrap_or(u32::MAX)),
        }
    }

    pub(super) fn bytes(&self, value: &[u8]) -> Constant<&[u8]> {
        if self.byte_strings.is_empty() {
            return Constant::Plain;
        }
        let Some(at) = self.byte_strings.get(value) else { return Constant::Plain };
        match self.variables.get(*at).and_then(|variable| variable.bytes.as_deref()) {
            Some(value) if !self.open => Constant::Given(value),
            _ => Constant::Open(u32::try_from(*at).unwrap_or(u32::MAX)),
        }
    }
}

/// Places of a text, the source with values for its variables, as places in the source: what follows a variable has moved.
pub(super) struct PlaceMap<'a> {
    text: &'a str,
    source: &'a str,
    /// Where their lines begin.
    starts: [Vec<usize>; 2],
    /// The words of the line that was asked for last, in both.
    line: Option<(usize, [Vec<Range<usize>>; 2])>,
}

impl<'a> PlaceMap<'a> {
    pub(super) fn new(text: &'a str, source: &'a str) -> Self {
        let starts = |text: &str| [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, source, starts: [starts(text), starts(source)], line: None }
    }

    /// A place of the text in the source. Both are as they were where nothing was replaced.
    pub(super) fn back(&mut self, place: &Range<usize>) -> Range<usize> {
        if self.text == self.source {
            return place.clone();
        }
        let number = self.starts[0].partition_point(|start| *start <= place.start).saturating_sub(1);
        if self.line.as_ref().is_none_or(|(known, _)| *known != number) {
            self.line = Some((number, [0, 1].map(|which| self.words(which, number))));
        }
        let Some((_, [old, new])) = &self.line else { return place.clone() };
        // A variable is one word, and so is its value.
        let word_at = |at: usize| {
            let index = old.partition_point(|word| word.end <= at);
            Some((old.get(index).filter(|word| word.contains(&at))?, new.get(index)?))
        };
        let (first, last) = (word_at(place.start), word_at(place.end.saturating_sub(1)));
        let (Some((was, first)), Some((ended, last))) = (first, last) else {
            return self.starts[1].get(number).map_or(0..0, |start| *start..*start);
        };
        let start = if was.len() == first.len() { first.start + place.start - was.start } else { first.start };
        let end = if ended.len() == last.len() { last.end - (ended.end - place.end) } else { last.end };
        start..end.max(start)
    }

    /// The words of a line of the text, or of the source.
    fn words(&self, which: usize, number: usize) -> Vec<Range<usize>> {
        let text = if which == 0 { self.text } else { self.source };
        let Some(start) = self.starts[which].get(number) else { return Vec::new() };
        let mut words = Vec::new();
        tokenize(text.as_bytes(), *start, 1, &mut words);
        words.iter().map(Token::span).collect()
    }
}

fn is_condition(op: Op) -> bool {
    matches!(
        op,
        Op::Assert | Op::BranchZero | Op::BranchZeroVarint | Op::BranchNonZero | Op::BranchNonZeroVarint | Op::Return
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::TemplateValue;

    #[test]
    fn variables_become_markers_by_what_they_are_used_as() {
        let source = "int TMPL_A; pushbytes TMPL_B\naddr TMPL_C // TMPL_D\ngtxn TMPL_E Fee";
        let templates = Templates::from_iter([("A", TemplateValue::Uint(7))]);
        let (text, settings) = DeploymentSettings::prepare(source, &templates);
        assert!(!text.split("//").next().unwrap().contains("TMPL") && text.contains("// TMPL_D"), "{text}");
        assert_eq!(settings.integer(MARKER), Constant::Given(7));
        assert_eq!(settings.opened().integer(MARKER), Constant::Open(0));
        assert_eq!(settings.integer(8), Constant::Plain);
        assert!(text.ends_with("gtxn 0 Fee"));
        let column = |text: &str| u32::try_from(text.find("pushbytes").unwrap()).unwrap();
        let map = PcMap::new(vec![Location { pc: 1, line: 0, column: column(&text) }]);
        let back = settings.map_back(source, &text, &map);
        assert_eq!(back.at(1).map(|location| location.column), Some(column(source)));
    }

    #[test]
    fn places_move_back_over_variables() {
        let source = "int TMPL_A; pop; frob 7 // one\nint 1\n\u{e9}";
        let text = source.replace("TMPL_A", "9000000000000000000");
        let back = |word: &str| {
            let start = text.rfind(word).unwrap();
            &source[PlaceMap::new(&text, source).back(&(start..start + word.len()))]
        };
        for word in ["int 1", "\u{e9}", "frob", "7", "frob 7", "pop"] {
            assert_eq!(back(word), word);
        }
        assert_eq!(back("9000000000000000000"), "TMPL_A");
    }
}
