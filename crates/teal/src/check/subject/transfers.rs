//! Transfers of the group whose amount a path has read, as if it had been paid.

use super::Subject;
use crate::check::engine::{Approval, FactsId, Note, TransactionRef};
use pnp_opcodes::TxnField;

/// A transfer whose amount was read before an approval.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Transfer {
    /// Which transaction it is.
    pub(in crate::check) transaction: TransactionRef,
    /// Whether it moves an asset, and not Algos.
    pub(in crate::check) asset: bool,
    /// The instruction that read its amount.
    pub(in crate::check) instruction: usize,
}

impl Transfer {
    /// The field that says who receives it.
    pub(in crate::check) const fn receiver(self) -> TxnField {
        if self.asset { TxnField::AssetReceiver } else { TxnField::Receiver }
    }
}

/// The ways in which a program may name the transaction: where this call has one place in the group alone, by the place and by
/// the distance from this call.
pub(in crate::check) fn names(
    subject: &mut Subject<'_>,
    facts: FactsId,
    transaction: TransactionRef,
) -> impl Iterator<Item = TransactionRef> + use<> {
    let other = match (subject.places(facts).as_slice(), transaction) {
        ([own], TransactionRef::At(place)) => {
            i8::try_from(i16::from(place) - i16::from(*own)).ok().map(TransactionRef::Relative)
        }
        ([own], TransactionRef::Relative(by)) => {
            u8::try_from(i16::from(*own) + i16::from(by)).ok().map(TransactionRef::At)
        }
        _ => None,
    };
    std::iter::once(transaction).chain(other)
}

/// Calls `visit` with each transfer whose amount was read, and the approval that came after.
pub(in crate::check) fn each(subject: &mut Subject<'_>, visit: impl Fn(&mut Subject<'_>, &Approval, Transfer)) {
    for approval in subject.approvals() {
        for note in &approval.notes {
            if let Note::Amount { transaction, asset, instruction } = *note {
                let amount = if asset { TxnField::AssetAmount } else { TxnField::Amount };
                // What must be 0 pays for nothing.
                if subject.field_fact(approval.facts, transaction, amount).high > 0 {
                    visit(subject, &approval, Transfer { transaction, asset, instruction });
                }
            }
        }
    }
}
