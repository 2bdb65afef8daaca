//! What a path has found out about values: bounds, equalities, and whether the caller was left a choice.

use std::collections::{HashMap, HashSet};

use super::storage::{EMPTY, ListId, Lists};
use super::terms::{NOTHING, Term, TermId, Terms};
use pnp_opcodes::{AvmType, GlobalField, TxnField};

/// The facts of a path: a list of refinements, the last word on a value first.
pub(in crate::check) type FactsId = ListId;

/// What is known of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) struct Fact {
    /// Least integer it can be.
    pub(in crate::check) low: u64,
    /// Greatest integer it can be.
    pub(in crate::check) high: u64,
    /// Which of the integers under 64 it can be.
    pub(in crate::check) small: u64,
    /// Whether it is at most another value that is no constant.
    pub(in crate::check) bounded: bool,
    /// What it equals; [`NOTHING`] for unknown.
    pub(in crate::check) equal: TermId,
    /// What it does not equal; [`NOTHING`] for unknown.
    pub(in crate::check) unequal: TermId,
    /// Whether it equals something the caller does not choose.
    pub(in crate::check) settled: bool,
    /// Whether it was compared at all.
    pub(in crate::check) compared: bool,
}

impl Fact {
    /// Nothing but bounds.
    pub(in crate::check) const fn within(low: u64, high: u64) -> Self {
        Self {
            low,
            high,
            small: u64::MAX,
            bounded: false,
            equal: NOTHING,
            unequal: NOTHING,
            settled: false,
            compared: false,
        }
    }

    /// Only integers of `small`.
    const fn among(small: u64) -> Self {
        Self { small, ..Self::within(small.trailing_zeros() as u64, 63 - small.leading_zeros() as u64) }
    }

    /// The integer it must be.
    pub(in crate::check) fn point(&self) -> Option<u64> {
        (self.low == self.high).then_some(self.low)
    }

    /// Whether it can be an integer.
    pub(in crate::check) fn can_be(&self, value: u64) -> bool {
        self.low <= value && value <= self.high && (value >= 64 || self.small & (1 << value) != 0)
    }

    /// Brings bounds and set into agreement; `None` if nothing is left.
    fn agreed(mut self) -> Option<Self> {
        if self.low > self.high {
            return None;
        }
        while self.low < 64 && self.low <= self.high && self.small & (1 << self.low) == 0 {
            self.low += 1;
        }
        if self.low > self.high {
            return None;
        }
        while self.high < 64 && self.high > self.low && self.small & (1 << self.high) == 0 {
            self.high -= 1;
        }
        self.can_be(self.high).then_some(self)
    }

    /// What holds whichever of the two holds.
    fn either(self, other: Self) -> Self {
        let same = |a: TermId, b: TermId| if a == b { a } else { NOTHING };
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            small: self.members() | other.members(),
            bounded: self.bounded && other.bounded,
            equal: same(self.equal, other.equal),
            unequal: same(self.unequal, other.unequal),
            settled: self.settled && other.settled,
            compared: self.compared && other.compared,
        }
    }

    /// The small integers it can really be, all of them where it can be greater ones too.
    pub(super) fn members(&self) -> u64 {
        let from = u32::try_from(self.low).ok().and_then(|low| u64::MAX.checked_shl(low)).unwrap_or(0);
        let to = if self.high < 63 { (2 << self.high) - 1 } else { u64::MAX };
        self.small & from & to
    }
}

/// Longest list of refinements. Beyond, the oldest of computed values are forgotten; what a path knows of the transaction's
/// own fields outlives them.
const MAX_FACTS: usize = 400;
/// Computed values that are still known then.
const MAX_COMPUTED: usize = 100;

/// Every list of facts.
#[derive(Debug)]
pub(in crate::check) struct Facts {
    lists: Lists<(TermId, Fact)>,
}

