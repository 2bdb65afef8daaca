//! Sources that the assembler refuses.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "does-not-assemble",
    level: Level::High,
    title: "the source does not assemble",
    why: "Nothing can be said about it.",
    fix: "Correct what the assembler says.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
int 1; asert
int 1
",
        "
#pragma version 11
txn NumAppArgs; assert
int 1
",
    ),
    detect: Detect::Examination,
};

#[cfg(test)]
mod tests {
    use crate::check::{CheckOptions, check};

    #[test]
    fn every_refused_line_is_reported() {
        let findings = check("#pragma version 8\nfoo\nint x", &CheckOptions::default());
        assert_eq!(
            findings.iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>(),
            [("does-not-assemble", 2), ("does-not-assemble", 3)]
        );
    }
}
