//! Conditions: what they are on a path, and what a path knows once one has held.

use super::actions::Calls;
use super::facts::{Fact, Facts, FactsId};
use super::fold::compare_numbers;
use super::state::Approval;
use super::terms::{NOTHING, Term, TermId, Terms, TransactionRef};
use pnp_opcodes::{GlobalField, Op, TXN_TYPE_NAMES, TxnField};

/// The terms and the facts about them.
#[derive(Debug)]
pub(in crate::check) struct Logic {
    pub(in crate::check) terms: Terms,
    pub(in crate::check) facts: Facts,
    /// The calls that the program is followed for.
    pub(super) calls: Calls,
}

/// Most ways in which a condition can hold that are distinguished; more are taken together.
const MAX_WAYS: usize = 6;

impl Logic {
    pub(super) fn new(calls: Calls) -> Self {
        Self { terms: Terms::new(), facts: Facts::new(), calls }
    }

    pub(in crate::check) fn of(&self, facts: FactsId, term: TermId) -> Fact {
        self.facts.of(&self.terms, facts, term)
    }

    /// Whether a way that approves has shown that its call is not just anybody's.
    pub(in crate::check) fn is_protected(&self, approval: &Approval) -> bool {
        approval.knows_caller || self.knows_caller(approval.facts)
    }

    /// Whether a path shows that its call is not just anybody's: it has compared some sender, or the caller, with what the
    /// caller does not choose, or verified something.
    pub(super) fn knows_caller(&self, facts: FactsId) -> bool {
        self.facts.iter(facts).any(|term| match self.terms.get(term) {
            Term::Field { transaction, field: TxnField::Sender, .. } => {
                let fact = self.of(facts, term);
                let is_fixed = fact.settled || fact.equal != NOTHING && self.of(facts, fact.equal).settled;
                is_fixed && !matches!(transaction, TransactionRef::Inner { .. })
            }
            Term::Global(GlobalField::CallerApplicationId | GlobalField::CallerApplicationAddress) => {
                let fact = self.of(facts, term);
                fact.settled || self.terms.is_constant(fact.equal) && fact.point().is_some() && fact.low > 0
            }
            _ if self.terms.properties(term).proves => {
                let fact = self.of(facts, term);
                fact.compared && fact.high > 0
            }
            // A hash is worth what it was compared with.
            _ if self.terms.properties(term).hashed => self.of(facts, term).settled,
            _ => false,
        })
    }

