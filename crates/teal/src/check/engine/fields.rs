//! Fields of transactions, arguments and facts of the network: the values a program begins with.

use super::explore::Explorer;
use super::state::{Note, State};
use super::terms::{Term, TermId, TransactionRef};
use crate::flow::Instruction;
use pnp_opcodes::{Field, GlobalField, Op, StackType, TxnField};

impl Explorer<'_> {
    pub(super) fn transaction_field(&mut self, state: &mut State, instruction: &Instruction) {
        use Op::*;
        let op = instruction.op();
        let taken = self.pop_many(state, instruction.spec.signature.args.len());
        let with_place = matches!(op, Gtxn | Gtxna | Gtxnas | Gitxn | Gitxna | Gitxnas);
        let field = TxnField::from_byte(instruction.byte(usize::from(with_place))).unwrap_or(TxnField::Sender);
        let element = match op {
            Txna | Gtxnsa | Itxna => Some(u64::from(instruction.byte(1))),
            Gtxna | Gitxna => Some(u64::from(instruction.byte(2))),
            _ => None,
        };
        let element = match (element, op) {
            (Some(element), _) => Some(self.logic().terms.int(element)),
            (None, Txnas | Gtxnas | Gtxnsas | Itxnas | Gitxnas) => taken.last().copied(),
            _ => None,
        };
        let place = match op {
            Gtxn | Gtxna | Gtxnas => Some(self.logic().terms.int(u64::from(instruction.byte(0)))),
            Gtxns | Gtxnsa | Gtxnsas => taken.first().copied(),
            _ => None,
        };
        let transaction = match (op, place) {
            (Itxn | Itxna | Itxnas, _) => TransactionRef::Inner { epoch: state.epoch, place: None },
            (Gitxn | Gitxna | Gitxnas, _) => {
                TransactionRef::Inner { epoch: state.epoch, place: Some(instruction.byte(0)) }
            }
            (_, Some(place)) => self.transaction_at(state, place, with_place),
            _ => TransactionRef::Own,
        };
        let (field, element) = self.plain(field, element);
        if matches!(field, TxnField::Amount | TxnField::AssetAmount)
            && !matches!(transaction, TransactionRef::Own | TransactionRef::Inner { .. })
        {
            let asset = field == TxnField::AssetAmount;
            self.note(state, Note::Amount { transaction, asset, instruction: state.at });
        }
        if field == TxnField::ApplicationId
            && !matches!(transaction, TransactionRef::Own | TransactionRef::Inner { .. })
        {
            self.note(state, Note::Call { transaction, instruction: state.at });
        }
        let term = self.logic().terms.field(transaction, field, element);
        self.push(state, term);
    }

    /// The transaction at a place in the group. Notes it if the program writes the place as a constant: one that has
    /// become constant by going round a loop is not constant.
    fn transaction_at(&mut self, state: &mut State, place: TermId, written: bool) -> TransactionRef {
        let facts = state.facts;
        let transaction = self.logic().transaction_at(facts, place);
        let pushed = state.at.checked_sub(1).and_then(|before| self.program.instructions().get(before));
        if !written && !pushed.is_some_and(|it| it.op().is_integer_constant()) {
            return transaction;
        }
        if let Some(place) = self.logic().terms.as_int(place).and_then(|place| u8::try_from(place).ok()) {
            self.note(state, Note::Absolute { instruction: state.at, place });
        }
        transaction
    }

    /// The first of the accounts is the sender.
    fn plain(&mut self, field: TxnField, element: Option<TermId>) -> (TxnField, Option<TermId>) {
        let first = element.is_some_and(|element| self.logic().terms.as_int(element) == Some(0));
        if field == TxnField::Accounts && first { (TxnField::Sender, None) } else { (field, element) }
    }

    pub(super) fn argument(&mut self, state: &mut State, instruction: &Instruction) {
        let at = match instruction.op() {
            Op::Args => self.pop_any(state),
            Op::Arg => self.logic().terms.int(u64::from(instruction.byte(0))),
            op => self.logic().terms.int(u64::from(op as u8 - Op::Arg0 as u8)),
        };
        let term = self.logic().terms.argument(at);
        self.push(state, term);
    }

    pub(super) fn global(&mut self, state: &mut State, instruction: &Instruction) {
        let term = match GlobalField::from_byte(instruction.byte(0)) {
            Some(GlobalField::ZeroAddress) => self.logic().terms.bytes(&[0; 32]),
            Some(GlobalField::OpcodeBudget) | None => self.logic().terms.unknown(StackType::UINT64),
            Some(field) => self.logic().terms.add(Term::Global(field)),
        };
        self.push(state, term);
    }
}
