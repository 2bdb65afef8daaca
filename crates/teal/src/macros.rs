//! `#define`: names that stand for the rest of a line.

use std::collections::{HashMap, HashSet};

use pnp_opcodes::{named_constant, version_table};

use super::Problem;
use super::assembler::{Assembler, Failure, failure};
use super::excerpt::Excerpt;
use super::mnemonic::is_pseudo_op;
use super::token::Token;

#[derive(Debug)]
struct Macro {
    name: Token,
    body: Vec<Token>,
    order: usize,
}

/// The most tokens that all macros of a source together may stand for, and be searched through for cycles.
///
/// The reference has no limit: a kilobyte of `#define`s keeps it busy for hours. What needs more than this takes it three
/// seconds and makes a program of 100 kB, six times what any network runs.
const MAX_WORK: usize = 1 << 20;

/// The macros defined so far.
#[derive(Debug, Default)]
pub(super) struct Macros<'a> {
    by_name: HashMap<&'a [u8], Macro>,
    /// Every word of every body: a name that is none of these closes no cycle.
    words: HashSet<&'a [u8]>,
    defined: usize,
    work: usize,
}

impl<'a> Macros<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    pub(super) fn contains(&self, name: &[u8]) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn body(&self, name: &[u8]) -> Option<&[Token]> {
        self.by_name.get(name).map(|found| found.body.as_slice())
    }

    /// Notes that `tokens` more were gone through; from then on [`Self::exhausted`] may hold.
    pub(super) fn spend(&mut self, tokens: usize) {
        self.work = self.work.saturating_add(tokens);
    }

    /// Whether the source's macros ask for more work than any program needs.
    pub(super) fn exhausted(&self) -> bool {
        self.work > MAX_WORK
    }

    /// The way round from `name` to itself, if there is one.
    fn cycle(&self, source: &'a [u8], name: &'a [u8], steps: &mut usize) -> Option<Vec<&'a [u8]>> {
        let mut path: Vec<(&'a [u8], &[Token])> = vec![(name, self.body(name)?)];
        let mut harmless: HashSet<&'a [u8]> = HashSet::new();
        while let Some((current, rest)) = path.last_mut() {
            let Some((next, after)) = rest.split_first() else {
                harmless.insert(current);
                path.pop();
                continue;
            };
            *rest = after;
            *steps += 1;
            let word = next.bytes(source);
            if word == name {
                return Some(path.iter().map(|(word, _)| *word).chain([name]).collect());
            }
            if let Some(body) = self.body(word).filter(|_| !harmless.contains(word)) {
                path.push((word, body));
            }
        }
        None
    }
}

impl<'a> Assembler<'a> {
    pub(super) fn define(&mut self, tokens: &[Token]) -> Result<(), Failure> {
        let [_, name_token, body @ ..] = tokens else {
            return Err(failure(tokens[0], Problem::IncompleteDefine));
        };
        if body.is_empty() {
            return Err(failure(*name_token, Problem::IncompleteDefine));
        }
        let name = name_token.bytes(self.source);
        self.check_macro_name(name, self.settled_version()).map_err(|problem| failure(*name_token, problem))?;
        let order = self.macros.defined;
        self.macros.defined += 1;
        let new = Macro { name: *name_token, body: body.to_vec(), order };
        let saved = self.macros.by_name.insert(name, new);
        let source: &'a [u8] = self.source;
        self.macros.words.extend(body.iter().map(|token| token.bytes(source)));
        let mut steps = 0;
        let is_used = self.macros.words.contains(name);
        let cycle = if is_used { self.macros.cycle(source, name, &mut steps) } else { None };
        // A step of the search takes as long as standing for some four tokens.
        self.macros.spend(4 * steps);
        let Some(cycle) = cycle else {
            let fine = !self.macros.exhausted();
            return if fine { Ok(()) } else { Err(failure(*name_token, Problem::MacroTooLong)) };
        };
        let cycle = Excerpt::from(cycle.join(&b" -> "[..])).to_string();
        match saved {
            Some(saved) => self.macros.by_name.insert(name, saved),
            None => self.macros.by_name.remove(name),
        };
        Err(failure(*name_token, Problem::MacroCycle(cycle)))
    }

    /// Once the version is known, drops the macros that take a name from it. Returns whether there were any.
    pub(super) fn recheck_macros(&mut self) -> bool {
        let version = self.settled_version();
        let check = |(name, found): (&&[u8], &Macro)| {
            let problem = self.check_macro_name(name, version).err()?;
            Some((found.order, found.name, problem))
        };
        let mut wrong: Vec<_> = self.macros.by_name.iter().filter_map(check).collect();
        wrong.sort_by_key(|(order, ..)| *order);
        for (_, token, problem) in &wrong {
            self.macros.by_name.remove(token.bytes(self.source));
            self.record(*token, problem.clone());
        }
        !wrong.is_empty()
    }

    fn check_macro_name(&self, word: &[u8], version: Option<u8>) -> Result<(), Problem> {
        let allowed = |c: char| c.is_alphanumeric() || "+-*/^%&|~!><=?_".contains(c);
        // What is no text has U+FFFD in it, which is not allowed.
        let name = &*String::from_utf8_lossy(word);
        if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
            return Err(Problem::MacroCharacter(bad));
        }
        let mut chars = name.chars();
        let (first, second) = (chars.next(), chars.next());
        let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        let owned = || name.to_owned();
        if is_digit(first) || matches!(first, Some('+' | '-')) && is_digit(second) {
            return Err(Problem::MacroNumber(owned()));
        }
        if matches!(name, "b64" | "base64" | "b32" | "base32") {
            return Err(Problem::MacroEncoding(owned()));
        }
        if named_constant(name).is_some() {
            return Err(Problem::MacroConstant(owned()));
        }
        if is_pseudo_op(word) {
            return Err(Problem::MacroPseudoOp(owned()));
        }
        if let Some(version) = version {
            let table = version_table(version);
            if table.by_name(name).is_some() {
                return Err(Problem::MacroOpcode(owned()));
            }
            if table.has_field_name(name) {
                return Err(Problem::MacroField(owned()));
            }
        }
        if self.code.is_defined(self.source, word) {
            return Err(Problem::MacroLabel(owned()));
        }
        Ok(())
    }
}
