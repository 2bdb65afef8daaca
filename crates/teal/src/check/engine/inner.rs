//! Inner transactions that a path builds: what it has set of them, and what of that matters once they are sent.

use super::explore::Explorer;
use super::state::{Note, State};
use super::storage::EMPTY;
use super::terms::{NOTHING, TermId};
use crate::flow::Instruction;
use pnp_opcodes::{Field, Op, TxnField};

/// Something that was set of an inner transaction, or the beginning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Built {
    /// What follows is of the next transaction of the group, or of its first.
    Next,
    Set {
        field: TxnField,
        value: TermId,
        instruction: usize,
    },
    /// Paths that had set different things were joined.
    Unknown,
}

/// The fields that name an account which receives something, and the field that says how much; none where it is everything.
const DESTINATIONS: [(TxnField, Option<TxnField>); 5] = [
    (TxnField::RekeyTo, None),
    (TxnField::CloseRemainderTo, None),
    (TxnField::AssetCloseTo, None),
    (TxnField::Receiver, Some(TxnField::Amount)),
    (TxnField::AssetReceiver, Some(TxnField::AssetAmount)),
];

impl Explorer<'_> {
    /// What an opcode does to the inner transactions that are being built.
    pub(super) fn build(&mut self, state: &mut State, instruction: &Instruction, args: &[TermId]) {
        match (instruction.op(), args) {
            (Op::ItxnBegin, _) => state.inner = self.storage.built.push(EMPTY, Built::Next),
            (Op::ItxnNext, _) => state.inner = self.storage.built.push(state.inner, Built::Next),
            (Op::ItxnField, [value]) => {
                let Some(field) = TxnField::from_byte(instruction.byte(0)) else { return };
                let set = Built::Set { field, value: *value, instruction: state.at };
                state.inner = self.storage.built.push(state.inner, set);
            }
            (Op::ItxnSubmit, _) => {
                let mut built: Vec<Built> = self.storage.built.iter(state.inner).collect();
                built.reverse();
                // Before the first beginning there is nothing, or what joined paths had begun.
                for transaction in built.split(|it| *it == Built::Next).skip(1) {
                    self.sends(state, transaction);
                }
                state.inner = EMPTY;
                self.note(state, Note::Inner { instruction: state.at });
            }
            _ => {}
        }
    }

    fn sends(&mut self, state: &mut State, transaction: &[Built]) {
        let set = |wanted: TxnField| {
            transaction.iter().rev().find_map(|it| match *it {
                Built::Set { field, value, instruction } if field == wanted => Some((value, instruction)),
                _ => None,
            })
        };
        for (field, how_much) in DESTINATIONS {
            let Some((to, instruction)) = set(field) else { continue };
            let amount = match how_much.map(set) {
                None => NOTHING,
                Some(Some((amount, _))) => amount,
                Some(None) => continue,
            };
            // A clawback from the caller itself is not the application's.
            if field == TxnField::AssetReceiver
                && set(TxnField::AssetSender).is_some_and(|(from, _)| self.is_sender(from))
            {
                continue;
            }
            let is_chosen = |term: TermId| self.seen.logic.terms.properties(term).chosen;
            if is_chosen(to) && (amount == NOTHING || is_chosen(amount)) {
                self.note(state, Note::Sent { field, to, amount, instruction });
            }
        }
        let fee = set(TxnField::Fee);
        let is_paid = |fee: TermId| match self.seen.logic.terms.as_int(fee) {
            Some(fee) => fee > 0,
            None => self.seen.logic.terms.properties(fee).chosen,
        };
        if fee.is_none_or(|(fee, _)| is_paid(fee)) {
            let (fee, instruction) = fee.unwrap_or((NOTHING, state.at));
            self.note(state, Note::InnerFee { fee, instruction });
        }
    }
}
