//! The calls that a program distinguishes, each with what is given about it.

use std::fmt::Write as _;

use super::constants::Constants;
use super::labels::Labels;
use super::machine::Machine;
use super::open::Open;
use super::paths::{MAX_STATES, MaxCost, Paths, TooMany};
use super::value::{Fact, Facts, Test};
use crate::flow::{BlockId, Exit, Graph, Program};
use pnp_opcodes::ON_COMPLETION_NAMES;

/// More calls than these are not distinguished.
const MAX_ENTRIES: usize = 256;

/// A call, and the paths it takes.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) when: Vec<Condition>,
    pub(super) paths: Paths,
}

/// A program, and what is known of its source.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: &'a Graph,
    /// What template variables without a value leave open.
    pub(super) open: &'a Open,
    pub(super) constants: &'a Constants,
    pub(super) labels: &'a Labels,
}

/// What came out of running on some facts.
struct Trial {
    /// All paths; nothing where the run was stopped.
    paths: Option<Paths>,
    /// The first test the facts do not decide, and the block it is in.
    test: Option<(Test, BlockId)>,
}

impl Subject<'_> {
    /// Every call that the program distinguishes and may approve.
    pub(super) fn entries(self) -> Result<Vec<Entry>, TooMany> {
        let mut entries = Vec::new();
        let mut facts = Facts::default();
        if self.trial(&Facts::default(), |machine| machine.asks_application)?.paths.is_none() {
            let creating = Facts { creates: Some(true), ..Facts::default() };
            self.add(&mut entries, "create".to_owned(), &creating)?;
            facts.creates = Some(false);
        }
        if self.trial(&facts, |machine| machine.asks_completion)?.paths.is_none() {
            let plain = Facts { completion: Some(0), ..facts.clone() };
            self.split(&mut entries, &plain, &mut Vec::new())?;
            for completion in 1..ON_COMPLETION_NAMES.len() as u64 {
                let facts = Facts { completion: Some(completion), ..facts.clone() };
                self.add(&mut entries, completion_name(completion), &facts)?;
            }
        } else {
            self.split(&mut entries, &facts, &mut Vec::new())?;
        }
        name_apart(&mut entries);
        Ok(entries)
    }

    /// The whole program, with nothing known.
    pub(super) fn whole(self) -> Result<Paths, TooMany> {
        let facts = Facts::default();
        let mut machine = self.machine(&facts, false);
        Paths::explore(&mut machine, 1, |_| false)?.ok_or(TooMany)
    }

    fn machine<'f>(self, facts: &'f Facts, follows: bool) -> Machine<'f>
    where
        Self: 'f,
    {
        Machine::new(self.program, self.graph, facts, self.open, self.constants, follows)
    }

    /// Runs on some facts until something is known of the machine: what it knows then, and otherwise all paths. Where there
    /// are too many paths, with less known of each.
    fn trial(self, facts: &Facts, until: fn(&Machine<'_>) -> bool) -> Result<Trial, TooMany> {
        let run = |max_states| {
            let mut machine = self.machine(facts, true);
            let paths = Paths::explore(&mut machine, max_states, until)?;
            Ok(Trial { paths, test: machine.test })
        };
        let mut runs = MAX_STATES.into_iter().map(run);
        runs.find(Result::is_ok).unwrap_or(Err(TooMany))
    }

    fn add(self, entries: &mut Vec<Entry>, name: String, facts: &Facts) -> Result<(), TooMany> {
        if let Some(paths) = self.trial(facts, |_| false)?.paths.filter(Paths::approves) {
            entries.push(Entry { name, when: self.conditions(facts), paths });
        }
        Ok(())
    }

    /// Splits calls by the tests the program makes, in the order it makes them. `tests` are the blocks of those made.
    fn split(self, entries: &mut Vec<Entry>, facts: &Facts, tests: &mut Vec<BlockId>) -> Result<(), TooMany> {
        let splits = !matches!(facts.first, Fact::Is(_)) && entries.len() < MAX_ENTRIES;
        let until: fn(&Machine<'_>) -> bool = if splits { |machine| machine.test.is_some() } else { |_| false };
        match self.trial(facts, until)? {
            Trial { paths: Some(paths), .. } if paths.approves() => {
                let name = self.name(facts, &paths, tests);
                entries.push(Entry { name, when: self.conditions(facts), paths });
            }
            Trial { paths: None, test: Some((test, block)) } => {
                tests.push(block);
                for facts in facts.split(&test) {
                    self.split(entries, &facts, tests)?;
                }
                tests.pop();
            }
            Trial { .. } => {}
        }
        Ok(())
    }

    /// A method's name, else the label that the last test leads to, else what kind of call it is.
    fn name(self, facts: &Facts, paths: &Paths, tests: &[BlockId]) -> String {
        if let Fact::Is(selector) = &facts.first {
            return match self.labels.method(selector) {
                Some(signature) => signature.split('(').next().unwrap_or(signature).to_owned(),
                None => readable(selector),
            };
        }
        let blocks = paths.least(|weight| weight.least).map(|path| path.blocks).unwrap_or_default();
        let landed = |test: &BlockId| {
            let chooses = matches!(self.graph.blocks().get(*test)?.exit, Exit::Branch { .. } | Exit::Switch { .. });
            let at = blocks.iter().position(|block| block == test).filter(|_| chooses)?;
            let first = self.graph.blocks().get(*blocks.get(at + 1)?)?.first;
            self.labels.at(first)
        };
        let label = tests.iter().rev().find_map(landed).map(str::to_owned);
        label.unwrap_or_else(|| facts.completion.map_or_else(|| "program".to_owned(), completion_name))
    }

    /// What is given, in words.
    fn conditions(self, facts: &Facts) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if let Some(creates) = facts.creates {
            conditions.push(Condition { what: "ApplicationID", is: creates, values: vec!["0".to_owned()] });
        }
        if let Some(completion) = facts.completion {
            let name = usize::try_from(completion).ok().and_then(|at| ON_COMPLETION_NAMES.get(at));
            conditions.push(Condition::is("OnCompletion", name.copied().unwrap_or_default()));
        }
        match &facts.arguments {
            Fact::Is(number) => conditions.push(Condition::is("NumAppArgs", number.to_string())),
            Fact::Not(numbers) if numbers.is_empty() => {}
            Fact::Not(numbers) => {
                let values = numbers.iter().map(u64::to_string).collect();
                conditions.push(Condition { what: "NumAppArgs", is: false, values });
            }
        }
        match &facts.first {
            Fact::Is(bytes) => conditions.push(self.first_argument(bytes)),
            Fact::Not(known) if known.is_empty() => {}
            Fact::Not(known) => {
                let values = known.iter().map(|bytes| self.first_argument(bytes).values.concat()).collect();
                conditions.push(Condition { what: "the first argument", is: false, values });
            }
        }
        conditions
    }

    fn first_argument(self, bytes: &[u8]) -> Condition {
        match self.labels.method(bytes) {
            Some(signature) => Condition::is("the method", signature),
            None => Condition::is("the first argument", readable(bytes)),
        }
    }
}

