//! Applications: who may replace and delete them, and what opting in leaves unset.

use std::collections::{BTreeSet, HashSet};

use super::catalogue::Rule;
use super::engine::{Approval, FactsId, MAX_NOTES, Note, Term, Who};
use super::finding::Level;
use super::mode::Mode;
use super::subject::{Draft, Subject};
use crate::flow::{Instruction, Operand};
use pnp_opcodes::{GlobalField, TxnField};

const OPT_IN: u64 = 1;
const UPDATE: u64 = 4;
const DELETE: u64 = 5;

pub(super) fn check(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        for (action, open, closed) in [
            (UPDATE, Rule::UnprotectedUpdate, Rule::UpdateAllowed),
            (DELETE, Rule::UnprotectedDelete, Rule::DeleteAllowed),
        ] {
            if !can_be(subject, approval.facts, action) {
                continue;
            }
            let verb = if action == UPDATE { "replace the programs" } else { "delete the application" };
            let anchor = dispatch(&approval, action).unwrap_or(approval.instruction);
            let draft = match is_protected(subject, approval.facts) {
                false => Draft::new(open, anchor, format!("anybody can {verb}: no path here compares the sender")),
                true => Draft::new(closed, anchor, format!("whoever passes the checks on this path can {verb}")),
            };
            subject.report(draft.approved_by(&approval));
        }
    }
    opt_in_values(subject);
}

/// Whether the call can be one with that action, of an application that exists.
fn can_be(subject: &mut Subject<'_>, facts: FactsId, action: u64) -> bool {
    let creates = subject.own(facts, TxnField::ApplicationId, |_, fact| fact.high == 0);
    !creates && subject.own_can_be(facts, TxnField::OnCompletion, action)
}

/// Where a path became one for an action alone.
fn dispatch(approval: &Approval, action: u64) -> Option<usize> {
    approval.notes.iter().rev().find_map(|note| match note {
        Note::Dispatch { action: found, instruction } if u64::from(*found) == action => Some(*instruction),
        _ => None,
    })
}

/// Whether a path has compared some sender, or the caller, with what the caller does not choose, or verified something.
fn is_protected(subject: &mut Subject<'_>, facts: FactsId) -> bool {
    let logic = &subject.seen.logic;
    logic.facts.all(facts).iter().any(|(term, fact)| {
        let settled = fact.settled || logic.terms.is_constant(fact.equal) && fact.point().is_some() && fact.low > 0;
        match logic.terms.get(*term) {
            Term::Field { who, field: TxnField::Sender, .. } => {
                !matches!(who, Who::Inner(_)) && (subject.is_settled(facts, *fact))
            }
            Term::Global(GlobalField::CallerApplicationId | GlobalField::CallerApplicationAddress) => settled,
            _ => fact.compared && logic.terms.about(*term).proves && fact.high > 0,
        }
    })
}

fn opt_in_values(subject: &mut Subject<'_>) {
    let reads: Vec<_> = subject.seen.local_reads.iter().copied().collect();
    if reads.is_empty() {
        return;
    }
    let literals = literals(subject);
    let mut reported = BTreeSet::new();
    for approval in subject.approvals() {
        // A path whose list of deeds is full may have done more.
        if approval.notes.len() >= MAX_NOTES || !can_be(subject, approval.facts, OPT_IN) {
            continue;
        }
        for read in &reads {
            // A key that is put together, say in a loop, depends on more than a path shows.
            let key = subject.seen.logic.terms.as_bytes(read.key).filter(|key| literals.contains(&***key));
            let Some(key) = key else { continue };
            let name = String::from_utf8_lossy(key).into_owned();
            let put = approval.notes.iter().any(|note| matches!(note, Note::Put { key } if *key == read.key));
            if put || !reported.insert(read.instruction) {
                continue;
            }
            let message = format!("the local value {name:?} is used as bytes, but opting in does not set it");
            let draft = Draft::new(Rule::MissingOptInValue, read.instruction, message);
            subject.report(draft.related(approval.instruction, "an opt-in is approved here").approved_by(&approval));
        }
    }
}

/// The byte strings the program writes down.
fn literals(subject: &Subject<'_>) -> HashSet<Box<[u8]>> {
    let program = subject.program;
    let of = |instruction: &Instruction| -> Vec<Box<[u8]>> {
        match &instruction.operand {
            Operand::Constant(place) => vec![program.constant(place).into()],
            Operand::Constants(places) => places.iter().map(|place| program.constant(place).into()).collect(),
            _ => Vec::new(),
        }
    };
    program.instructions().iter().flat_map(of).collect()
}

/// Programs that refuse nothing.
pub(super) fn always_approves(subject: &mut Subject<'_>) {
    if subject.seen.refuses || subject.seen.incomplete {
        return;
    }
    let Some(approval) = subject.seen.approvals.first().cloned() else { return };
    let message = match subject.mode {
        Mode::Signature => "every transaction is approved: the account belongs to everybody",
        _ => "every call is approved",
    };
    let draft = Draft::new(Rule::AlwaysApproves, approval.instruction, message).level(Level::High);
    subject.report(draft.approved_by(&approval));
}
