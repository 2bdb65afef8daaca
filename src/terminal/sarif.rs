//! SARIF 2.1.0, the format in which machines exchange what checks find: what GitHub, GitLab and editors read.
//!
//! Only the parts this program writes.

use crate::failure::Failure;
use crate::terminal::output::Output;
use pnp_registry::write_atomically;
use serde::Serialize;
use std::ops::Range;
use std::path::Path;

/// A whole file: one run of one tool.
#[derive(Debug, Serialize)]
pub(crate) struct Log {
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
pub(crate) struct Rule {
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
    level: Grade,
}

#[derive(Clone, Debug, Serialize)]
struct Properties {
    /// The level's name here; SARIF knows fewer.
    severity: String,
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

/// How bad a result is, in the words of SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Grade {
    Error,
    Warning,
    Note,
}

/// One thing found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    rule_id: &'static str,
    level: Grade,
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

impl Log {
    /// A run of this program that found `results`.
    pub(crate) fn new(rules: Vec<Rule>, results: Vec<Outcome>) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let driver = Driver { name: env!("CARGO_PKG_NAME"), version, semantic_version: version, rules };
        Self {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
        }
    }

    /// Writes the file; for `-` it gives the text, which is to go to stdout instead of any other.
    pub(crate) fn written(&self, out: &Output, path: &Path) -> Result<Option<String>, Failure> {
        let log = serde_json::to_string_pretty(self)
            .map_err(|error| Failure::new("internal", "the findings could not be written").because(error))?;
        if path == Path::new("-") {
            let clash = "stdout cannot carry both --json and --sarif -";
            return match out.is_json() {
                true => Err(Failure::usage(clash).hint("name a file for --sarif")),
                false => Ok(Some(log)),
            };
        }
        write_atomically(path, log.as_bytes(), 0o644).map_err(|error| {
            Failure::new("unwritable", format!("{} cannot be written", path.display())).because(error)
        })?;
        Ok(None)
    }
}

impl Rule {
    /// A rule by its name, what it finds, why that matters and what to do.
    pub(crate) fn new(id: &'static str, grade: Grade, severity: &str, title: &str, why: &str, fix: &str) -> Self {
        let security_severity = match severity {
            "high" => "8.0",
            "medium" => "5.0",
            "low" => "3.0",
            _ => "0.0",
        };
        Self {
            id,
            short_description: text(title),
            full_description: text(why),
            help: text(fix),
            default_configuration: Configuration { level: grade },
            properties: Some(Properties { severity: severity.to_owned(), security_severity }),
        }
    }

    /// A rule that is no matter of security.
    pub(crate) fn plain(id: &'static str, grade: Grade, title: &str, fix: &str) -> Self {
        Self {
            id,
            short_description: text(title),
            full_description: text(title),
            help: text(fix),
            default_configuration: Configuration { level: grade },
            properties: None,
        }
    }

    /// Its name.
    pub(crate) fn id(&self) -> &'static str {
        self.id
    }
}

/// A source that results are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// Where it lies.
    pub(crate) path: &'a Path,
    /// What is in it.
    pub(crate) text: &'a str,
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
    pub(crate) fn new(
        rule_id: &'static str,
        level: Grade,
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
    pub(crate) fn related(mut self, source: Source<'_>, span: &Range<usize>, message: &str) -> Self {
        self.related_locations.push(source.location(Some(span), Some(message)));
        self
    }

    /// Silenced by a comment in the source.
    pub(crate) fn suppressed(mut self, justification: &str) -> Self {
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
