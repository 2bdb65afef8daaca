//! From the first word of a statement to what it means: an opcode, a pseudo-op, or one of several by the number of
//! immediates.
//!
//! How most opcodes are assembled and typed follows from their row in the table; [`Emit`] and [`Refine`] name the true
//! exceptions.

use std::sync::OnceLock;

use pnp_opcodes::{
    FieldTable, Immediate, ImmediateKind, MAX_VERSION, Modes, NameIndex, Op, OpSpec, StackType, version_table,
};

/// How an instruction's bytes are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Emit {
    /// The bytes of the opcode, then one byte an immediate.
    Plain(&'static OpSpec),
    /// This byte; there are no immediates.
    Byte(u8),
    Nothing,
    Int,
    ByteConstant,
    Addr,
    Method,
    IntcBlock,
    BytecBlock,
    Intc,
    Bytec,
    Arg,
    PushInt,
    PushInts,
    PushBytes,
    PushBytess,
    Branch,
    VarintBranch,
    Switch,
    Substring,
    Itxn,
    Gitxn,
    ItxnField,
    AppParamsSet,
}

/// What follows from the immediates and the known stack, beyond the opcode's signature.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refine {
    Nothing,
    /// The result is the value of the field that an immediate names.
    Field(FieldPlace, &'static FieldTable),
    Int,
    Byte,
    PushInts,
    PushBytess,
    Equals,
    Bury,
    FrameDig,
    FrameBury,
    Dup,
    DupN,
    /// The top two values, copied or exchanged.
    Pair(Op),
    /// As many values as the immediate says, in another order.
    ByDepth(Op),
    PopN,
    Select,
    SetBit,
    BytesUpTo(u64),
    Zeros,
    ItxnField,
    Load,
    Store,
    Loads,
    Stores,
    Proto,
    Match,
}

/// Which immediate names a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum FieldPlace {
    /// The only one.
    Only,
    /// The first one, before a number.
    First,
    /// The last one, behind a number.
    Last,
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// To the next one.
    Next,
    /// To a subroutine, which comes back to the next one and may have done anything.
    Anything,
    /// Nowhere that the next one could be reached from.
    Nothing,
}

/// One way to read a mnemonic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// The mnemonic as written; an opcode reached through a pseudo-op goes by the pseudo-op's name.
    pub(super) name: &'static str,
    /// The opcode, if the form is one.
    pub(super) spec: Option<&'static OpSpec>,
    pub(super) args: &'static [StackType],
    pub(super) returns: &'static [StackType],
    pub(super) emit: Emit,
    pub(super) refine: Refine,
    pub(super) after: After,
    /// Whether it needs an application.
    pub(super) stateful: bool,
    /// The version the form is from.
    pub(super) since: u8,
}

impl Form {
    fn of(name: &'static str, spec: &'static OpSpec) -> Self {
        Self {
            name,
            spec: Some(spec),
            args: spec.signature.args.as_slice(),
            returns: spec.signature.returns.as_slice(),
            emit: emit_of(spec),
            refine: refine_of(spec),
            after: after(spec.op),
            stateful: spec.modes == Modes::Application,
            // The first opcodes are as old as version 0, which is version 1 under another number.
            since: if spec.since == 1 { 0 } else { spec.since },
        }
    }

    const fn constant(name: &'static str, returns: &'static [StackType], emit: Emit, refine: Refine) -> Self {
        let (after, stateful) = (After::Next, false);
        Self { name, spec: None, args: &[], returns, emit, refine, after, stateful, since: 0 }
    }
}

fn after(op: Op) -> After {
    match op {
        Op::Callsub | Op::CallsubVarint => After::Anything,
        Op::Branch | Op::BranchVarint | Op::Retsub | Op::Err | Op::Return => After::Nothing,
        _ => After::Next,
    }
}

