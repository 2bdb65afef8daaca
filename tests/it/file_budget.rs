//! A file has at most 800 lines without its tests.

use crate::sources;

const LIMIT: usize = 800;

/// The lines before the tests at the end of a file. A `#[cfg(test)]` before a module in a file of its own, or
/// before anything else, ends nothing.
fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let tests = |at: usize| {
        let module = lines.get(at + 1).is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        lines[at] == "#[cfg(test)]" && module
    };
    (0..lines.len()).find(|at| tests(*at)).unwrap_or(lines.len())
}

#[test]
fn no_file_is_too_long() {
    let large: Vec<_> = sources::all()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, lines_without_tests(&text)))
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(large.is_empty(), "over {LIMIT} lines:\n{}", large.join("\n"));
}

#[test]
fn only_tests_at_the_end_of_a_file_are_not_counted() {
    assert_eq!(lines_without_tests("a\n#[cfg(test)]\nmod tests;\nb\n"), 4);
    assert_eq!(lines_without_tests("a\n#[cfg(test)]\nfn b() {}\n#[cfg(test)]\nmod tests {\n}\n"), 3);
}
