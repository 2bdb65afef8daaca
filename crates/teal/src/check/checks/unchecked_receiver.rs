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
        let receiver = subject.field_fact(facts, transfer.transaction, transfer.receiver());
        let to = subject.field(transfer.transaction, transfer.receiver());
        if !receiver.compared && !subject.is_fixed_address(facts, receiver) && !subject.is_in_state(facts, to) {
            let message =
                format!("the amount of {} is read, but not who receives it", subject.name_of(transfer.transaction));
            subject.report(Draft::new(&CHECK, transfer.instruction, message).approved_by(approval));
        }
    });
}
