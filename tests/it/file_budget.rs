//! A file is one room: at most 800 lines without its tests.

use crate::sources;

const LIMIT: usize = 800;

#[test]
fn no_file_is_larger_than_a_room() {
    let large: Vec<_> = sources::all()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, text.lines().take_while(|l| l.trim() != "#[cfg(test)]").count()))
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(path, lines)| format!("src/{}: {lines} lines", path.display()))
        .collect();
    assert!(large.is_empty(), "over {LIMIT} lines:\n{}", large.join("\n"));
}
