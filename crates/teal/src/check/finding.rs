//! What is found, and how bad it is.

use std::fmt;
use std::ops::Range;

use super::definition::Check;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Untidy, or a risk for others than the program's owner.
    Low,
    /// Likely a fault.
    Medium,
    /// Somebody can take what is not theirs, or end what they should not.
    High,
}

impl Level {
    /// Every level, the least first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Low, Self::Medium, Self::High];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The line, from 1.
    pub line: u32,
    /// The bytes of the source.
    pub span: Range<usize>,
    /// What is there.
    pub text: String,
}

/// Something a program does, or fails to do, that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static Check,
    /// How bad it is here.
    pub level: Level,
    /// What was found, in one sentence.
    pub message: String,
    /// The line, from 1; 0 where the program as a whole is meant.
    pub line: u32,
    /// The bytes of the source it is about.
    pub span: Range<usize>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The lines of a way through the program that shows it, in order; empty where there is none to show.
    pub path: Vec<u32>,
}

impl Finding {
    /// The check's name, which is what `allow` takes.
    pub fn name(&self) -> &'static str {
        self.check.name
    }

    /// A finding as bad as its check is at worst, about a part of the source that is no instruction.
    pub(super) fn new(check: &'static Check, message: String, line: u32, span: Range<usize>) -> Self {
        Self { check, level: check.level, message, line, span, related: Vec::new(), path: Vec::new() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} ({})", self.line, self.level, self.message, self.check.name)
    }
}
