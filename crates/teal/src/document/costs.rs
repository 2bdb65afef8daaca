//! What a program's calls can cost, as a document.

use crate::cost::{CostReport, EntryCost, Step};
use serde::Serialize;

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ProgramCost {
    /// The file.
    pub file: String,
    /// The AVM version.
    pub version: u8,
    /// The program's size in bytes.
    pub size: usize,
    /// Whether values were followed; false for a program with too many paths, whose calls are not distinguished.
    pub followed: bool,
    /// Template variables that were given no value, and may have any.
    pub unset: Vec<String>,
    /// The calls it distinguishes.
    pub calls: Vec<CallCost>,
}

impl ProgramCost {
    /// The costs of the program in `file`.
    pub fn new(file: String, report: &CostReport) -> Self {
        Self {
            file,
            version: report.version,
            size: report.size,
            followed: report.followed,
            unset: report.unset.clone(),
            calls: report.entries.iter().map(CallCost::from).collect(),
        }
    }
}

/// A kind of call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CallCost {
    /// Its name.
    pub name: String,
    /// What is given about it.
    pub when: Vec<String>,
    /// The least opcode cost of an approved run.
    pub best: u64,
    /// The most; null where it has no bound.
    pub worst: Option<u64>,
    /// The least bytes of the program an approved run goes through.
    pub best_bytes: u64,
    /// The most; null where it has no bound.
    pub worst_bytes: Option<u64>,
    /// The lines of the cheapest path.
    pub best_lines: Vec<LineRange>,
    /// The lines of the most expensive path; none where there is none.
    pub worst_lines: Vec<LineRange>,
    /// What on the most expensive path costs by the length of a value, for 0 and for 4096 bytes.
    pub by_length: Vec<LengthReport>,
    /// The line where it repeats without a known bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unbounded_line: Option<u32>,
}

impl From<&EntryCost> for CallCost {
    fn from(entry: &EntryCost) -> Self {
        let by_length = entry.by_length.iter().map(|cost| LengthReport {
            opcode: cost.opcode,
            line: cost.line,
            best: cost.best,
            worst: cost.worst,
        });
        Self {
            name: entry.name.clone(),
            when: entry.when.clone(),
            best: entry.best,
            worst: entry.worst,
            best_bytes: entry.best_bytes,
            worst_bytes: entry.worst_bytes,
            best_lines: line_ranges(&entry.best_path),
            worst_lines: line_ranges(&entry.worst_path),
            by_length: by_length.collect(),
            unbounded_line: entry.unbounded.and_then(|step| step.line),
        }
    }
}

/// Lines run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LineRange {
    /// The first, from 1.
    pub from: u32,
    /// The last.
    pub to: u32,
}

/// An instruction whose cost depends on a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LengthReport {
    /// The opcode.
    pub opcode: &'static str,
    /// Its line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its cost for 0 bytes.
    pub best: u64,
    /// Its cost for 4096 bytes.
    pub worst: u64,
}

/// The lines of a path: a range for each piece of program that is run through without a jump.
pub fn line_ranges(path: &[Step]) -> Vec<LineRange> {
    let mut ranges: Vec<LineRange> = Vec::new();
    let mut expected = None;
    for step in path {
        let Some(line) = step.line else { continue };
        match ranges.last_mut() {
            Some(range) if expected == Some(step.pc) && line >= range.to => range.to = line,
            _ => ranges.push(LineRange { from: line, to: line }),
        }
        expected = Some(step.pc + step.size);
    }
    ranges
}
