//! Logic signatures that approve whatever the fee is.

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{Fact, FactsId};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-fee",
    level: Level::High,
    title: "a transaction is approved whatever its Fee is",
    why: "The account that a logic signature signs for pays the fee: anybody can burn all it has.",
    fix: "Approve only if `txn Fee` is at most `global MinTxnFee`, or another small amount.",
    more: "",
    modes: &[Mode::Signature],
    example: Example::new(
        Mode::Signature,
        "
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn CloseRemainderTo; global ZeroAddress; ==; assert
int 1                        // the fee may be all that the account has
",
        "
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn CloseRemainderTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
int 1
",
    ),
    detect: Detect::Approvals(find),
};

/// What 16 transactions with 256 inner ones cost: no honest fee is higher.
const MAX_FEE: u64 = 272_000;

fn find(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        let facts = approval.facts;
        if !subject.own_field_holds(facts, TxnField::Fee, |subject, fact| is_bounded(subject, facts, fact)) {
            let message = "approved whatever the Fee is: the account can be made to burn its Algos";
            subject.report(Draft::new(&CHECK, approval.instruction, message).approved_by(&approval));
        }
    }
}

fn is_bounded(subject: &Subject<'_>, facts: FactsId, fact: Fact) -> bool {
    fact.bounded || fact.high <= MAX_FEE || subject.is_fixed_address(facts, fact)
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, signature};

    #[test]
    fn fees_may_be_bounded_in_many_ways() {
        let with = |check: &str| signature("").replace("txn Fee; int 1000; <=; assert", check);
        for check in [
            "txn Fee; global MinTxnFee; <=; assert",
            "txn Fee; !; assert",
            "txn Fee; int 2000; <; assert",
            "int 2000; txn Fee; >=; assert",
            "global GroupSize; int 2; ==; assert; txn GroupIndex; !; assert; txn Fee; gtxn 1 Fee; +; int 2000; <=; assert",
        ] {
            found(&with(check), Mode::Signature, &[]);
        }
        for check in ["txn Fee; int 1000; >=; assert", "txn Fee; int 1000000000; <; assert", "txn Fee; pop"] {
            found(&with(check), Mode::Signature, &["unchecked-fee"]);
        }
    }
}
