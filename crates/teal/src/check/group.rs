//! Groups: transactions read by their place, and transfers that are counted without looking who pays whom with what.

use super::catalogue::Rule;
use super::engine::{Approval, FactsId, NOTHING, Note, Who};
use super::finding::Level;
use super::mode::Mode;
use super::subject::{Draft, Subject};
use pnp_opcodes::{GlobalField, TxnField};

const LARGEST_GROUP: u64 = 16;

pub(super) fn check(subject: &mut Subject<'_>) {
    for approval in subject.approvals() {
        places(subject, &approval);
        if subject.mode == Mode::Application {
            transfers(subject, &approval);
        }
    }
}

fn places(subject: &mut Subject<'_>, approval: &Approval) {
    let absolute = approval.notes.iter().find_map(|note| match note {
        Note::Absolute { instruction, place } => Some((*instruction, *place)),
        _ => None,
    });
    let Some((instruction, place)) = absolute else { return };
    let size = subject.global_fact(approval.facts, GlobalField::GroupSize);
    let fixed = subject.places(approval.facts).len() <= 1;
    if size.can_be(LARGEST_GROUP) && !size.bounded {
        let message = format!("transaction {place} of the group is read, but the group may have any size");
        let mut draft = Draft::new(Rule::UncheckedGroupSize, instruction, message);
        if fixed {
            // Two calls cannot have the same place.
            draft = draft.level(Level::Low);
        }
        subject.report(draft.approved_by(approval));
    } else if !fixed && subject.mode == Mode::Application {
        let message = format!("transaction {place} of the group is read, but this call may have any place");
        subject.report(Draft::new(Rule::AbsoluteGroupIndex, instruction, message).approved_by(approval));
    }
}

fn transfers(subject: &mut Subject<'_>, approval: &Approval) {
    for note in approval.notes.clone() {
        let Note::Amount { who, asset, instruction } = note else { continue };
        let transfer = Transfer { who, asset, instruction };
        transfer.receiver(subject, approval);
        transfer.asset(subject, approval);
        transfer.doors(subject, approval);
    }
}

/// A transfer whose amount a path has read.
struct Transfer {
    who: Who,
    asset: bool,
    instruction: usize,
}

impl Transfer {
    fn receiver(&self, subject: &mut Subject<'_>, approval: &Approval) {
        let field = if self.asset { TxnField::AssetReceiver } else { TxnField::Receiver };
        let receiver = subject.field(self.who, field);
        let sender = subject.field(self.who, TxnField::Sender);
        let (to, from) = (subject.fact(approval.facts, receiver), subject.fact(approval.facts, sender));
        if subject.is_settled(approval.facts, to) {
            return;
        }
        let name = subject.name_of(self.who);
        if !to.compared {
            let message = format!("the amount of {name} is read, but not who receives it");
            subject.report(Draft::new(Rule::UncheckedReceiver, self.instruction, message).approved_by(approval));
        } else if to.unequal != sender && from.unequal != receiver {
            let message = format!("{name} may be a payment of somebody to itself: the caller chooses its receiver");
            subject.report(Draft::new(Rule::SelfPayment, self.instruction, message).approved_by(approval));
        }
    }

    fn asset(&self, subject: &mut Subject<'_>, approval: &Approval) {
        if !self.asset {
            return;
        }
        let fact = subject.field_fact(approval.facts, self.who, TxnField::XferAsset);
        if !is_known(subject, approval.facts, fact) {
            let message = format!("the amount of {} is read, but not which asset it is of", subject.name_of(self.who));
            subject.report(Draft::new(Rule::UncheckedAsset, self.instruction, message).approved_by(approval));
        }
    }

    /// The fields by which more can leave than the amount.
    fn doors(&self, subject: &mut Subject<'_>, approval: &Approval) {
        let fields: &[(Rule, TxnField)] = match self.asset {
            true => &[
                (Rule::UncheckedAssetSender, TxnField::AssetSender),
                (Rule::UncheckedAssetCloseTo, TxnField::AssetCloseTo),
                (Rule::UncheckedRekeyTo, TxnField::RekeyTo),
            ],
            false => {
                &[(Rule::UncheckedCloseTo, TxnField::CloseRemainderTo), (Rule::UncheckedRekeyTo, TxnField::RekeyTo)]
            }
        };
        for (rule, field) in fields {
            let fact = subject.field_fact(approval.facts, self.who, *field);
            if subject.is_settled(approval.facts, fact) {
                continue;
            }
            let (name, of) = (Subject::field_name(*field), subject.name_of(self.who));
            let message = format!("the amount of {of} is counted whatever its {name} is");
            // What it costs, it costs the transaction's sender, who has signed it.
            let draft = Draft::new(*rule, self.instruction, message).level(Level::Low);
            subject.report(draft.approved_by(approval));
        }
    }
}

/// Whether an integer was compared with something, not only tested for being set.
fn is_known(subject: &Subject<'_>, facts: FactsId, fact: super::engine::Fact) -> bool {
    subject.is_settled(facts, fact) || fact.equal != NOTHING || fact.bounded || fact.point().is_some()
}
