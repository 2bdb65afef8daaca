//! Fields by which more can leave an account than the amount of a transaction: whether a program leaves them open.

use super::transfers::{self, Transfer};
use super::{Draft, Subject};
use crate::check::definition::Check;
use crate::check::engine::{Approval, Fact, FactsId};
use crate::check::finding::Level;
use crate::check::mode::Mode;
use pnp_opcodes::TxnField;

/// The only type of transactions that can have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum OwningType {
    Payments,
    AssetTransfers,
}

impl OwningType {
    /// Its value of `TypeEnum`.
    const fn number(self) -> u64 {
        match self {
            Self::Payments => 1,
            Self::AssetTransfers => 4,
        }
    }
}

/// Reports where a program approves whatever the address in `field` is: a logic signature, of the transaction that it signs;
/// an application, of a transfer that it counts. `only` names the type of transactions that has the field, if not all have.
pub(in crate::check) fn report(
    subject: &mut Subject<'_>,
    check: &'static Check,
    field: TxnField,
    only: Option<OwningType>,
) {
    match subject.mode {
        Mode::Signature => {
            for approval in subject.approvals() {
                signed(subject, &approval, check, field, only);
            }
        }
        Mode::Application => {
            let has_field = |transfer: Transfer| match only {
                Some(OwningType::Payments) => !transfer.asset,
                Some(OwningType::AssetTransfers) => transfer.asset,
                None => true,
            };
            transfers::each(subject, |subject, approval, transfer| {
                if has_field(transfer) {
                    counted(subject, approval, transfer, check, field);
                }
            });
        }
        Mode::Clear => {}
    }
}

fn signed(
    subject: &mut Subject<'_>,
    approval: &Approval,
    check: &'static Check,
    field: TxnField,
    only: Option<OwningType>,
) {
    let facts = approval.facts;
    if subject.own_field_holds(facts, field, |subject, fact| subject.is_fixed_address(facts, fact)) {
        return;
    }
    if let Some(only) = only
        && !subject.own_field_can_equal(facts, TxnField::TypeEnum, only.number())
    {
        return;
    }
    // A clawback of nothing takes nothing.
    let nothing = |_: &Subject<'_>, fact: Fact| fact.high == 0;
    if field == TxnField::AssetSender && subject.own_field_holds(facts, TxnField::AssetAmount, nothing) {
        return;
    }
    let implied = only.is_some_and(|only| is_implied(subject, facts, only));
    let name = Subject::field_name(field);
    let message = match implied {
        false => format!("approved whatever {name} is"),
        true => format!("approved whatever {name} is; the other checks imply another transaction type"),
    };
    let draft = Draft::new(check, approval.instruction, message);
    let level = if implied { Level::Low } else { draft.level };
    subject.report(draft.level(level).approved_by(approval));
}

/// Whether what is checked of the transaction's own fields can only hold for another type than that.
fn is_implied(subject: &mut Subject<'_>, facts: FactsId, only: OwningType) -> bool {
    let (integers, address): (&[TxnField], TxnField) = match only {
        OwningType::Payments => (&[TxnField::XferAsset, TxnField::AssetAmount], TxnField::AssetReceiver),
        OwningType::AssetTransfers => (&[TxnField::Amount], TxnField::Receiver),
    };
    let positive = |_: &Subject<'_>, fact: Fact| fact.low > 0;
    let named = |subject: &Subject<'_>, fact: Fact| {
        let bytes = subject.seen.logic.terms.as_bytes(fact.equal);
        bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0))
    };
    integers.iter().any(|field| subject.own_field_holds(facts, *field, positive))
        || subject.own_field_holds(facts, address, named)
}

fn counted(subject: &mut Subject<'_>, approval: &Approval, transfer: Transfer, check: &'static Check, field: TxnField) {
    let fact = subject.field_fact(approval.facts, transfer.transaction, field);
    if subject.is_fixed_address(approval.facts, fact) {
        return;
    }
    let (name, of) = (Subject::field_name(field), subject.name_of(transfer.transaction));
    let message = format!("the amount of {of} is accepted whatever its {name} is");
    // What it costs, it costs the transaction's sender, who has signed it.
    let draft = Draft::new(check, transfer.instruction, message).level(Level::Low);
    subject.report(draft.approved_by(approval));
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, signature};

    #[test]
    fn signatures_that_check_everything_are_clean() {
        found(&signature(""), Mode::Signature, &[]);
        for (line, name) in [
            ("txn RekeyTo", "unchecked-rekey-to"),
            ("txn CloseRemainderTo", "unchecked-close-to"),
            ("txn AssetCloseTo", "unchecked-asset-close-to"),
            ("txn AssetSender", "unchecked-asset-sender"),
            ("txn Fee", "unchecked-fee"),
        ] {
            let source: Vec<String> =
                signature("").lines().filter(|it| !it.starts_with(line)).map(str::to_owned).collect();
            found(&source.join("\n"), Mode::Signature, &[name]);
        }
    }

    #[test]
    fn types_that_cannot_be_need_no_check_of_their_fields() {
        let source = "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn Fee; int 1000; <=; assert\n\
                      txn TypeEnum; int pay; ==; assert\ntxn CloseRemainderTo; global ZeroAddress; ==; assert\nint 1";
        found(source, Mode::Signature, &[]);
        found(&source.replace("txn TypeEnum; int pay", "txn Type; byte \"pay\""), Mode::Signature, &[]);
        let either = source.replace("int pay; ==", "int pay; ==; txn TypeEnum; int axfer; ==; ||");
        found(&either, Mode::Signature, &["unchecked-asset-close-to", "unchecked-asset-sender"]);
        // What is checked for one type need not be for the other.
        let each = "#pragma version 8\ntxn RekeyTo; global ZeroAddress; ==; assert\ntxn Fee; int 1000; <=; assert\n\
                    txn TypeEnum; int pay; ==; txn CloseRemainderTo; global ZeroAddress; ==; &&\n\
                    txn TypeEnum; int keyreg; ==; ||; assert\nint 1";
        found(each, Mode::Signature, &[]);
    }
}
