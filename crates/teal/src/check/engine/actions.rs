//! What a condition says of the call's action where a program computes with it, as routers of compilers do: they shift a
//! bit by `OnCompletion`, or switch on a number made of it and of whether the call creates the application.
//!
//! Both have few values, so such a condition is computed for each of them.

use super::assume::Logic;
use super::facts::{Fact, FactsId};
use super::terms::{Term, TermId, TransactionRef};
use pnp_opcodes::{Op, TxnField};

/// On-completion actions there are.
const ACTIONS: u64 = 6;
/// Opcodes that are computed for one action; a longer condition is taken for any other.
const MAX_OPCODES: usize = 100;

/// The calls a program is followed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Calls {
    /// Any.
    All,
    /// Calls with that on-completion action, of an application that exists. What is no such call is not followed, which no
    /// loop, subroutine or join can undo.
    Existing {
        /// The number of the action.
        action: u64,
    },
}

/// A value for one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    Exactly(u64),
    /// An application's id.
    Positive,
}

impl Value {
    const fn least(self) -> u64 {
        match self {
            Self::Exactly(value) => value,
            Self::Positive => 1,
        }
    }

    const fn most(self) -> u64 {
        match self {
            Self::Exactly(value) => value,
            Self::Positive => u64::MAX,
        }
    }

    const fn holds(self) -> bool {
        self.least() > 0
    }
}

/// Why there is no value for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoValue {
    /// The program fails, say because a number is too great.
    Fails,
    /// It depends on the application's id, or takes too long to compute.
    Unknown,
}

/// One kind of call.
#[derive(Clone, Copy, Debug)]
struct Call {
    action: u64,
    creates: bool,
}

/// What a program already knows of the call it runs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct KnownCall {
    /// Whether it creates the application, where that is known.
    creates: Option<bool>,
    /// The actions it can have, a bit each.
    actions: u64,
}

impl Logic {
    /// What a path knows of its call.
    pub(super) fn known_call(&mut self, facts: FactsId) -> KnownCall {
        let application = self.terms.field(TransactionRef::Own, TxnField::ApplicationId, None);
        let action = self.terms.field(TransactionRef::Own, TxnField::OnCompletion, None);
        let application = self.of(facts, application);
        let creates = match (application.low, application.high) {
            (1.., _) => Some(false),
            (_, 0) => Some(true),
            _ => None,
        };
        KnownCall { creates, actions: self.of(facts, action).members() }
    }

    /// How a condition comes out for the calls that the program is followed for, if it depends on nothing else: `Some(None)`
    /// where the program fails at it.
    pub(super) fn for_call(&self, term: TermId) -> Option<Option<bool>> {
        let Calls::Existing { action } = self.calls else { return None };
        if !self.terms.properties(term).of_action {
            return None;
        }
        match self.value(term, Call { action, creates: false }, &mut { MAX_OPCODES }) {
            Ok(value) => Some(Some(value.holds())),
            Err(NoValue::Fails) => Some(None),
            Err(NoValue::Unknown) => None,
        }
    }

    /// Like [`Self::decide`], by what calls the program is followed for too.
    pub(super) fn decide_for_call(&self, facts: FactsId, term: TermId) -> Option<bool> {
        self.for_call(term).flatten().or_else(|| self.decide(facts, term))
    }

    /// The facts once a condition on the call's action has come out as `truth`: one set for calls, one for the creation if
    /// these differ. `None` if it is another condition.
    pub(super) fn assume_of_action(&mut self, facts: FactsId, term: TermId, truth: bool) -> Option<Vec<FactsId>> {
        if !self.terms.properties(term).of_action {
            return None;
        }
        let known = self.known_call(facts);
        let of = |creates: bool| match known.creates {
            Some(known) if known != creates => Some(0),
            _ => self.actions_with(term, truth, creates, known.actions),
        };
        let (call, creation) = (of(false)?, of(true)?);
        if known.creates.is_none() && call == creation {
            return Some(self.with_actions(facts, call).into_iter().collect());
        }
        let application = self.terms.field(TransactionRef::Own, TxnField::ApplicationId, None);
        let mut ways = Vec::new();
        for (actions, creates) in [(call, false), (creation, true)] {
            let way = if actions == 0 { None } else { self.with_actions(facts, actions) };
            ways.extend(way.and_then(|facts| self.is_true(facts, application, !creates)));
        }
        Some(ways)
    }

    /// Of those actions the ones for which a condition comes out as `truth`.
    fn actions_with(&self, term: TermId, truth: bool, creates: bool, actions: u64) -> Option<u64> {
        let mut found = 0;
        for action in (0..ACTIONS).filter(|action| actions & (1 << action) != 0) {
            match self.value(term, Call { action, creates }, &mut { MAX_OPCODES }) {
                Ok(value) if value.holds() == truth => found |= 1 << action,
                Ok(_) | Err(NoValue::Fails) => {}
                Err(NoValue::Unknown) => return None,
            }
        }
        Some(found)
    }

