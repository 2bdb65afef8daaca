//! Transfers that are accepted whoever receives them.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::transfers;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-receiver",
    level: Level::High,
    title: "a transfer of the group is accepted as payment whoever receives it",
    why: "A caller can pay itself and be served as if it had paid you.",
    fix: "Compare the transfer's `Receiver` or `AssetReceiver` with the address that must be paid.",
    more: "",
    modes: &[Mode::Application],
    example: Example::new(
        Mode::Application,
        "
#pragma version 11
txn OnCompletion; !; assert  // plain calls only
global GroupSize; int 2; ==; assert
txn GroupIndex; int 1; ==; assert
gtxn 0 TypeEnum; int pay; ==; assert
gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 Amount; int 1000000; >= // paid to whom?
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
    transfers::each(subject, |subject, approval, transfer| {
        let facts = approval.facts;
        let is_checked = transfers::names(subject, facts, transfer.transaction).any(|transaction| {
            let to = subject.field(transaction, transfer.receiver());
            let receiver = subject.fact(facts, to);
            receiver.compared || subject.is_fixed_address(facts, receiver) || subject.is_in_state(facts, to)
        });
        if !is_checked {
            let message =
                format!("the amount of {} is read, but not who receives it", subject.name_of(transfer.transaction));
            subject.report(Draft::new(&CHECK, transfer.instruction, message).approved_by(approval));
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;

    #[test]
    fn a_transaction_may_be_named_in_two_ways() {
        let program = |size: u8, kind: &str, distance: u8| {
            format!(
                "#pragma version 10\ntxn OnCompletion; !; assert\ntxn ApplicationID; bz made\n\
                 global GroupSize; int {size}; ==; assert\n{kind}gtxn 0 Amount; int 2000; >=; assert\n\
                 txn GroupIndex; int {distance}; -; gtxns Receiver; global CurrentApplicationAddress; ==; assert\n\
                 made: int 1; return"
            )
        };
        let kind = "gtxn 0 TypeEnum; int pay; ==; assert\n";
        let of = |source: &str| -> bool {
            let options = crate::check::CheckOptions { mode: Some(Mode::Application), ..Default::default() };
            crate::check::check(source, &options).iter().any(|finding| finding.name() == "unchecked-receiver")
        };
        assert!(!of(&program(2, kind, 1)));
        assert!(of(&program(3, kind, 1)), "this call may be at place 2, and the other transaction at place 1");
        assert!(of(&program(2, "", 1).replace("int 1; -;", "pop; int 1;")), "that is transaction 1");
    }
}
