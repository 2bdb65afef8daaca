//! Blocks and what their headers hold (go-algorand `data/bookkeeping/block.go`).

use std::collections::BTreeMap;

use super::address::Address;
use super::amount::{MicroAlgos, Micros, Round};
use super::apply_data::ApplyData;
use super::bounds::{MAX_GENESIS_ID, MAX_PARTICIPATION_UPDATES, MAX_PAYSET, MAX_PROTOCOL_NAME, MAX_STATE_PROOF_TYPES};
use super::digest::Digest;
use super::msgpack::wire_struct;
use super::signed_transaction::{SignedTransaction, wire_with_effects};
use super::transaction::state_proof::GenericDigest;

/// A block's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockHeader {
    /// The block's number.
    pub round: Round,
    /// SHA-512/256 hash of the block before.
    pub branch: Digest,
    /// SHA-512 hash of the block before.
    pub branch512: [u8; 64],
    /// Randomness of the round.
    pub seed: Digest,
    /// Commitments to the block's transactions.
    pub commitments: TransactionCommitments,
    /// When it was proposed, in seconds since 1970.
    pub timestamp: i64,
    /// Name of the network.
    pub genesis_id: String,
    /// Hash of the network's genesis.
    pub genesis_hash: Digest,
    /// Who proposed it.
    pub proposer: Address,
    /// Fees of the block's transactions.
    pub fees_collected: MicroAlgos,
    /// Bonus for a proposer of this round.
    pub bonus: MicroAlgos,
    /// What the proposer was paid.
    pub proposer_payout: MicroAlgos,
    /// Rewards.
    pub rewards: RewardsState,
    /// Protocol in use and protocol proposed.
    pub upgrade_state: UpgradeState,
    /// The proposer's vote on protocols.
    pub upgrade_vote: UpgradeVote,
    /// Transactions of all blocks up to this one.
    pub txn_counter: u64,
    /// State-proof bookkeeping by kind.
    pub state_proof_tracking: BTreeMap<u64, StateProofTracking>,
    /// Accounts taken offline.
    pub participation_updates: ParticipationUpdates,
    /// How full the block is.
    pub load: Micros,
    /// What congestion adds to fees.
    pub congestion_tax: Micros,
}

impl Default for BlockHeader {
    fn default() -> Self {
        Self {
            round: Round::GENESIS,
            branch: Digest::ZERO,
            branch512: [0; 64],
            seed: Digest::ZERO,
            commitments: TransactionCommitments::default(),
            timestamp: 0,
            genesis_id: String::new(),
            genesis_hash: Digest::ZERO,
            proposer: Address::ZERO,
            fees_collected: MicroAlgos::ZERO,
            bonus: MicroAlgos::ZERO,
            proposer_payout: MicroAlgos::ZERO,
            rewards: RewardsState::default(),
            upgrade_state: UpgradeState::default(),
            upgrade_vote: UpgradeVote::default(),
            txn_counter: 0,
            state_proof_tracking: BTreeMap::new(),
            participation_updates: ParticipationUpdates::default(),
            load: Micros::default(),
            congestion_tax: Micros::default(),
        }
    }
}

/// Roots of the trees over a block's transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionCommitments {
    /// With SHA-512/256.
    pub sha512_256: Digest,
    /// With SHA-256.
    pub sha256: Digest,
    /// With SHA-512.
    pub sha512: [u8; 64],
}

impl Default for TransactionCommitments {
    fn default() -> Self {
        Self { sha512_256: Digest::ZERO, sha256: Digest::ZERO, sha512: [0; 64] }
    }
}

/// The state of the rewards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RewardsState {
    /// Where fees go.
    pub fee_sink: Address,
    /// Where rewards come from.
    pub rewards_pool: Address,
    /// Rewards per unit since the start.
    pub level: u64,
    /// Rewards per round.
    pub rate: u64,
    /// What was too little to hand out.
    pub residue: u64,
    /// When the rate is computed next.
    pub recalculation_round: Round,
}

/// Protocol in use, and the one that may follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeState {
    /// The protocol of this block.
    pub current_protocol: String,
    /// The protocol that is being voted on, or empty.
    pub next_protocol: String,
    /// Votes for it.
    pub next_protocol_approvals: u64,
    /// Last round of the vote.
    pub next_protocol_vote_before: Round,
    /// Round it takes effect in.
    pub next_protocol_switch_on: Round,
}

/// A proposer's vote on protocols.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeVote {
    /// The protocol it proposes, or empty.
    pub propose: String,
    /// Rounds between vote and effect.
    pub delay: u64,
    /// Whether it approves the one being voted on.
    pub approve: bool,
}

/// State-proof bookkeeping of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateProofTracking {
    /// Root of the tree of voters.
    pub voters_commitment: GenericDigest,
    /// Stake of all voters.
    pub online_total_weight: MicroAlgos,
    /// Round of the next proof.
    pub next_round: Round,
}

