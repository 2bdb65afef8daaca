//! A program's text: its source, or what it disassembles to, and the line of each place in the program.

use crate::refusal::Place;
use pnp_client::FailedInstruction;
use pnp_teal::{PcMap, disassemble_with_places};
use pnp_types::AppIndex;
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

/// Why a program cannot be the one that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The place is after the program's last instruction.
    #[error("pc {pc} is outside of it")]
    Outside {
        /// The place.
        pc: u64,
    },
    /// No instruction begins at the place.
    #[error("pc {pc} is inside one of its instructions")]
    InsideInstruction {
        /// The place.
        pc: u64,
    },
    /// Another instruction is at the place than one that fails so.
    #[error("at pc {pc} it has `{code}`, and `{failing}` failed")]
    OtherInstruction {
        /// The place.
        pc: u64,
        /// The line there.
        code: String,
        /// The instruction that failed.
        failing: String,
    },
    /// The node names another application.
    #[error("the node names application {named}, not {given}")]
    OtherApplication {
        /// The one that failed.
        named: AppIndex,
        /// The one whose program this is.
        given: AppIndex,
    },
    /// The node names other instructions around the place.
    #[error("at pc {pc} it has other instructions than the node names, `{opcodes}`")]
    OtherInstructions {
        /// The place.
        pc: u64,
        /// Those that the node names.
        opcodes: String,
    },
}

/// A program's text, and the way there from a place in the program.
#[derive(Debug)]
pub struct Listing {
    name: String,
    text: String,
    /// Places in the program with the line, from 0, of each instruction; in order.
    lines: Vec<(usize, usize)>,
    /// The program's length in bytes, where it is known.
    length: Option<usize>,
    /// The application whose program it is, where it is one on a chain.
    app: Option<AppIndex>,
}

impl Listing {
    /// This contract's source.
    #[must_use]
    pub fn contract(programs: &Programs) -> Self {
        let lines = programs.instructions().filter_map(|(pc, line)| Some((usize::try_from(pc).ok()?, line.line - 1)));
        let length = Some(programs.approval.len());
        Self {
            name: APPROVAL_PATH.to_owned(),
            text: APPROVAL_SOURCE.to_owned(),
            lines: lines.collect(),
            length,
            app: None,
        }
    }

    /// Another source, with its map, and the program's length in bytes where it is known.
    #[must_use]
    pub fn source(name: String, text: String, map: &PcMap, length: Option<usize>) -> Self {
        let lines = map.iter().map(|at| (at.pc as usize, at.line as usize)).collect();
        Self { name, text, lines, length, app: None }
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
        Ok(Self { name, text: disassembly.text, lines, length: Some(program.len()), app: None })
    }

    /// The same as the program of an application on a chain.
    #[must_use]
    pub fn of_application(self, app: AppIndex) -> Self {
        Self { app: Some(app), ..self }
    }

    /// The line of the instruction that begins at a place in the program.
    #[must_use]
    pub fn place(&self, pc: u64) -> Option<Place> {
        let (_, index) = self.lines.get(self.instruction_at(pc)?)?;
        self.line(index.checked_add(1)?)
    }

    fn instruction_at(&self, pc: u64) -> Option<usize> {
        let pc = usize::try_from(pc).ok()?;
        self.lines.binary_search_by_key(&pc, |(start, _)| *start).ok()
    }

    /// The line of the first of some failed instructions that can be this program's; `None` if no place is known of them. The
    /// first failed for the reason.
    ///
    /// # Errors
    /// The last one's [`Mismatch`], if none can be.
    pub fn place_of(&self, failed: &[FailedInstruction], reason: Option<&str>) -> Result<Option<Place>, Mismatch> {
        let mut failing = reason.and_then(failing_instruction);
        let mut mismatch = None;
        for FailedInstruction { app, pc, opcodes } in failed {
            let failing = failing.take();
            let Some(pc) = *pc else { continue };
            let other_app = || match (*app, self.app) {
                (Some(named), Some(given)) if named != given => Some(Mismatch::OtherApplication { named, given }),
                _ => None,
            };
            let other_name = || failing.and_then(|failing| self.other_instruction(pc, failing));
            match other_app().or_else(|| self.mismatch(pc, opcodes.as_deref())).or_else(other_name) {
                None => return Ok(self.place(pc).or_else(|| self.last_line(pc))),
                found => mismatch = found,
            }
        }
        mismatch.map_or(Ok(None), Err)
    }

    fn other_instruction(&self, pc: u64, failing: &str) -> Option<Mismatch> {
        let instruction = self.instruction_at(pc).filter(|instruction| !self.is_named(*instruction, failing))?;
        let (_, line) = self.lines.get(instruction)?;
        let code = self.line(line.checked_add(1)?)?.code;
        Some(Mismatch::OtherInstruction { pc, code, failing: failing.to_owned() })
    }

    fn mismatch(&self, pc: u64, opcodes: Option<&str>) -> Option<Mismatch> {
        if self.instruction_at(pc).is_none() {
            // Nodes name no instruction of a program that ran off its end.
            if opcodes.is_none_or(|opcodes| opcodes.trim().is_empty()) && self.is_end(pc) {
                return None;
            }
            let last = self.lines.last().map(|(start, _)| *start).and_then(|start| u64::try_from(start).ok());
            let is_inside = last.is_some_and(|last| pc < last);
            return Some(if is_inside { Mismatch::InsideInstruction { pc } } else { Mismatch::Outside { pc } });
        }
        let others = opcodes.filter(|opcodes| !self.fits(pc, opcodes))?;
        Some(Mismatch::OtherInstructions { pc, opcodes: others.to_owned() })
    }

