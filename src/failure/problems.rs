//! What is wrong with a TEAL source, for programs.

use super::Failure;
use pnp_teal::{Diagnostic, Severity};
use serde::Serialize;

/// More problems of one source are counted, not listed.
const LISTED: usize = 500;

/// A problem of a TEAL source.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct ProblemReport {
    /// `error` or `warning`.
    severity: &'static str,
    /// Which kind, for example `unknown-opcode`.
    code: &'static str,
    /// The line, from 1; 0 for the source as a whole.
    line: u32,
    /// The column in bytes, from 1.
    column: u32,
    /// The column after the last byte.
    end_column: u32,
    /// What is wrong, in the words of the reference implementation.
    message: String,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// Another place that it has to do with.
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<RelatedReport>,
    /// The line itself.
    source: String,
}

/// Another place in the source.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct RelatedReport {
    /// The line, from 1.
    line: u32,
    /// What is there.
    text: String,
}

/// The problems for programs. `source` is the text with the template's values in it, which is what places are places in.
pub(crate) fn reports(source: &str, problems: &[Diagnostic]) -> Vec<ProblemReport> {
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
    problems.iter().take(LISTED).map(of).collect()
}

/// How many problems there are, and all of them for programs; people have seen each under its line of source.
pub(crate) fn malformed(name: &str, source: &str, problems: &[Diagnostic]) -> Failure {
    let errors = problems.iter().filter(|found| found.severity == Severity::Error).count();
    let count = match errors {
        1 => "a problem".to_owned(),
        count => format!("{count} problems"),
    };
    let failure = Failure::new("teal", format!("{name} has {count}"))
        .hint("correct the source and assemble it again; no file was written");
    match serde_json::to_value(reports(source, problems)) {
        Ok(listed) => failure.with("problems", listed),
        Err(_) => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_teal::{AssembleOptions, assemble};

    #[test]
    fn every_problem_is_told_with_its_place_and_help() {
        let source = "#pragma version 11\nint x\n  retrun\n";
        let problems = assemble(source, AssembleOptions::default()).unwrap_err();
        let failure = malformed("a.teal", source, &problems);
        assert_eq!(failure.message, "a.teal has 2 problems");
        let listed = &failure.details["problems"];
        assert_eq!((listed[0]["line"].as_u64(), listed[0]["code"].as_str()), (Some(2), Some("not-an-integer")));
        let place = ["line", "column", "end_column"].map(|name| listed[1][name].as_u64());
        assert_eq!(place, [Some(3), Some(3), Some(9)]);
        assert_eq!(
            (listed[1]["source"].as_str(), listed[1]["help"].as_str()),
            (Some("retrun"), Some("did you mean `return`?"))
        );
    }
}