    fn with_actions(&mut self, facts: FactsId, actions: u64) -> Option<FactsId> {
        let action = self.terms.field(TransactionRef::Own, TxnField::OnCompletion, None);
        let known = self.of(facts, action);
        let settled = known.settled || actions.is_power_of_two();
        let fact = Fact { small: known.small & actions, settled, compared: true, ..known };
        self.facts.with(&self.terms, facts, action, fact)
    }

    fn value(&self, term: TermId, call: Call, left: &mut usize) -> Result<Value, NoValue> {
        *left = left.checked_sub(1).ok_or(NoValue::Unknown)?;
        match *self.terms.get(term) {
            Term::Int(value) => Ok(Value::Exactly(value)),
            Term::Field { field: TxnField::OnCompletion, .. } => Ok(Value::Exactly(call.action)),
            Term::Field { field: TxnField::ApplicationId, .. } if call.creates => Ok(Value::Exactly(0)),
            Term::Field { field: TxnField::ApplicationId, .. } => Ok(Value::Positive),
            Term::Made { op: Op::Not, args: [a, ..], .. } => {
                Ok(Value::Exactly(u64::from(!self.value(a, call, left)?.holds())))
            }
            Term::Made { op, args: [a, b, _], .. } => {
                let (a, b) = (self.value(a, call, left)?, self.value(b, call, left)?);
                combined(op, a, b)
            }
            _ => Err(NoValue::Unknown),
        }
    }
}

fn combined(op: Op, a: Value, b: Value) -> Result<Value, NoValue> {
    if let (Value::Exactly(a), Value::Exactly(b)) = (a, b) {
        return super::fold::integer(op, &[a, b]).map(Value::Exactly).ok_or(NoValue::Fails);
    }
    let less = |a: Value, b: Value| match (a.most() < b.least(), a.least() >= b.most()) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let equal = (a.most() < b.least() || b.most() < a.least()).then_some(false);
    let holds = match op {
        Op::And => Some(a.holds() && b.holds()),
        Op::Or => Some(a.holds() || b.holds()),
        Op::Eq => equal,
        Op::Ne => equal.map(|equal| !equal),
        Op::Lt => less(a, b),
        Op::Gt => less(b, a),
        Op::Ge => less(a, b).map(|less| !less),
        Op::Le => less(b, a).map(|less| !less),
        Op::Mul | Op::BitAnd if a.most() == 0 || b.most() == 0 => Some(false),
        _ => None,
    };
    holds.map(|holds| Value::Exactly(u64::from(holds))).ok_or(NoValue::Unknown)
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{found, names_in};

    /// One bit for each action that is let through.
    #[test]
    fn a_mask_says_which_actions_there_are() {
        let router = |mask: u64| {
            format!(
                "#pragma version 10\nint 1; txn OnCompletion; shl; pushint {mask}; &; txn ApplicationID; &&; assert\n\
                 int 1; return"
            )
        };
        found(&router(0b00_0011), Mode::Application, &[]);
        found(&router(0b01_0000), Mode::Application, &["unprotected-update"]);
        found(&router(0b11_0001), Mode::Application, &["unprotected-update", "unprotected-delete"]);
    }

    /// Six labels for calls, six for creations.
    #[test]
    fn a_switch_on_a_computed_number_says_which_actions_there_are() {
        let router = |update: &str, delete: &str| {
            format!(
                "#pragma version 10\ntxn ApplicationID; !; int 6; *; txn OnCompletion; +\n\
                 switch call no no no {update} {delete} made no no no made made\nno: err\n\
                 made: int 1; return\ncall: int 1; return"
            )
        };
        found(&router("no", "no"), Mode::Application, &[]);
        found(&router("call", "no"), Mode::Application, &["unprotected-update"]);
        found(&router("no", "made"), Mode::Application, &["unprotected-delete"]);
    }

    /// Numbers that cannot be computed end the program, and an application's own id is any.
    #[test]
    fn what_cannot_be_computed_is_not_guessed() {
        let source = "#pragma version 10\ntxn ApplicationID; bz made\nint 3; txn OnCompletion; -; pop\n\
                      int 3; txn OnCompletion; -; int 4; <; assert\nmade: int 1";
        let names = names_in(source, Mode::Application);
        assert!(!names.iter().any(|name| name.starts_with("unprotected")), "{names:?}");
        let id = "#pragma version 10\ntxn ApplicationID; int 77; ==; txn OnCompletion; int 4; ==; &&; assert; int 1";
        found(id, Mode::Application, &["unprotected-update"]);
    }
}
