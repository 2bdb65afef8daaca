//! SARIF 2.1.0, the format in which machines exchange what checks find: what GitHub, GitLab and editors read.
//!
//! Only the parts that problems and findings need.

use crate::check::{CHECKS, Check, Examination, Finding, Level};
use crate::diagnostic::{Diagnostic, Severity};
use serde::Serialize;
use std::ops::Range;
use std::path::Path;

/// A whole file: one run of one tool.
#[derive(Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

/// What results can be about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
}

#[derive(Clone, Debug, Serialize)]
struct Configuration {
    level: SarifLevel,
}

#[derive(Clone, Debug, Serialize)]
struct Properties {
    /// The level's name here; SARIF knows fewer.
    severity: &'static str,
    /// What GitHub orders security findings by: 0 to 10.
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Text {
    text: String,
}

fn text(text: impl Into<String>) -> Text {
    Text { text: text.into() }
}

/// The level of a result, as SARIF names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SarifLevel {
    Error,
    Warning,
    Note,
}

const fn sarif_level(level: Level) -> SarifLevel {
    match level {
        Level::High => SarifLevel::Error,
        Level::Medium | Level::Low => SarifLevel::Warning,
        Level::Info => SarifLevel::Note,
    }
}

/// One thing found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    level: SarifLevel,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

/// A place in a text, counted from 1 in characters; the end is the place after it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// The program that writes the file.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Log {
    /// What assembling a source found: a rule for each kind of problem there is, and a result for each problem.
    #[must_use]
    pub fn of_problems(author: Author, source: Source<'_>, problems: &[Diagnostic]) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        let mut results = Vec::new();
        for found in problems {
            let code = found.problem.code();
            let grade = match found.severity {
                Severity::Error => SarifLevel::Error,
                Severity::Warning => SarifLevel::Warning,
            };
            let help = found.help(source.text);
            if rules.iter().all(|rule| rule.id != code) {
                let fix = help.as_deref().unwrap_or("Correct the source and assemble it again.");
                rules.push(Rule::plain(code, grade, &code.replace('-', " "), fix));
            }
            let message = match help {
                Some(help) => format!("{} ({help})", found.problem),
                None => found.problem.to_string(),
            };
            let span = (found.line > 0).then_some(&found.span);
            results.push(Outcome::new(code, grade, &message, source, span));
        }
        Self::new(author, rules, results)
    }

    /// What the checks found in some sources: every check as a rule, and a result for each finding, also for those that are
    /// allowed.
    #[must_use]
    pub fn of_findings(author: Author, examined: &[(Source<'_>, &Examination)]) -> Self {
        let mut results = Vec::new();
        for (source, examination) in examined {
            let outcome = |finding: &Finding| {
                let span = (finding.line > 0).then_some(&finding.span);
                let outcome = Outcome::new(finding.name(), sarif_level(finding.level), &finding.message, *source, span);
                finding.related.iter().fold(outcome, |outcome, it| outcome.related(*source, &it.span, &it.text))
            };
            results.extend(examination.findings.iter().map(outcome));
            results.extend(examination.allowed.iter().map(|(finding, reason)| outcome(finding).suppressed(reason)));
        }
        Self::new(author, CHECKS.iter().copied().map(Rule::of).collect(), results)
    }

    fn new(author: Author, rules: Vec<Rule>, results: Vec<Outcome>) -> Self {
        let Author { name, version } = author;
        let driver = Driver { name, version, semantic_version: version, rules };
        Self {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
        }
    }
}

impl Rule {
    /// A check: what it finds, why that matters and what to do.
    fn of(check: &Check) -> Self {
        let security_severity = match check.level {
            Level::High => "8.0",
            Level::Medium => "5.0",
            Level::Low => "3.0",
            Level::Info => "0.0",
        };
        Self {
            id: check.name,
            short_description: text(check.title),
            full_description: text(check.why),
            help: text(check.fix),
            default_configuration: Configuration { level: sarif_level(check.level) },
            properties: Some(Properties { severity: check.level.name(), security_severity }),
        }
    }

    /// A rule that is no matter of security.
    fn plain(id: &'static str, grade: SarifLevel, title: &str, fix: &str) -> Self {
        Self {
            id,
            short_description: text(title),
            full_description: text(title),
            help: text(fix),
            default_configuration: Configuration { level: grade },
            properties: None,
        }
    }
}

/// A source that results are about.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// What is in it.
    pub text: &'a str,
}

impl Source<'_> {
    fn location(&self, span: Option<&Range<usize>>, message: Option<&str>) -> Location {
        let region = span.map(|span| self.region(span));
        let artifact_location = Artifact { uri: uri(self.path) };
        Location { physical_location: PhysicalLocation { artifact_location, region }, message: message.map(text) }
    }

    fn region(&self, span: &Range<usize>) -> Region {
        let place = |at: usize| {
            let before = self.text.get(..at).unwrap_or(self.text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
            (before.matches('\n').count() + 1, column)
        };
        let ((start_line, start_column), (end_line, end_column)) = (place(span.start), place(span.end));
        Region { start_line, start_column, end_line, end_column }
    }
}

impl Outcome {
    /// Something found at a place of a source, or in the whole of it.
    fn new(
        rule_id: &'static str,
        level: SarifLevel,
        message: &str,
        source: Source<'_>,
        span: Option<&Range<usize>>,
    ) -> Self {
        Self {
            rule_id,
            level,
            message: text(message),
            locations: vec![source.location(span, None)],
            related_locations: Vec::new(),
            suppressions: Vec::new(),
        }
    }

    /// Another place that belongs to it.
    fn related(mut self, source: Source<'_>, span: &Range<usize>, message: &str) -> Self {
        self.related_locations.push(source.location(Some(span), Some(message)));
        self
    }

    /// Silenced by a comment in the source.
    fn suppressed(mut self, justification: &str) -> Self {
        self.suppressions.push(Suppression { kind: "inSource", justification: justification.to_owned() });
        self
    }
}

/// A path as a relative reference, or a `file:` URI where it is absolute.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if text == "-" { "stdin".into() } else { text };
    let mut uri = if path.is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_in_characters() {
        let source = Source { path: Path::new("a b.teal"), text: "ä int 1\nbyte \"ö\"; pop\n" };
        let at = source.text.find("pop").unwrap();
        let region = source.region(&(at..at + 3));
        assert_eq!(region, Region { start_line: 2, start_column: 11, end_line: 2, end_column: 14 });
        assert_eq!(uri(source.path), "a%20b.teal");
        assert_eq!((uri(Path::new("-")), uri(Path::new("/x/y"))), ("stdin".to_owned(), "file:///x/y".to_owned()));
    }
}
