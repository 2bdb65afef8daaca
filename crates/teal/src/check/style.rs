//! What could be said in fewer instructions.

use super::catalogue::Rule;
use super::subject::{Draft, Subject};
use pnp_opcodes::{Field as _, Op, TxnField};

pub(super) fn check(subject: &mut Subject<'_>) {
    let program = subject.program;
    let instructions = program.instructions();
    for (at, instruction) in instructions.iter().enumerate() {
        let op = instruction.op();
        if op == Op::Txna && instruction.byte(0) == TxnField::Accounts.byte() && instruction.byte(1) == 0 {
            subject.report(Draft::new(Rule::SenderAccess, at, "`txna Accounts 0` is `txn Sender`"));
        }
        let Some(before) = at.checked_sub(1).and_then(|before| instructions.get(before)) else { continue };
        let joined = subject.graph.block_of(at) == subject.graph.block_of(at - 1);
        if !joined || !matches!(op, Op::Gtxns | Op::Gtxnsa | Op::Gtxnsas) {
            continue;
        }
        if before.op().is_integer_constant() && op == Op::Gtxns {
            subject.report(Draft::new(Rule::ConstantGtxn, at, "`gtxn` takes a constant index itself"));
        } else if before.op() == Op::Txn && before.byte(0) == TxnField::GroupIndex.byte() {
            subject.report(Draft::new(Rule::SelfAccess, at, "`txn` reads this transaction"));
        }
    }
}
