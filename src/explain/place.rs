//! Where a program failed: a line of its source, or of what it disassembles to, with the values at hand.

use pnp_client::FailedStep;
use pnp_teal::{PcMap, disassemble_with_places};
use pnp_types::{Address, TealValue};
use pnp_usage::{APPROVAL_PATH, APPROVAL_SOURCE, Programs, SourceLine};
use schemars::JsonSchema;
use serde::Serialize;

/// Lines shown before and after the one that failed.
const AROUND: usize = 4;
/// Bytes of a value that are shown.
const SHOWN: usize = 64;

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Place {
    /// The source's file, or which application was disassembled.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The instruction.
    pub(crate) code: String,
    /// What the source says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
}

impl From<SourceLine> for Place {
    fn from(line: SourceLine) -> Self {
        Self { file: line.file.to_owned(), line: line.line, code: line.code, comment: line.comment }
    }
}

impl Place {
    /// The rule that a check keeps: what is said about it, else the check itself.
    pub(super) fn rule(&self) -> &str {
        self.comment.as_deref().unwrap_or(&self.code)
    }
}

/// One line of a listing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct ListedLine {
    /// Its number, from 1.
    pub(super) line: usize,
    /// Its text.
    pub(super) text: String,
    /// Whether it is the one that failed.
    pub(super) here: bool,
}

/// A program's text, and the way there from a place in the program.
#[derive(Debug)]
pub(super) struct Listing {
    name: String,
    text: String,
    /// Places in the program with the line, from 0, of each instruction; in order.
    lines: Vec<(usize, usize)>,
}

impl Listing {
    /// This contract's source.
    pub(super) fn contract(programs: &Programs) -> Self {
        let lines = programs.instructions().filter_map(|(pc, line)| Some((usize::try_from(pc).ok()?, line.line - 1)));
        Self { name: APPROVAL_PATH.to_owned(), text: APPROVAL_SOURCE.to_owned(), lines: lines.collect() }
    }

    /// Somebody's source, with its map.
    pub(super) fn source(name: String, text: String, map: &PcMap) -> Self {
        let lines = map.iter().map(|at| (at.pc as usize, at.line as usize)).collect();
        Self { name, text, lines }
    }

    /// What a program disassembles to.
    pub(super) fn disassembly(name: String, program: &[u8]) -> Result<Self, pnp_teal::DisassembleError> {
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
    pub(super) fn place(&self, pc: u64) -> Option<Place> {
        let pc = usize::try_from(pc).ok()?;
        let after = self.lines.partition_point(|(start, _)| *start <= pc);
        let (_, index) = self.lines.get(after.checked_sub(1)?)?;
        self.line(index.checked_add(1)?)
    }

    /// A line by its number.
    pub(super) fn line(&self, line: usize) -> Option<Place> {
        let text = self.text.lines().nth(line.checked_sub(1)?)?;
        let (code, comment) = text.split_once("//").map_or((text, None), |(code, comment)| (code, Some(comment)));
        let comment = comment.map(|comment| comment.trim().to_owned());
        Some(Place { file: self.name.clone(), line, code: code.trim().to_owned(), comment })
    }

    /// The lines around one.
    pub(super) fn around(&self, line: usize) -> Vec<ListedLine> {
        let first = line.saturating_sub(AROUND).max(1);
        let all = self.text.lines().zip(1..).skip(first - 1);
        let near = all.take_while(|(_, number)| *number <= line.saturating_add(AROUND));
        near.map(|(text, number)| ListedLine { line: number, text: text.to_owned(), here: number == line }).collect()
    }

    /// Whether the instructions that a node names around a place are this program's: `opcodes=bz label1; pushint 0; assert`.
    pub(super) fn fits(&self, pc: u64, opcodes: &str) -> bool {
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

/// A value for people.
pub(super) fn shown(value: &TealValue) -> String {
    match value {
        TealValue::Uint(number) => number.to_string(),
        TealValue::Bytes(bytes) => match <[u8; 32]>::try_from(bytes.as_slice()) {
            Ok(address) => Address(address).to_string(),
            Err(_) => match std::str::from_utf8(bytes) {
                Ok(text) if !bytes.is_empty() && text.chars().all(|c| !c.is_control()) => format!("{text:?}"),
                _ if bytes.len() > SHOWN => {
                    let start = hex::encode(bytes.get(..SHOWN).unwrap_or_default());
                    format!("0x{start}… ({} bytes)", bytes.len())
                }
                _ => format!("0x{}", hex::encode(bytes)),
            },
        },
    }
}

/// What came before a check that failed, as a sentence; `before` is the instruction that gave the 0.
pub(super) fn reason(step: &FailedStep, before: Option<&str>) -> Option<String> {
    let before = before?;
    let values: Vec<String> = step.operands.iter().map(shown).collect();
    match (before, values.as_slice()) {
        ("==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||", [left, right]) => {
            Some(format!("{left} {before} {right} is not so"))
        }
        ("b==" | "b!=" | "b<" | "b>" | "b<=" | "b>=", [left, right]) => {
            Some(format!("{left} {} {right} is not so", before.trim_start_matches('b')))
        }
        ("!", [value]) => Some(format!("{value} is not 0")),
        (_, []) => Some(format!("`{before}` gave {}", step.stack.last().map_or_else(|| "nothing".to_owned(), shown))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_usage::Template;

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
        assert!(!listing.fits(pc + 1, "pushint 0; ==; assert"), "txn GroupIndex stands there");
    }

    trait RuleIs {
        fn rule_is(&self, part: &str) -> bool;
    }

    impl RuleIs for SourceLine {
        fn rule_is(&self, part: &str) -> bool {
            self.comment.as_deref().is_some_and(|comment| comment.contains(part))
        }
    }

    #[test]
    fn what_was_compared_is_said() {
        let step = |operands: Vec<TealValue>| FailedStep { operands, ..FailedStep::default() };
        let numbers = step(vec![TealValue::Uint(2000), TealValue::Uint(1000)]);
        assert_eq!(reason(&numbers, Some("<=")).as_deref(), Some("2000 <= 1000 is not so"));
        let bytes = step(vec![TealValue::Bytes(b"00".to_vec()), TealValue::Bytes(vec![1, 0])]);
        assert_eq!(reason(&bytes, Some("b>")).as_deref(), Some("\"00\" > 0x0100 is not so"));
        let address = step(vec![TealValue::Bytes(vec![0; 32]), TealValue::Bytes(vec![])]);
        assert_eq!(reason(&address, Some("==")).unwrap(), format!("{} == 0x is not so", Address::ZERO));
        assert_eq!(reason(&step(vec![TealValue::Uint(1)]), Some("!")).as_deref(), Some("1 is not 0"));
        let pushed = FailedStep { stack: vec![TealValue::Uint(0)], ..FailedStep::default() };
        assert_eq!(reason(&pushed, Some("pushint TMPL_UPDATABLE")).as_deref(), Some("`pushint TMPL_UPDATABLE` gave 0"));
    }
}