/// What is given about one thing: it is one of these values, or none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    what: &'static str,
    is: bool,
    values: Vec<String>,
}

impl Condition {
    fn is(what: &'static str, value: impl Into<String>) -> Self {
        Self { what, is: true, values: vec![value.into()] }
    }

    /// Whether one of the two always holds.
    fn is_complement(&self, other: &Self) -> bool {
        self.what == other.what && self.is != other.is && self.values == other.values
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, is, values } = self;
        match is {
            true => write!(f, "{what} is {}", values.join(", or ")),
            false if *what == "the first argument" => write!(f, "{what} is none of the {} others", values.len()),
            false => write!(f, "{what} is not {}", values.join(", ")),
        }
    }
}

/// What calls of an `OnCompletion` are called.
fn completion_name(completion: u64) -> String {
    match completion {
        0 => "no-op",
        1 => "opt-in",
        2 => "close-out",
        3 => "clear",
        4 => "update",
        _ => "delete",
    }
    .to_owned()
}

/// Text as it is, other bytes as hex.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()) => text.to_owned(),
        _ => bytes.iter().fold("0x".to_owned(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }),
    }
}

/// Makes one entry of calls that take the same paths, and gives a number to each further entry of the same name.
fn name_apart(entries: &mut Vec<Entry>) {
    let mut merged: Vec<Entry> = Vec::with_capacity(entries.len());
    for mut entry in entries.drain(..) {
        let mut at = merged.len();
        // What is merged with one may then be merged with another.
        while let Some(same) = merged.iter().position(|other| other.is_same(&entry)) {
            let other = merged.remove(same);
            entry = other.merge(entry);
            at = same;
        }
        merged.insert(at, entry);
    }
    let mut names: Vec<String> = Vec::new();
    for entry in &mut merged {
        let plain = entry.name.clone();
        let mut number = 2;
        while names.contains(&entry.name) {
            entry.name = format!("{plain}-{number}");
            number += 1;
        }
        names.push(entry.name.clone());
    }
    *entries = merged;
}

impl Entry {
    /// Whether both take the same paths, and differ in the values of the last condition alone.
    fn is_same(&self, other: &Self) -> bool {
        let (Some((last, before)), Some((other_last, other_before))) =
            (self.when.split_last(), other.when.split_last())
        else {
            return false;
        };
        let values_alone = last.is && other_last.is && last.what == other_last.what;
        before == other_before && (values_alone || last.is_complement(other_last)) && self.has_paths_of(other)
    }

    fn has_paths_of(&self, other: &Self) -> bool {
        let most = |entry: &Self| match entry.paths.most(|weight| weight.most) {
            Some(MaxCost::Path(path)) => Some(path.blocks),
            _ => None,
        };
        let least = |entry: &Self| entry.paths.least(|weight| weight.least).map(|path| path.blocks);
        most(self).is_some_and(|path| most(other) == Some(path)) && least(self) == least(other)
    }

    /// One entry of two that are the same.
    fn merge(mut self, other: Self) -> Self {
        if !self.name.split(", ").any(|name| name == other.name) {
            self.name = format!("{}, {}", self.name, other.name);
        }
        if let (Some(last), Some(more)) = (self.when.pop(), other.when.last())
            && last.is
            && more.is
        {
            let values = [last.values, more.values.clone()].concat();
            self.when.push(Condition { values, ..last });
        }
        self
    }
}
