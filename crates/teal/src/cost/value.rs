//! What is known of a value before a program runs, and what is given about the call it runs for.

use std::rc::Rc;

/// A value on the stack or in scratch space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// Nothing is known.
    Unknown,
    /// An integer other than 0.
    NonZero,
    /// This integer.
    Uint(u64),
    /// These bytes.
    Bytes(Rc<[u8]>),
    /// Something about the call that the facts leave open.
    CallInput(CallInput),
}

/// What programs distinguish their calls by, apart from `ApplicationID` and `OnCompletion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CallInput {
    /// `NumAppArgs`.
    Arguments,
    /// `ApplicationArgs 0`.
    First,
}

/// What is known of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact<T> {
    /// It is this.
    Is(T),
    /// It is none of these.
    Not(Vec<T>),
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::Not(Vec::new())
    }
}

impl<T: PartialEq + Clone> Fact<T> {
    /// Whether it is `value`, as far as it is known.
    pub(super) fn is(&self, value: &T) -> Option<bool> {
        match self {
            Self::Is(known) => Some(known == value),
            Self::Not(known) => known.contains(value).then_some(false),
        }
    }

    /// The same where it is not `value` either.
    pub(super) fn and_not(&self, value: T) -> Self {
        match self {
            Self::Is(known) => Self::Is(known.clone()),
            Self::Not(known) => Self::Not(known.iter().cloned().chain([value]).collect()),
        }
    }
}

/// What is given about a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Whether `ApplicationID` is 0.
    pub(super) creates: Option<bool>,
    /// `OnCompletion`.
    pub(super) completion: Option<u64>,
    /// `NumAppArgs`.
    pub(super) arguments: Fact<u64>,
    /// `ApplicationArgs 0`.
    pub(super) first: Fact<Rc<[u8]>>,
}

/// A comparison of something given with a constant that the facts do not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `NumAppArgs` with a number.
    Arguments(u64),
    /// `ApplicationArgs 0` with bytes.
    First(Rc<[u8]>),
}

impl Facts {
    /// Whether something given is that constant, or the test that would decide it.
    pub(super) fn decide(&self, given: CallInput, constant: &Value) -> Result<bool, Option<Test>> {
        match (given, constant) {
            (CallInput::Arguments, Value::Uint(number)) => {
                self.arguments.is(number).ok_or(Some(Test::Arguments(*number)))
            }
            (CallInput::First, Value::Bytes(bytes)) => {
                self.first.is(bytes).ok_or_else(|| Some(Test::First(bytes.clone())))
            }
            _ => Err(None),
        }
    }

    /// The facts where a test holds, and where it does not.
    pub(super) fn split(&self, test: &Test) -> [Self; 2] {
        let (mut holds, mut fails) = (self.clone(), self.clone());
        match test {
            Test::Arguments(number) => {
                holds.arguments = Fact::Is(*number);
                fails.arguments = self.arguments.and_not(*number);
            }
            Test::First(bytes) => {
                holds.first = Fact::Is(bytes.clone());
                fails.first = self.first.and_not(bytes.clone());
            }
        }
        [holds, fails]
    }
}

/// Longer byte strings are not followed.
pub(super) const MAX_FOLLOWED: usize = 512;

/// Bytes that are known, unless they are long.
pub(super) fn followed(bytes: &[u8]) -> Value {
    if bytes.len() > MAX_FOLLOWED { Value::Unknown } else { Value::Bytes(bytes.into()) }
}

impl Value {
    /// Whether a branch takes it for true.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Uint(number) => Some(*number != 0),
            Self::NonZero => Some(true),
            _ => None,
        }
    }

    pub(super) fn of_bool(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, |truth| Self::Uint(u64::from(truth)))
    }

    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len()),
            _ => None,
        }
    }
}
