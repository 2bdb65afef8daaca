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
        let within = |span: &std::ops::Range<usize>| {
            let end = span.end.min(source.len());
            span.start.min(end)..end
        };
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
    const SHOWN: usize = 12;
    if path.len() < 2 {
        return String::new();
    }
    let text = |lines: &[u32]| lines.iter().map(u32::to_string).collect::<Vec<_>>().join(" → ");
    match path.len() > SHOWN {
        true => {
            let (start, end) = (&path[..SHOWN / 2], &path[path.len() - SHOWN / 2..]);
            format!("a path that shows it, by lines: {} → … → {}", text(start), text(end))
        }
        false => format!("a path that shows it, by lines: {}", text(path)),
    }
}
