//! A problem at its place, and what can be said beyond the reference's words.

use std::fmt;
use std::ops::Range;

use crate::opcodes::{FUTURE_OPCODES, MAX_VERSION, OPCODES, version_table};

use super::mnemonic::is_pseudo_op;
use super::{Problem, spelling};

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

impl Diagnostic {
    /// Help beyond the text: a likely spelling, or where a newer name is known. `version` is the program's.
    pub fn hint(&self, version: u8) -> Option<String> {
        match &self.problem {
            Problem::UnknownOpcode(name) => {
                let known = version_table(version).specs().iter().map(|spec| spec.name);
                let pseudo = ["int", "byte", "addr", "method", "extract", "replace"];
                let close = spelling::closest(name, known.chain(pseudo));
                close.or_else(|| spelling::closest(name, newer_opcodes(version))).map(did_you_mean)
            }
            Problem::UnknownField { opcode, field } => {
                let spec = version_table(MAX_VERSION).by_name(opcode)?;
                let (_, group) = spec.field_immediate()?;
                spelling::closest(field, group.names()).map(did_you_mean)
            }
            Problem::OpcodeTooNew { since, .. }
            | Problem::FormTooNew { since, .. }
            | Problem::FieldTooNew { since, .. }
            | Problem::FieldSettableLater { since, .. } => Some(format!(
                "begin the program with `#pragma version {since}` or later; it is assembled as v{version}"
            )),
            Problem::UndefinedLabel(_) => Some("a label is a word with a colon at the start of a statement".to_owned()),
            Problem::NotAnInteger(text) if text.starts_with("TMPL_") => {
                Some(format!("`{text}` is a template variable that was given no value"))
            }
            _ => None,
        }
    }
}

fn did_you_mean(name: &'static str) -> String {
    format!("did you mean `{name}`?")
}

fn newer_opcodes(version: u8) -> impl Iterator<Item = &'static str> {
    OPCODES.iter().filter(move |spec| spec.since > version).map(|spec| spec.name)
}

/// The error for a name that is no mnemonic of `version`.
pub(super) fn unknown_opcode(name: &str, version: u8) -> Problem {
    debug_assert!(!is_pseudo_op(name), "pseudo-ops exist in every version");
    let rows = OPCODES.iter().map(|spec| (spec.name, spec.since)).chain(FUTURE_OPCODES.iter().copied());
    match rows.filter(|(known, _)| *known == name).map(|(_, since)| since).min() {
        Some(since) if since > version => Problem::OpcodeTooNew { name: name.to_owned(), since },
        _ => Problem::UnknownOpcode(name.to_owned()),
    }
}

/// The errors and warnings as algod's REST and goal print them: at most ten of each, one a line; a lone error has
/// its own form. `name` is the file's, where there is one.
pub fn report(diagnostics: &[Diagnostic], name: Option<&str>) -> String {
    const SHOWN: usize = 10;
    let prefix = name.map(|name| format!("{name}: ")).unwrap_or_default();
    if let [only] = diagnostics
        && only.severity == Severity::Error
    {
        return format!("{prefix}1 error: {only}\n");
    }
    let shown = |severity| diagnostics.iter().filter(move |found| found.severity == severity).take(SHOWN);
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
    fn hints() {
        let hint = |problem, version| error(1, 0, problem).hint(version);
        assert_eq!(hint(Problem::UnknownOpcode("asert".into()), 8), Some("did you mean `assert`?".into()));
        let field = Problem::UnknownField { opcode: "txn", field: "Sendr".into() };
        assert_eq!(hint(field, 8), Some("did you mean `Sender`?".into()));
        assert_eq!(hint(Problem::UnknownOpcode("zzzzzzzzz".into()), 8), None);
        let newer = Problem::OpcodeTooNew { name: "box_get".into(), since: 8 };
        assert!(hint(newer, 7).is_some_and(|hint| hint.contains("#pragma version 8")));
    }

    #[test]
    fn the_future_is_known_by_name() {
        let newer = Problem::OpcodeTooNew { name: "sumhash512".into(), since: 14 };
        assert_eq!(unknown_opcode("sumhash512", 13), newer);
        assert_eq!(unknown_opcode("addw", 1), Problem::OpcodeTooNew { name: "addw".into(), since: 2 });
    }
}
