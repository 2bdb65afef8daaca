//! Comments that silence findings: `// check: allow(NAME) reason`, for their own line, or the next instruction.

use std::ops::Range;

use super::Mode;
use crate::token::tokenize;

/// One name that is allowed at one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allow {
    pub(super) name: String,
    pub(super) reason: String,
    /// Where the comment is.
    pub(super) line: u32,
    pub(super) span: Range<usize>,
    /// The line it is for.
    pub(super) target: u32,
}

/// The comment by which TEALScript marks its logic signatures.
const LOGIC_SIGNATURE: &str = "#pragma mode logicsig";

/// The settings for checks in the comments of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CheckComments {
    pub(super) allows: Vec<Allow>,
    pub(super) mode: Option<Mode>,
}

impl CheckComments {
    /// Reads every comment of a source.
    pub(super) fn of(source: &str) -> Self {
        let mut comments = Self::default();
        if !source.contains("check:") && !source.contains(LOGIC_SIGNATURE) {
            return comments;
        }
        let mut waiting = Vec::new();
        let mut start = 0;
        let mut tokens = Vec::new();
        for (number, line) in (1..).zip(source.split('\n')) {
            tokens.clear();
            tokenize(source.as_bytes(), start, number, &mut tokens);
            let after = tokens.last().map_or(start, |token| token.span().end);
            let words = tokens.iter().map(|token| token.text(source));
            let has_code = words.clone().any(|word| word != ";" && !word.ends_with(':') && !word.starts_with('#'));
            let first = comments.allows.len();
            if let Some(at) = source.get(after..start + line.len()).and_then(|rest| rest.find("//")) {
                comments.comment(source, after + at..start + line.len(), number);
            }
            waiting.extend(first..comments.allows.len());
            if has_code {
                for at in waiting.drain(..) {
                    if let Some(allow) = comments.allows.get_mut(at) {
                        allow.target = number;
                    }
                }
            }
            start += line.len() + 1;
        }
        comments
    }

    fn comment(&mut self, source: &str, place: Range<usize>, line: u32) {
        let Some(comment) = source.get(place.clone()) else { return };
        if comment.trim_start_matches('/').trim() == LOGIC_SIGNATURE {
            self.mode = self.mode.or(Some(Mode::Signature));
            return;
        }
        let Some((_, order)) = comment.split_once("check:") else { return };
        let end = place.start + comment.trim_end().len();
        let order = order.trim();
        if let Some(mode) = order.strip_prefix("mode(").and_then(|rest| rest.split_once(')')) {
            self.mode = Mode::named(mode.0.trim()).or(self.mode);
            return;
        }
        let Some((names, reason)) = order.strip_prefix("allow(").and_then(|rest| rest.split_once(')')) else { return };
        for name in names.split(',') {
            self.allows.push(Allow {
                name: name.trim().to_owned(),
                reason: reason.trim().to_owned(),
                line,
                span: place.start..end,
                target: 0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_for_its_line_or_the_next_with_code() {
        let source = "// check: allow(a) first\n\nlabel: // check: allow(b,c)\nint 1 // a // check: allow(d) why\n\
                      byte \"// check: allow(e) no\"\n// check: mode(clear)\n// check: allow(f) nothing follows";
        let comments = CheckComments::of(source);
        let shown: Vec<_> =
            comments.allows.iter().map(|it| (it.name.as_str(), it.reason.as_str(), it.line, it.target)).collect();
        let expected = [
            ("a", "first", 1, 4),
            ("b", "", 3, 4),
            ("c", "", 3, 4),
            ("d", "why", 4, 4),
            ("f", "nothing follows", 7, 0),
        ];
        assert_eq!(shown, expected);
        assert_eq!(comments.mode, Some(Mode::Clear));
    }
}
