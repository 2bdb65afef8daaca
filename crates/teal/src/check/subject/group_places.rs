//! Transactions that a program reads by their place in the group, and what it knows of the group and of its own place.

use super::Subject;
use crate::check::engine::{Approval, FactsId, Note, Term, TermId, TransactionRef};
use pnp_opcodes::{GlobalField, Op, TxnField};

const LARGEST_GROUP: u64 = 16;

/// The first instruction of a path that reads a transaction by a constant place, and the place.
pub(in crate::check) fn first_read(approval: &Approval) -> Option<(usize, u8)> {
    approval.notes.iter().find_map(|note| match note {
        Note::Absolute { instruction, place } => Some((*instruction, *place)),
        _ => None,
    })
}

/// Whether the group may have any size.
pub(in crate::check) fn has_any_size(subject: &mut Subject<'_>, facts: FactsId) -> bool {
    let size = subject.global_fact(facts, GlobalField::GroupSize);
    size.can_be(LARGEST_GROUP) && !size.bounded
}

/// Whether the transaction itself has one place only.
pub(in crate::check) fn is_fixed(subject: &mut Subject<'_>, facts: FactsId) -> bool {
    subject.places(facts).len() <= 1 || is_last(subject, facts)
}

/// Whether the transaction is known to be the group's last, or another one counted from its end.
fn is_last(subject: &mut Subject<'_>, facts: FactsId) -> bool {
    let index = subject.field(TransactionRef::Own, TxnField::GroupIndex);
    let size = subject.seen.logic.terms.add(Term::Global(GlobalField::GroupSize));
    let logic = &subject.seen.logic;
    let is_from = |term: TermId, base: TermId| match *logic.terms.get(term) {
        Term::Made { op: Op::Add | Op::Sub, args: [a, b, _], .. } => {
            a == base && logic.terms.as_int(b).is_some() || b == base && logic.terms.as_int(a).is_some()
        }
        _ => term == base,
    };
    logic.facts.all(facts).iter().any(|(term, fact)| {
        let equal = fact.equal;
        is_from(*term, index) && is_from(equal, size) || is_from(*term, size) && is_from(equal, index)
    })
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, payment, transfer};

    #[test]
    fn transfers_that_are_checked_are_clean() {
        found(&payment(&[]), Mode::Application, &[]);
        found(&payment(&["amount", "close", "rekey", "receiver"]), Mode::Application, &[]);
        let relative = payment(&["size", "index"]).replace("gtxn 0", "txn GroupIndex; int 1; -; gtxns");
        found(&relative, Mode::Application, &[]);
        found(&transfer(&[]), Mode::Application, &[]);
        let last = payment(&["size", "index"])
            .replace("gtxn 0 Receiver", "txn GroupIndex; global GroupSize; int 1; -; ==; assert; gtxn 0 Receiver");
        let options = crate::check::CheckOptions { mode: Some(Mode::Application), ..Default::default() };
        assert!(crate::check::check(&last, &options).iter().all(|it| it.level <= crate::check::Level::Low));
    }
}
