//! Transactions that read themselves by their place in the group.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::{Field as _, Op, TxnField};

pub(in crate::check) static CHECK: Check = Check {
    name: "self-access",
    level: Level::Info,
    title: "the transaction reads itself through its place in the group",
    why: "`txn` does the same in one instruction.",
    fix: "Write `txn FIELD`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn GroupIndex; gtxns Fee
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn Fee
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    for (before, at) in subject.pairs(&[Op::Gtxns, Op::Gtxnsa, Op::Gtxnsas]) {
        if before.op() == Op::Txn && before.byte(0) == TxnField::GroupIndex.byte() {
            subject.report(Draft::new(&CHECK, at, "`txn` reads this transaction"));
        }
    }
}
