//! Paths that meet with stacks of different heights, and ends with other than one value.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::engine::Heights;
use crate::check::subject::{Draft, Subject, below};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "stack-imbalance",
    level: Level::Medium,
    title: "paths meet with stacks of different heights, or the program ends with the wrong number of values",
    why: "What follows takes the wrong values on one of the paths; a program that ends with more or fewer than one value fails.",
    fix: "Let every path leave the same number of values; `pop` what is not needed, or give a subroutine a `proto`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
txn Fee
txn NumAppArgs; bz skip
int 7
skip:                        // one value here, or two
int 2; ==
",
        "
#pragma version 11
txn Fee
txn NumAppArgs; bz skip
int 7; +
skip:
int 2; ==
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    let found: Vec<(usize, Heights)> = subject.seen.heights.iter().map(|(at, found)| (*at, *found)).collect();
    for (block, heights) in found {
        let Some(it) = subject.graph.blocks().get(block).filter(|it| it.first < it.end) else { continue };
        let first = it.first;
        if follows_meeting(subject, block) {
            continue;
        }
        if !below::is_taken(subject, block, heights) {
            continue;
        }
        let Heights { least, most, .. } = heights;
        let message = format!("paths meet here with {least} and with {most} values on the stack");
        subject.report(Draft::new(&CHECK, first, message));
    }
    let ends: Vec<(usize, usize)> = subject.seen.bad_ends.iter().map(|(at, height)| (*at, *height)).collect();
    for (at, height) in ends {
        let message = match subject.program.instructions().get(at) {
            Some(_) => format!("the subroutine returns with {height} values where its proto promises more"),
            None => format!("the program ends with {height} values on the stack, and so fails: it must be one"),
        };
        subject.report(Draft::new(&CHECK, at, message));
    }
}

/// Whether the stack has different heights already in a block before this one that leads here: one cause is one finding.
fn follows_meeting(subject: &Subject<'_>, block: usize) -> bool {
    let blocks = subject.graph.blocks().iter().take(block).enumerate();
    let mut before = blocks.filter(|(at, _)| subject.seen.heights.contains_key(at));
    before.any(|(_, before)| before.successors().any(|next| next == block))
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found, names_in};

    #[test]
    fn stacks_of_different_heights() {
        let imbalance = |body: &str| names_in(&application(body), Mode::Application).contains("stack-imbalance");
        assert!(imbalance("txn NumAppArgs; bz a; int 7\na: int 2; ==; assert; int 1; int 2"));
        assert!(!imbalance("txn NumAppArgs; bz a; int 7; pop\na: int 2; pop"));
        assert!(!imbalance("int 7; txn NumAppArgs; bz no; pop; b on\nno: err\non:"));
        found("#pragma version 8\nint 1; int 1", Mode::Clear, &["stack-imbalance"]);
        found("#pragma version 8\ntxn Fee; bz a; int 1; int 1; b b\na: int 1\nb:", Mode::Clear, &["stack-imbalance"]);
        found("#pragma version 8\ncallsub f; return\nf: proto 0 1; retsub", Mode::Clear, &["stack-imbalance"]);
        found("#pragma version 8\ncallsub f; return\nf: proto 0 1; int 1; retsub", Mode::Clear, &[]);
    }

    #[test]
    fn one_cause_is_one_finding() {
        let source = "#pragma version 8\ntxn Fee; txn NumAppArgs; bz a; int 7\na: txn LastValid; bz b\ntxn FirstValid; dup; bnz b\n\
                      int 3; +; pop; b b\nb: int 2; ==; return";
        let options = crate::check::CheckOptions { mode: Some(Mode::Clear), ..Default::default() };
        let lines: Vec<u32> = crate::check::check(source, &options)
            .iter()
            .filter(|it| it.name() == "stack-imbalance")
            .map(|it| it.line)
            .collect();
        assert_eq!(lines, [3]);
        let grows = "#pragma version 8\nint 1\na: int 1; txn NumAppArgs; bnz a\n==; return";
        assert!(names_in(grows, Mode::Clear).contains("stack-imbalance"));
    }

    /// What a path has left on the stack does no harm if nothing takes it: a subroutine with a `proto` finds its values by
    /// their places, and returns those at its base; `return` looks at the top alone.
    #[test]
    fn values_that_nothing_takes_do_no_harm() {
        let leaves = |after: &str, proto: &str| {
            format!(
                "#pragma version 8\ntxn NumAppArgs; callsub f; {after}int 1; return\n\
                 f: proto {proto}; int 0; frame_dig -1; bz end; int 7; dup\nend: frame_dig 0; frame_bury 0; retsub"
            )
        };
        found(&leaves("", "1 0"), Mode::Clear, &[]);
        found(&leaves("pop; ", "1 1"), Mode::Clear, &[]);
        let takes = leaves("", "1 0").replace("end: frame_dig 0", "end: swap; frame_dig 0");
        found(&takes, Mode::Clear, &["stack-imbalance"]);
        let above = leaves("", "1 0").replace("end: frame_dig 0", "end: frame_dig 1");
        found(&above, Mode::Clear, &["stack-imbalance"]);
        let more = leaves("pop; pop; ", "1 2");
        found(&more, Mode::Clear, &["stack-imbalance"]);
        found("#pragma version 8\ntxn Fee; dup; txn NumAppArgs; bnz a; pop\na: txn Fee; return", Mode::Clear, &[]);
        found(
            "#pragma version 8\ntxn Fee; dup; txn NumAppArgs; bnz a; pop\na: return",
            Mode::Clear,
            &["stack-imbalance"],
        );
    }
}
