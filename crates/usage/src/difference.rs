//! What differs between two programs, in TEAL, with the lines of the source where one of them is ours.
//!
//! Programs are compared as text that does not depend on where things lie: labels without their numbers, constants by their
//! values. Only where that shows nothing are the lines compared as they are.

use super::SourceLine;
use pnp_teal::disassemble_with_places;
use schemars::JsonSchema;
use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices, group_diff_ops};

/// Lines shown around a difference.
const CONTEXT: usize = 2;

/// Which side a line is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// In both programs.
    Both,
    /// In the old one alone.
    Old,
    /// In the new one alone.
    New,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TealLine {
    /// Which program has it.
    pub side: Side,
    /// The instruction, disassembled.
    pub teal: String,
    /// Its place in the program; in the new one where both have it.
    pub pc: usize,
    /// The line of the source, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceLine>,
}

/// A difference with the lines around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hunk {
    /// The lines, in the programs' order.
    pub lines: Vec<TealLine>,
}

/// A program as text.
struct Text {
    lines: Vec<(usize, String)>,
}

impl Text {
    /// A program that cannot be read is one line that says so.
    fn of(program: &[u8]) -> Self {
        let unreadable = |why: String| Self { lines: vec![(0, format!("// {why}: 0x{}", hex::encode(program)))] };
        match disassemble_with_places(program) {
            Ok(disassembly) => {
                // A label's line comes before the instruction it names, whose place it takes.
                let mut places = disassembly.places.iter().peekable();
                let (mut lines, mut start, mut pc) = (Vec::new(), 0_usize, 0);
                for line in disassembly.text.split_inclusive('\n') {
                    let end = start.saturating_add(line.len());
                    while let Some((at, _)) = places.next_if(|(_, text)| *text < end) {
                        pc = *at;
                    }
                    lines.push((pc, line.trim_end().to_owned()));
                    start = end;
                }
                if lines.is_empty() { unreadable("an empty program".to_owned()) } else { Self { lines } }
            }
            Err(error) => unreadable(error.reason),
        }
    }

    /// The text without its constant blocks, whose values are shown where they are used.
    fn without_blocks(&self) -> Self {
        let is_block = |line: &str| line.starts_with("intcblock ") || line.starts_with("bytecblock ");
        Self { lines: self.lines.iter().filter(|(_, line)| !is_block(line)).cloned().collect() }
    }

    fn meanings(&self) -> Vec<String> {
        self.lines.iter().map(|(_, line)| meaning(line)).collect()
    }

    fn exactly(&self) -> Vec<String> {
        self.lines.iter().map(|(_, line)| line.clone()).collect()
    }
}

/// A line without what only says where things lie.
fn meaning(line: &str) -> String {
    let (code, value) = line.split_once(" // ").map_or((line, None), |(code, value)| (code, Some(value)));
    let name = code.split(' ').next().unwrap_or_default();
    let operand = code.strip_prefix(name).unwrap_or_default().trim_start();
    match (name, value) {
        (name, Some(value)) if name.starts_with("intc") => format!("int {value}"),
        (name, Some(value)) if name.starts_with("bytec") || name == "pushbytes" => format!("byte {value}"),
        ("pushint", _) => format!("int {operand}"),
        _ => code.split(' ').map(unnumbered).collect::<Vec<_>>().join(" "),
    }
}

/// A word without the number of a label.
fn unnumbered(word: &str) -> &str {
    let number = word.strip_prefix("label").map(|rest| rest.trim_end_matches(':'));
    match number {
        Some(number) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => "label",
        _ => word,
    }
}

/// How many lines of either program the other one does not have; 0 for programs that mean the same.
pub(super) fn distance(old: &[u8], new: &[u8]) -> usize {
    let (old, new) = (Text::of(old).without_blocks().meanings(), Text::of(new).without_blocks().meanings());
    let unequal = |op: &similar::DiffOp| op.tag() != DiffTag::Equal;
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    ops.iter().filter(|op| unequal(op)).map(|op| op.old_range().len().saturating_add(op.new_range().len())).sum()
}

/// Whether two programs have less than half of their lines in common: they are not versions of one another.
pub(super) fn is_foreign(old: &[u8], new: &[u8]) -> bool {
    let lines = |program| Text::of(program).without_blocks().lines.len();
    distance(old, new) > lines(old).saturating_add(lines(new)) / 2
}

