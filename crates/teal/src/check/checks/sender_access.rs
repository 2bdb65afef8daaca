//! The sender, read as the first of the accounts.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::{Field as _, Op, TxnField};

pub(in crate::check) static CHECK: Check = Check {
    name: "sender-access",
    level: Level::Info,
    title: "the sender is read as the first of the accounts",
    why: "`txn Sender` is shorter and says what is meant.",
    fix: "Write `txn Sender`.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txna Accounts 0; global CreatorAddress; ==
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn Sender; global CreatorAddress; ==
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    for (at, instruction) in subject.program.instructions().iter().enumerate() {
        let is_first = instruction.byte(0) == TxnField::Accounts.byte() && instruction.byte(1) == 0;
        if instruction.op() == Op::Txna && is_first {
            subject.report(Draft::new(&CHECK, at, "`txna Accounts 0` is `txn Sender`"));
        }
    }
}