    /// Whether a condition holds, where the path already decides it.
    pub(in crate::check) fn decide(&self, facts: FactsId, term: TermId) -> Option<bool> {
        let known = self.of(facts, term);
        if known.low > 0 {
            return Some(true);
        }
        if known.high == 0 {
            return Some(false);
        }
        let Term::Made { op, args: [a, b, _], .. } = self.terms.get(term) else { return None };
        let (a, b) = (*a, *b);
        match op {
            Op::Not => self.decide(facts, a).map(|holds| !holds),
            Op::And => match (self.decide(facts, a), self.decide(facts, b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Op::Or => match (self.decide(facts, a), self.decide(facts, b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Op::Eq => self.decide_equal(facts, a, b),
            Op::Ne => self.decide_equal(facts, a, b).map(|equal| !equal),
            Op::BytesEq => self.decide_equal_numbers(facts, a, b),
            Op::BytesNe => self.decide_equal_numbers(facts, a, b).map(|equal| !equal),
            Op::Lt => self.decide_less(facts, a, b),
            Op::Gt => self.decide_less(facts, b, a),
            Op::Ge => self.decide_less(facts, a, b).map(|less| !less),
            Op::Le => self.decide_less(facts, b, a).map(|less| !less),
            _ => None,
        }
    }

    fn decide_equal(&self, facts: FactsId, a: TermId, b: TermId) -> Option<bool> {
        if a == b {
            return Some(true);
        }
        let (of_a, of_b) = (self.of(facts, a), self.of(facts, b));
        if of_a.equal == b || of_b.equal == a || of_a.equal != NOTHING && of_a.equal == of_b.equal {
            return Some(true);
        }
        if of_a.unequal == b && b != NOTHING || of_b.unequal == a && a != NOTHING {
            return Some(false);
        }
        if let (Some(x), Some(y)) = (self.bytes_of(facts, a), self.bytes_of(facts, b)) {
            return Some(x == y);
        }
        if !self.is_number(a) || !self.is_number(b) {
            return None;
        }
        match (of_a.point(), of_b.point()) {
            (Some(x), Some(y)) => Some(x == y),
            (Some(x), None) if !of_b.can_be(x) => Some(false),
            (None, Some(y)) if !of_a.can_be(y) => Some(false),
            _ if of_a.high < of_b.low || of_b.high < of_a.low => Some(false),
            _ => None,
        }
    }

    /// Whether two byte strings are the same number: zeros that they begin with do not count.
    fn decide_equal_numbers(&self, facts: FactsId, a: TermId, b: TermId) -> Option<bool> {
        if let (Some(x), Some(y)) = (self.bytes_of(facts, a), self.bytes_of(facts, b)) {
            return compare_numbers(x, y).map(std::cmp::Ordering::is_eq);
        }
        self.decide_equal(facts, a, b).filter(|equal| *equal || self.same_length(a, b))
    }

    /// Whether bounds say something of it: not of byte strings.
    fn is_number(&self, term: TermId) -> bool {
        self.terms.properties(term).ty.kind() != pnp_opcodes::AvmType::Bytes
    }

    fn decide_less(&self, facts: FactsId, a: TermId, b: TermId) -> Option<bool> {
        let (of_a, of_b) = (self.of(facts, a), self.of(facts, b));
        if of_a.high < of_b.low {
            return Some(true);
        }
        (a == b || of_a.low >= of_b.high).then_some(false)
    }

    /// The byte string a value is, or was found to equal.
    pub(in crate::check) fn bytes_of(&self, facts: FactsId, term: TermId) -> Option<&[u8]> {
        if let Some(bytes) = self.terms.as_bytes(term) {
            return Some(bytes);
        }
        self.terms.as_bytes(self.of(facts, term).equal).map(|bytes| &**bytes)
    }

    /// The facts once a condition has come out as `truth`: one set for each way in which it can, none if it cannot.
    pub(in crate::check) fn assume(&mut self, facts: FactsId, term: TermId, truth: bool) -> Vec<FactsId> {
        if self.for_call(term).is_some_and(|found| found != Some(truth)) {
            return Vec::new();
        }
        match self.decide(facts, term) {
            Some(known) if known == truth => return vec![facts],
            Some(_) => return Vec::new(),
            None => {}
        }
        if let Some(ways) = self.assume_of_action(facts, term, truth) {
            return ways;
        }
        let made = match self.terms.get(term) {
            Term::Made { op, args, .. } => Some((*op, args[0], args[1])),
            _ => None,
        };
        match made {
            Some((Op::Not, a, _)) => self.assume(facts, a, !truth),
            Some((Op::And, a, b)) if truth => self.both(facts, a, b, true),
            Some((Op::Or, a, b)) if !truth => self.both(facts, a, b, false),
            Some((Op::And | Op::Or, a, b)) => self.one_of(facts, a, b, truth),
            Some((Op::Eq, a, b)) => self.equality(facts, term, a, b, truth),
            Some((Op::Ne, a, b)) => self.equality(facts, term, a, b, !truth),
            Some((Op::BytesEq, a, b)) if self.same_length(a, b) => self.equality(facts, term, a, b, truth),
            Some((Op::BytesNe, a, b)) if self.same_length(a, b) => self.equality(facts, term, a, b, !truth),
            Some((Op::Lt, a, b)) => self.order(facts, a, b, truth),
            Some((Op::Gt, a, b)) => self.order(facts, b, a, truth),
            Some((Op::Ge, a, b)) => self.order(facts, a, b, !truth),
            Some((Op::Le, a, b)) => self.order(facts, b, a, !truth),
            _ => self.is_true(facts, term, truth).into_iter().collect(),
        }
    }

    fn same_length(&self, a: TermId, b: TermId) -> bool {
        self.terms.length(a).is_some_and(|length| self.terms.length(b) == Some(length))
    }

    /// A condition that is only known to have been one.
    pub(super) fn is_true(&mut self, facts: FactsId, term: TermId, truth: bool) -> Option<FactsId> {
        let known = self.of(facts, term);
        let fact = match truth {
            true => Fact { low: known.low.max(1), compared: true, ..known },
            false => Fact { low: 0, high: 0, compared: true, ..known },
        };
        self.facts.with(&self.terms, facts, term, fact)
    }

    fn both(&mut self, facts: FactsId, a: TermId, b: TermId, truth: bool) -> Vec<FactsId> {
        let mut ways = Vec::new();
        for facts in self.assume(facts, a, truth) {
            ways.extend(self.assume(facts, b, truth));
        }
        self.few(ways)
    }

    fn one_of(&mut self, facts: FactsId, a: TermId, b: TermId, truth: bool) -> Vec<FactsId> {
        let mut ways = self.assume(facts, a, truth);
        for facts in self.assume(facts, a, !truth) {
            ways.extend(self.assume(facts, b, truth));
        }
        self.few(ways)
    }

    /// Not too many ways: those beyond are joined to the last.
    pub(super) fn few(&mut self, mut ways: Vec<FactsId>) -> Vec<FactsId> {
        ways.dedup();
        let rest = if ways.len() > MAX_WAYS { ways.split_off(MAX_WAYS) } else { Vec::new() };
        for facts in rest {
            if let Some(last) = ways.last_mut() {
                *last = self.facts.join(&self.terms, *last, facts);
            }
        }
        ways
    }

    fn equality(&mut self, facts: FactsId, term: TermId, a: TermId, b: TermId, equal: bool) -> Vec<FactsId> {
        let (a, b) = if self.terms.is_constant(a) { (b, a) } else { (a, b) };
        if let Some(value) = self.terms.as_int(b) {
            // A comparison of a condition with 0 or 1 is the condition.
            let is_condition = self.terms.is_truth(a);
            if is_condition && value <= 1 {
                return self.assume(facts, a, (value == 1) == equal);
            }
            return self.with_integer(facts, a, value, equal).into_iter().collect();
        }
        if !equal {
            return self.differ(facts, a, b).into_iter().collect();
        }
        if let Some(facts) = self.type_named(facts, a, b) {
            return facts.into_iter().collect();
        }
        if let Some(pairs) = self.pairs(a, b) {
            let mut ways = vec![facts];
            for (a, b) in pairs {
                ways = ways.into_iter().flat_map(|facts| self.same(facts, a, b)).collect();
            }
            return ways;
        }
        let same = self.same(facts, a, b);
        let known = self.of(facts, term);
        let noted = Fact { low: known.low.max(1), compared: true, ..known };
        match self.terms.is_constant(b) {
            true => same.into_iter().collect(),
            false => same.and_then(|facts| self.facts.with(&self.terms, facts, term, noted)).into_iter().collect(),
        }
    }

    fn with_integer(&mut self, facts: FactsId, a: TermId, value: u64, equal: bool) -> Option<FactsId> {
        let known = self.of(facts, a);
        let fact = if equal {
            if !known.can_be(value) {
                return None;
            }
            Fact { low: value, high: value, settled: true, compared: true, ..known }
        } else if value < 64 {
            Fact { small: known.small & !(1 << value), compared: true, ..known }
        } else {
            let low = if known.low == value { value.checked_add(1)? } else { known.low };
            let high = if known.high == value { value.checked_sub(1)? } else { known.high };
            Fact { low, high, compared: true, ..known }
        };
        self.facts.with(&self.terms, facts, a, fact)
    }

    fn differ(&mut self, facts: FactsId, a: TermId, b: TermId) -> Option<FactsId> {
        let known = self.of(facts, a);
        let facts = self.facts.with(&self.terms, facts, a, Fact { unequal: b, ..known })?;
        if self.terms.is_constant(b) {
            return Some(facts);
        }
        let known = self.of(facts, b);
        self.facts.with(&self.terms, facts, b, Fact { unequal: a, ..known })
    }

    /// Two values found to be the same: each knows what the other knew.
    fn same(&mut self, facts: FactsId, a: TermId, b: TermId) -> Option<FactsId> {
        let (a, b) = if self.terms.is_constant(a) { (b, a) } else { (a, b) };
        if self.decide_equal(facts, a, b) == Some(false) {
            return None;
        }
        let (of_a, of_b) = (self.of(facts, a), self.of(facts, b));
        let (low, high) = (of_a.low.max(of_b.low), of_a.high.min(of_b.high));
        let small = of_a.small & of_b.small;
        let constant = self.terms.is_constant(b);
        let from_b = constant || !self.terms.properties(b).chosen || of_b.settled;
        let fact = Fact {
            low,
            high,
            small,
            bounded: !constant || of_a.bounded,
            equal: b,
            settled: of_a.settled || from_b,
            compared: true,
            ..of_a
        };
        let facts = self.facts.with(&self.terms, facts, a, fact)?;
        if constant {
            return Some(facts);
        }
        let equal = if self.terms.is_constant(of_b.equal) && of_b.equal != NOTHING { of_b.equal } else { a };
        let from_a = !self.terms.properties(a).chosen || of_a.settled;
        let fact =
            Fact { low, high, small, bounded: true, equal, settled: of_b.settled || from_a, compared: true, ..of_b };
        self.facts.with(&self.terms, facts, b, fact)
    }

    /// `txn Type` compared with a type's name says the same as `txn TypeEnum` compared with its number.
    fn type_named(&mut self, facts: FactsId, a: TermId, b: TermId) -> Option<Option<FactsId>> {
        let Term::Field { transaction, field: TxnField::Type, .. } = *self.terms.get(a) else { return None };
        let name = self.terms.as_bytes(b)?;
        let number = TXN_TYPE_NAMES.iter().position(|known| known.as_bytes() == &**name)?;
        let number_term = self.terms.field(transaction, TxnField::TypeEnum, None);
        Some(self.with_integer(facts, number_term, number as u64, true))
    }

    /// Two concatenations that are equal as wholes, part by part, where the parts' lengths are known.
    fn pairs(&mut self, a: TermId, b: TermId) -> Option<Vec<(TermId, TermId)>> {
        let parts = self.terms.parts(a);
        if parts.len() < 2 {
            return None;
        }
        let lengths: Vec<usize> = parts.iter().map(|part| self.terms.length(*part)).collect::<Option<_>>()?;
        if let Some(whole) = self.terms.as_bytes(b).cloned() {
            let mut at = 0;
            let mut pairs = Vec::new();
            for (part, length) in parts.into_iter().zip(lengths) {
                let piece = whole.get(at..at + length)?;
                at += length;
                let piece = self.terms.bytes(piece);
                pairs.push((part, piece));
            }
            return (at == whole.len()).then_some(pairs);
        }
        let others = self.terms.parts(b);
        let alike = others.len() == parts.len()
            && others.iter().zip(&lengths).all(|(other, length)| self.terms.length(*other) == Some(*length));
        alike.then(|| parts.into_iter().zip(others).collect())
    }

    /// `a < b`, or not.
    pub(super) fn order(&mut self, facts: FactsId, a: TermId, b: TermId, less: bool) -> Vec<FactsId> {
        // Not less means: b is at most a.
        let (smaller, greater, strict) = if less { (a, b, 1) } else { (b, a, 0) };
        let constant = self.terms.is_constant(greater);
        let most = self.of(facts, greater).high;
        let Some(most) = most.checked_sub(strict) else { return Vec::new() };
        let Some(facts) = self.at_most(facts, smaller, most, !constant, 0) else { return Vec::new() };
        let of_greater = self.of(facts, greater);
        let least = self.of(facts, smaller).low.checked_add(strict);
        let Some(least) = least else { return Vec::new() };
        let fact = Fact { low: of_greater.low.max(least), compared: true, ..of_greater };
        if constant {
            return vec![facts];
        }
        self.facts.with(&self.terms, facts, greater, fact).into_iter().collect()
    }

    /// An upper bound, which is also one of each part of a sum: sums that overflow fail.
    fn at_most(&mut self, facts: FactsId, term: TermId, most: u64, bounded: bool, depth: u8) -> Option<FactsId> {
        let known = self.of(facts, term);
        let fact = Fact { high: known.high.min(most), bounded: known.bounded || bounded, compared: true, ..known };
        let facts = self.facts.with(&self.terms, facts, term, fact)?;
        match *self.terms.get(term) {
            Term::Made { op: Op::Add, args: [a, b, _], .. } if depth < 20 => {
                let facts = self.at_most(facts, a, most, bounded, depth + 1)?;
                self.at_most(facts, b, most, bounded, depth + 1)
            }
            _ => Some(facts),
        }
    }

    /// The transaction at a place in the group: [`TransactionRef::Own`] where the path shows that it is its own place.
    pub(in crate::check) fn transaction_at(&mut self, facts: FactsId, at: TermId) -> TransactionRef {
        let own = self.terms.field(TransactionRef::Own, TxnField::GroupIndex, None);
        if at == own {
            return TransactionRef::Own;
        }
        let index = self.of(facts, own).point();
        let fixed = self.of(facts, at).point();
        if let Some(fixed) = fixed.and_then(|fixed| u8::try_from(fixed).ok()) {
            return if index == Some(u64::from(fixed)) { TransactionRef::Own } else { TransactionRef::At(fixed) };
        }
        if let Term::Made { op: op @ (Op::Add | Op::Sub), args: [a, b, _], .. } = *self.terms.get(at) {
            let (base, step) = if op == Op::Add && b == own { (b, a) } else { (a, b) };
            if base == own
                && let Some(step) = self.terms.as_int(step).and_then(|step| i8::try_from(step).ok())
            {
                return TransactionRef::Relative(if op == Op::Sub { -step } else { step });
            }
        }
        TransactionRef::Computed(at)
    }
}