/// What differs between an old program and a new one; nothing where the bytes are the same. `line_of` names lines of the
/// new program's source.
#[must_use]
pub fn differences(old: &[u8], new: &[u8], line_of: impl Fn(usize) -> Option<SourceLine>) -> Vec<Hunk> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (Text::of(old), Text::of(new));
    let (brief_old, brief_new) = (old.without_blocks(), new.without_blocks());
    let hunks = compare((&brief_old, &brief_old.meanings()), (&brief_new, &brief_new.meanings()), &line_of);
    if hunks.is_empty() { compare((&old, &old.exactly()), (&new, &new.exactly()), &line_of) } else { hunks }
}

/// Compares two texts by what stands for each of their lines.
fn compare(
    (old, old_keys): (&Text, &[String]),
    (new, new_keys): (&Text, &[String]),
    line_of: &impl Fn(usize) -> Option<SourceLine>,
) -> Vec<Hunk> {
    let ops = capture_diff_slices(Algorithm::Myers, old_keys, new_keys);
    let line = |side, text: &Text, index: usize| {
        let (pc, teal) = text.lines.get(index)?.clone();
        // A label is not what its instruction's source line says.
        let source = if side == Side::Old || teal.ends_with(':') { None } else { line_of(pc) };
        Some(TealLine { side, teal, pc, source })
    };
    let groups = group_diff_ops(ops, CONTEXT).into_iter();
    let hunk = |group: Vec<similar::DiffOp>| {
        let mut lines = Vec::new();
        for op in group {
            if op.tag() == DiffTag::Equal {
                lines.extend(op.new_range().filter_map(|index| line(Side::Both, new, index)));
            } else {
                lines.extend(op.old_range().filter_map(|index| line(Side::Old, old, index)));
                lines.extend(op.new_range().filter_map(|index| line(Side::New, new, index)));
            }
        }
        Hunk { lines }
    };
    groups.map(hunk).filter(|hunk| hunk.lines.iter().any(|line| line.side != Side::Both)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_teal::{AssembleOptions, assemble};

    fn program(source: &str) -> Vec<u8> {
        assemble(&format!("#pragma version 11\n{source}"), AssembleOptions::default()).unwrap().bytes
    }

    fn shown(old: &[u8], new: &[u8]) -> Vec<String> {
        let sign = |side| match side {
            Side::Both => ' ',
            Side::Old => '-',
            Side::New => '+',
        };
        let hunks = differences(old, new, |_| None);
        hunks.iter().flat_map(|hunk| &hunk.lines).map(|line| format!("{}{}", sign(line.side), line.teal)).collect()
    }

    #[test]
    fn a_new_line_is_all_that_differs() {
        let old = program("txn Fee\nbz end\nint 7\nint 7\n+\nassert\nend:\nint 1");
        let new = program("txn Fee\nbz end\nb on\non:\nint 7\nint 8\n+\nassert\nend:\nint 1");
        let lines: Vec<_> = shown(&old, &new).into_iter().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(lines, ["+b label2", "+label2:", "-intc_0 // 7", "+pushint 8"], "{:?}", shown(&old, &new));
        assert_eq!(distance(&old, &new), 4);
        assert_eq!(distance(&old, &old), 0);
    }

    #[test]
    fn what_means_the_same_is_shown_by_its_lines() {
        let pushed = program("pushint 7\nreturn");
        let kept = program("int 7\nint 7\npop\nreturn");
        let block = [vec![11, 32, 1, 7, 34], vec![67]].concat();
        assert_eq!(distance(&pushed, &block), 0);
        assert_eq!(shown(&pushed, &block).len(), 5, "{:?}", shown(&pushed, &block));
        assert!(!shown(&pushed, &kept).is_empty());
        assert!(shown(&kept, &kept).is_empty());
    }

    #[test]
    fn what_is_no_program_is_shown_as_bytes() {
        let lines = shown(&[11, 0xff, 0xff], &program("int 1"));
        assert!(lines.iter().any(|line| line.starts_with('-') && line.contains("0x0bffff")), "{lines:?}");
        assert!(!shown(&[], &program("int 1")).is_empty());
    }
}
