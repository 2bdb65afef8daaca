//! Diagnostics as a terminal shows them: the line of the source, the word underlined, and what would help.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// More diagnostics are counted, not shown.
const MAX_SHOWN: usize = 50;

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether colours may be used.
    pub color: bool,
}

/// The diagnostics of `source`, each with its line, under the name of the file they belong to; at most fifty.
pub fn render(diagnostics: &[Diagnostic], source: &str, name: &str, options: RenderOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(if options.color { DecorStyle::Unicode } else { DecorStyle::Ascii });
    let mut shown: Vec<String> =
        diagnostics.iter().take(MAX_SHOWN).map(|found| one(found, source, name, &renderer)).collect();
    if let Some(more) = diagnostics.len().checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
        shown.push(format!("… and {more} more"));
    }
    shown.join("\n\n")
}

fn one(found: &Diagnostic, source: &str, name: &str, renderer: &Renderer) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let text = found.problem.to_string();
    let help = found.help(source);
    let title = level.primary_title(text.as_str()).id(found.problem.code());
    let mut report = title.elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    if found.line > 0 {
        report = report.element(line_of(source, found.line, &found.span, name, AnnotationKind::Primary, None));
    }
    let related = found.related(source);
    if let Some(related) = &related {
        let label = Some(related.text.as_str());
        report = report.element(line_of(source, related.line, &related.span, name, AnnotationKind::Context, label));
    }
    if let Some(help) = &help {
        report = report.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[report])
}

/// One line of the source with a mark: only that line, so that many diagnostics do not each read the whole text.
fn line_of<'a>(
    source: &'a str,
    line: u32,
    span: &Range<usize>,
    name: &'a str,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Snippet<'a, Annotation<'a>> {
    let at = span.start.min(source.len());
    let start = source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let rest = source.get(start..).unwrap_or_default();
    let text = rest.split('\n').next().unwrap_or_default();
    let within = |place: usize| place.saturating_sub(start).min(text.len());
    let mark = kind.span(within(span.start)..within(span.end)).label(label);
    Snippet::source(text).line_start(usize::try_from(line).unwrap_or(1)).path(name).annotation(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssembleOptions, assemble};

    fn shown(source: &str) -> String {
        let found = assemble(source, AssembleOptions::default()).unwrap_err();
        render(&found, source, "a.teal", RenderOptions { color: false })
    }

    #[test]
    fn the_word_is_underlined_and_a_spelling_offered() {
        let shown = shown("#pragma version 8\nint 1\nasert // all is well\n");
        for part in [
            "error[unknown-opcode]: unknown opcode: asert",
            "--> a.teal:3:1",
            "3 | asert // all is well",
            "^^^^^",
            "did you mean `assert`?",
        ] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }

    #[test]
    fn the_other_place_is_shown_too() {
        let shown = shown("#pragma version 8\nbox_splice\n");
        for part in ["2 | box_splice", "1 | #pragma version 8", "- this makes it version 8", "needs version 10"] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }

    #[test]
    fn many_problems_are_counted() {
        let shown = shown(&"foo\n".repeat(80));
        assert_eq!(shown.matches("unknown opcode").count(), 50);
        assert!(shown.ends_with("… and 30 more"), "{shown}");
    }
}
