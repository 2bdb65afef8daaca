//! Programs that approve a payment whatever its `CloseRemainderTo` is.

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::subject::Subject;
use crate::check::subject::open_fields::{self, OwningType};
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-close-to",
    level: Level::High,
    title: "a payment is approved whatever its CloseRemainderTo is",
    why: "A payment that closes the account sends all its Algos to whoever CloseRemainderTo names.",
    fix: "Approve only if `txn CloseRemainderTo` equals `global ZeroAddress`, or an address of your own.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Signature,
        "
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
int 1                        // CloseRemainderTo may name anybody
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

fn find(subject: &mut Subject<'_>) {
    open_fields::report(subject, &CHECK, TxnField::CloseRemainderTo, Some(OwningType::Payments));
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, payment};

    #[test]
    fn a_counted_transfer_is_looked_at_too() {
        found(&payment(&["close"]), Mode::Application, &["unchecked-close-to"]);
    }
}
