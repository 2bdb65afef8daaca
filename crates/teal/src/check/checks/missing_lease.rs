//! Logic signatures for payments that recur, which may be made several times each time.

use crate::check::definition::{Check, Detect, Example};
use crate::check::engine::{FactsId, NOTHING, Term, TermId};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::{Op, TxnField};

pub(in crate::check) static CHECK: Check = Check {
    name: "missing-lease",
    level: Level::Low,
    title: "a recurring payment is approved without a lease",
    why: "In the rounds in which it is allowed, the same payment can be made many times, each with another note.",
    fix: "Compare `txn Lease` with a constant, and let `LastValid` be no later than the lease must hold.",
    more: "",
    modes: &[Mode::Signature],
    example: Example::new(
        Mode::Signature,
        r#"
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn CloseRemainderTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
txn FirstValid; int 10000; %; ! // once in 10,000 rounds, but how often then?
"#,
        r#"
#pragma version 11
txn TypeEnum; int pay; ==; assert
txn Amount; int 1000000; <=; assert
txn RekeyTo; global ZeroAddress; ==; assert
txn CloseRemainderTo; global ZeroAddress; ==; assert
txn Fee; global MinTxnFee; <=; assert
txn Lease; byte "one payment in 10,000 rounds ..."; ==; assert
txn FirstValid; int 10000; %; !
"#,
    ),
    detect: Detect::Approvals(find),
};

/// The types of transactions that pay somebody.
const TRANSFERS: [u64; 2] = [1, 4];

fn find(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        let facts = approval.facts;
        let pays = TRANSFERS.iter().any(|number| subject.own_field_can_equal(facts, TxnField::TypeEnum, *number));
        if !pays || !recurs(subject, facts) {
            continue;
        }
        if !subject.own_field_holds(facts, TxnField::Lease, |subject, fact| subject.is_fixed_address(facts, fact)) {
            let message =
                "a payment that recurs is approved whatever its Lease is: it can be made several times in a row";
            subject.report(Draft::new(&CHECK, approval.instruction, message).approved_by(&approval));
        }
    }
}

/// Whether the rounds in which it is valid are compared by what is left of a division.
fn recurs(subject: &Subject<'_>, facts: FactsId) -> bool {
    subject.seen.logic.facts.all(facts).iter().any(|(term, fact)| fact.compared && is_rest(subject, *term, 0))
}

fn is_rest(subject: &Subject<'_>, term: TermId, depth: u8) -> bool {
    let terms = &subject.seen.logic.terms;
    match *terms.get(term) {
        Term::Made { op: Op::Mod, args: [divided, ..], .. } => {
            let is_round = |field: TxnField| matches!(field, TxnField::FirstValid | TxnField::LastValid);
            matches!(*terms.get(divided), Term::Field { field, .. } if is_round(field))
        }
        Term::Made { args, .. } if depth < 4 => {
            args.iter().any(|arg| *arg != NOTHING && is_rest(subject, *arg, depth + 1))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, signature};

    #[test]
    fn payments_that_recur() {
        let every = "txn FirstValid; int 5000; %; int 0; ==; assert";
        let lease = "txn Lease; byte \"thirty-two bytes, never changing\"; ==; assert";
        found(&signature(every), Mode::Signature, &["missing-lease"]);
        found(&signature(&format!("{every}\n{lease}")), Mode::Signature, &[]);
        found(&signature(&format!("{every}\ntxn TypeEnum; int keyreg; ==; assert")), Mode::Signature, &[]);
        found(&signature("txn FirstValid; int 5000; >; assert"), Mode::Signature, &[]);
    }
}
