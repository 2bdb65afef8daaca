//! Calls of other applications that a program relies on, though they may clear state.

use std::collections::BTreeSet;

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::engine::{Note, TransactionRef};
use crate::check::subject::{Draft, Subject, actions};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-on-completion",
    level: Level::Medium,
    title: "another call of the group is relied on whatever its OnCompletion is",
    why: "A call that clears state succeeds even if the other application refuses it: its program has not approved anything.",
    fix: "Compare the `OnCompletion` of that transaction too, or at least refuse ClearState.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 ApplicationID; int 1234; ==; assert // has it run its program?
int 1
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 ApplicationID; int 1234; ==; assert
gtxn 0 OnCompletion; int NoOp; ==; assert
int 1
",
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    let mut reported = BTreeSet::new();
    for approval in subject.approvals() {
        let facts = approval.facts;
        for note in &approval.notes {
            let Note::Call { transaction, instruction } = *note else { continue };
            // What is known of a computed place may be of another one each time.
            if matches!(transaction, TransactionRef::Computed(_)) {
                continue;
            }
            let application = subject.field_fact(facts, transaction, TxnField::ApplicationId);
            let is_relied_on =
                application.point().is_some_and(|id| id > 0) || subject.is_fixed_address(facts, application);
            let action = subject.field_fact(facts, transaction, TxnField::OnCompletion);
            if application.high == 0
                || !is_relied_on
                || !action.can_be(actions::CLEAR_STATE)
                || !reported.insert(instruction)
            {
                continue;
            }
            let name = subject.name_of(transaction);
            let message = format!(
                "{name} must call a certain application, but may clear its state: its program then refuses nothing"
            );
            subject.report(Draft::new(&CHECK, instruction, message).approved_by(&approval));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found, signature};

    #[test]
    fn what_a_call_of_the_group_must_be() {
        let relies = |transaction: &str, more: &str| {
            application(&format!(
                "global GroupSize; int 2; ==; assert; txn GroupIndex; int 1; ==; assert\n\
                 {transaction} ApplicationID; byte \"other\"; app_global_get; ==; assert\n{more}"
            ))
        };
        for transaction in ["gtxn 0", "txn GroupIndex; int 1; -; gtxns"] {
            found(&relies(transaction, ""), Mode::Application, &["unchecked-on-completion"]);
            for test in ["int NoOp; ==", "int ClearState; !=", "!", "int OptIn; <="] {
                let more = format!("{transaction} OnCompletion; {test}; assert");
                found(&relies(transaction, &more), Mode::Application, &[]);
            }
        }
        // Its own call, an application that is created, and any application but one.
        found(&application("txn ApplicationID; int 5; ==; assert"), Mode::Application, &[]);
        for test in ["!", "int 7; !="] {
            let source = relies("gtxn 0", "").replace("byte \"other\"; app_global_get; ==", test);
            found(&source, Mode::Application, &[]);
        }
        let signed = signature("gtxn 1 ApplicationID; int 5; ==; assert; global GroupSize; int 2; ==; assert");
        found(&signed, Mode::Signature, &["unchecked-on-completion"]);
    }
}
