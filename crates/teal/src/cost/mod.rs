//! What a program can cost, before it runs: for every call it distinguishes, the least and the most that an approved run
//! takes of the opcode budget, and of the program's bytes, and the way it takes.
//!
//! Control is followed from the program's start with what is known of every value: constants, and what is given about
//! the call. A branch on something unknown goes both ways, so that the least is never above and the most never below what
//! a run costs; paths that cannot approve are left out. Where a cost depends on a length, it is that of 0 bytes for the
//! least and of 4096, the longest there is, for the most, unless the length is known. What inner calls of other
//! programs cost is theirs.

mod constants;
mod entries;
mod labels;
mod machine;
mod open;
mod paths;
mod stack;
#[cfg(feature = "render")]
mod text;
mod value;

#[cfg(feature = "render")]
pub use text::{cost_paths, cost_snapshot, cost_table};

use std::collections::{BTreeSet, HashSet};

use super::flow::{BlockId, DecodeError, Graph, Program};
use super::template::{TemplateError, Templates};
use super::{AssembleOptions, Diagnostic, assemble};
use constants::Constants;
use entries::{Entry, Subject};
use labels::Labels;
use machine::Weight;
use open::Open;
use paths::{MaxCost, Path, Paths};

/// How to look at a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostOptions {
    /// Values of template variables; a variable without one may have any value.
    pub templates: Templates,
}

/// What a program can cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostReport {
    /// The AVM version.
    pub version: u8,
    /// The whole program, in bytes.
    pub size: usize,
    /// The calls it tells apart and may approve, in its order.
    pub entries: Vec<EntryCost>,
    /// Whether values were followed; a program with too many paths has one entry, in which nothing is known.
    pub followed: bool,
    /// Template variables that had no value.
    pub unset: Vec<String>,
}

/// What a kind of call can cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryCost {
    /// A short name: `create`, `opt-in`, a method's or a label's name …
    pub name: String,
    /// What is given about the call, in words.
    pub when: Vec<String>,
    /// The least opcode cost of an approved run.
    pub best: u64,
    /// The most; nothing where it has no bound.
    pub worst: Option<u64>,
    /// The least bytes of the program that an approved run goes through, each as often as it runs.
    pub best_bytes: u64,
    /// The most; nothing where it has no bound.
    pub worst_bytes: Option<u64>,
    /// The cheapest way.
    pub best_path: Vec<Step>,
    /// The most expensive path; empty where there is none.
    pub worst_path: Vec<Step>,
    /// The instructions of the dearest way whose cost depends on an unknown length.
    pub by_length: Vec<LengthCost>,
    /// Where control goes round without a bound that is known.
    pub unbounded: Option<Step>,
}

/// An instruction on a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its position in the program.
    pub pc: usize,
    /// Its size in bytes.
    pub size: usize,
    /// Its line in the source, from 1; nothing for what the assembler added.
    pub line: Option<u32>,
    /// What it costs on this way.
    pub cost: u64,
}

