//! Values as the analysis knows them: constants, fields, and what opcodes make of them, each written down once.

use std::collections::HashMap;
use std::rc::Rc;

use crate::flow::Instruction;
use pnp_opcodes::{AvmType, GlobalField, Op, StackType, TxnField};

/// A value's number.
pub(in crate::check) type TermId = u32;

/// Which transaction a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) enum TransactionRef {
    /// The transaction the program runs for.
    Own,
    /// A transaction by its place in the group.
    At(u8),
    /// A transaction so many places after this one.
    Relative(i8),
    /// A transaction whose place is computed.
    Computed(TermId),
    /// An inner transaction that was submitted.
    Inner {
        /// The state of the ledger that its group left.
        epoch: TermId,
        /// Its place in the group; `None` for the last, which is what `itxn` reads.
        place: Option<u8>,
    },
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) enum Term {
    Int(u64),
    Bytes(Rc<[u8]>),
    Field {
        transaction: TransactionRef,
        field: TxnField,
        /// Which element, for fields that are lists.
        element: Option<TermId>,
    },
    Global(GlobalField),
    /// What an opcode makes of its arguments.
    Made {
        op: Op,
        form: Form,
        args: [TermId; 3],
    },
    /// A value nothing is known of; `ty` is its type.
    Unknown {
        serial: u32,
        ty: u8,
    },
    /// What paths that differ in a slot have in common there.
    Merged {
        block: u32,
        slot: u32,
    },
    /// A template variable without a value.
    Variable(u32),
}

/// Which of the values that an opcode can make of the same arguments it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::check) struct Form {
    /// The immediates, unused ones 0: a field, a curve, a place.
    immediates: [u8; 3],
    /// The number of the result, for opcodes with several.
    result: u8,
}

impl Form {
    /// The only result of an opcode without immediates.
    pub(in crate::check) const ONLY: Self = Self { immediates: [0; 3], result: 0 };

    /// A result of an instruction.
    pub(in crate::check) fn of(instruction: &Instruction, result: usize) -> Self {
        let immediates = [instruction.byte(0), instruction.byte(1), instruction.byte(2)];
        Self { immediates, result: u8::try_from(result).unwrap_or(u8::MAX) }
    }
}

/// Properties of a value that do not depend on the path.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct TermProperties {
    depth: u8,
    /// Whether it is made of a [`Term::Merged`], and so means another value each time round a loop.
    pub(in crate::check) merged: bool,
    /// Whether the caller chooses it freely: fields, arguments, and what is computed from nothing else.
    pub(in crate::check) chosen: bool,
    /// Whether it was looked up for, or verified by, somebody: state of the sender, a signature.
    pub(in crate::check) proves: bool,
    /// Whether it is made of a hash: only who knows what was hashed makes it equal to something given.
    pub(in crate::check) hashed: bool,
    /// Whether it is computed from the call's action and whether it creates the application, and from constants alone.
    pub(in crate::check) of_action: bool,
    pub(in crate::check) ty: StackType,
}

/// No value at all: an argument that is not there, an equality that is not known.
pub(in crate::check) const NOTHING: TermId = u32::MAX;

/// The integer 0, which scratch space holds before anything is stored.
pub(in crate::check) const ZERO: TermId = 0;

/// Terms nested deeper are not followed.
const MAX_DEPTH: u8 = 100;

/// Every value there is.
#[derive(Debug)]
pub(in crate::check) struct Terms {
    all: Vec<(Term, TermProperties)>,
    ids: HashMap<Term, TermId>,
    serial: u32,
}

impl Terms {
    pub(in crate::check) fn new() -> Self {
        let mut terms = Self { all: Vec::new(), ids: HashMap::new(), serial: 0 };
        terms.int(0);
        terms
    }

    pub(in crate::check) fn get(&self, id: TermId) -> &Term {
        const NONE: &Term = &Term::Unknown { serial: 0, ty: 0 };
        self.all.get(id as usize).map_or(NONE, |(term, _)| term)
    }

    pub(in crate::check) fn properties(&self, id: TermId) -> TermProperties {
        const NONE: TermProperties = TermProperties {
            depth: 0,
            merged: false,
            chosen: false,
            proves: false,
            hashed: false,
            of_action: false,
            ty: StackType::ANY,
        };
        self.all.get(id as usize).map_or(NONE, |(_, properties)| *properties)
    }

    pub(in crate::check) fn len(&self) -> usize {
        self.all.len()
    }

    pub(in crate::check) fn int(&mut self, value: u64) -> TermId {
        self.add(Term::Int(value))
    }

    pub(in crate::check) fn bytes(&mut self, value: &[u8]) -> TermId {
        self.add(Term::Bytes(value.into()))
    }

