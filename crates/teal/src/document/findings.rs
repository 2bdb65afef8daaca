//! What the checks find, as a document.

use crate::check::{Check, Examination, Finding, Level, Mode, ModeSource};
use serde::Serialize;

/// How many findings there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Somebody can take what is not theirs, or end what they should not.
    pub high: usize,
    /// Likely a fault.
    pub medium: usize,
    /// Untidy, or a risk for others than the program's owner.
    pub low: usize,
    /// Worth knowing.
    pub info: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            *match finding.level {
                Level::High => &mut counts.high,
                Level::Medium => &mut counts.medium,
                Level::Low => &mut counts.low,
                Level::Info => &mut counts.info,
            } += 1;
        }
        counts
    }
}

/// What was found in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct SourceReport {
    /// Its name.
    pub source: String,
    /// Its AVM version; 0 if it does not assemble.
    pub version: u8,
    /// What it was taken for.
    pub mode: Mode,
    /// Why.
    pub mode_source: ModeSource,
    /// What was found, in the order of lines.
    pub findings: Vec<FindingReport>,
    /// What a comment allows, with its reason.
    pub allowed: Vec<AllowedReport>,
}

impl SourceReport {
    /// What was found in the source of this name and text.
    pub fn new(source: String, text: &str, examination: &Examination) -> Self {
        let Examination { mode, mode_source, version, findings, allowed } = examination;
        let allowed = allowed.iter().map(|(finding, reason)| AllowedReport {
            check: finding.name(),
            line: finding.line,
            reason: reason.clone(),
        });
        Self {
            source,
            version: *version,
            mode: *mode,
            mode_source: *mode_source,
            findings: findings.iter().map(|finding| FindingReport::new(finding, text)).collect(),
            allowed: allowed.collect(),
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct FindingReport {
    /// The check that found it.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub message: String,
    /// The line, from 1; 0 for the program as a whole.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: usize,
    /// The line after the last byte and its column: where it ends.
    pub end_column: usize,
    /// The words it is about.
    pub code: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Other lines that belong to it.
    pub related: Vec<RelatedFinding>,
    /// The lines of a path that shows it.
    pub path: Vec<u32>,
}

impl FindingReport {
    fn new(finding: &Finding, text: &str) -> Self {
        let before = text.get(..finding.span.start).unwrap_or_default();
        let column = finding.span.start - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
        let related = finding.related.iter().map(|it| RelatedFinding { line: it.line, text: it.text.clone() });
        Self {
            check: finding.name(),
            level: finding.level,
            message: finding.message.clone(),
            line: finding.line,
            column,
            end_column: column + finding.span.len(),
            code: text.get(finding.span.clone()).unwrap_or_default().to_owned(),
            why: finding.check.why,
            fix: finding.check.fix,
            related: related.collect(),
            path: finding.path.clone(),
        }
    }
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RelatedFinding {
    /// The line, from 1.
    pub line: u32,
    /// What is there.
    pub text: String,
}

/// A finding that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct AllowedReport {
    /// The check.
    pub check: &'static str,
    /// The line.
    pub line: u32,
    /// The reason that is given.
    pub reason: String,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CheckEntry {
    /// Its name.
    pub check: &'static str,
    /// The highest level of its findings.
    pub level: Level,
    /// What it finds.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
}

impl From<&Check> for CheckEntry {
    fn from(check: &Check) -> Self {
        let Check { name, level, title, why, fix, .. } = *check;
        Self { check: name, level, title, why, fix }
    }
}
