//! A program under examination: what is known of it, and the findings about it so far.
//!
//! The files beside this one answer what several checks ask.

pub(super) mod actions;
pub(super) mod below;
pub(super) mod group_places;
pub(super) mod open_fields;
pub(super) mod rounds;
pub(super) mod transfers;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::definition::Check;
use super::engine::{Approval, Fact, FactsId, ListId, NOTHING, Seen, Stop, Term, TermId, TransactionRef, reads_state};
use super::finding::{Finding, Level, Related};
use super::mode::Mode;
use crate::flow::{Graph, Instruction, Place, Program};
use pnp_opcodes::{Field as _, GlobalField, Op, TxnField};

/// The type of transactions that call applications.
const APPLICATION_CALL: u64 = 6;

/// Most lines of a path that are shown.
const MAX_PATH: usize = 60;

pub(super) struct Subject<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: &'a Graph,
    pub(super) mode: Mode,
    pub(super) seen: Seen,
    /// By check, instruction and message: so they come out in the same order each time.
    findings: BTreeMap<(&'static str, usize, String), Finding>,
}

/// A finding that is being built, in terms of instructions.
pub(super) struct Draft {
    pub(super) check: &'static Check,
    pub(super) level: Level,
    /// The instruction it is about.
    pub(super) instruction: usize,
    pub(super) message: String,
    /// Other instructions, and what is there.
    pub(super) related: Vec<(usize, String)>,
    /// The path that shows it, a list of [`Seen::paths`].
    pub(super) path: Option<ListId>,
}

impl Draft {
    /// A finding as bad as its check is at worst.
    pub(super) fn new(check: &'static Check, instruction: usize, message: impl Into<String>) -> Self {
        Self { check, level: check.level, instruction, message: message.into(), related: Vec::new(), path: None }
    }

    pub(super) fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    pub(super) fn related(mut self, instruction: usize, text: impl Into<String>) -> Self {
        self.related.push((instruction, text.into()));
        self
    }

