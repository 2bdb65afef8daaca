//! Fields of transactions: read by the `txn` family, set by `itxn_field`. Lists of them are arrays, and effects are
//! known only once a transaction has run.

use super::{Field, FieldRow, row};
use crate::StackType;

/// Fields of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TxnField {
    /// `Sender`
    Sender,
    /// `Fee`
    Fee,
    /// `FirstValid`
    FirstValid,
    /// `FirstValidTime`
    FirstValidTime,
    /// `LastValid`
    LastValid,
    /// `Note`
    Note,
    /// `Lease`
    Lease,
    /// `Receiver`
    Receiver,
    /// `Amount`
    Amount,
    /// `CloseRemainderTo`
    CloseRemainderTo,
    /// `VotePK`
    VotePk,
    /// `SelectionPK`
    SelectionPk,
    /// `VoteFirst`
    VoteFirst,
    /// `VoteLast`
    VoteLast,
    /// `VoteKeyDilution`
    VoteKeyDilution,
    /// `Type`
    Type,
    /// `TypeEnum`
    TypeEnum,
    /// `XferAsset`
    XferAsset,
    /// `AssetAmount`
    AssetAmount,
    /// `AssetSender`
    AssetSender,
    /// `AssetReceiver`
    AssetReceiver,
    /// `AssetCloseTo`
    AssetCloseTo,
    /// `GroupIndex`
    GroupIndex,
    /// `TxID`
    TxId,
    /// `ApplicationID`
    ApplicationId,
    /// `OnCompletion`
    OnCompletion,
    /// `ApplicationArgs`
    ApplicationArgs,
    /// `NumAppArgs`
    NumAppArgs,
    /// `Accounts`
    Accounts,
    /// `NumAccounts`
    NumAccounts,
    /// `ApprovalProgram`
    ApprovalProgram,
    /// `ClearStateProgram`
    ClearStateProgram,
    /// `RekeyTo`
    RekeyTo,
    /// `ConfigAsset`
    ConfigAsset,
    /// `ConfigAssetTotal`
    ConfigAssetTotal,
    /// `ConfigAssetDecimals`
    ConfigAssetDecimals,
    /// `ConfigAssetDefaultFrozen`
    ConfigAssetDefaultFrozen,
    /// `ConfigAssetUnitName`
    ConfigAssetUnitName,
    /// `ConfigAssetName`
    ConfigAssetName,
    /// `ConfigAssetURL`
    ConfigAssetUrl,
    /// `ConfigAssetMetadataHash`
    ConfigAssetMetadataHash,
    /// `ConfigAssetManager`
    ConfigAssetManager,
    /// `ConfigAssetReserve`
    ConfigAssetReserve,
    /// `ConfigAssetFreeze`
    ConfigAssetFreeze,
    /// `ConfigAssetClawback`
    ConfigAssetClawback,
    /// `FreezeAsset`
    FreezeAsset,
    /// `FreezeAssetAccount`
    FreezeAssetAccount,
    /// `FreezeAssetFrozen`
    FreezeAssetFrozen,
    /// `Assets`
    Assets,
    /// `NumAssets`
    NumAssets,
    /// `Applications`
    Applications,
    /// `NumApplications`
    NumApplications,
    /// `GlobalNumUint`
    GlobalNumUint,
    /// `GlobalNumByteSlice`
    GlobalNumByteSlice,
    /// `LocalNumUint`
    LocalNumUint,
    /// `LocalNumByteSlice`
    LocalNumByteSlice,
    /// `ExtraProgramPages`
    ExtraProgramPages,
    /// `Nonparticipation`
    Nonparticipation,
    /// `Logs`
    Logs,
    /// `NumLogs`
    NumLogs,
    /// `CreatedAssetID`
    CreatedAssetId,
    /// `CreatedApplicationID`
    CreatedApplicationId,
    /// `LastLog`
    LastLog,
    /// `StateProofPK`
    StateProofPk,
    /// `ApprovalProgramPages`
    ApprovalProgramPages,
    /// `NumApprovalProgramPages`
    NumApprovalProgramPages,
    /// `ClearStateProgramPages`
    ClearStateProgramPages,
    /// `NumClearStateProgramPages`
    NumClearStateProgramPages,
    /// `RejectVersion`
    RejectVersion,
}

