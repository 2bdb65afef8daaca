//! Problems of a TEAL source, as a document.

use crate::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

/// More problems of one source are counted, not listed.
const MAX_LISTED: usize = 500;

/// A problem of a TEAL source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ProblemReport {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Which kind, for example `unknown-opcode`.
    pub code: &'static str,
    /// The line, from 1; 0 for the source as a whole.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
    /// The column after the last byte.
    pub end_column: u32,
    /// What is wrong, in the words of the reference implementation.
    pub message: String,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Another place that it has to do with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related: Option<RelatedReport>,
    /// The line itself.
    pub source: String,
}

/// Another place in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RelatedReport {
    /// The line, from 1.
    pub line: u32,
    /// What is there.
    pub text: String,
}

/// The problems for programs. `source` is the text with the template's values in it, which is what places are places in.
pub fn problem_reports(source: &str, problems: &[Diagnostic]) -> Vec<ProblemReport> {
    let lines: Vec<&str> = source.lines().collect();
    let of = |found: &Diagnostic| {
        let index = usize::try_from(found.line).ok().and_then(|line| line.checked_sub(1));
        let line = index.and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let column = found.column.saturating_add(1);
        let related = found.related(source);
        ProblemReport {
            severity: match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            code: found.problem.code(),
            line: found.line,
            column,
            end_column: column.saturating_add(u32::try_from(found.span.len()).unwrap_or(u32::MAX)),
            message: found.problem.to_string(),
            help: found.help(source),
            related: related.map(|related| RelatedReport { line: related.line, text: related.text }),
            source: line.trim().to_owned(),
        }
    };
    problems.iter().take(MAX_LISTED).map(of).collect()
}