    /// The way that leads to it, and where it ends.
    pub(super) fn approved_by(mut self, approval: &Approval) -> Self {
        self.path = Some(approval.path);
        if approval.instruction != self.instruction {
            self.related.push((approval.instruction, "approved here".to_owned()));
        }
        self
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(program: &'a Program, graph: &'a Graph, mode: Mode, seen: Seen) -> Self {
        Self { program, graph, mode, seen, findings: BTreeMap::new() }
    }

    /// Puts a finding on the list; the worst of several with the same message at the same place stays.
    pub(super) fn report(&mut self, draft: Draft) {
        let key = (draft.check.name, draft.instruction, draft.message.clone());
        if self.findings.get(&key).is_some_and(|known| known.level >= draft.level) {
            return;
        }
        let Some(place) = self.place(draft.instruction) else { return };
        let related = |(at, text): &(usize, String)| {
            let place = self.place(*at)?;
            Some(Related { line: place.line, span: place.span, text: text.clone() })
        };
        let finding = Finding {
            check: draft.check,
            level: draft.level,
            message: draft.message,
            line: place.line,
            span: place.span,
            related: draft
                .related
                .iter()
                .filter_map(related)
                .chain(draft.path.and_then(|path| self.meeting(path)))
                .collect(),
            path: draft.path.map(|path| self.lines(path)).unwrap_or_default(),
        };
        self.findings.insert(key, finding);
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_values().collect()
    }

    /// The instructions of these opcodes with the one before each in its block, as places in the program.
    pub(super) fn pairs(&self, ops: &[Op]) -> Vec<(&'a Instruction, usize)> {
        let instructions = self.program.instructions();
        let pairs = instructions.iter().zip(1..).zip(instructions.iter().skip(1));
        let pairs = pairs
            .filter(|((_, at), it)| ops.contains(&it.op()) && self.graph.block_of(*at) == self.graph.block_of(*at - 1));
        pairs.map(|(pair, _)| pair).collect()
    }

    /// The first instruction of the first of some blocks.
    pub(super) fn first_instruction(&self, blocks: &[usize]) -> Option<usize> {
        blocks.first().and_then(|block| self.graph.blocks().get(*block)).map(|block| block.first)
    }

    /// Where an instruction is in the source, or the nearest one before it that is in the source.
    pub(super) fn place(&self, instruction: usize) -> Option<Place> {
        let instructions = self.program.instructions();
        let before = instructions.get(..=instruction.min(instructions.len().saturating_sub(1)))?;
        before.iter().rev().find_map(|it| it.source.clone())
    }

    /// Where the path was joined with others that know something else, the last time.
    fn meeting(&self, path: ListId) -> Option<Related> {
        let stop = self.seen.paths.iter(path).find(|stop| stop.joined)?;
        let place = self.place(self.graph.blocks().get(stop.block)?.first)?;
        let text = "many paths meet here and were taken together: it may be of none of them alone".to_owned();
        Some(Related { line: place.line, span: place.span, text })
    }

    /// The first lines of blocks.
    fn lines(&self, path: ListId) -> Vec<u32> {
        let line = |stop: Stop| {
            let first = self.graph.blocks().get(stop.block)?.first;
            self.program.instructions().get(first)?.source.as_ref().map(|place| place.line)
        };
        let mut lines: Vec<u32> = self.seen.paths.iter(path).filter_map(line).collect();
        lines.reverse();
        lines.dedup();
        if lines.len() > MAX_PATH {
            lines.drain(MAX_PATH / 2..lines.len() - MAX_PATH / 2);
        }
        lines
    }

    pub(super) fn fact(&self, facts: FactsId, term: TermId) -> Fact {
        self.seen.logic.of(facts, term)
    }

    pub(super) fn field(&mut self, transaction: TransactionRef, field: TxnField) -> TermId {
        self.seen.logic.terms.field(transaction, field, None)
    }

    pub(super) fn field_fact(&mut self, facts: FactsId, transaction: TransactionRef, field: TxnField) -> Fact {
        let term = self.field(transaction, field);
        self.fact(facts, term)
    }

    pub(super) fn global_fact(&mut self, facts: FactsId, field: GlobalField) -> Fact {
        let term = self.seen.logic.terms.add(Term::Global(field));
        self.fact(facts, term)
    }

    /// The places in the group the transaction can have.
    pub(super) fn places(&mut self, facts: FactsId) -> Vec<u8> {
        let size = self.global_fact(facts, GlobalField::GroupSize).high;
        let index = self.field_fact(facts, TransactionRef::Own, TxnField::GroupIndex);
        let own_type = match self.mode {
            Mode::Application | Mode::Clear => Some(APPLICATION_CALL),
            Mode::Signature => None,
        };
        let mut places: Vec<u8> = (0..16).filter(|it| u64::from(*it) < size && index.can_be(u64::from(*it))).collect();
        places.retain(|place| {
            let found = self.field_fact(facts, TransactionRef::At(*place), TxnField::TypeEnum);
            own_type.is_none_or(|own| found.can_be(own))
        });
        places
    }

    /// Whether something holds of the transaction's own field: by itself, or by each place it can have.
    pub(super) fn own_field_holds(
        &mut self,
        facts: FactsId,
        field: TxnField,
        test: impl Fn(&Self, Fact) -> bool,
    ) -> bool {
        let own = self.field_fact(facts, TransactionRef::Own, field);
        if test(self, own) {
            return true;
        }
        let places = self.places(facts);
        places.into_iter().all(|place| {
            let fact = self.field_fact(facts, TransactionRef::At(place), field);
            test(self, fact)
        })
    }

    /// Whether the transaction's own field can have a value, as itself and at one of its places.
    pub(super) fn own_field_can_equal(&mut self, facts: FactsId, field: TxnField, value: u64) -> bool {
        !self.own_field_holds(facts, field, |_, fact| !fact.can_be(value))
    }

    /// Whether an address was compared with something its sender does not choose.
    pub(super) fn is_fixed_address(&self, facts: FactsId, fact: Fact) -> bool {
        fact.settled || fact.equal != NOTHING && self.fact(facts, fact.equal).settled
    }

    /// Whether the path looked for something that state says about a value, and found it.
    pub(super) fn is_in_state(&self, facts: FactsId, value: TermId) -> bool {
        let logic = &self.seen.logic;
        logic
            .facts
            .all(facts)
            .iter()
            .any(|(term, fact)| fact.compared && fact.high > 0 && self.is_looked_up(*term, value, false, 0))
    }

    /// Whether `value` is part of what an opcode looks up in the ledger for `term`.
    fn is_looked_up(&self, term: TermId, value: TermId, looked_up: bool, depth: u8) -> bool {
        match *self.seen.logic.terms.get(term) {
            _ if term == value => looked_up,
            Term::Made { op, args, .. } if depth < 8 => {
                let looked_up = looked_up || reads_state(op) && !matches!(op, Op::Balance | Op::MinBalance);
                args.iter().any(|arg| *arg != NOTHING && self.is_looked_up(*arg, value, looked_up, depth + 1))
            }
            _ => false,
        }
    }

    /// A transaction in words.
    pub(super) fn name_of(&self, transaction: TransactionRef) -> String {
        match transaction {
            TransactionRef::Own => "this transaction".to_owned(),
            TransactionRef::At(place) => format!("transaction {place} of the group"),
            TransactionRef::Relative(by) if by < 0 => format!("the transaction {} before this one", by.unsigned_abs()),
            TransactionRef::Relative(by) => format!("the transaction {by} after this one"),
            TransactionRef::Computed(_) => "a transaction of the group".to_owned(),
            TransactionRef::Inner { .. } => "an inner transaction".to_owned(),
        }
    }

    /// The approvals, to be gone through while findings are reported.
    pub(super) fn approvals(&self) -> Vec<Rc<Approval>> {
        self.seen.approvals.clone()
    }

    pub(super) fn field_name(field: TxnField) -> &'static str {
        field.spec().name
    }
}

/// Whether an instruction reads that global field.
pub(super) fn is_global(instruction: &Instruction, field: GlobalField) -> bool {
    instruction.op() == Op::Global && instruction.byte(0) == field.byte()
}
