//! Findings as a terminal shows them: the line, what is wrong with it, why that matters and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level as Shown, Renderer, Snippet};

use super::{Finding, Level};

/// The findings in `source`, each with its lines, under the name of the file they belong to.
pub fn render(findings: &[Finding], source: &str, name: &str, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(if color { DecorStyle::Unicode } else { DecorStyle::Ascii });
    findings.iter().map(|finding| one(&renderer, finding, source, name)).collect::<Vec<_>>().join("\n\n")
}

fn one(renderer: &Renderer, finding: &Finding, source: &str, name: &str) -> String {
    let level = match finding.level {
        Level::High => Shown::ERROR.with_name("high"),
        Level::Medium => Shown::WARNING.with_name("medium"),
        Level::Low => Shown::WARNING.with_name("low"),
        Level::Info => Shown::NOTE.with_name("info"),
    };
    let mut report = level
        .primary_title(finding.message.as_str())
        .id(finding.check.name)
        .elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    if finding.line > 0 {
        // Places of a source with template variables are those of its text with values, and may lie within a character.
        let boundary = |at: usize| (0..=at.min(source.len())).rfind(|at| source.is_char_boundary(*at)).unwrap_or(0);
        let within = |span: &std::ops::Range<usize>| boundary(span.start.min(span.end))..boundary(span.end);
        let mut snippet =
            Snippet::source(source).path(name).annotation(AnnotationKind::Primary.span(within(&finding.span)));
        for related in finding.related.iter().filter(|related| related.span != finding.span) {
            let place = AnnotationKind::Context.span(within(&related.span));
            snippet = snippet.annotation(place.label(related.text.as_str()));
        }
        report = report.element(snippet);
    }
    let path = path_text(&finding.path);
    if !path.is_empty() {
        report = report.element(Shown::NOTE.message(path.as_str()));
    }
    report = report.element(Shown::NOTE.message(finding.check.why));
    report = report.element(Shown::HELP.message(finding.check.fix));
    renderer.render(&[report])
}

/// A path by its lines; too many are left out in the middle.
fn path_text(path: &[u32]) -> String {
    const MAX_SHOWN: usize = 12;
    if path.len() < 2 {
        return String::new();
    }
    let text = |lines: &[u32]| lines.iter().map(u32::to_string).collect::<Vec<_>>().join(" → ");
    match path.len() > MAX_SHOWN {
        true => {
            let (start, end) = (&path[..MAX_SHOWN / 2], &path[path.len() - MAX_SHOWN / 2..]);
            format!("a path that shows it, by lines: {} → … → {}", text(start), text(end))
        }
        false => format!("a path that shows it, by lines: {}", text(path)),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{CheckOptions, check, render};

    #[test]
    fn a_place_within_a_character_is_drawn() {
        let source = "pushint TMPL_A\n\u{e9}: \u{e9}\n\u{e9}";
        let findings = check(source, &CheckOptions::default());
        assert!(!findings.is_empty() && render(&findings, source, "a.teal", false).contains("a.teal"));
        let every = (0..=source.len() + 1).flat_map(|start| (start..=source.len() + 1).map(move |end| start..end));
        for span in every {
            let finding = crate::check::Finding { span, ..findings[0].clone() };
            assert!(render(&[finding], source, "a.teal", false).contains("a.teal"));
        }
    }
}