/// An instruction whose cost depends on the length of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthCost {
    /// The opcode.
    pub opcode: &'static str,
    /// Its position in the program.
    pub pc: usize,
    /// Its line in the source, from 1.
    pub line: Option<u32>,
    /// Its cost for 0 bytes.
    pub best: u64,
    /// Its cost for 4096 bytes.
    pub worst: u64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CostError {
    /// The source does not assemble.
    #[error("the source does not assemble")]
    Assembly(Vec<Diagnostic>),
    /// The bytes are no program.
    #[error(transparent)]
    Program(#[from] DecodeError),
    /// A template variable's value does not fit where the variable stands.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The program has more paths than can be followed.
    #[error("the program has too many ways to follow them all")]
    TooManyWays,
}

/// What the program of a source can cost.
///
/// # Errors
/// [`CostError`] where the source does not assemble, or the program has too many paths.
///
/// ```
/// use pnp_teal::{CostOptions, cost};
///
/// let source = "#pragma version 11\ntxn ApplicationID\nbz create\ntxn Fee\nint 1000\n<=\nreturn\ncreate:\nint 1\nreturn";
/// let report = cost(source, &CostOptions::default()).unwrap();
/// let costs: Vec<_> = report.entries.iter().map(|call| (call.name.as_str(), call.best, call.worst)).collect();
/// assert_eq!(costs, [("create", 4, Some(4)), ("program", 6, Some(6))]);
/// ```
pub fn cost(source: &str, options: &CostOptions) -> Result<CostReport, CostError> {
    let templates = &options.templates;
    let variables = templates.variables(source);
    let unset: BTreeSet<&str> =
        variables.iter().map(|it| it.name.as_str()).filter(|name| !templates.has(name)).collect();
    let (text, open) = templates.substitute_open(source)?;
    let assembled = assemble(&text, AssembleOptions::default()).map_err(CostError::Assembly)?;
    let program = Program::of_assembled(&assembled, &text)?;
    let open = Open::of(&text, &open, &program);
    let constants = Constants::of(&program, &open);
    let labels = Labels::of(&text, &program, &constants);
    Ok(CostReport {
        unset: unset.into_iter().map(str::to_owned).collect(),
        ..report(&program, &open, &constants, &labels)?
    })
}

/// What a program can cost of which only the bytes are known.
///
/// # Errors
/// [`CostError`] where the bytes are no program, or it has too many paths.
pub fn cost_of_program(bytes: &[u8]) -> Result<CostReport, CostError> {
    let program = Program::of_bytes(bytes)?;
    let open = Open::default();
    report(&program, &open, &Constants::of(&program, &open), &Labels::default())
}

fn report(program: &Program, open: &Open, constants: &Constants, labels: &Labels) -> Result<CostReport, CostError> {
    let graph = Graph::of(program);
    let subject = Subject { program, graph: &graph, open, constants, labels };
    let (entries, followed) = match subject.entries() {
        Ok(entries) => (entries, true),
        Err(_) => {
            let paths = subject.whole().map_err(|_| CostError::TooManyWays)?;
            (vec![Entry { name: "program".to_owned(), when: Vec::new(), paths }], false)
        }
    };
    Ok(CostReport {
        version: program.version(),
        size: program.bytes().len(),
        entries: entries.into_iter().filter_map(|entry| entry_cost(subject, entry)).collect(),
        followed,
        unset: Vec::new(),
    })
}

/// The figures of an entry; nothing where no way approves.
fn entry_cost(subject: Subject<'_>, entry: Entry) -> Option<EntryCost> {
    let Entry { name, when, paths } = entry;
    let when = when.iter().map(ToString::to_string).collect();
    let best = paths.least(|weight| weight.least)?;
    let worst = paths.most(|weight| weight.most)?;
    let bytes = |weight: &Weight| weight.bytes;
    let (worst, unbounded) = match worst {
        MaxCost::Path(path) => (Some(path), None),
        MaxCost::Unbounded(block) => (None, first_of(subject, block)),
    };
    Some(EntryCost {
        name,
        when,
        best: best.total,
        worst: worst.as_ref().map(|path| path.total),
        best_bytes: paths.least(bytes)?.total,
        worst_bytes: worst_total(&paths, bytes),
        by_length: worst.as_ref().map(|path| by_length(subject, path)).unwrap_or_default(),
        best_path: steps(subject, &best, |cost| cost.least),
        worst_path: worst.map(|path| steps(subject, &path, |cost| cost.most)).unwrap_or_default(),
        unbounded,
    })
}

fn worst_total(paths: &Paths, weigh: fn(&Weight) -> u64) -> Option<u64> {
    match paths.most(weigh)? {
        MaxCost::Path(path) => Some(path.total),
        MaxCost::Unbounded(_) => None,
    }
}

fn step(subject: Subject<'_>, at: usize, cost: u64) -> Option<Step> {
    let it = subject.program.instructions().get(at)?;
    Some(Step { pc: it.pc, size: it.end - it.pc, line: it.source.as_ref().map(|place| place.line), cost })
}

fn first_of(subject: Subject<'_>, block: BlockId) -> Option<Step> {
    step(subject, subject.graph.blocks().get(block)?.first, 0)
}

fn steps(subject: Subject<'_>, path: &Path, pick: fn(&machine::ByLength) -> u64) -> Vec<Step> {
    let mut varying = path.by_length.iter();
    let blocks = path.blocks.iter().filter_map(|block| subject.graph.blocks().get(*block));
    let instructions = blocks.flat_map(|block| block.first..block.end);
    let cost = |at: usize| {
        let rule = subject.program.instructions().get(at)?.cost();
        let cost = if rule.chunk == 0 { rule.of_length(0) } else { varying.next().map_or(0, pick) };
        step(subject, at, cost)
    };
    instructions.filter_map(cost).collect()
}

fn by_length(subject: Subject<'_>, path: &Path) -> Vec<LengthCost> {
    let mut seen = HashSet::new();
    let vague = path.by_length.iter().filter(|cost| cost.least != cost.most && seen.insert(cost.instruction));
    let shown = |cost: &machine::ByLength| {
        let it = subject.program.instructions().get(cost.instruction)?;
        let line = it.source.as_ref().map(|place| place.line);
        Some(LengthCost { opcode: it.spec.name, pc: it.pc, line, best: cost.least, worst: cost.most })
    };
    vague.filter_map(shown).collect()
}

#[cfg(test)]
mod tests;
