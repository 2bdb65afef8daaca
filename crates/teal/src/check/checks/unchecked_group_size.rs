//! Transactions read by their place in a group of any size.

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::engine::Note;
use crate::check::subject::group_places;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-group-size",
    level: Level::High,
    title: "a transaction is read by its place in the group, but the group's size is not checked",
    why: "In a larger group the same transaction can be counted for several calls: one payment buys many times.",
    fix: "Check `global GroupSize`, or read the transaction by its distance from `txn GroupIndex`.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
txn GroupIndex; int 1; ==; assert
gtxn 0 TypeEnum; int pay; ==; assert
gtxn 0 Receiver; global CurrentApplicationAddress; ==; assert
gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 Amount; int 1000000; >= // how many calls does this pay for?
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 TypeEnum; int pay; ==; assert
gtxn 0 Receiver; global CurrentApplicationAddress; ==; assert
gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 Amount; int 1000000; >=
",
    ),
    detect: Detect::Approvals(find),
};

fn find(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        let Some((instruction, place)) = group_places::first_read(&approval) else { continue };
        if !group_places::has_any_size(subject, approval.facts) {
            continue;
        }
        let message = format!("transaction {place} of the group is read, but the group may have any size");
        let mut draft = Draft::new(&CHECK, instruction, message);
        let pays = approval.notes.iter().any(|note| matches!(note, Note::Amount { .. }));
        let counts = pays || subject.mode == Mode::Signature;
        if !counts || group_places::is_fixed(subject, approval.facts) {
            // Two calls cannot have the same place, and what pays nothing is not counted.
            draft = draft.level(Level::Low);
        }
        subject.report(draft.approved_by(&approval));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, payment};

    #[test]
    fn it_is_missed_with_and_without_the_place() {
        found(&payment(&["size", "index"]), Mode::Application, &["unchecked-group-size"]);
        found(&payment(&["size"]), Mode::Application, &["unchecked-group-size"]);
    }
}
