//! Transactions read by their place in the group, by a call that may have any place itself.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::group_places;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "absolute-group-index",
    level: Level::Medium,
    title: "a transaction is read by its place in the group, but the call's own place is not checked",
    why: "A call at another place of the group reads the same transaction: several calls count it, or the call reads itself.",
    fix: "Check `txn GroupIndex`, or read the transaction by its distance from it.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 3; ==; assert
gtxn 0 Receiver; global CurrentApplicationAddress; ==; assert
gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 Amount; int 1000000; >= // this call may have any place
",
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 3; ==; assert
txn GroupIndex; int 1; ==; assert
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
        // In a group of any size, that is what is reported.
        if group_places::has_any_size(subject, approval.facts) || group_places::is_fixed(subject, approval.facts) {
            continue;
        }
        let message = format!("transaction {place} of the group is read, but this call may have any place");
        subject.report(Draft::new(&CHECK, instruction, message).approved_by(&approval));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, payment};

    /// Where every other place of the group is a payment's, the call has the place that is left.
    #[test]
    fn types_of_the_others_say_which_place_is_left() {
        let typed = |name: &str| {
            payment(&["index"])
                .replace("gtxn 0 Receiver", &format!("gtxn 0 TypeEnum; int {name}; ==; assert; gtxn 0 Receiver"))
        };
        found(&typed("pay"), Mode::Application, &[]);
        let named = typed("pay").replace("TypeEnum; int pay", "Type; byte \"pay\"");
        found(&named, Mode::Application, &[]);
        found(&payment(&["index"]), Mode::Application, &["absolute-group-index"]);
        let three = typed("pay").replace("int 2", "int 3");
        found(&three, Mode::Application, &["absolute-group-index"]);
    }
}
