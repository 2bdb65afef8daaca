//! What is wrong with a TEAL source, for people and for what reads SARIF.

use crate::terminal::output::Output;
use crate::terminal::sarif::{Grade, Log, Outcome, Rule, Source};
use pnp_teal::{Diagnostic, RenderOptions, Severity, render};
use std::path::Path;

/// Diagnostics with their lines of source.
pub(crate) fn shown(out: &Output, name: &str, source: &str, found: &[Diagnostic]) -> String {
    render(found, source, name, RenderOptions { color: out.has_colour() })
}

/// The problems as SARIF: a rule for each kind there is, and a result for each problem.
pub(crate) fn sarif(path: &Path, source: &str, problems: &[Diagnostic]) -> Log {
    let text = Source { path, text: source };
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    for found in problems {
        let code = found.problem.code();
        let grade = match found.severity {
            Severity::Error => Grade::Error,
            Severity::Warning => Grade::Warning,
        };
        let help = found.help(source);
        if rules.iter().all(|rule| rule.id() != code) {
            let fix = help.as_deref().unwrap_or("Correct the source and assemble it again.");
            rules.push(Rule::plain(code, grade, &code.replace('-', " "), fix));
        }
        let message = match help {
            Some(help) => format!("{} ({help})", found.problem),
            None => found.problem.to_string(),
        };
        let span = (found.line > 0).then_some(&found.span);
        results.push(Outcome::new(code, grade, &message, text, span));
    }
    Log::new(rules, results)
}
