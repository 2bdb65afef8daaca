//! Sentences with variable parts, as nodes write them.

/// The longest text that is compared with sentences. Nodes' refusals without their structures are shorter.
const MAX_BYTES: usize = 4096;

/// The variable parts of a text, in order, if the whole text is a sentence of this shape.
///
/// In a shape `{n}` stands for digits, `{w}` for a word without white space, and `{*}` for anything, even nothing.
#[must_use]
pub fn sentence_parts<'t>(shape: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = Vec::new();
    (text.len() <= MAX_BYTES && fits(shape, text, &mut parts)).then_some(parts)
}

fn fits<'t>(shape: &str, text: &'t str, parts: &mut Vec<&'t str>) -> bool {
    let Some((words, rest)) = shape.split_once('{') else { return shape == text };
    let Some(text) = text.strip_prefix(words) else { return false };
    let Some((kind, shape)) = rest.split_once('}') else { return false };
    let shortest = usize::from(kind != "*");
    let longest = match kind {
        "n" => text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len(),
        "w" => text.find(char::is_whitespace).unwrap_or(text.len()),
        _ => text.len(),
    };
    // Digits are one number: it does not end where another digit follows.
    let shortest = if kind == "n" { longest.max(shortest) } else { shortest };
    for end in (shortest..=longest).rev() {
        let Some((part, rest)) = text.split_at_checked(end) else { continue };
        parts.push(part);
        if fits(shape, rest, parts) {
            return true;
        }
        parts.pop();
    }
    false
}

/// The text that follows a phrase.
pub(crate) fn after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    text.split_once(phrase).map(|(_, rest)| rest)
}

/// The number that follows a phrase.
pub(crate) fn number_after(text: &str, phrase: &str) -> Option<u64> {
    let digits: String = after(text, phrase)?.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_is_the_sentence() {
        for (shape, text, parts) in [
            ("/ 0", "/ 0", Some(vec![])),
            ("/ 0", "1 / 0", None),
            ("asset {n} frozen in {w}", "asset 12 frozen in ABC", Some(vec!["12", "ABC"])),
            ("asset {n} frozen in {w}", "asset 12 frozen in ABC today", None),
            ("asset {n} frozen in {w}", "asset x frozen in ABC", None),
            ("asset {n} frozen in {w}", "asset  frozen in ABC", None),
            ("(account {w}, data {*}, tried {w})", "(account A, data {a, b}, tried 5)", Some(vec!["A", "{a, b}", "5"])),
            ("key 0x{w}: length {n}", "key 0x61: length 3", Some(vec!["61", "3"])),
            ("ends{*}", "ends", Some(vec![""])),
            ("ends{*}", "ends – há", Some(vec![" – há"])),
        ] {
            assert_eq!(sentence_parts(shape, text), parts, "{shape} | {text}");
        }
        assert_eq!(sentence_parts("{*}", &"x".repeat(MAX_BYTES + 1)), None);
    }
}
