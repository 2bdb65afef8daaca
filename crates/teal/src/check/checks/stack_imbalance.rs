//! Paths that meet with stacks of different heights, and ends with other than one value.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use crate::flow::{Block, Exit};
use pnp_opcodes::{Op, OpSpec};

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
    let found: Vec<(usize, (usize, usize))> = subject.seen.heights.iter().map(|(at, found)| (*at, *found)).collect();
    for (block, (least, most)) in found {
        let Some(it) = subject.graph.blocks().get(block).filter(|it| it.first < it.end) else { continue };
        let first = it.first;
        if is_indifferent(subject, it) {
            continue;
        }
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

/// Whether a block ends the program and takes nothing from the stack that it did not put there.
fn is_indifferent(subject: &Subject<'_>, block: &Block) -> bool {
    if !matches!(block.exit, Exit::Return | Exit::Err) {
        return false;
    }
    let mut height = 0_usize;
    for instruction in subject.program.instructions().get(block.first..block.end).unwrap_or_default() {
        let OpSpec { signature, op, .. } = instruction.spec;
        if matches!(op, Op::Err) {
            return true;
        }
        let Some(left) = height.checked_sub(signature.args.len()) else { return false };
        height = left + signature.returns.len();
    }
    true
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
}
