//! Programs that approve whatever `RekeyTo` is.

use crate::check::definition::{Check, Detect, Example, NOT_CLEAR};
use crate::check::subject::Subject;
use crate::check::subject::open_fields;
use crate::check::{Level, Mode};
use pnp_opcodes::TxnField;

pub(in crate::check) static CHECK: Check = Check {
    name: "unchecked-rekey-to",
    level: Level::High,
    title: "a transaction is approved whatever its RekeyTo is",
    why: "The account named in RekeyTo can sign for the sender from then on, and take everything it holds.",
    fix: "Approve only if `txn RekeyTo` equals `global ZeroAddress`, for each transaction of the group that counts.",
    more: "",
    modes: NOT_CLEAR,
    example: Example::new(
        Mode::Signature,
        "
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn CloseRemainderTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
int 1                        // RekeyTo may name anybody
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
    open_fields::report(subject, &CHECK, TxnField::RekeyTo, None);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::check::Mode;
    use crate::check::testing::{found, names_in, payment, signature};

    #[test]
    fn it_counts_in_whatever_form_it_is_checked() {
        let without = |line: &str, instead: &str| {
            let source = signature("");
            source.lines().map(|it| if it.starts_with(line) { instead } else { it }).collect::<Vec<_>>().join("\n")
        };
        for instead in [
            "global ZeroAddress; txn RekeyTo; ==; assert",
            "txn RekeyTo; global ZeroAddress; !=; bnz bad; b good\nbad: err\ngood:",
            "txn RekeyTo; store 3; load 3; global ZeroAddress; ==; assert",
            "txn RekeyTo; txn CloseRemainderTo; concat; int 64; bzero; ==; assert",
            "txn RekeyTo; callsub is_zero; assert; b on\nis_zero: proto 1 1; frame_dig -1; global ZeroAddress; ==; retsub\non:",
            "txn GroupIndex; int 1; ==; assert; gtxn 1 RekeyTo; global ZeroAddress; ==; assert; global GroupSize; int 2; ==; assert",
            "txn GroupIndex; gtxns RekeyTo; global ZeroAddress; ==; assert",
            "int 0; store 0\nnext: load 0; gtxns RekeyTo; global ZeroAddress; ==; assert; load 0; int 1; +; dup; store 0; \
             global GroupSize; <; bnz next",
            "txn RekeyTo; global ZeroAddress; ==; txn FirstValid; int 7; >; &&; assert",
            "txn RekeyTo; global ZeroAddress; ==; !; !; assert",
        ] {
            let names = names_in(&without("txn RekeyTo", instead), Mode::Signature);
            let rest: BTreeSet<_> = names.iter().filter(|name| **name != "self-access").collect();
            assert!(rest.is_empty(), "{instead}: {rest:?}");
        }
        for instead in [
            "txn RekeyTo; global ZeroAddress; !=; assert",
            "txn RekeyTo; arg 0; ==; assert",
            "txn RekeyTo; global ZeroAddress; ==; txn FirstValid; int 7; >; ||; assert",
            "txn FirstValid; int 7; >; bnz skip; txn RekeyTo; global ZeroAddress; ==; assert\nskip:",
            "global GroupSize; int 3; ==; assert; gtxn 0 RekeyTo; global ZeroAddress; ==; assert",
            "txn RekeyTo; global ZeroAddress; ==; pop",
        ] {
            let names = names_in(&without("txn RekeyTo", instead), Mode::Signature);
            assert!(names.contains("unchecked-rekey-to"), "{instead}: {names:?}");
        }
    }

    #[test]
    fn a_counted_payment_is_looked_at_too() {
        found(&payment(&["rekey"]), Mode::Application, &["unchecked-rekey-to"]);
    }
}
