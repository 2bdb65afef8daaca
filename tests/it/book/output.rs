//! Whether a command printed what a page shows.
//!
//! A line `...` matches any lines, `[..]` anything within one. Addresses, transaction ids, hashes, ticks, ports, times
//! and durations differ from run to run: a page shows real ones, and any other of the same kind fits.

use regex::Regex;
use snapbox::Data;
use snapbox::filter::NormalizeToExpected;
use std::sync::LazyLock;

static VARYING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\b[A-Z2-7]{58}\b", "ADDRESS"),
        (r"\b[A-Z2-7]{52}\b", "TXID"),
        (r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "ULID"),
        (r"\b[0-9a-f]{64}\b", "HASH"),
        (r"\b[A-Za-z0-9+/]{43}=", "GENESIS"),
        (r"\b127\.0\.0\.1:\d+\b", "HOST"),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"\b\d+\.\d s \(\d+/s\)", "DURATION"),
        (r"\b\d+ ms\b", "DURATION"),
        (r"[ \t]+(\n|$)", "$1"),
    ]
    .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
    .into()
});

fn masked(text: &str) -> String {
    VARYING.iter().fold(text.to_owned(), |text, (pattern, name)| pattern.replace_all(&text, *name).into_owned())
}

/// What the page should show instead of `shown`, if that is not what was printed.
pub(super) fn correction(printed: &str, shown: &str) -> Option<String> {
    let (actual, expected) = (masked(printed.trim_end()), masked(shown.trim_end()));
    let fitted = NormalizeToExpected::new()
        .redact()
        .normalize(Data::text(actual.clone()), &Data::text(expected.clone()))
        .render()
        .unwrap_or_default();
    if fitted.trim_end() == expected {
        return None;
    }
    // Lines that fit stay as the page shows them; the others are as they were printed.
    let known: Vec<(&str, &str)> =
        shown.lines().zip(expected.lines()).chain(printed.lines().zip(actual.lines())).collect();
    let original =
        |line: &str| known.iter().find(|(_, masked)| *masked == line).map_or(line, |(text, _)| *text).to_owned();
    Some(fitted.lines().map(|line| original(line) + "\n").collect())
}

#[test]
fn output_is_compared_by_its_shape() {
    let printed =
        "sent 5 ALGO\ntick      01M8NAQWMVA8J81APH0FE294Q8\nround     11, application 1007\nin 0.1 s (31/s)\n";
    for fits in [printed, "...\n", "sent [..]\n...\nround     11, application 1007\n...\n", "...\nin 9.9 s (7/s)\n"] {
        assert_eq!(correction(printed, fits), None, "{fits}");
    }
    let corrected = correction(printed, "sent 6 ALGO\ntick      01M8NARPT40QSTZ82YKQAVK2TT\n...\n").unwrap();
    assert!(corrected.starts_with("sent 5 ALGO\ntick      01M8NARPT40QSTZ82YKQAVK2TT\n"), "{corrected}");
}