fn emit_of(spec: &'static OpSpec) -> Emit {
    match spec.op {
        Op::IntcBlock => Emit::IntcBlock,
        Op::BytecBlock => Emit::BytecBlock,
        Op::Intc => Emit::Intc,
        Op::Bytec => Emit::Bytec,
        Op::Arg => Emit::Arg,
        Op::PushInt => Emit::PushInt,
        Op::PushInts => Emit::PushInts,
        Op::PushBytes => Emit::PushBytes,
        Op::PushBytess => Emit::PushBytess,
        Op::Branch | Op::BranchZero | Op::BranchNonZero | Op::Callsub => Emit::Branch,
        Op::BranchVarint | Op::BranchZeroVarint | Op::BranchNonZeroVarint | Op::CallsubVarint => Emit::VarintBranch,
        Op::Switch | Op::Match => Emit::Switch,
        Op::Substring => Emit::Substring,
        Op::Itxn => Emit::Itxn,
        Op::Gitxn => Emit::Gitxn,
        Op::ItxnField => Emit::ItxnField,
        Op::AppParamsSet => Emit::AppParamsSet,
        _ if spec.immediates.is_empty() && spec.sub == 0 => Emit::Byte(spec.byte),
        _ => Emit::Plain(spec),
    }
}

fn refine_of(spec: &OpSpec) -> Refine {
    match spec.op {
        Op::Eq | Op::Ne => Refine::Equals,
        Op::Load => Refine::Load,
        Op::Store => Refine::Store,
        Op::Loads => Refine::Loads,
        Op::Stores => Refine::Stores,
        Op::Bury => Refine::Bury,
        Op::PopN => Refine::PopN,
        Op::DupN => Refine::DupN,
        Op::Dup => Refine::Dup,
        Op::Dup2 | Op::Swap => Refine::Pair(spec.op),
        Op::Dig | Op::Cover | Op::Uncover => Refine::ByDepth(spec.op),
        Op::Select => Refine::Select,
        Op::SetBit => Refine::SetBit,
        Op::PushInts => Refine::PushInts,
        Op::PushBytess => Refine::PushBytess,
        Op::Proto => Refine::Proto,
        Op::FrameDig => Refine::FrameDig,
        Op::FrameBury => Refine::FrameBury,
        Op::Match => Refine::Match,
        Op::BytesAdd => Refine::BytesUpTo(pnp_opcodes::MAX_BYTE_MATH_SIZE + 1),
        Op::BytesMul => Refine::BytesUpTo(pnp_opcodes::MAX_BYTE_MATH_SIZE * 2),
        Op::BytesZero => Refine::Zeros,
        Op::ItxnField => Refine::ItxnField,
        _ => field_of(spec).map_or(Refine::Nothing, |(place, table)| Refine::Field(place, table)),
    }
}

/// The field an opcode reads, if that is all it does.
fn field_of(spec: &OpSpec) -> Option<(FieldPlace, &'static FieldTable)> {
    use ImmediateKind::{Byte, Field};
    let (place, group) = match spec.immediates {
        [Immediate { kind: Field(group), .. }] => (FieldPlace::Only, group),
        [Immediate { kind: Field(group), .. }, Immediate { kind: Byte, .. }] => (FieldPlace::First, group),
        [Immediate { kind: Byte, .. }, Immediate { kind: Field(group), .. }] => (FieldPlace::Last, group),
        _ => return None,
    };
    (spec.sub == 0 && spec.signature.returns.as_slice() == [StackType::ANY]).then(|| (place, group.table()))
}

/// What a mnemonic can mean in one version.
#[derive(Clone, Debug)]
pub(super) enum Mnemonic {
    /// One thing, whatever its immediates.
    Form(Form),
    /// One of several opcodes, by the number of immediates.
    ByCount {
        /// The pseudo-op.
        name: &'static str,
        /// The forms and their numbers of immediates.
        forms: Vec<(usize, Form)>,
        /// What all forms do to the stack, if they do the same: enough to follow the types where the number is wrong.
        common: Option<Form>,
    },
}

const CONSTANTS: [Form; 4] = [
    Form::constant("int", &[StackType::UINT64], Emit::Int, Refine::Int),
    Form::constant("byte", &[StackType::BYTES], Emit::ByteConstant, Refine::Byte),
    Form::constant("addr", &[StackType::BYTES], Emit::Addr, Refine::Nothing),
    Form::constant("method", &[StackType::BYTES], Emit::Method, Refine::Nothing),
];

/// Pseudo-ops that stand for different opcodes by the number of their immediates.
const BY_COUNT: [(&str, [(usize, &str); 2]); 5] = [
    ("txn", [(1, "txn"), (2, "txna")]),
    ("gtxn", [(2, "gtxn"), (3, "gtxna")]),
    ("gtxns", [(1, "gtxns"), (2, "gtxnsa")]),
    ("extract", [(0, "extract3"), (2, "extract")]),
    ("replace", [(0, "replace3"), (1, "replace2")]),
];

