//! The text format of Prometheus, version 0.0.4. It is written here because what counts requests takes no lock, and the libraries
//! for it bring counters of their own, whose histograms do.

use std::fmt::{Display, Write as _};

/// The media type.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How a family's values behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// They only rise, and begin at 0 with each start of the process.
    Counter,
    /// They rise and fall.
    Gauge,
    /// Counts within bounds.
    Histogram,
}

impl Kind {
    const fn text(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A text that families are added to.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// A family whose samples are being written.
#[derive(Debug)]
pub(super) struct Family<'p> {
    page: &'p mut Page,
    name: &'static str,
}

impl Page {
    /// Begins a family of samples. Each name once; `help` in one line.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        // Writing to a text does not fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {}\n", kind.text());
        Family { page: self, name }
    }

    /// A family of one sample.
    pub(super) fn one(&mut self, name: &'static str, kind: Kind, help: &str, value: impl Display) {
        self.family(name, kind, help).sample("", &[], value);
    }

    /// The whole text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// A sample. `suffix` is appended to the name, as histograms need it.
    pub(super) fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let text = &mut self.page.0;
        text.push_str(self.name);
        text.push_str(suffix);
        let mut separator = '{';
        for (name, value) in labels {
            text.push(separator);
            text.push_str(name);
            text.push_str("=\"");
            for character in value.chars() {
                match character {
                    '\\' => text.push_str("\\\\"),
                    '"' => text.push_str("\\\""),
                    '\n' => text.push_str("\\n"),
                    character => text.push(character),
                }
            }
            text.push('"');
            separator = ',';
        }
        let end = if labels.is_empty() { "" } else { "}" };
        // As above.
        let _ = writeln!(text, "{end} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_have_their_help_type_and_samples() {
        let mut page = Page::default();
        page.one("pnp_open_sessions", Kind::Gauge, "Open sessions.", 7);
        let mut family = page.family("pnp_x_total", Kind::Counter, "X.");
        family.sample("", &[("a", "1"), ("b", "say \"no\"\\\n")], "0.5");
        let expected = "# HELP pnp_open_sessions Open sessions.\n# TYPE pnp_open_sessions gauge\npnp_open_sessions 7\n\
            # HELP pnp_x_total X.\n# TYPE pnp_x_total counter\npnp_x_total{a=\"1\",b=\"say \\\"no\\\"\\\\\\n\"} 0.5\n";
        assert_eq!(page.into_text(), expected);
    }
}
