//! Diagnostics as a terminal shows them: the line of the source, the word underlined, and what would help.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// The version the source is assembled as; hints depend on it.
    pub version: u8,
    /// Whether colours may be used.
    pub color: bool,
}

/// The diagnostics of `source`, each with its line, under the name of the file they belong to.
pub fn render(diagnostics: &[Diagnostic], source: &str, name: &str, options: RenderOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(if options.color { DecorStyle::Unicode } else { DecorStyle::Ascii });
    let one = |found: &Diagnostic| {
        let level = match found.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let text = found.problem.to_string();
        let hint = found.hint(options.version);
        let mut report = level.primary_title(text.as_str()).elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
        if found.line > 0 {
            let end = found.span.end.min(source.len());
            let place = AnnotationKind::Primary.span(found.span.start.min(end)..end);
            report = report.element(Snippet::source(source).path(name).annotation(place));
        }
        if let Some(hint) = &hint {
            report = report.element(Level::HELP.message(hint.as_str()));
        }
        renderer.render(&[report])
    };
    diagnostics.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::teal::{AssembleOptions, assemble};

    #[test]
    fn the_word_is_underlined_and_a_spelling_offered() {
        let source = "#pragma version 8\nint 1\nasert // all is well\n";
        let found = assemble(source, AssembleOptions::default()).unwrap_err();
        let shown = render(&found, source, "a.teal", RenderOptions { version: 8, color: false });
        for part in [
            "error: unknown opcode: asert",
            "--> a.teal:3:1",
            "3 | asert // all is well",
            "^^^^^",
            "did you mean `assert`?",
        ] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
    }
}
