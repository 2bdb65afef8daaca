//! What a check is: its texts, modes, detection and example.

use super::allow::Allow;
use super::finding::Level;
use super::mode::Mode;
use super::subject::Subject;

/// One check: what it finds, why that matters, and what to do about it.
#[derive(Debug)]
pub struct Check {
    /// Its name, which is what `allow` takes.
    pub name: &'static str,
    /// The highest level of its findings.
    pub level: Level,
    /// What it finds.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// What the reference page says about it besides; often empty.
    pub more: &'static str,
    /// The kinds of programs it is made for.
    pub modes: &'static [Mode],
    /// A program that has what it finds, and the program corrected.
    pub example: Example,
    pub(super) detect: Detect,
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Check {}

/// How a check finds what it finds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Detect {
    /// By the paths on which the program approves. It also runs on a source without its invalid lines, and on what the
    /// program would approve if its constant conditions had the other value.
    Approvals(fn(&mut Subject<'_>)),
    /// By the paths on which a call with that on-completion action is approved; the program is followed for such calls alone.
    Calls(u64, fn(&mut Subject<'_>)),
    /// By the program as a whole, which must assemble.
    Program(fn(&mut Subject<'_>)),
    /// By one comment that allows a check, and whether it has silenced anything: what is wrong with it.
    Comment(fn(&Allow, bool) -> Option<String>),
    /// It says how far the examination came, and [`super::examine`] reports it.
    Examination,
}

/// For checks that are made in every mode.
pub(super) const ALL_MODES: &[Mode] = &Mode::ALL;

/// For checks of what a program approves: a clear-state program cannot refuse.
pub(super) const NOT_CLEAR: &[Mode] = &[Mode::Application, Mode::Signature];

/// A program in which a check finds something, and the same program corrected.
#[derive(Debug)]
pub struct Example {
    /// What both are run as.
    pub mode: Mode,
    /// The other checks that find something in the bad program: it lacks what they look for too.
    pub also: &'static [&'static str],
    /// How many times the lines between the first and the last are repeated, each time with another number in place of `@`.
    pub repeated: usize,
    bad: &'static str,
    good: &'static str,
}

impl Example {
    /// An example in which nothing else is found.
    pub(super) const fn new(mode: Mode, bad: &'static str, good: &'static str) -> Self {
        Self { mode, also: &[], repeated: 1, bad, good }
    }

    /// The same example, in whose bad program these checks find something too.
    pub(super) const fn found_too(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// The same example with its lines repeated.
    pub(super) const fn repeated(self, repeated: usize) -> Self {
        Self { repeated, ..self }
    }

    /// The source in which the check finds something, without repetitions.
    pub fn bad(&self) -> &'static str {
        self.bad.trim()
    }

    /// The source in which no check finds anything, without repetitions.
    pub fn good(&self) -> &'static str {
        self.good.trim()
    }

    /// A source of the example with its lines repeated as often as it says.
    pub fn whole(&self, source: &str) -> String {
        let whole = || {
            let (version, rest) = source.split_once('\n')?;
            let (repeated, last) = rest.rsplit_once('\n')?;
            let bodies: String = (0..self.repeated).map(|at| repeated.replace('@', &at.to_string()) + "\n").collect();
            Some(format!("{version}\n{bodies}{last}"))
        };
        whole().unwrap_or_else(|| source.to_owned())
    }
}