/// Whether some version has a pseudo-op of that name.
pub(super) fn is_pseudo_op(name: &[u8]) -> bool {
    let mut names = CONSTANTS.iter().map(|form| form.name).chain(BY_COUNT.iter().map(|(pseudo, _)| *pseudo));
    names.any(|pseudo| pseudo.as_bytes() == name)
}

/// The mnemonics of one version.
#[derive(Debug)]
pub(super) struct Mnemonics {
    index: NameIndex<&'static Mnemonic>,
}

/// Each made when it is first asked for.
static MNEMONICS: [OnceLock<Mnemonics>; MAX_VERSION as usize + 1] =
    [const { OnceLock::new() }; MAX_VERSION as usize + 1];

/// The mnemonics of `version`.
pub(super) fn mnemonics(version: u8) -> &'static Mnemonics {
    let version = version.min(MAX_VERSION);
    MNEMONICS[usize::from(version)].get_or_init(|| Mnemonics::new(version))
}

impl Mnemonics {
    fn new(version: u8) -> Self {
        let table = version_table(version);
        // There are as many of them as versions, and they stay.
        let mut entries: Vec<(&'static str, &'static Mnemonic)> = Vec::new();
        let mut add = |name, mnemonic| entries.push((name, Box::leak(Box::new(mnemonic))));
        for spec in table.specs() {
            add(spec.name, Mnemonic::Form(Form::of(spec.name, spec)));
        }
        for form in CONSTANTS {
            add(form.name, Mnemonic::Form(form));
        }
        // These shadow the opcodes of the same name. A form that is too new is kept, so that the error can say so.
        for (name, forms) in &BY_COUNT {
            let form = |opcode: &str| {
                let newest = version_table(MAX_VERSION);
                table.by_name(opcode).or_else(|| newest.by_name(opcode)).map(|spec| Form::of(name, spec))
            };
            let forms: Vec<_> = forms.iter().filter_map(|(count, opcode)| Some((*count, form(opcode)?))).collect();
            let common = common_form(&forms);
            add(name, Mnemonic::ByCount { name, forms, common });
        }
        Self { index: NameIndex::new(entries) }
    }

    #[inline]
    pub(super) fn get(&self, name: impl AsRef<[u8]>) -> Option<&'static Mnemonic> {
        self.index.get(name)
    }
}

/// A form that writes nothing, of the age of the oldest, if all do the same to the stack.
fn common_form(forms: &[(usize, Form)]) -> Option<Form> {
    let oldest = forms.iter().map(|(_, form)| form).min_by_key(|form| form.since)?;
    let same = forms.iter().all(|(_, form)| form.args == oldest.args && form.returns == oldest.returns);
    let (emit, refine, after, stateful) = (Emit::Nothing, Refine::Nothing, After::Next, false);
    same.then_some(Form { emit, refine, after, stateful, ..*oldest })
}

/// "no immediates", "1 immediate", "2 immediates", "1 or 2 immediates".
pub(super) fn count_text(noun: &str, counts: &[usize]) -> String {
    match counts {
        [0] => format!("no {noun}s"),
        [1] => format!("1 {noun}"),
        counts => {
            let mut counts = counts.to_vec();
            counts.sort_unstable();
            let counts: Vec<_> = counts.iter().map(usize::to_string).collect();
            format!("{} {noun}s", counts.join(" or "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudo_ops_shadow_opcodes() {
        assert!(matches!(mnemonics(1).get("txn"), Some(Mnemonic::ByCount { name: "txn", .. })));
        assert!(matches!(mnemonics(5).get("extract3"), Some(Mnemonic::Form(_))));
        assert!(mnemonics(3).get("extract3").is_none());
        let Some(Mnemonic::ByCount { forms, common, .. }) = mnemonics(3).get("extract") else { panic!("no extract") };
        assert_eq!(forms.iter().map(|(count, form)| (*count, form.since)).collect::<Vec<_>>(), [(0, 5), (2, 5)]);
        assert!(common.is_none());
    }

    #[test]
    fn counts_in_words() {
        assert_eq!(count_text("immediate", &[0]), "no immediates");
        assert_eq!(count_text("immediate", &[1]), "1 immediate");
        assert_eq!(count_text("immediate argument", &[2, 1]), "1 or 2 immediate arguments");
    }
}