    pub(in crate::check) fn field(
        &mut self,
        transaction: TransactionRef,
        field: TxnField,
        element: Option<TermId>,
    ) -> TermId {
        self.add(Term::Field { transaction, field, element })
    }

    pub(in crate::check) fn unknown(&mut self, ty: StackType) -> TermId {
        self.serial += 1;
        let ty = match ty.kind() {
            AvmType::Uint64 if ty == StackType::BOOL => 3,
            AvmType::Uint64 => 1,
            AvmType::Bytes => 2,
            AvmType::Any | AvmType::None => 0,
        };
        self.add(Term::Unknown { serial: self.serial, ty })
    }

    /// What `op` makes of `args`, not simplified.
    pub(in crate::check) fn made(&mut self, op: Op, form: Form, args: &[TermId], ty: StackType) -> TermId {
        if let [first, rest @ ..] = args
            && args.len() > 3
        {
            // More than three are taken together, the last ones first.
            let rest = self.made(Op::Cover, Form::ONLY, rest, StackType::ANY);
            return self.made(op, form, &[*first, rest], ty);
        }
        let mut list = [NOTHING; 3];
        for (to, from) in list.iter_mut().zip(args) {
            *to = *from;
        }
        let deepest = args.iter().map(|arg| self.properties(*arg).depth).max().unwrap_or(0);
        if deepest >= MAX_DEPTH {
            return self.unknown(ty);
        }
        let term = Term::Made { op, form, args: list };
        if let Some(id) = self.ids.get(&term) {
            return *id;
        }
        let all = |property: fn(TermProperties) -> bool| args.iter().all(|arg| property(self.properties(*arg)));
        let some = |property: fn(TermProperties) -> bool| args.iter().any(|arg| property(self.properties(*arg)));
        let properties = TermProperties {
            depth: deepest + 1,
            merged: some(|it| it.merged),
            chosen: !reads_state(op) && all(|it| it.chosen || it.depth == 0) && some(|it| it.chosen),
            proves: verifies(op) && self.are_known(args)
                || some(|it| it.proves)
                || is_about(op) && self.names_sender(args),
            hashed: is_hash(op) && self.are_known(args) || some(|it| it.hashed),
            of_action: is_arithmetic(op)
                && some(|it| it.of_action)
                && args.iter().all(|arg| self.properties(*arg).of_action || self.as_int(*arg).is_some()),
            ty,
        };
        self.push(term, properties)
    }

    /// Whether something is known of one of them: the hash of anything proves nothing.
    fn are_known(&self, args: &[TermId]) -> bool {
        args.iter().any(|arg| !matches!(self.get(*arg), Term::Unknown { .. }))
    }

    fn names_sender(&self, args: &[TermId]) -> bool {
        args.iter().any(|arg| match self.get(*arg) {
            Term::Field { field: TxnField::Sender, .. } => true,
            Term::Made { op: Op::Concat, args, .. } => {
                args.iter().any(|arg| matches!(self.get(*arg), Term::Field { field: TxnField::Sender, .. }))
            }
            _ => false,
        })
    }

    pub(in crate::check) fn add(&mut self, term: Term) -> TermId {
        if let Some(id) = self.ids.get(&term) {
            return *id;
        }
        let ty = match &term {
            Term::Int(value) => StackType::uint(*value, *value),
            Term::Bytes(value) => StackType::bytes(value.len() as u64, value.len() as u64),
            Term::Field { field, .. } => {
                use pnp_opcodes::Field as _;
                field.spec().ty
            }
            Term::Global(field) => {
                use pnp_opcodes::Field as _;
                field.spec().ty
            }
            Term::Unknown { ty, .. } => match ty {
                1 => StackType::UINT64,
                2 => StackType::BYTES,
                3 => StackType::BOOL,
                _ => StackType::ANY,
            },
            Term::Made { .. } | Term::Merged { .. } | Term::Variable(_) => StackType::ANY,
        };
        let chosen = match &term {
            Term::Field { transaction, .. } => !matches!(transaction, TransactionRef::Inner { .. }),
            Term::Made { op: Op::Arg, .. } => true,
            _ => false,
        };
        let depth = u8::from(chosen);
        let merged = matches!(term, Term::Merged { .. })
            || matches!(term, Term::Field { transaction: TransactionRef::Computed(at), .. } if self.properties(at).merged);
        let of_action = matches!(
            term,
            Term::Field {
                transaction: TransactionRef::Own,
                field: TxnField::OnCompletion | TxnField::ApplicationId,
                ..
            }
        );
        self.push(term, TermProperties { depth, merged, chosen, proves: false, hashed: false, of_action, ty })
    }

    /// A value that the caller chooses: an argument of a logic signature.
    pub(in crate::check) fn argument(&mut self, at: TermId) -> TermId {
        let term = Term::Made { op: Op::Arg, form: Form::ONLY, args: [at, NOTHING, NOTHING] };
        self.add(term)
    }