impl Facts {
    pub(in crate::check) fn new() -> Self {
        Self { lists: Lists::new() }
    }

    pub(in crate::check) fn count(&self) -> usize {
        self.lists.count()
    }

    /// How many refinements there are to look through.
    pub(in crate::check) fn len(&self, facts: FactsId) -> usize {
        self.lists.len(facts)
    }

    pub(in crate::check) fn of(&self, terms: &Terms, facts: FactsId, term: TermId) -> Fact {
        let found = self.lists.iter(facts).find(|(known, _)| *known == term);
        found.map_or_else(|| natural(terms, term), |(_, fact)| fact)
    }

    /// The values something was found out about, some of them several times.
    pub(super) fn iter(&self, facts: FactsId) -> impl Iterator<Item = TermId> + '_ {
        self.lists.iter(facts).map(|(term, _)| term)
    }

    /// Every value something was found out about, with the last word on it.
    pub(in crate::check) fn all(&self, facts: FactsId) -> Vec<(TermId, Fact)> {
        let mut all: Vec<(TermId, Fact)> = Vec::new();
        let mut seen = HashSet::new();
        for (term, fact) in self.lists.iter(facts) {
            if seen.insert(term) {
                all.push((term, fact));
            }
        }
        all
    }

    /// With `fact` as the last word on `term`; `None` if that cannot be.
    pub(in crate::check) fn with(
        &mut self,
        terms: &Terms,
        facts: FactsId,
        term: TermId,
        fact: Fact,
    ) -> Option<FactsId> {
        let fact = fact.agreed()?;
        if fact == self.of(terms, facts, term) {
            return Some(facts);
        }
        if self.lists.len(facts) >= MAX_FACTS {
            return Some(self.compact(terms, facts, term, fact));
        }
        Some(self.lists.push(facts, (term, fact)))
    }

    /// A list with one refinement a value; the oldest of computed values are forgotten if it is still too long.
    fn compact(&mut self, terms: &Terms, facts: FactsId, term: TermId, fact: Fact) -> FactsId {
        let mut all = self.all(facts);
        all.retain(|(known, _)| *known != term);
        let mut computed = 0;
        all.retain(|(known, _)| {
            let kept = terms.is_given(*known) || computed < MAX_COMPUTED;
            computed += usize::from(!terms.is_given(*known));
            kept
        });
        all.truncate(MAX_FACTS / 2);
        let mut list = EMPTY;
        for item in all.into_iter().rev() {
            list = self.lists.push(list, item);
        }
        self.lists.push(list, (term, fact))
    }

    /// What both paths found out.
    pub(in crate::check) fn join(&mut self, terms: &Terms, a: FactsId, b: FactsId) -> FactsId {
        if a == b {
            return a;
        }
        let (common, of_a, of_b) = self.lists.common(a, b);
        let changed: HashSet<TermId> = of_a.iter().chain(&of_b).map(|(term, _)| *term).collect();
        // What both knew of these before, each looked up once.
        let before = last_words(self.lists.iter(common).filter(|(term, _)| changed.contains(term)));
        let (of_a, of_b) = (last_words(of_a.into_iter()), last_words(of_b.into_iter()));
        let mut changed: Vec<TermId> = changed.into_iter().collect();
        changed.sort_unstable();
        let mut joined = common;
        for term in changed {
            let before = before.get(&term).copied().unwrap_or_else(|| natural(terms, term));
            let of = |words: &HashMap<TermId, Fact>| words.get(&term).copied().unwrap_or(before);
            let fact = of(&of_a).either(of(&of_b));
            if fact != before && (self.lists.len(joined) < MAX_FACTS || terms.is_given(term)) {
                joined = self.lists.push(joined, (term, fact));
            }
        }
        joined
    }

    /// Without what was found out about values that mean something else each time round a loop.
    pub(in crate::check) fn without_merged(&mut self, terms: &Terms, facts: FactsId) -> FactsId {
        if !self.lists.iter(facts).any(|(term, _)| terms.properties(term).merged) {
            return facts;
        }
        let kept = self.all(facts);
        let mut list = EMPTY;
        for (term, fact) in kept.into_iter().rev().filter(|(term, _)| !terms.properties(*term).merged) {
            list = self.lists.push(list, (term, fact));
        }
        list
    }
}

