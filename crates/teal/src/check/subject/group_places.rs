//! Transactions that a program reads by their place in the group, and what it knows of the group and of its own place.

use super::Subject;
use crate::check::engine::{Approval, FactsId, Note};
use pnp_opcodes::GlobalField;

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
    subject.places(facts).len() <= 1
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
    }
}