impl Field for TxnField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Sender, "Sender", StackType::ADDRESS, 0).settable(5),
        row(Self::Fee, "Fee", StackType::UINT64, 0).settable(5),
        row(Self::FirstValid, "FirstValid", StackType::UINT64, 0),
        row(Self::FirstValidTime, "FirstValidTime", StackType::UINT64, 7),
        row(Self::LastValid, "LastValid", StackType::UINT64, 0),
        row(Self::Note, "Note", StackType::BYTES, 0).settable(6),
        row(Self::Lease, "Lease", StackType::BYTES32, 0),
        row(Self::Receiver, "Receiver", StackType::ADDRESS, 0).settable(5),
        row(Self::Amount, "Amount", StackType::UINT64, 0).settable(5),
        row(Self::CloseRemainderTo, "CloseRemainderTo", StackType::ADDRESS, 0).settable(5),
        row(Self::VotePk, "VotePK", StackType::BYTES32, 0).settable(6),
        row(Self::SelectionPk, "SelectionPK", StackType::BYTES32, 0).settable(6),
        row(Self::VoteFirst, "VoteFirst", StackType::UINT64, 0).settable(6),
        row(Self::VoteLast, "VoteLast", StackType::UINT64, 0).settable(6),
        row(Self::VoteKeyDilution, "VoteKeyDilution", StackType::UINT64, 0).settable(6),
        row(Self::Type, "Type", StackType::BYTES, 0).settable(5),
        row(Self::TypeEnum, "TypeEnum", StackType::UINT64, 0).settable(5),
        row(Self::XferAsset, "XferAsset", StackType::UINT64, 0).settable(5),
        row(Self::AssetAmount, "AssetAmount", StackType::UINT64, 0).settable(5),
        row(Self::AssetSender, "AssetSender", StackType::ADDRESS, 0).settable(5),
        row(Self::AssetReceiver, "AssetReceiver", StackType::ADDRESS, 0).settable(5),
        row(Self::AssetCloseTo, "AssetCloseTo", StackType::ADDRESS, 0).settable(5),
        row(Self::GroupIndex, "GroupIndex", StackType::UINT64, 0),
        row(Self::TxId, "TxID", StackType::BYTES32, 0),
        row(Self::ApplicationId, "ApplicationID", StackType::UINT64, 2).settable(6),
        row(Self::OnCompletion, "OnCompletion", StackType::UINT64, 2).settable(6),
        row(Self::ApplicationArgs, "ApplicationArgs", StackType::BYTES, 2).array().settable(6),
        row(Self::NumAppArgs, "NumAppArgs", StackType::UINT64, 2),
        row(Self::Accounts, "Accounts", StackType::ADDRESS, 2).array().settable(6),
        row(Self::NumAccounts, "NumAccounts", StackType::UINT64, 2),
        row(Self::ApprovalProgram, "ApprovalProgram", StackType::BYTES, 2).settable(6),
        row(Self::ClearStateProgram, "ClearStateProgram", StackType::BYTES, 2).settable(6),
        row(Self::RekeyTo, "RekeyTo", StackType::ADDRESS, 2).settable(6),
        row(Self::ConfigAsset, "ConfigAsset", StackType::UINT64, 2).settable(5),
        row(Self::ConfigAssetTotal, "ConfigAssetTotal", StackType::UINT64, 2).settable(5),
        row(Self::ConfigAssetDecimals, "ConfigAssetDecimals", StackType::UINT64, 2).settable(5),
        row(Self::ConfigAssetDefaultFrozen, "ConfigAssetDefaultFrozen", StackType::BOOL, 2).settable(5),
        row(Self::ConfigAssetUnitName, "ConfigAssetUnitName", StackType::BYTES, 2).settable(5),
        row(Self::ConfigAssetName, "ConfigAssetName", StackType::BYTES, 2).settable(5),
        row(Self::ConfigAssetUrl, "ConfigAssetURL", StackType::BYTES, 2).settable(5),
        row(Self::ConfigAssetMetadataHash, "ConfigAssetMetadataHash", StackType::BYTES32, 2).settable(5),
        row(Self::ConfigAssetManager, "ConfigAssetManager", StackType::ADDRESS, 2).settable(5),
        row(Self::ConfigAssetReserve, "ConfigAssetReserve", StackType::ADDRESS, 2).settable(5),
        row(Self::ConfigAssetFreeze, "ConfigAssetFreeze", StackType::ADDRESS, 2).settable(5),
        row(Self::ConfigAssetClawback, "ConfigAssetClawback", StackType::ADDRESS, 2).settable(5),
        row(Self::FreezeAsset, "FreezeAsset", StackType::UINT64, 2).settable(5),
        row(Self::FreezeAssetAccount, "FreezeAssetAccount", StackType::ADDRESS, 2).settable(5),
        row(Self::FreezeAssetFrozen, "FreezeAssetFrozen", StackType::BOOL, 2).settable(5),
        row(Self::Assets, "Assets", StackType::UINT64, 3).array().settable(6),
        row(Self::NumAssets, "NumAssets", StackType::UINT64, 3),
        row(Self::Applications, "Applications", StackType::UINT64, 3).array().settable(6),
        row(Self::NumApplications, "NumApplications", StackType::UINT64, 3),
        row(Self::GlobalNumUint, "GlobalNumUint", StackType::UINT64, 3).settable(6),
        row(Self::GlobalNumByteSlice, "GlobalNumByteSlice", StackType::UINT64, 3).settable(6),
        row(Self::LocalNumUint, "LocalNumUint", StackType::UINT64, 3).settable(6),
        row(Self::LocalNumByteSlice, "LocalNumByteSlice", StackType::UINT64, 3).settable(6),
        row(Self::ExtraProgramPages, "ExtraProgramPages", StackType::UINT64, 4).settable(6),
        row(Self::Nonparticipation, "Nonparticipation", StackType::BOOL, 5).settable(6),
        row(Self::Logs, "Logs", StackType::BYTES, 5).array().after_execution(),
        row(Self::NumLogs, "NumLogs", StackType::UINT64, 5).after_execution(),
        row(Self::CreatedAssetId, "CreatedAssetID", StackType::UINT64, 5).after_execution(),
        row(Self::CreatedApplicationId, "CreatedApplicationID", StackType::UINT64, 5).after_execution(),
        row(Self::LastLog, "LastLog", StackType::BYTES, 6).after_execution(),
        row(Self::StateProofPk, "StateProofPK", StackType::BYTES64, 6).settable(6),
        row(Self::ApprovalProgramPages, "ApprovalProgramPages", StackType::BYTES, 7).array().settable(7),
        row(Self::NumApprovalProgramPages, "NumApprovalProgramPages", StackType::UINT64, 7),
        row(Self::ClearStateProgramPages, "ClearStateProgramPages", StackType::BYTES, 7).array().settable(7),
        row(Self::NumClearStateProgramPages, "NumClearStateProgramPages", StackType::UINT64, 7),
        row(Self::RejectVersion, "RejectVersion", StackType::UINT64, 12).settable(12),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}
