//! Fields that belong to no single transaction: those of `global` and of `block`.

use super::{Field, FieldRow, row};
use crate::StackType;

/// Facts about the network, the group and the running program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum GlobalField {
    /// `MinTxnFee`
    MinTxnFee,
    /// `MinBalance`
    MinBalance,
    /// `MaxTxnLife`
    MaxTxnLife,
    /// `ZeroAddress`
    ZeroAddress,
    /// `GroupSize`
    GroupSize,
    /// `LogicSigVersion`
    LogicSigVersion,
    /// `Round`
    Round,
    /// `LatestTimestamp`
    LatestTimestamp,
    /// `CurrentApplicationID`
    CurrentApplicationId,
    /// `CreatorAddress`
    CreatorAddress,
    /// `CurrentApplicationAddress`
    CurrentApplicationAddress,
    /// `GroupID`
    GroupId,
    /// `OpcodeBudget`
    OpcodeBudget,
    /// `CallerApplicationID`
    CallerApplicationId,
    /// `CallerApplicationAddress`
    CallerApplicationAddress,
    /// `AssetCreateMinBalance`
    AssetCreateMinBalance,
    /// `AssetOptInMinBalance`
    AssetOptInMinBalance,
    /// `GenesisHash`
    GenesisHash,
    /// `PayoutsEnabled`
    PayoutsEnabled,
    /// `PayoutsGoOnlineFee`
    PayoutsGoOnlineFee,
    /// `PayoutsPercent`
    PayoutsPercent,
    /// `PayoutsMinBalance`
    PayoutsMinBalance,
    /// `PayoutsMaxBalance`
    PayoutsMaxBalance,
}

impl Field for GlobalField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::MinTxnFee, "MinTxnFee", StackType::UINT64, 0),
        row(Self::MinBalance, "MinBalance", StackType::UINT64, 0),
        row(Self::MaxTxnLife, "MaxTxnLife", StackType::UINT64, 0),
        row(Self::ZeroAddress, "ZeroAddress", StackType::ADDRESS, 0),
        row(Self::GroupSize, "GroupSize", StackType::UINT64, 0),
        row(Self::LogicSigVersion, "LogicSigVersion", StackType::UINT64, 2),
        row(Self::Round, "Round", StackType::UINT64, 2).app_only(),
        row(Self::LatestTimestamp, "LatestTimestamp", StackType::UINT64, 2).app_only(),
        row(Self::CurrentApplicationId, "CurrentApplicationID", StackType::UINT64, 2).app_only(),
        row(Self::CreatorAddress, "CreatorAddress", StackType::ADDRESS, 3).app_only(),
        row(Self::CurrentApplicationAddress, "CurrentApplicationAddress", StackType::ADDRESS, 5).app_only(),
        row(Self::GroupId, "GroupID", StackType::BYTES32, 5),
        row(Self::OpcodeBudget, "OpcodeBudget", StackType::UINT64, 6),
        row(Self::CallerApplicationId, "CallerApplicationID", StackType::UINT64, 6).app_only(),
        row(Self::CallerApplicationAddress, "CallerApplicationAddress", StackType::ADDRESS, 6).app_only(),
        row(Self::AssetCreateMinBalance, "AssetCreateMinBalance", StackType::UINT64, 10),
        row(Self::AssetOptInMinBalance, "AssetOptInMinBalance", StackType::UINT64, 10),
        row(Self::GenesisHash, "GenesisHash", StackType::BYTES32, 10),
        row(Self::PayoutsEnabled, "PayoutsEnabled", StackType::BOOL, 11),
        row(Self::PayoutsGoOnlineFee, "PayoutsGoOnlineFee", StackType::UINT64, 11),
        row(Self::PayoutsPercent, "PayoutsPercent", StackType::UINT64, 11),
        row(Self::PayoutsMinBalance, "PayoutsMinBalance", StackType::UINT64, 11),
        row(Self::PayoutsMaxBalance, "PayoutsMaxBalance", StackType::UINT64, 11),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}

/// Facts about a past block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BlockField {
    /// `BlkSeed`
    Seed,
    /// `BlkTimestamp`
    Timestamp,
    /// `BlkProposer`
    Proposer,
    /// `BlkFeesCollected`
    FeesCollected,
    /// `BlkBonus`
    Bonus,
    /// `BlkBranch`
    Branch,
    /// `BlkFeeSink`
    FeeSink,
    /// `BlkProtocol`
    Protocol,
    /// `BlkTxnCounter`
    TxnCounter,
    /// `BlkProposerPayout`
    ProposerPayout,
    /// `BlkBranch512`
    Branch512,
    /// `BlkSha512_256TxnCommitment`
    Sha512_256TxnCommitment,
    /// `BlkSha256TxnCommitment`
    Sha256TxnCommitment,
    /// `BlkSha512TxnCommitment`
    Sha512TxnCommitment,
}

impl Field for BlockField {
    const ROWS: &'static [FieldRow<Self>] = &[
        row(Self::Seed, "BlkSeed", StackType::BYTES32, 7),
        row(Self::Timestamp, "BlkTimestamp", StackType::UINT64, 7),
        row(Self::Proposer, "BlkProposer", StackType::ADDRESS, 11),
        row(Self::FeesCollected, "BlkFeesCollected", StackType::UINT64, 11),
        row(Self::Bonus, "BlkBonus", StackType::UINT64, 11),
        row(Self::Branch, "BlkBranch", StackType::BYTES32, 11),
        row(Self::FeeSink, "BlkFeeSink", StackType::ADDRESS, 11),
        row(Self::Protocol, "BlkProtocol", StackType::BYTES, 11),
        row(Self::TxnCounter, "BlkTxnCounter", StackType::UINT64, 11),
        row(Self::ProposerPayout, "BlkProposerPayout", StackType::UINT64, 11),
        row(Self::Branch512, "BlkBranch512", StackType::BYTES64, 13),
        row(Self::Sha512_256TxnCommitment, "BlkSha512_256TxnCommitment", StackType::BYTES32, 13),
        row(Self::Sha256TxnCommitment, "BlkSha256TxnCommitment", StackType::BYTES32, 13),
        row(Self::Sha512TxnCommitment, "BlkSha512TxnCommitment", StackType::BYTES64, 13),
    ];

    fn byte(self) -> u8 {
        self as u8
    }
}
