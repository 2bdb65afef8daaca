//! Transfers that may go from an account to itself.

use crate::check::definition::{Check, Detect, Example};
use crate::check::subject::transfers;
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "self-payment",
    level: Level::Medium,
    title: "a transfer of the group is accepted as payment although its sender may be its receiver",
    why: "The caller chooses the receiver: a payment to itself moves nothing.",
    fix: "Compare the receiver with an address the caller does not choose, or check that it is not the transfer's `Sender`.",
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
gtxn 0 Receiver; txna Accounts 1; ==; assert // the caller chooses who is paid
gtxn 0 CloseRemainderTo; global ZeroAddress; ==; assert
gtxn 0 RekeyTo; global ZeroAddress; ==; assert
gtxn 0 Amount; int 1000000; >=
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
        let receiver = subject.field(transfer.transaction, transfer.receiver());
        let sender = subject.field(transfer.transaction, TxnField::Sender);
        let (to, from) = (subject.fact(facts, receiver), subject.fact(facts, sender));
        // Where the receiver is compared with nothing, that is what is reported.
        let is_known = subject.is_in_state(facts, receiver);
        if is_known
            || !to.compared
            || subject.is_fixed_address(facts, to)
            || to.unequal == sender
            || from.unequal == receiver
        {
            return;
        }
        let name = subject.name_of(transfer.transaction);
        let message = format!("the sender of {name} may pay itself: the caller chooses the receiver");
        subject.report(Draft::new(&CHECK, transfer.instruction, message).approved_by(approval));
    });
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, payment};

    #[test]
    fn receivers_that_the_caller_chooses() {
        let to = |receiver: &str| payment(&[]).replace("global CurrentApplicationAddress", receiver);
        found(&to("txna Accounts 1"), Mode::Application, &["self-payment"]);
        found(&to("txna ApplicationArgs 0"), Mode::Application, &["self-payment"]);
        found(&to("byte \"owner\"; app_global_get"), Mode::Application, &[]);
        let apart = to("txna Accounts 1")
            .replace("gtxn 0 RekeyTo", "gtxn 0 Sender; gtxn 0 Receiver; !=; assert\ngtxn 0 RekeyTo");
        found(&apart, Mode::Application, &[]);
    }
}
