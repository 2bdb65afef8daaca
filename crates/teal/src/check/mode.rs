//! The kind of a program: given as an option, in a comment, or guessed.

use std::fmt;

use crate::flow::{Instruction, Program};
use pnp_opcodes::{Field as _, FieldGroup, ImmediateKind, Modes, Op, TxnField};

/// What a program is run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// An application's approval program.
    Application,
    /// An application's clear-state program, which cannot refuse.
    Clear,
    /// A logic signature.
    Signature,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Application, Self::Clear, Self::Signature];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Clear => "clear",
            Self::Signature => "signature",
        }
    }

    /// The mode of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the mode came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ModeSource {
    /// It was asked for.
    Given,
    /// A comment `check: mode(NAME)` says it, or `#pragma mode logicsig`, which TEALScript writes.
    Comment,
    /// The file's name says it.
    Name,
    /// The opcodes and fields only make sense so.
    Opcodes,
    /// Nothing says; a logic signature is the more dangerous guess.
    Guess,
}

/// The mode that opcodes and fields belong to.
pub(super) fn guess(program: &Program) -> (Mode, ModeSource) {
    let instructions = program.instructions();
    let some = |test: fn(&Instruction) -> bool| instructions.iter().any(test);
    if some(|it| it.spec.modes == Modes::Signature) {
        return (Mode::Signature, ModeSource::Opcodes);
    }
    if some(|it| it.spec.modes == Modes::Application || needs_application(it)) {
        return (Mode::Application, ModeSource::Opcodes);
    }
    let called = some(|it| is_own(it) && field(it).is_some_and(is_of_calls));
    let signed = some(|it| is_own(it) && field(it).is_some_and(is_of_signatures));
    match (called, signed) {
        (true, false) => (Mode::Application, ModeSource::Opcodes),
        (_, true) => (Mode::Signature, ModeSource::Opcodes),
        _ if some(|it| field(it) == Some(TxnField::OnCompletion)) => (Mode::Application, ModeSource::Opcodes),
        _ => (Mode::Signature, ModeSource::Guess),
    }
}

/// Whether a program looks at the action of its own call: a clear-state program knows it.
pub(super) fn reads_own_action(program: &Program) -> bool {
    program.instructions().iter().any(|it| is_own(it) && field(it) == Some(TxnField::OnCompletion))
}

fn needs_application(instruction: &Instruction) -> bool {
    instruction.spec.field_immediate().is_some_and(|(at, group)| {
        let row = group.table().by_byte(instruction.byte(at));
        group == FieldGroup::Global && row.is_some_and(|row| row.modes == Modes::Application)
    })
}

fn is_own(instruction: &Instruction) -> bool {
    matches!(instruction.op(), Op::Txn | Op::Txna | Op::Txnas)
}

fn field(instruction: &Instruction) -> Option<TxnField> {
    let at = instruction.spec.immediates.iter().position(|immediate| {
        matches!(immediate.kind, ImmediateKind::Field(FieldGroup::TxnScalar | FieldGroup::TxnArray))
    })?;
    TxnField::from_byte(instruction.byte(at))
}

fn is_of_calls(field: TxnField) -> bool {
    matches!(
        field,
        TxnField::OnCompletion
            | TxnField::ApplicationId
            | TxnField::ApplicationArgs
            | TxnField::NumAppArgs
            | TxnField::Accounts
            | TxnField::NumAccounts
    )
}

fn is_of_signatures(field: TxnField) -> bool {
    matches!(
        field,
        TxnField::Fee
            | TxnField::Receiver
            | TxnField::Amount
            | TxnField::CloseRemainderTo
            | TxnField::AssetReceiver
            | TxnField::AssetAmount
            | TxnField::AssetCloseTo
            | TxnField::AssetSender
            | TxnField::XferAsset
            | TxnField::TypeEnum
            | TxnField::Type
            | TxnField::RekeyTo
    )
}

#[cfg(test)]
mod tests {
    use crate::check::{CheckOptions, Mode, ModeSource, examine};

    #[test]
    fn modes_are_guessed() {
        let mode = |source: &str, name: Option<&str>| {
            let options = CheckOptions { name: name.map(str::to_owned), ..CheckOptions::default() };
            let examination = examine(source, &options);
            (examination.mode, examination.mode_source)
        };
        let one = "#pragma version 8\nint 1";
        assert_eq!(mode(one, None), (Mode::Signature, ModeSource::Guess));
        assert_eq!(mode(one, Some("a/my_clear.teal")), (Mode::Clear, ModeSource::Name));
        let routed = "#pragma version 8\ntxn OnCompletion; !";
        assert_eq!(mode(routed, Some("clear_all.teal")), (Mode::Application, ModeSource::Opcodes));
        assert_eq!(mode(one, Some("approval.teal")), (Mode::Application, ModeSource::Name));
        assert_eq!(
            mode("#pragma version 8\ntxna ApplicationArgs 0", Some("gate.lsig.teal")),
            (Mode::Signature, ModeSource::Name)
        );
        let opcodes = |source: &str| mode(&format!("#pragma version 8\n{source}"), None);
        assert_eq!(opcodes("arg 0; btoi"), (Mode::Signature, ModeSource::Opcodes));
        assert_eq!(opcodes("txn OnCompletion; !"), (Mode::Application, ModeSource::Opcodes));
        assert_eq!(opcodes("txn ApplicationID; txn Fee; <"), (Mode::Signature, ModeSource::Opcodes));
        let tealscript = "//#pragma mode logicsig\ntxna ApplicationArgs 1";
        assert_eq!(opcodes(tealscript), (Mode::Signature, ModeSource::Comment));
        assert_eq!(opcodes(&format!("{tealscript}\npop // check: mode(application)")).0, Mode::Application);
        assert_eq!(opcodes("int 1 // not #pragma mode logicsig").1, ModeSource::Guess);
        assert_eq!(opcodes("int 1 // check: mode(application)"), (Mode::Application, ModeSource::Comment));
    }
}
