//! JSON as Go's encoders write it: compact, or with two spaces for each depth.

use serde_json::Value;

/// A value on one line.
pub(super) fn compact(value: &Value) -> String {
    with_escapes(value.to_string(), FOR_PAGES)
}

/// A value with its members on lines of their own.
pub(super) fn indented(value: &Value) -> String {
    with_escapes(format!("{value:#}"), FOR_PAGES)
}

/// The same as algod's codec writes it, which leaves the letters of HTML as they are.
pub(super) fn encoded(value: &Value) -> String {
    with_escapes(format!("{value:#}"), FOR_SCRIPTS)
}

/// What Go escapes so that a browser takes it neither for the end of a line of a script nor for HTML, and what stands for
/// bytes that are no UTF-8.
const FOR_PAGES: &[char] = &['\u{2028}', '\u{2029}', '\u{fffd}', '<', '>', '&'];
/// The same without HTML.
const FOR_SCRIPTS: &[char] = &['\u{2028}', '\u{2029}', '\u{fffd}'];

/// Escapes these letters, which occur only in strings.
fn with_escapes(text: String, escaped: &[char]) -> String {
    if !text.contains(escaped) {
        return text;
    }
    let mut written = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if escaped.contains(&letter) {
            written.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            written.push(letter);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = json!({"a": [1, {"b": "<&>\u{2028}\u{7f}\u{1}\n"}], "c": [], "d": {}});
        let text = r#""\u003c\u0026\u003e\u2028"#.to_owned() + "\u{7f}" + r#"\u0001\n""#;
        assert_eq!(compact(&value), format!("{{\"a\":[1,{{\"b\":{text}}}],\"c\":[],\"d\":{{}}}}"));
        let lines = format!(
            "{{\n  \"a\": [\n    1,\n    {{\n      \"b\": {text}\n    }}\n  ],\n  \"c\": [],\n  \"d\": {{}}\n}}"
        );
        assert_eq!(indented(&value), lines);
        assert_eq!(encoded(&json!(["<\u{fffd}>\u{2029}"])), "[\n  \"<\\ufffd>\\u2029\"\n]");
    }
}
