//! The names an opcode's field immediate can take: groups of rows, one row per field.
//!
//! Each group is an enum whose variants are the fields in order of their byte, and a table of [`FieldRow`]s in the same
//! order. The interpreter works with the enums; assembler, disassembler and documentation with the erased
//! [`FieldTable`] of a [`FieldGroup`].

mod accounts;
mod constants;
mod global;
mod group;
mod small;
mod txn;

pub use accounts::{AcctParamsField, AppParamsField, AssetHoldingField, AssetParamsField, VoterParamsField};
pub use constants::{ON_COMPLETION_NAMES, TXN_TYPE_NAMES, named_constant};
pub use global::{BlockField, GlobalField};
pub use group::{FieldGroup, FieldTable};
pub use small::{Base64Encoding, EcGroup, EcdsaCurve, JsonRefType, MimcConfig, Poseidon2Config, VrfStandard};
pub use txn::TxnField;

use super::{Modes, StackType};

/// One field, without the enum it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The name in TEAL.
    pub name: &'static str,
    /// The type of its value; [`StackType::NONE`] where the field chooses a way to compute and has no value itself.
    pub ty: StackType,
    /// The version it can be read since; 0 if it is available in every version.
    pub since: u8,
    /// The version it can be set since (`itxn_field`, `app_params_set`); 0 means never.
    pub settable: u8,
    /// Whether it is a list that needs an index.
    pub array: bool,
    /// Whether it is an effect of the transaction, and so is known only after execution.
    pub after_execution: bool,
    /// Where it may be read.
    pub modes: Modes,
}

/// One field and its variant.
#[derive(Clone, Copy, Debug)]
pub struct FieldRow<F> {
    /// The variant; its number is the byte in the program.
    pub field: F,
    /// All the rest.
    pub spec: FieldSpec,
}

const fn row<F: Copy>(field: F, name: &'static str, ty: StackType, since: u8) -> FieldRow<F> {
    let spec = FieldSpec { name, ty, since, settable: 0, array: false, after_execution: false, modes: Modes::Any };
    FieldRow { field, spec }
}

impl<F: Copy> FieldRow<F> {
    const fn with(self, spec: FieldSpec) -> Self {
        Self { field: self.field, spec }
    }

    const fn settable(self, since: u8) -> Self {
        self.with(FieldSpec { settable: since, ..self.spec })
    }

    const fn array(self) -> Self {
        self.with(FieldSpec { array: true, ..self.spec })
    }

    const fn after_execution(self) -> Self {
        self.with(FieldSpec { after_execution: true, modes: Modes::Application, ..self.spec })
    }

    const fn app_only(self) -> Self {
        self.with(FieldSpec { modes: Modes::Application, ..self.spec })
    }
}

/// A group of fields as an enum.
pub trait Field: Copy + 'static {
    /// The rows, in order of their byte.
    const ROWS: &'static [FieldRow<Self>];

    /// The byte in the program.
    fn byte(self) -> u8;

    /// The field of that byte, whatever version it needs.
    fn from_byte(byte: u8) -> Option<Self> {
        Self::ROWS.get(usize::from(byte)).map(|row| row.field)
    }

    /// Its row.
    fn spec(self) -> &'static FieldSpec {
        &Self::ROWS[usize::from(self.byte())].spec
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_follow_their_bytes<F: Field>() {
        for (position, row) in F::ROWS.iter().enumerate() {
            assert_eq!(usize::from(row.field.byte()), position, "{}", row.spec.name);
        }
    }

    #[test]
    fn every_table_is_in_the_order_of_its_enum() {
        rows_follow_their_bytes::<TxnField>();
        rows_follow_their_bytes::<GlobalField>();
        rows_follow_their_bytes::<BlockField>();
        rows_follow_their_bytes::<AssetHoldingField>();
        rows_follow_their_bytes::<AssetParamsField>();
        rows_follow_their_bytes::<AppParamsField>();
        rows_follow_their_bytes::<AcctParamsField>();
        rows_follow_their_bytes::<VoterParamsField>();
        rows_follow_their_bytes::<EcdsaCurve>();
        rows_follow_their_bytes::<EcGroup>();
        rows_follow_their_bytes::<Base64Encoding>();
        rows_follow_their_bytes::<JsonRefType>();
        rows_follow_their_bytes::<VrfStandard>();
        rows_follow_their_bytes::<MimcConfig>();
        rows_follow_their_bytes::<Poseidon2Config>();
    }
}
