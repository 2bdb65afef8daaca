//! Which fields an opcode's immediate can name, without their enum.

use std::sync::LazyLock;

use super::{
    AcctParamsField, AppParamsField, AssetHoldingField, AssetParamsField, BlockField, Field, FieldSpec, GlobalField,
    TxnField, VoterParamsField,
};
use crate::NameIndex;

/// A set of fields an immediate can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldGroup {
    /// Transaction fields with one value.
    TxnScalar,
    /// Transaction fields that are lists.
    TxnArray,
    /// Every transaction field; [`FieldSpec::settable`] says which of them `itxn_field` sets.
    Itxn,
    /// Facts about the network, the group and the running program.
    Global,
    /// Facts about a past block.
    BlockHeader,
    /// An account's holding of an asset.
    AssetHolding,
    /// An asset.
    AssetParams,
    /// An application.
    AppParams,
    /// What an application may change of itself.
    AppParamsSettable,
    /// An account.
    AcctParams,
    /// An account as a voter.
    VoterParams,
    /// Curves of `ecdsa_*`.
    EcdsaCurve,
    /// Groups of `ec_*`.
    EcGroup,
    /// Alphabets of `base64_decode`.
    Base64Encoding,
    /// Results of `json_ref`.
    JsonRefType,
    /// Schemes of `vrf_verify`.
    VrfStandard,
    /// Parameters of `mimc`.
    MimcConfig,
    /// Parameters of `poseidon2`.
    Poseidon2Config,
}

/// The rows of a group by byte and by name.
#[derive(Debug)]
pub struct FieldTable {
    rows: Vec<FieldSpec>,
    visible: Vec<bool>,
    names: NameIndex<(u8, &'static FieldSpec)>,
}

impl FieldTable {
    fn new<F: Field>(visible: impl Fn(&FieldSpec) -> bool) -> Self {
        let rows: Vec<FieldSpec> = F::ROWS.iter().map(|row| row.spec).collect();
        let visible: Vec<bool> = rows.iter().map(visible).collect();
        // A field's byte is its place among the rows.
        let named = (0..).zip(F::ROWS).zip(&visible).filter(|(_, visible)| **visible);
        let names: Vec<_> = named.map(|((byte, row), _)| (row.spec.name, (byte, &row.spec))).collect();
        Self { names: NameIndex::new(names), visible, rows }
    }

    /// Every row of the underlying enum, in order of bytes; a group may hide some of them.
    pub fn rows(&self) -> &[FieldSpec] {
        &self.rows
    }

    /// The byte and row of a name of this group.
    #[inline]
    pub fn by_name(&self, name: impl AsRef<[u8]>) -> Option<(u8, &'static FieldSpec)> {
        self.names.get(name)
    }

    /// The row of a byte of this group.
    pub fn by_byte(&self, byte: u8) -> Option<&FieldSpec> {
        let at = usize::from(byte);
        if *self.visible.get(at)? { self.rows.get(at) } else { None }
    }
}

/// Every group, in the order of the enum's variants.
const ALL: [FieldGroup; 18] = {
    use FieldGroup::*;
    [
        TxnScalar,
        TxnArray,
        Itxn,
        Global,
        BlockHeader,
        AssetHolding,
        AssetParams,
        AppParams,
        AppParamsSettable,
        AcctParams,
        VoterParams,
        EcdsaCurve,
        EcGroup,
        Base64Encoding,
        JsonRefType,
        VrfStandard,
        MimcConfig,
        Poseidon2Config,
    ]
};

static TABLES: LazyLock<Vec<FieldTable>> = LazyLock::new(|| ALL.iter().map(|group| group.build()).collect());

impl FieldGroup {
    fn build(self) -> FieldTable {
        match self {
            Self::TxnScalar => FieldTable::new::<TxnField>(|row| !row.array),
            Self::TxnArray => FieldTable::new::<TxnField>(|row| row.array),
            Self::Itxn => FieldTable::new::<TxnField>(|_| true),
            Self::Global => FieldTable::new::<GlobalField>(|_| true),
            Self::BlockHeader => FieldTable::new::<BlockField>(|_| true),
            Self::AssetHolding => FieldTable::new::<AssetHoldingField>(|_| true),
            Self::AssetParams => FieldTable::new::<AssetParamsField>(|_| true),
            Self::AppParams => FieldTable::new::<AppParamsField>(|_| true),
            Self::AppParamsSettable => FieldTable::new::<AppParamsField>(|row| row.settable != 0),
            Self::AcctParams => FieldTable::new::<AcctParamsField>(|_| true),
            Self::VoterParams => FieldTable::new::<VoterParamsField>(|_| true),
            Self::EcdsaCurve => FieldTable::new::<super::EcdsaCurve>(|_| true),
            Self::EcGroup => FieldTable::new::<super::EcGroup>(|_| true),
            Self::Base64Encoding => FieldTable::new::<super::Base64Encoding>(|_| true),
            Self::JsonRefType => FieldTable::new::<super::JsonRefType>(|_| true),
            Self::VrfStandard => FieldTable::new::<super::VrfStandard>(|_| true),
            Self::MimcConfig => FieldTable::new::<super::MimcConfig>(|_| true),
            Self::Poseidon2Config => FieldTable::new::<super::Poseidon2Config>(|_| true),
        }
    }

    /// The rows of the group.
    #[inline]
    pub fn table(self) -> &'static FieldTable {
        &TABLES[self as usize]
    }

    /// The names of the group, in order of bytes.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let table = self.table();
        table.rows.iter().zip(&table.visible).filter(|(_, visible)| **visible).map(|(row, _)| row.name)
    }

    /// The heading the published language specification gives the group.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::TxnScalar => "txn Fields",
            Self::TxnArray => "txna Fields",
            Self::Itxn => "txn",
            Self::Global => "global Fields",
            Self::BlockHeader => "block Fields",
            Self::AssetHolding => "asset_holding Fields",
            Self::AssetParams => "asset_params Fields",
            Self::AppParams => "app_params Fields",
            Self::AppParamsSettable => "app_params_set Fields",
            Self::AcctParams => "acct_params Fields",
            Self::VoterParams => "voter_params Fields",
            Self::EcdsaCurve => "ECDSA Curves",
            Self::EcGroup => "EC Groups",
            Self::Base64Encoding => "base64 Encodings",
            Self::JsonRefType => "json_ref Types",
            Self::VrfStandard => "vrf_verify Standards",
            Self::MimcConfig => "MimcConfigurations Parameters",
            Self::Poseidon2Config => "Poseidon2 Configurations Parameters",
        }
    }

    /// Whether the group sets its fields: a field's version is then the one it became settable in.
    pub const fn sets(self) -> bool {
        matches!(self, Self::Itxn | Self::AppParamsSettable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_follow_the_order_of_the_groups() {
        for (position, group) in ALL.iter().enumerate() {
            assert_eq!(*group as usize, position);
        }
    }

    #[test]
    fn groups_hide_what_is_not_theirs() {
        assert_eq!(FieldGroup::TxnScalar.table().by_name("Fee").map(|(byte, _)| byte), Some(1));
        assert!(FieldGroup::TxnScalar.table().by_name("Accounts").is_none());
        assert!(FieldGroup::TxnScalar.table().by_byte(28).is_none());
        assert_eq!(FieldGroup::TxnArray.table().by_byte(28).map(|row| row.name), Some("Accounts"));
        assert_eq!(FieldGroup::AppParamsSettable.names().count(), 2);
    }
}
