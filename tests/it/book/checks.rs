//! The page on checks is made of the checks themselves, below its introduction.

use super::{overwrite, root};
use pnp_teal::check::{CHECKS, Check};
use std::fmt::Write as _;

const PAGE: &str = "docs/reference/checks.md";

/// What ends the introduction, which is written by hand.
const MARK: &str =
    "<!-- Made from crates/teal/src/check/checks/ by: SNAPSHOTS=overwrite cargo test --test it page_on_checks -->\n";

#[test]
fn the_page_on_checks_is_fresh() {
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let (introduction, _) = page.split_once(MARK).unwrap_or_else(|| panic!("{PAGE} lacks its mark: {MARK}"));
    let sections: String = CHECKS.iter().map(|check| section(check)).collect();
    let fresh = format!("{introduction}{MARK}{sections}");
    if overwrite() {
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert!(page == fresh, "{PAGE} is stale: run `SNAPSHOTS=overwrite cargo test --test it page_on_checks`");
    }
}

fn section(check: &Check) -> String {
    let Check { name, level, title, why, fix, more, modes, example, .. } = check;
    let modes = modes.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(", ");
    let mut text = format!("\n## {name}\n\nLevel: {level}. Modes: {modes}. Finds: {title}.\n\n{why}\n");
    write!(text, "\n```teal\n{}\n```\n\n{fix}\n\n```teal\n{}\n```\n", example.bad(), example.good()).unwrap();
    if example.repeated > 1 {
        let times = example.repeated;
        writeln!(
            text,
            "\nBoth with the lines between the first and the last {times} times, each time with another number in place of `@`."
        )
        .unwrap();
    }
    if !more.is_empty() {
        writeln!(text, "\n{more}").unwrap();
    }
    text
}
