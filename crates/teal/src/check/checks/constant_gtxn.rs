//! Constant indices that are pushed for `gtxns`.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::Op;

pub(in crate::check) static CHECK: Check = Check {
    name: "constant-gtxn",
    level: Level::Info,
    title: "a constant index is pushed for `gtxns`",
    why: "`gtxn` takes it as an immediate, which is shorter and cheaper.",
    fix: "Write `gtxn INDEX FIELD`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; !; assert
int 1; gtxns Fee
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; !; assert
gtxn 1 Fee
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    for (before, at) in subject.pairs(&[Op::Gtxns]) {
        if before.op().is_integer_constant() {
            subject.report(Draft::new(&CHECK, at, "`gtxn` takes a constant index itself"));
        }
    }
}