wire_struct! {
    StateProofTracking {
        "v" => voters_commitment, "StateProofVotersCommitment";
        "t" => online_total_weight, "StateProofOnlineTotalWeight";
        "n" => next_round, "StateProofNextRound";
    }
}

/// Accounts that a block takes offline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParticipationUpdates {
    /// Their keys are over.
    pub expired: Vec<Address>,
    /// They did not do their part.
    pub absent: Vec<Address>,
}

/// A block without its certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: BlockHeader,
    /// The transactions, in order.
    pub payset: Vec<SignedTransactionInBlock>,
}

macro_rules! wire_header {
    ($kind:ident [$($prefix:ident .)?] { $($more:tt)* }) => {
        wire_struct! {
            $kind {
                "rnd" => $($prefix.)? round, "Round";
                "prev" => $($prefix.)? branch, "Branch";
                "prev512" => $($prefix.)? branch512, "Branch512";
                "seed" => $($prefix.)? seed, "Seed";
                "txn" => $($prefix.)? commitments.sha512_256, "NativeSha512_256Commitment";
                "txn256" => $($prefix.)? commitments.sha256, "Sha256Commitment";
                "txn512" => $($prefix.)? commitments.sha512, "Sha512Commitment";
                "ts" => $($prefix.)? timestamp, "TimeStamp";
                "gen" => $($prefix.)? genesis_id, "GenesisID" <= MAX_GENESIS_ID;
                "gh" => $($prefix.)? genesis_hash, "GenesisHash";
                "prp" => $($prefix.)? proposer, "Proposer";
                "fc" => $($prefix.)? fees_collected, "FeesCollected";
                "bi" => $($prefix.)? bonus, "Bonus";
                "pp" => $($prefix.)? proposer_payout, "ProposerPayout";
                "fees" => $($prefix.)? rewards.fee_sink, "FeeSink";
                "rwd" => $($prefix.)? rewards.rewards_pool, "RewardsPool";
                "earn" => $($prefix.)? rewards.level, "RewardsLevel";
                "rate" => $($prefix.)? rewards.rate, "RewardsRate";
                "frac" => $($prefix.)? rewards.residue, "RewardsResidue";
                "rwcalr" => $($prefix.)? rewards.recalculation_round, "RewardsRecalculationRound";
                "proto" => $($prefix.)? upgrade_state.current_protocol, "CurrentProtocol" <= MAX_PROTOCOL_NAME;
                "nextproto" => $($prefix.)? upgrade_state.next_protocol, "NextProtocol" <= MAX_PROTOCOL_NAME;
                "nextyes" => $($prefix.)? upgrade_state.next_protocol_approvals, "NextProtocolApprovals";
                "nextbefore" => $($prefix.)? upgrade_state.next_protocol_vote_before, "NextProtocolVoteBefore";
                "nextswitch" => $($prefix.)? upgrade_state.next_protocol_switch_on, "NextProtocolSwitchOn";
                "upgradeprop" => $($prefix.)? upgrade_vote.propose, "UpgradePropose" <= MAX_PROTOCOL_NAME;
                "upgradedelay" => $($prefix.)? upgrade_vote.delay, "UpgradeDelay";
                "upgradeyes" => $($prefix.)? upgrade_vote.approve, "UpgradeApprove";
                "tc" => $($prefix.)? txn_counter, "TxnCounter";
                "spt" => $($prefix.)? state_proof_tracking, "StateProofTracking" <= MAX_STATE_PROOF_TYPES;
                "partupdrmv" => $($prefix.)? participation_updates.expired, "ExpiredParticipationAccounts" <= MAX_PARTICIPATION_UPDATES;
                "partupdabs" => $($prefix.)? participation_updates.absent, "AbsentParticipationAccounts" <= MAX_PARTICIPATION_UPDATES;
                "ld" => $($prefix.)? load, "Load";
                "ct" => $($prefix.)? congestion_tax, "CongestionTax";
                $($more)*
            }
        }
    };
}

wire_header!(BlockHeader [] {});
wire_header!(Block [header.] { "txns" => payset, "Payset" <= MAX_PAYSET; });

/// A transaction as a block keeps it: without what the header says already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedTransactionInBlock {
    /// The transaction, its genesis id and genesis hash left out where the flags say so.
    pub signed: SignedTransaction,
    /// What it did.
    pub apply_data: ApplyData,
    /// Whether the transaction itself names the block's genesis id.
    pub has_genesis_id: bool,
    /// Whether the transaction itself names the block's genesis hash; where the protocol wants it anyway, false.
    pub has_genesis_hash: bool,
}

wire_with_effects!(SignedTransactionInBlock {
    "hgi" => has_genesis_id, "HasGenesisID";
    "hgh" => has_genesis_hash, "HasGenesisHash";
});
