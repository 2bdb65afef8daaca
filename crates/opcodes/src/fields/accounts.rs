//! Fields of what lives in accounts: holdings, assets, applications, and the accounts themselves.

use super::{Field, FieldRow, row};
use crate::StackType;

/// An account's holding of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AssetHoldingField {
    /// `AssetBalance`
    Balance,
    /// `AssetFrozen`
    Frozen,
}

impl Field for AssetHoldingField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Balance, "AssetBalance", StackType::UINT64, 2),
        row(Self::Frozen, "AssetFrozen", StackType::BOOL, 2),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Parameters of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AssetParamsField {
    /// `AssetTotal`
    Total,
    /// `AssetDecimals`
    Decimals,
    /// `AssetDefaultFrozen`
    DefaultFrozen,
    /// `AssetUnitName`
    UnitName,
    /// `AssetName`
    Name,
    /// `AssetURL`
    Url,
    /// `AssetMetadataHash`
    MetadataHash,
    /// `AssetManager`
    Manager,
    /// `AssetReserve`
    Reserve,
    /// `AssetFreeze`
    Freeze,
    /// `AssetClawback`
    Clawback,
    /// `AssetCreator`
    Creator,
}

impl Field for AssetParamsField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Total, "AssetTotal", StackType::UINT64, 2),
        row(Self::Decimals, "AssetDecimals", StackType::UINT64, 2),
        row(Self::DefaultFrozen, "AssetDefaultFrozen", StackType::BOOL, 2),
        row(Self::UnitName, "AssetUnitName", StackType::BYTES, 2),
        row(Self::Name, "AssetName", StackType::BYTES, 2),
        row(Self::Url, "AssetURL", StackType::BYTES, 2),
        row(Self::MetadataHash, "AssetMetadataHash", StackType::BYTES32, 2),
        row(Self::Manager, "AssetManager", StackType::ADDRESS, 2),
        row(Self::Reserve, "AssetReserve", StackType::ADDRESS, 2),
        row(Self::Freeze, "AssetFreeze", StackType::ADDRESS, 2),
        row(Self::Clawback, "AssetClawback", StackType::ADDRESS, 2),
        row(Self::Creator, "AssetCreator", StackType::ADDRESS, 5),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Parameters of an application; some may be set by the application itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AppParamsField {
    /// `AppApprovalProgram`
    ApprovalProgram,
    /// `AppClearStateProgram`
    ClearStateProgram,
    /// `AppGlobalNumUint`
    GlobalNumUint,
    /// `AppGlobalNumByteSlice`
    GlobalNumByteSlice,
    /// `AppLocalNumUint`
    LocalNumUint,
    /// `AppLocalNumByteSlice`
    LocalNumByteSlice,
    /// `AppExtraProgramPages`
    ExtraProgramPages,
    /// `AppCreator`
    Creator,
    /// `AppAddress`
    Address,
    /// `AppVersion`
    Version,
    /// `AppSizeSponsor`
    SizeSponsor,
    /// `AppForeignBoxReads`
    ForeignBoxReads,
    /// `AppFamilyBoxAccess`
    FamilyBoxAccess,
}

impl Field for AppParamsField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::ApprovalProgram, "AppApprovalProgram", StackType::BYTES, 5),
        row(Self::ClearStateProgram, "AppClearStateProgram", StackType::BYTES, 5),
        row(Self::GlobalNumUint, "AppGlobalNumUint", StackType::UINT64, 5),
        row(Self::GlobalNumByteSlice, "AppGlobalNumByteSlice", StackType::UINT64, 5),
        row(Self::LocalNumUint, "AppLocalNumUint", StackType::UINT64, 5),
        row(Self::LocalNumByteSlice, "AppLocalNumByteSlice", StackType::UINT64, 5),
        row(Self::ExtraProgramPages, "AppExtraProgramPages", StackType::UINT64, 5),
        row(Self::Creator, "AppCreator", StackType::ADDRESS, 5),
        row(Self::Address, "AppAddress", StackType::ADDRESS, 5),
        row(Self::Version, "AppVersion", StackType::UINT64, 12),
        row(Self::SizeSponsor, "AppSizeSponsor", StackType::ADDRESS, 13),
        row(Self::ForeignBoxReads, "AppForeignBoxReads", StackType::BOOL, 13).settable(13),
        row(Self::FamilyBoxAccess, "AppFamilyBoxAccess", StackType::BOOL, 13).settable(13),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Facts about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AcctParamsField {
    /// `AcctBalance`
    Balance,
    /// `AcctMinBalance`
    MinBalance,
    /// `AcctAuthAddr`
    AuthAddr,
    /// `AcctTotalNumUint`
    TotalNumUint,
    /// `AcctTotalNumByteSlice`
    TotalNumByteSlice,
    /// `AcctTotalExtraAppPages`
    TotalExtraAppPages,
    /// `AcctTotalAppsCreated`
    TotalAppsCreated,
    /// `AcctTotalAppsOptedIn`
    TotalAppsOptedIn,
    /// `AcctTotalAssetsCreated`
    TotalAssetsCreated,
    /// `AcctTotalAssets`
    TotalAssets,
    /// `AcctTotalBoxes`
    TotalBoxes,
    /// `AcctTotalBoxBytes`
    TotalBoxBytes,
    /// `AcctIncentiveEligible`
    IncentiveEligible,
    /// `AcctLastProposed`
    LastProposed,
    /// `AcctLastHeartbeat`
    LastHeartbeat,
}

impl Field for AcctParamsField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Balance, "AcctBalance", StackType::UINT64, 6),
        row(Self::MinBalance, "AcctMinBalance", StackType::UINT64, 6),
        row(Self::AuthAddr, "AcctAuthAddr", StackType::ADDRESS, 6),
        row(Self::TotalNumUint, "AcctTotalNumUint", StackType::UINT64, 8),
        row(Self::TotalNumByteSlice, "AcctTotalNumByteSlice", StackType::UINT64, 8),
        row(Self::TotalExtraAppPages, "AcctTotalExtraAppPages", StackType::UINT64, 8),
        row(Self::TotalAppsCreated, "AcctTotalAppsCreated", StackType::UINT64, 8),
        row(Self::TotalAppsOptedIn, "AcctTotalAppsOptedIn", StackType::UINT64, 8),
        row(Self::TotalAssetsCreated, "AcctTotalAssetsCreated", StackType::UINT64, 8),
        row(Self::TotalAssets, "AcctTotalAssets", StackType::UINT64, 8),
        row(Self::TotalBoxes, "AcctTotalBoxes", StackType::UINT64, 8),
        row(Self::TotalBoxBytes, "AcctTotalBoxBytes", StackType::UINT64, 8),
        row(Self::IncentiveEligible, "AcctIncentiveEligible", StackType::BOOL, 11),
        row(Self::LastProposed, "AcctLastProposed", StackType::UINT64, 11),
        row(Self::LastHeartbeat, "AcctLastHeartbeat", StackType::UINT64, 11),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Facts about an account as a voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum VoterParamsField {
    /// `VoterBalance`
    Balance,
    /// `VoterIncentiveEligible`
    IncentiveEligible,
}

impl Field for VoterParamsField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Balance, "VoterBalance", StackType::UINT64, 11),
        row(Self::IncentiveEligible, "VoterIncentiveEligible", StackType::BOOL, 11),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}
