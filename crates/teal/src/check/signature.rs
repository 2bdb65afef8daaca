//! Logic signatures: which fields of the transaction they sign for they leave to its sender.

use super::catalogue::Rule;
use super::engine::{Approval, Fact, FactsId};
use super::finding::Level;
use super::subject::{Draft, Subject};
use pnp_opcodes::TxnField;

/// What 16 transactions with 256 inner ones cost: nobody means a higher fee.
const MAX_FEE: u64 = 272_000;

const PAYMENT: u64 = 1;
const ASSET_TRANSFER: u64 = 4;

pub(super) fn check(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        let facts = approval.facts;
        address(subject, &approval, Rule::UncheckedRekeyTo, TxnField::RekeyTo, None);
        address(subject, &approval, Rule::UncheckedCloseTo, TxnField::CloseRemainderTo, Some(PAYMENT));
        address(subject, &approval, Rule::UncheckedAssetCloseTo, TxnField::AssetCloseTo, Some(ASSET_TRANSFER));
        address(subject, &approval, Rule::UncheckedAssetSender, TxnField::AssetSender, Some(ASSET_TRANSFER));
        if !subject.own(facts, TxnField::Fee, |subject, fact| is_bounded(subject, facts, fact)) {
            let message = "approved whatever the Fee is: the account can be made to burn its Algos";
            let draft = Draft::new(Rule::UncheckedFee, approval.instruction, message);
            subject.report(draft.approved_by(&approval));
        }
    }
}

fn is_bounded(subject: &Subject<'_>, facts: FactsId, fact: Fact) -> bool {
    fact.bounded || fact.high <= MAX_FEE || subject.is_settled(facts, fact)
}

fn address(subject: &mut Subject<'_>, approval: &Approval, rule: Rule, field: TxnField, kind: Option<u64>) {
    let facts = approval.facts;
    if subject.own(facts, field, |subject, fact| subject.is_settled(facts, fact)) {
        return;
    }
    if let Some(kind) = kind
        && !subject.own_can_be(facts, TxnField::TypeEnum, kind)
    {
        return;
    }
    let implied = kind.is_some_and(|kind| is_implied(subject, facts, kind));
    let name = Subject::field_name(field);
    let message = match implied {
        false => format!("approved whatever {name} is"),
        true => format!("approved whatever {name} is, if not for what else is checked: only another type can have it"),
    };
    let draft = Draft::new(rule, approval.instruction, message);
    let level = if implied { Level::Low } else { draft.level };
    subject.report(draft.level(level).approved_by(approval));
}

/// Whether what is checked of the transaction's own fields can only hold for another type than `kind`.
fn is_implied(subject: &mut Subject<'_>, facts: FactsId, kind: u64) -> bool {
    let (integers, address): (&[TxnField], TxnField) = match kind {
        PAYMENT => (&[TxnField::XferAsset, TxnField::AssetAmount], TxnField::AssetReceiver),
        _ => (&[TxnField::Amount], TxnField::Receiver),
    };
    let positive = |_: &Subject<'_>, fact: Fact| fact.low > 0;
    let named = |subject: &Subject<'_>, fact: Fact| {
        let bytes = subject.seen.logic.terms.as_bytes(fact.equal);
        bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0))
    };
    integers.iter().any(|field| subject.own(facts, *field, positive)) || subject.own(facts, address, named)
}
