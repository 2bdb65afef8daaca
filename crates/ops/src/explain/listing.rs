//! A program's text: its source, or what it disassembles to, and the line of each place in the program.

use crate::refusal::Place;
use pnp_teal::{PcMap, disassemble_with_places};
use pnp_usage::{APPROVAL_PATH, APPROVAL_SOURCE, Programs};
use schemars::JsonSchema;
use serde::Serialize;

/// Lines shown before and after the one that failed.
const CONTEXT_LINES: usize = 4;

/// One line of a listing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedLine {
    /// Its number, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// Whether it is the one that failed.
    pub here: bool,
}

/// A program's text, and the way there from a place in the program.
#[derive(Debug)]
pub struct Listing {
    name: String,
    text: String,
    /// Places in the program with the line, from 0, of each instruction; in order.
    lines: Vec<(usize, usize)>,
}

impl Listing {
    /// This contract's source.
    #[must_use]
    pub fn contract(programs: &Programs) -> Self {
        let lines = programs.instructions().filter_map(|(pc, line)| Some((usize::try_from(pc).ok()?, line.line - 1)));
        Self { name: APPROVAL_PATH.to_owned(), text: APPROVAL_SOURCE.to_owned(), lines: lines.collect() }
    }

    /// Another source, with its map.
    #[must_use]
    pub fn source(name: String, text: String, map: &PcMap) -> Self {
        let lines = map.iter().map(|at| (at.pc as usize, at.line as usize)).collect();
        Self { name, text, lines }
    }

    /// What a program disassembles to.
    ///
    /// # Errors
    /// Bytes that are not a program.
    pub fn disassembly(name: String, program: &[u8]) -> Result<Self, pnp_teal::DisassembleError> {
        let disassembly = disassemble_with_places(program)?;
        let (mut line, mut counted) = (0, 0);
        let lines = disassembly.places.iter().map(|(pc, byte)| {
            line += disassembly.text.get(counted..*byte).unwrap_or_default().matches('\n').count();
            counted = *byte;
            (*pc, line)
        });
        let lines = lines.collect();
        Ok(Self { name, text: disassembly.text, lines })
    }

    /// The line of the instruction that covers a place in the program.
    #[must_use]
    pub fn place(&self, pc: u64) -> Option<Place> {
        let pc = usize::try_from(pc).ok()?;
        let after = self.lines.partition_point(|(start, _)| *start <= pc);
        let (_, index) = self.lines.get(after.checked_sub(1)?)?;
        self.line(index.checked_add(1)?)
    }

    /// A line by its number, from 1.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<Place> {
        let text = self.text.lines().nth(line.checked_sub(1)?)?;
        let (code, comment) = text.split_once("//").map_or((text, None), |(code, comment)| (code, Some(comment)));
        let comment = comment.map(|comment| comment.trim().to_owned());
        Some(Place { file: self.name.clone(), line, code: code.trim().to_owned(), comment })
    }

    /// The lines around one.
    #[must_use]
    pub fn around(&self, line: usize) -> Vec<ListedLine> {
        let first = line.saturating_sub(CONTEXT_LINES).max(1);
        let all = self.text.lines().zip(1..).skip(first - 1);
        let near = all.take_while(|(_, number)| *number <= line.saturating_add(CONTEXT_LINES));
        near.map(|(text, number)| ListedLine { line: number, text: text.to_owned(), here: number == line }).collect()
    }

    /// Whether the instructions that a node names around a place are this program's: `bz label1; pushint 0; assert`.
    #[must_use]
    pub fn fits(&self, pc: u64, opcodes: &str) -> bool {
        let named: Vec<&str> = opcodes
            .split("; ")
            .filter_map(|code| code.split([' ', '.']).next())
            .filter(|name| !name.is_empty() && !name.ends_with(':'))
            .collect();
        let Some(at) = usize::try_from(pc).ok().and_then(|pc| self.lines.iter().position(|(start, _)| *start == pc))
        else {
            return false;
        };
        let name = |index: usize| {
            let place = self.line(self.lines.get(index)?.1.checked_add(1)?)?;
            place.code.split(' ').next().map(|name| canonical(name).to_owned())
        };
        let Some(here) = name(at) else { return false };
        let before = at.checked_sub(1).and_then(name);
        let mut previous = None;
        named.iter().map(|name| canonical(name)).any(|name| {
            let is_here = name == here && (previous.is_none() || before.is_none() || previous == before.as_deref());
            previous = Some(name);
            is_here
        })
    }
}

/// An instruction's name as the program has it, whichever way it is written: constants come in many.
fn canonical(name: &str) -> &str {
    match name {
        "int" | "pushint" => "number",
        "byte" | "addr" | "pushbytes" | "method" => "bytes",
        _ if name.starts_with("intc") => "number",
        _ if name.starts_with("bytec") => "bytes",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_usage::{SourceLine, Template};

    #[test]
    fn every_place_of_the_contract_is_the_line_that_programs_name() {
        let programs = Programs::assemble(Template::default()).unwrap();
        let listing = Listing::contract(&programs);
        let disassembled = Listing::disassembly("application 7".into(), &programs.approval).unwrap();
        for (pc, line) in programs.instructions() {
            assert_eq!(listing.place(pc), Some(line.clone().into()));
            let other = disassembled.place(pc).unwrap();
            let (ours, theirs) = (line.code.split(' ').next().unwrap(), other.code.split(' ').next().unwrap());
            assert_eq!(canonical(ours), canonical(theirs), "pc {pc}");
        }
        assert_eq!(listing.place(100_000).map(|place| place.line), listing.place(470).map(|place| place.line));
        assert_eq!(listing.line(0), None);
    }

    #[test]
    fn a_node_s_instructions_tell_this_program_from_others() {
        let programs = Programs::assemble(Template::default()).unwrap();
        let listing = Listing::contract(&programs);
        let (pc, _) = programs.instructions().find(|(_, line)| line.rule_is("must have exactly 3")).unwrap();
        assert!(listing.fits(pc, "global GroupSize; pushint 3; ==; assert; txn GroupIndex; !"));
        assert!(!listing.fits(pc, "pushint 3; <; assert"));
        assert!(!listing.fits(pc + 1, "pushint 0; ==; assert"), "that is txn GroupIndex");
    }

    trait RuleIs {
        fn rule_is(&self, part: &str) -> bool;
    }

    impl RuleIs for SourceLine {
        fn rule_is(&self, part: &str) -> bool {
            self.comment.as_deref().is_some_and(|comment| comment.contains(part))
        }
    }
}
