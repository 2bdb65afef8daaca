//! Indices that no call can satisfy.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::{Field as _, Op, TxnField};
use pnp_types::consensus;

pub(in crate::check) static CHECK: Check = Check {
    name: "unavailable-resource",
    level: Level::Medium,
    title: "an array index of the call is read that no call can have",
    why: "The program fails whenever it comes here.",
    fix: "Use a smaller index.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txna ApplicationArgs 16      // 0 to 15
btoi
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txna ApplicationArgs 15
btoi
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    use Op::*;
    let params = consensus::LATEST.params;
    let program = subject.program;
    for (at, instruction) in program.instructions().iter().enumerate() {
        if matches!(instruction.op(), Gtxn | Gtxna | Gtxnas)
            && usize::from(instruction.byte(0)) >= params.max_tx_group_size
        {
            let message = format!("a group has at most {} transactions", params.max_tx_group_size);
            subject.report(Draft::new(&CHECK, at, message));
        }
        let (field, element) = match instruction.op() {
            Txna => (instruction.byte(0), instruction.byte(1)),
            Gtxna => (instruction.byte(1), instruction.byte(2)),
            Gtxnsa => (instruction.byte(0), instruction.byte(1)),
            _ => continue,
        };
        let Some(field) = TxnField::from_byte(field) else { continue };
        let Some(most) = most_elements(field) else { continue };
        if usize::from(element) >= most {
            let name = Subject::field_name(field);
            let message = format!("{name} has at most {most} elements: there is no element {element}");
            subject.report(Draft::new(&CHECK, at, message));
        }
    }
}

/// The most elements that a field of a call can have.
fn most_elements(field: TxnField) -> Option<usize> {
    let params = consensus::LATEST.params;
    // With a list of accesses instead of the older lists, a call can name more.
    match field {
        TxnField::ApplicationArgs => Some(params.max_app_args),
        TxnField::Accounts => Some(params.max_app_txn_accounts.max(params.max_app_access) + 1),
        TxnField::Assets => Some(params.max_app_txn_foreign_assets.max(params.max_app_access)),
        TxnField::Applications => Some(params.max_app_txn_foreign_apps.max(params.max_app_access) + 1),
        _ => None,
    }
}