    /// Whether a place may be the end of the program, where a program that runs off it fails.
    fn is_end(&self, pc: u64) -> bool {
        match self.length {
            Some(length) => u64::try_from(length) == Ok(pc),
            // A map alone does not say where the last instruction ends.
            None => self.lines.last().is_some_and(|(last, _)| u64::try_from(*last).is_ok_and(|last| last < pc)),
        }
    }

    /// The line of the last instruction, after which a program that runs off its end fails.
    fn last_line(&self, pc: u64) -> Option<Place> {
        let (_, index) = self.lines.last().filter(|_| self.length.is_some() && self.is_end(pc))?;
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
        let Some(at) = self.instruction_at(pc) else { return false };
        // The named instructions are consecutive; one of them is the one at the place.
        let is_at = |index: usize| {
            let first = at.checked_sub(index);
            named.iter().take(index.saturating_add(1)).enumerate().all(|(offset, name)| {
                let instruction = first.and_then(|first| first.checked_add(offset));
                instruction.is_some_and(|instruction| self.is_named(instruction, name))
            })
        };
        (0..named.len()).any(is_at)
    }

    /// Whether an instruction's line has an instruction of a name: a line may hold several, and labels.
    fn is_named(&self, instruction: usize, name: &str) -> bool {
        let line = self.lines.get(instruction).and_then(|(_, line)| line.checked_add(1));
        let Some(place) = line.and_then(|line| self.line(line)) else { return false };
        let mut codes =
            place.code.split(';').filter_map(|code| code.split_whitespace().find(|word| !word.ends_with(':')));
        codes.any(|code| canonical(code) == canonical(name))
    }
}

/// The instruction that fails for a reason, where only one does.
fn failing_instruction(reason: &str) -> Option<&str> {
    const REASONS: [(&str, &str); 8] = [
        ("assert failed", "assert"),
        ("err opcode executed", "err"),
        ("+ overflowed", "+"),
        ("- would result negative", "-"),
        ("* overflowed", "*"),
        ("/ 0", "/"),
        ("% 0", "%"),
        ("divw 0", "divw"),
    ];
    REASONS.iter().find_map(|(known, name)| (*known == reason).then_some(*name))
}

/// An instruction's name as the program has it, whichever way it is written: constants come in many.
fn canonical(name: &str) -> &str {
    match name {
        "int" | "pushint" => "number",
        "byte" | "addr" | "pushbytes" | "method" => "bytes",
        "txna" => "txn",
        "gtxna" => "gtxn",
        "gtxnsa" => "gtxns",
        "itxna" => "itxn",
        "gitxna" => "gitxn",
        "extract3" => "extract",
        "replace2" | "replace3" => "replace",
        _ if name.starts_with("arg_") => "arg",
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
        assert_eq!(listing.place(100_000), None);
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

    #[test]
    fn a_program_that_ran_off_its_end_fails_after_its_last_line() {
        let text = "#pragma version 10\ntxn Fee\npop\nint 1\npop\n";
        let program = pnp_teal::assemble(text, pnp_teal::AssembleOptions::default()).unwrap();
        let end = program.bytes.len();
        let failed = |pc: usize, opcodes: Option<&str>| {
            let opcodes = opcodes.map(str::to_owned);
            [FailedInstruction { app: None, pc: Some(pc as u64), opcodes }]
        };
        let listing = |length| Listing::source("a.teal".into(), text.into(), &program.source_map, length);
        let known = listing(Some(end));
        for opcodes in [None, Some("")] {
            assert_eq!(known.place_of(&failed(end, opcodes), None).unwrap().unwrap().line, 5);
            assert_eq!(listing(None).place_of(&failed(end, opcodes), None), Ok(None));
        }
        let outside = |pc: usize| Err(Mismatch::Outside { pc: pc as u64 });
        assert_eq!(known.place_of(&failed(end + 1, None), None), outside(end + 1));
        assert_eq!(known.place_of(&failed(end, Some("pop; err")), None), outside(end), "an instruction is there");
    }

    #[test]
    fn of_the_programs_on_the_way_the_applications_own_is_taken() {
        let programs = Programs::assemble(Template::default()).unwrap();
        let (pc, line) = programs.instructions().nth(3).unwrap();
        let failed = [8, 7].map(|app| FailedInstruction { app: Some(AppIndex(app)), pc: Some(pc), opcodes: None });
        let listing = |app| Listing::contract(&programs).of_application(AppIndex(app));
        assert_eq!(listing(7).place_of(&failed, None).unwrap().unwrap().line, line.line);
        let other = Mismatch::OtherApplication { named: AppIndex(7), given: AppIndex(9) };
        assert_eq!(listing(9).place_of(&failed, None), Err(other));
    }

    #[test]
    fn another_instruction_than_the_one_that_failed_is_no_place() {
        let programs = Programs::assemble(Template::default()).unwrap();
        let listing = Listing::contract(&programs);
        let (pc, _) = programs.instructions().find(|(_, line)| line.code.split(' ').eq(["dup"])).unwrap();
        let failed = [FailedInstruction { app: None, pc: Some(pc), opcodes: None }];
        assert!(listing.place_of(&failed, Some("stack overflow")).unwrap().is_some());
        let mismatch = listing.place_of(&failed, Some("assert failed")).unwrap_err();
        assert_eq!(mismatch.to_string(), format!("at pc {pc} it has `dup`, and `assert` failed"));
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