    fn push(&mut self, term: Term, properties: TermProperties) -> TermId {
        let id = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push((term.clone(), properties));
        self.ids.insert(term, id);
        id
    }

    pub(in crate::check) fn as_int(&self, id: TermId) -> Option<u64> {
        match self.get(id) {
            Term::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(in crate::check) fn as_bytes(&self, id: TermId) -> Option<&Rc<[u8]>> {
        match self.get(id) {
            Term::Bytes(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is 0 or 1.
    pub(super) fn is_truth(&self, id: TermId) -> bool {
        matches!(self.get(id), Term::Made { op, .. } if is_comparison(*op))
    }

    /// Whether the program begins with it: a field of the group's transactions at a fixed place, or of the network.
    pub(super) fn is_given(&self, id: TermId) -> bool {
        match self.get(id) {
            Term::Global(_) => true,
            Term::Field { transaction, element, .. } => {
                !matches!(transaction, TransactionRef::Computed(_) | TransactionRef::Inner { .. })
                    && element.is_none_or(|element| self.is_constant(element))
            }
            _ => false,
        }
    }

    pub(in crate::check) fn is_constant(&self, id: TermId) -> bool {
        matches!(self.get(id), Term::Int(_) | Term::Bytes(_))
    }

    /// How many bytes it has, where that is known.
    pub(in crate::check) fn length(&self, id: TermId) -> Option<usize> {
        let (properties, term) = (self.properties(id), self.get(id));
        if let Term::Made { op: Op::Concat, args: [a, b, _], .. } = term {
            return Some(self.length(*a)? + self.length(*b)?);
        }
        let (min, max) = properties.ty.bounds();
        (properties.ty.kind() == AvmType::Bytes && min == max).then(|| usize::try_from(max).ok()).flatten()
    }

    /// The parts of a concatenation, in order; itself if it is not a concatenation.
    pub(in crate::check) fn parts(&self, id: TermId) -> Vec<TermId> {
        let mut parts = Vec::new();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            match self.get(at) {
                Term::Made { op: Op::Concat, args: [a, b, _], .. } => open.extend([*b, *a]),
                _ => parts.push(at),
            }
        }
        parts
    }
}

/// Whether the result depends on more than the arguments: on the ledger.
pub(in crate::check) fn reads_state(op: Op) -> bool {
    matches!(
        op,
        Op::Balance
            | Op::MinBalance
            | Op::AppOptedIn
            | Op::AppLocalGet
            | Op::AppLocalGetEx
            | Op::AppGlobalGet
            | Op::AppGlobalGetEx
            | Op::AssetHoldingGet
            | Op::AssetParamsGet
            | Op::AppParamsGet
            | Op::AcctParamsGet
            | Op::VoterParamsGet
            | Op::BoxExtract
            | Op::BoxLen
            | Op::BoxGet
            | Op::AppBoxGet
            | Op::AppBoxLen
            | Op::AppBoxExtract
    )
}

fn is_hash(op: Op) -> bool {
    matches!(op, Op::Sha256 | Op::Sha512 | Op::Sha512_256 | Op::Sha3_256 | Op::Keccak256 | Op::Sumhash512)
}

/// Whether an opcode reads what an application, or an asset, says about an account: every account has Algos, and most can
/// opt in.
fn is_about(op: Op) -> bool {
    reads_state(op) && !matches!(op, Op::Balance | Op::MinBalance | Op::AcctParamsGet | Op::AppOptedIn)
}

/// Whether the result is a number computed from numbers alone.
fn is_arithmetic(op: Op) -> bool {
    matches!(
        op,
        Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Mod
            | Op::Lt
            | Op::Gt
            | Op::Le
            | Op::Ge
            | Op::And
            | Op::Or
            | Op::Eq
            | Op::Ne
            | Op::Not
            | Op::BitAnd
            | Op::BitOr
            | Op::BitXor
            | Op::ShiftLeft
            | Op::ShiftRight
    )
}

/// Whether only somebody who holds a key or a secret can make the result come out right.
fn verifies(op: Op) -> bool {
    matches!(
        op,
        Op::Ed25519Verify
            | Op::Ed25519VerifyBare
            | Op::EcdsaVerify
            | Op::EcdsaPkRecover
            | Op::FalconVerify
            | Op::VrfVerify
    )
}

/// Whether an opcode gives 0 or 1 for a condition.
fn is_comparison(op: Op) -> bool {
    matches!(
        op,
        Op::Not
            | Op::And
            | Op::Or
            | Op::Eq
            | Op::Ne
            | Op::Lt
            | Op::Gt
            | Op::Le
            | Op::Ge
            | Op::BytesEq
            | Op::BytesNe
            | Op::BytesLt
            | Op::BytesGt
            | Op::BytesLe
            | Op::BytesGe
    )
}
