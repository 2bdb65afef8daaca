//! The calls that a program distinguishes, each with what is given about it.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::labels::Labels;
use super::machine::Machine;
use super::paths::{MaxCost, Paths, TooMany};
use super::value::{Fact, Facts, Test};
use crate::flow::{BlockId, Exit, Graph, Program};
use pnp_opcodes::ON_COMPLETION_NAMES;

/// More calls than these are not distinguished.
const MAX_ENTRIES: usize = 256;
/// The approval program never runs for `ClearState`.
const COMPLETIONS: [u64; 5] = [0, 1, 2, 4, 5];

/// A call, and the paths it takes.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) when: Vec<String>,
    pub(super) paths: Paths,
}

/// A program, and what is known of its source.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: &'a Graph,
    /// Instructions whose constant is a template variable without a value.
    pub(super) open: &'a HashSet<usize>,
    pub(super) labels: &'a Labels,
}

/// What came out of running on some facts.
struct Trial {
    paths: Paths,
    asks_application: bool,
    asks_completion: bool,
    test: Option<(Test, BlockId)>,
}

impl Subject<'_> {
    /// Every call that the program distinguishes and may approve.
    pub(super) fn entries(self) -> Result<Vec<Entry>, TooMany> {
        let all = self.trial(&Facts::default())?;
        let mut entries = Vec::new();
        let mut facts = Facts::default();
        if all.asks_application {
            let creating = Facts { creates: Some(true), ..Facts::default() };
            self.add(&mut entries, "create".to_owned(), &creating)?;
            facts.creates = Some(false);
        }
        let calling = self.trial(&facts)?;
        if calling.asks_completion {
            let plain = Facts { completion: Some(0), ..facts.clone() };
            self.split(&mut entries, &plain, &mut Vec::new())?;
            for completion in COMPLETIONS.into_iter().skip(1) {
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
        Paths::explore(&mut Machine::new(self.program, self.graph, &facts, self.open, false))
    }

    fn trial(self, facts: &Facts) -> Result<Trial, TooMany> {
        let mut machine = Machine::new(self.program, self.graph, facts, self.open, true);
        let paths = Paths::explore(&mut machine)?;
        let Machine { asks_application, asks_completion, test, .. } = machine;
        Ok(Trial { paths, asks_application, asks_completion, test })
    }

    fn add(self, entries: &mut Vec<Entry>, name: String, facts: &Facts) -> Result<(), TooMany> {
        let paths = self.trial(facts)?.paths;
        if paths.approves() {
            entries.push(Entry { name, when: self.words(facts), paths });
        }
        Ok(())
    }

    /// Splits calls by the tests the program makes, in the order it makes them. `tests` are the blocks of those made.
    fn split(self, entries: &mut Vec<Entry>, facts: &Facts, tests: &mut Vec<BlockId>) -> Result<(), TooMany> {
        let trial = self.trial(facts)?;
        if !trial.paths.approves() {
            return Ok(());
        }
        let named = matches!(facts.first, Fact::Is(_));
        match trial.test {
            Some((test, block)) if !named && entries.len() < MAX_ENTRIES => {
                tests.push(block);
                for facts in facts.split(&test) {
                    self.split(entries, &facts, tests)?;
                }
                tests.pop();
            }
            _ => {
                let name = self.name(facts, &trial.paths, tests);
                entries.push(Entry { name, when: self.words(facts), paths: trial.paths });
            }
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
    fn words(self, facts: &Facts) -> Vec<String> {
        let mut words = Vec::new();
        match facts.creates {
            Some(true) => words.push("ApplicationID is 0".to_owned()),
            Some(false) => words.push("ApplicationID is not 0".to_owned()),
            None => {}
        }
        if let Some(completion) = facts.completion {
            let name = usize::try_from(completion).ok().and_then(|at| ON_COMPLETION_NAMES.get(at));
            words.push(format!("OnCompletion is {}", name.copied().unwrap_or_default()));
        }
        match &facts.arguments {
            Fact::Is(number) => words.push(format!("NumAppArgs is {number}")),
            Fact::Not(numbers) if numbers.is_empty() => {}
            Fact::Not(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                words.push(format!("NumAppArgs is not {}", numbers.join(", ")));
            }
        }
        match &facts.first {
            Fact::Is(bytes) => words.push(match self.labels.method(bytes) {
                Some(signature) => format!("the method is {signature}"),
                None => format!("the first argument is {}", readable(bytes)),
            }),
            Fact::Not(known) if known.is_empty() => {}
            Fact::Not(known) => words.push(format!("the first argument is none of the {} others", known.len())),
        }
        words
    }
}

/// What calls of an `OnCompletion` are called.
fn completion_name(completion: u64) -> String {
    match completion {
        0 => "no-op",
        1 => "opt-in",
        2 => "close-out",
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

/// Gives a number to each further entry of the same name, and one name to calls that are not distinguished.
fn name_apart(entries: &mut Vec<Entry>) {
    let mut merged: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries.drain(..) {
        let path = |entry: &Entry| match entry.paths.most(|weight| weight.most) {
            Some(MaxCost::Path(path)) => Some(path.blocks),
            _ => None,
        };
        let own = path(&entry);
        let same = merged.iter_mut().find(|other| {
            other.when.len() == entry.when.len() && own.is_some() && path(other) == own && {
                let least = |entry: &Entry| entry.paths.least(|weight| weight.least).map(|path| path.blocks);
                least(other) == least(&entry)
            }
        });
        match same {
            Some(other) => {
                other.name = format!("{}, {}", other.name, entry.name);
                if let (Some(all), Some(more)) = (other.when.last_mut(), entry.when.last()) {
                    let _ = write!(all, ", or {}", more.rsplit(' ').next().unwrap_or_default());
                }
            }
            None => merged.push(entry),
        }
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
