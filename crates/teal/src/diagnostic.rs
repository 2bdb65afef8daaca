//! A problem at its place, and what can be said beyond the reference's words.

use std::fmt;
use std::ops::Range;

use pnp_opcodes::OPCODES;

use super::Problem;
use super::mnemonic::is_pseudo_op;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// No program comes out.
    Error,
    /// The program is what was written, perhaps not what was meant.
    Warning,
}

/// A problem and its place.
///
/// `Display` prints the reference's form, `line:column: text`, without the column where it is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The line, from 1; 0 where the text as a whole is meant.
    pub line: u32,
    /// The column in bytes, from 0.
    pub column: u32,
    /// The bytes of the source it is about; empty where none are.
    pub span: Range<usize>,
    /// What it is.
    pub problem: Problem,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            0 => write!(f, "{}: {}", self.line, self.problem),
            column => write!(f, "{}:{column}: {}", self.line, self.problem),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// The error for a name that is no mnemonic of `version`.
pub(super) fn unknown_opcode(name: &[u8], version: u8) -> Problem {
    debug_assert!(!is_pseudo_op(name), "pseudo-ops exist in every version");
    let rows = OPCODES.iter().filter(|spec| spec.name.as_bytes() == name);
    match rows.min_by_key(|spec| spec.since) {
        Some(spec) if spec.since > version => Problem::OpcodeTooNew { name: spec.name.to_owned(), since: spec.since },
        _ => Problem::UnknownOpcode(name.into()),
    }
}

/// The errors and warnings as algod's REST and goal print them: at most ten of each, one a line; a lone error has
/// its own form. `name` is the file's, where there is one.
pub fn report(diagnostics: &[Diagnostic], name: Option<&str>) -> String {
    const MAX_SHOWN: usize = 10;
    let prefix = name.map(|name| format!("{name}: ")).unwrap_or_default();
    if let [only] = diagnostics
        && only.severity == Severity::Error
    {
        return format!("{prefix}1 error: {only}\n");
    }
    let shown = |severity| diagnostics.iter().filter(move |found| found.severity == severity).take(MAX_SHOWN);
    shown(Severity::Error).chain(shown(Severity::Warning)).map(|found| format!("{prefix}{found}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: u32, column: u32, problem: Problem) -> Diagnostic {
        Diagnostic { severity: Severity::Error, line, column, span: 0..0, problem }
    }

    #[test]
    fn reports_like_the_reference() {
        let one = error(2, 3, Problem::UnknownOpcode("foo".into()));
        assert_eq!(report(std::slice::from_ref(&one), None), "1 error: 2:3: unknown opcode: foo\n");
        let two = [one, error(3, 0, Problem::EmptyPragma)];
        assert_eq!(report(&two, Some("a.teal")), "a.teal: 2:3: unknown opcode: foo\na.teal: 3: empty pragma\n");
    }

    #[test]
    fn the_future_is_known_by_name() {
        let newer = Problem::OpcodeTooNew { name: "sumhash512".into(), since: 14 };
        assert_eq!(unknown_opcode(b"sumhash512", 13), newer);
        assert_eq!(unknown_opcode(b"addw", 1), Problem::OpcodeTooNew { name: "addw".into(), since: 2 });
    }
}