/// The last word on each value, of refinements with the last one first.
fn last_words(refinements: impl Iterator<Item = (TermId, Fact)>) -> HashMap<TermId, Fact> {
    let mut words = HashMap::new();
    for (term, fact) in refinements {
        words.entry(term).or_insert(fact);
    }
    words
}

/// What is known of a value whatever the path.
fn natural(terms: &Terms, term: TermId) -> Fact {
    match terms.get(term) {
        Term::Int(value) => {
            let small = if *value < 64 { 1 << *value } else { 0 };
            Fact { small, ..Fact::within(*value, *value) }
        }
        Term::Field { field, .. } => match field {
            TxnField::OnCompletion => Fact::among(0b11_1111),
            TxnField::TypeEnum => Fact::among(0b1_1111_1110),
            TxnField::GroupIndex => Fact::within(0, 15),
            TxnField::NumAppArgs => Fact::within(0, 16),
            TxnField::NumAccounts | TxnField::NumAssets | TxnField::NumApplications => Fact::within(0, 64),
            TxnField::NumApprovalProgramPages | TxnField::NumClearStateProgramPages => Fact::within(0, 16),
            TxnField::NumLogs => Fact::within(0, 32),
            _ => bounds(terms, term),
        },
        Term::Global(GlobalField::GroupSize) => Fact::within(1, 16),
        _ => bounds(terms, term),
    }
}

fn bounds(terms: &Terms, term: TermId) -> Fact {
    let ty = terms.properties(term).ty;
    match ty.kind() {
        AvmType::Uint64 => Fact::within(ty.bounds().0, ty.bounds().1),
        _ => Fact::within(0, u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_and_sets_agree() {
        let fact = Fact { low: 1, high: 5, ..Fact::among(0b10_0001) }.agreed().unwrap();
        assert_eq!((fact.low, fact.high, fact.point()), (5, 5, Some(5)));
        assert_eq!(Fact { low: 1, ..Fact::among(1) }.agreed(), None);
        assert_eq!(Fact { high: 3, low: 2, ..Fact::among(0b11_0001) }.agreed(), None);
        assert_eq!(Fact::within(3, 2).agreed(), None);
        for fact in
            [Fact::within(0, 63), Fact::within(3, 62), Fact::within(63, u64::MAX), Fact::within(70, 80), Fact::among(9)]
        {
            let members = (0..64).filter(|value| fact.can_be(*value)).fold(0, |set, value| set | 1 << value);
            assert_eq!(fact.members(), members, "{fact:?}");
        }
    }

    #[test]
    fn paths_that_meet_know_what_both_know() {
        let mut terms = Terms::new();
        let mut facts = Facts::new();
        let size = terms.add(Term::Global(GlobalField::GroupSize));
        let index = terms.field(super::super::terms::TransactionRef::Own, TxnField::GroupIndex, None);
        let start = facts.with(&terms, EMPTY, index, Fact::within(2, 9)).unwrap();
        let a = facts.with(&terms, start, size, Fact::within(3, 3)).unwrap();
        let b = facts.with(&terms, start, size, Fact::within(5, 6)).unwrap();
        let joined = facts.join(&terms, a, b);
        let fact = facts.of(&terms, joined, size);
        assert!(fact.can_be(3) && !fact.can_be(4) && fact.can_be(6) && !fact.can_be(7));
        assert_eq!(facts.of(&terms, joined, index).high, 9);
        assert_eq!(facts.with(&terms, joined, size, Fact::within(9, 8)), None);
    }
}
