//! The parameters themselves.

use serde::Serialize;

use crate::amount::{Micros, Round};

/// All that a protocol version fixes (go-algorand `config.ConsensusParams`, whose names the fields carry).
///
/// Amounts are microAlgos, durations nanoseconds, lengths bytes unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConsensusParams {
    /// Rounds a vote on an upgrade lasts.
    pub upgrade_vote_rounds: u64,
    /// Approvals an upgrade needs within those rounds.
    pub upgrade_threshold: u64,
    /// Rounds between an agreed upgrade and its start, where the proposal names none.
    pub default_upgrade_wait_rounds: u64,
    /// Fewest such rounds a proposal may name.
    pub min_upgrade_wait_rounds: u64,
    /// Most such rounds a proposal may name.
    pub max_upgrade_wait_rounds: u64,
    /// Longest name of a protocol version.
    pub max_version_string_len: usize,
    /// Bytes of all transactions of a block.
    pub max_txn_bytes_per_block: usize,
    /// Bytes of a note that cost nothing extra.
    pub max_txn_note_bytes: usize,
    /// Bytes of a note at a surcharge.
    pub max_absolute_txn_note_bytes: usize,
    /// Rounds between a transaction's first and last valid round.
    pub max_txn_life: u64,
    /// Whether transactions may name the genesis hash.
    pub support_genesis_hash: bool,
    /// Whether transactions have to name the genesis hash.
    pub require_genesis_hash: bool,
    /// Key dilution of accounts that registered none.
    pub default_key_dilution: u64,
    /// Least balance of an account, before what it holds raises it.
    pub min_balance: u64,
    /// Least fee of a transaction.
    pub min_txn_fee: u64,
    /// Whether the calls of a group share their opcode budgets.
    pub enable_app_cost_pooling: bool,
    /// Whether the logic signatures of a group share their opcode budgets.
    pub enable_logic_sig_cost_pooling: bool,
    /// MicroAlgos of one unit of rewards.
    pub reward_unit: u64,
    /// Rounds between two computations of the rewards rate.
    pub rewards_rate_refresh_interval: u64,
    /// Rounds by which sortition looks back for its seed.
    pub seed_lookback: u64,
    /// Rounds after which an old block's hash enters the seed.
    pub seed_refresh_interval: u64,
    /// Rounds back for which balances have to be known.
    pub max_bal_lookback: u64,
    /// Expected proposers of a round.
    pub num_proposers: u64,
    /// Expected weight of the soft-vote committee.
    pub soft_committee_size: u64,
    /// Weight of soft votes that decides.
    pub soft_committee_threshold: u64,
    /// Expected weight of the certifying committee.
    pub cert_committee_size: u64,
    /// Weight of certifying votes that decides.
    pub cert_committee_threshold: u64,
    /// Expected weight of the committees of later steps.
    pub next_committee_size: u64,
    /// Weight of such votes that decides.
    pub next_committee_threshold: u64,
    /// Expected weight of the late committee of fast recovery.
    pub late_committee_size: u64,
    /// Weight of late votes that decides.
    pub late_committee_threshold: u64,
    /// Expected weight of the redo committee of fast recovery.
    pub redo_committee_size: u64,
    /// Weight of redo votes that decides.
    pub redo_committee_threshold: u64,
    /// Expected weight of the down committee of fast recovery.
    pub down_committee_size: u64,
    /// Weight of down votes that decides.
    pub down_committee_threshold: u64,
    /// How long proposals are collected in later periods.
    pub agreement_filter_timeout: u64,
    /// How long proposals are collected in the first period.
    pub agreement_filter_timeout_period0: u64,
    /// When the first period gives up.
    pub agreement_deadline_timeout_period0: u64,
    /// Time between two attempts at fast recovery.
    pub fast_recovery_lambda: u64,
    /// How a block commits to its transactions.
    pub payset_commit: PaysetCommit,
    /// Most seconds between the timestamps of two blocks.
    pub max_timestamp_increment: i64,
    /// Whether blocks leave out of transactions what the header says.
    pub support_signed_txn_in_block: bool,
    /// Whether the fee sink counts as not participating.
    pub force_non_participating_fee_sink: bool,
    /// Whether blocks record what transactions did.
    pub apply_data: bool,
    /// Whether that record includes rewards.
    pub rewards_in_apply_data: bool,
    /// Whether credentials are hashed with their own prefix.
    pub credential_domain_separation_enabled: bool,
    /// Whether an account may stop taking part for good.
    pub support_become_non_participating_transactions: bool,
    /// Whether the rewards rate counts the residue.
    pub pending_residue_rewards: bool,
    /// Whether there are assets.
    pub asset: bool,
    /// Assets an account may hold; 0 for any number.
    pub max_assets_per_account: usize,
    /// Bytes of an asset's name.
    pub max_asset_name_bytes: usize,
    /// Bytes of an asset's unit name.
    pub max_asset_unit_name_bytes: usize,
    /// Bytes of an asset's URL.
    #[serde(rename = "MaxAssetURLBytes")]
    pub max_asset_url_bytes: usize,
    /// Whether blocks count transactions.
    pub txn_counter: bool,
    /// Whether there are groups.
    pub support_tx_groups: bool,
    /// Transactions of a group.
    pub max_tx_group_size: usize,
    /// Whether there are leases.
    pub support_transaction_leases: bool,
    /// Whether leases are kept as they were meant to be.
    pub fix_transaction_leases: bool,
    /// Highest version of the virtual machine; 0 for no programs.
    pub logic_sig_version: u64,
    /// Bytes of program and arguments of a logic signature that cost nothing extra.
    pub logic_sig_max_size: u64,
    /// Bytes of a logic signature's program at any price.
    pub max_absolute_logic_sig_program_size: u64,
    /// Opcode budget of a logic signature.
    pub logic_sig_max_cost: u64,
    /// Whether multisignatures delegate in the older form.
    pub logic_sig_msig: bool,
    /// Whether multisignatures delegate in the form that names the account.
    #[serde(rename = "LogicSigLMsig")]
    pub logic_sig_lmsig: bool,
    /// Places an asset may have after the point.
    pub max_asset_decimals: u32,
    /// Whether an account may change who signs for it.
    pub support_rekeying: bool,
    /// Whether naming the sender itself as the signer is refused.
    pub enforce_auth_addr_sender_diff: bool,
    /// Whether there are applications.
    pub application: bool,
    /// Arguments of a call.
    pub max_app_args: usize,
    /// Bytes of all arguments of a call that cost nothing extra.
    pub max_app_total_arg_len: usize,
    /// Bytes of all arguments of a call at a surcharge.
    pub max_absolute_total_arg_len: usize,
    /// Bytes of a program per page.
    pub max_app_program_len: usize,
    /// Bytes of both programs per page.
    pub max_app_total_program_len: usize,
    /// Pages over the first that cost nothing extra.
    pub max_extra_app_program_pages: usize,
    /// Pages over the first at a surcharge.
    pub max_absolute_extra_program_pages: usize,
    /// Accounts a call may name.
    pub max_app_txn_accounts: usize,
    /// Other applications a call may name.
    pub max_app_txn_foreign_apps: usize,
    /// Assets a call may name.
    pub max_app_txn_foreign_assets: usize,
    /// Accounts, applications, assets and boxes a call may name together.
    pub max_app_total_txn_references: usize,
    /// Opcode budget of a call.
    pub max_app_program_cost: usize,
    /// Bytes of a state key.
    pub max_app_key_len: usize,
    /// Bytes of a state value.
    pub max_app_bytes_value_len: usize,
    /// Bytes of a state key and its value together.
    pub max_app_sum_key_value_lens: usize,
    /// Inner transactions of a call; of a group, 16 times as many when they are pooled.
    pub max_inner_transactions: usize,
    /// Whether the calls of a group share their inner transactions.
    pub enable_inner_transaction_pooling: bool,
    /// Whether clear-state programs have a budget of their own and may not spend that of others.
    pub isolate_clear_state: bool,
    /// Lowest program version that may be called from another.
    pub min_inner_appl_version: u64,
    /// Applications an account may create; 0 for any number.
    pub max_apps_created: usize,
    /// Applications an account may join; 0 for any number.
    pub max_apps_opted_in: usize,
    /// Minimum balance per application created, and per extra page.
    pub app_flat_params_min_balance: u64,
    /// Minimum balance per application joined.
    pub app_flat_opt_in_min_balance: u64,
    /// Minimum balance per state value.
    pub schema_min_balance_per_entry: u64,
    /// Further minimum balance per integer.
    pub schema_uint_min_balance: u64,
    /// Further minimum balance per byte string.
    pub schema_bytes_min_balance: u64,
    /// Bytes of a box.
    pub max_box_size: u64,
    /// Minimum balance per box.
    pub box_flat_min_balance: u64,
    /// Minimum balance per byte of a box's name and value.
    pub box_byte_min_balance: u64,
    /// Boxes a call may name.
    pub max_app_box_references: usize,
    /// Entries of an access list; 0 for no access lists.
    pub max_app_access: usize,
    /// Bytes of boxes that each box named allows to read and write.
    pub bytes_per_box_reference: u64,
    /// Values of an account's state in an application.
    pub max_local_schema_entries: u64,
    /// Values of an application's global state.
    pub max_global_schema_entries: u64,
    /// Highest minimum balance an account may get to; 0 for no such limit.
    pub maximum_minimum_balance: u64,
    /// Rounds between two state proofs; 0 for none.
    pub state_proof_interval: u64,
    /// Accounts that may sign a state proof.
    pub state_proof_top_voters: u64,
    /// Rounds between the choice of voters and their interval.
    pub state_proof_voters_lookback: u64,
    /// Share of stake that has to sign, of 2^32.
    pub state_proof_weight_threshold: u32,
    /// Security of a state proof in bits.
    pub state_proof_strength_target: u64,
    /// Intervals back for which state proofs may still be sent.
    pub state_proof_max_recovery_intervals: u64,
    /// Whether the voters' weight is counted without rewards.
    pub state_proof_exclude_total_weight_with_rewards: bool,
    /// Whether light headers carry the block's hash.
    pub state_proof_block_hash_in_light_header: bool,
    /// Whether blocks record what closing a holding moved.
    pub enable_asset_close_amount: bool,
    /// Whether the first rewards rate leaves the minimum balance alone.
    pub initial_rewards_rate_calculation: bool,
    /// Whether empty local deltas are left out.
    pub no_empty_local_deltas: bool,
    /// Whether key registrations are checked for contradictions.
    pub enable_keyreg_coherency_check: bool,
    /// Whether deleting an application gives its extra pages back.
    pub enable_proper_extra_page_accounting: bool,
    /// Whether applications count their updates and calls may refuse a version.
    pub enable_app_versioning: bool,
    /// Accounts with expired keys one block may take offline.
    pub max_proposed_expired_online_accounts: usize,
    /// Whether accounts remember when they were last changed.
    pub enable_ledger_data_update_round: bool,
    /// Whether the rewards pool keeps its minimum balance.
    pub rewards_calculation_fix: bool,
    /// Whether going online needs a state-proof key.
    pub enable_state_proof_keyreg_check: bool,
    /// Rounds voting keys may last.
    pub max_keyreg_valid_period: u64,
    /// Whether inner transactions get their ids in one way everywhere.
    #[serde(rename = "UnifyInnerTxIDs")]
    pub unify_inner_tx_ids: bool,
    /// Whether headers commit to transactions with SHA-256 too.
    #[serde(rename = "EnableSHA256TxnCommitmentHeader")]
    pub enable_sha256_txn_commitment_header: bool,
    /// Rounds by which catchpoints lag.
    pub catchpoint_lookback: u64,
    /// Headers kept beyond the longest life of a transaction.
    pub deeper_block_header_history: u64,
    /// Whether accounts without a balance may send transactions that others pay for.
    pub unfunded_senders: bool,
    /// Whether ECDSA keys are checked to be on their curve first.
    #[serde(rename = "EnablePrecheckECDSACurve")]
    pub enable_precheck_ecdsa_curve: bool,
    /// Whether running out of budget is reported without the program's details.
    pub enable_bare_budget_error: bool,
    /// Whether state proofs are checked against recent voters kept apart.
    pub state_proof_use_tracker_verification: bool,
    /// Whether catchpoints hold what checks state proofs.
    #[serde(rename = "EnableCatchpointsWithSPContexts")]
    pub enable_catchpoints_with_sp_contexts: bool,
    /// Whether catchpoints hold the history of online accounts.
    pub enable_catchpoints_with_online_accounts: bool,
    /// Whether programs may not reach ids up to 255 by resource.
    pub app_forbid_low_resources: bool,
    /// Whether a box reference without a name is refused.
    pub enable_box_ref_name_error: bool,
    /// Whether stake with expired keys is left out of the voters' total.
    pub exclude_expired_circulation: bool,
    /// Whether the filter timeout follows how fast proposals came.
    pub dynamic_filter_timeout: bool,
    /// When proposers are paid.
    pub payouts: PayoutRules,
    /// What proposers get besides fees.
    pub bonus: BonusPlan,
    /// Whether there are heartbeats.
    pub heartbeat: bool,
    /// Whether headers carry SHA-512 hashes too.
    pub enable_sha512_block_hash: bool,
    /// Whether an update may change an application's size.
    pub app_size_updates: bool,
    /// Whether an access list may name the called application by 0 in local references.
    pub allow_zero_local_app_ref: bool,
    /// Whether headers say how full blocks are, and fees follow.
    pub load_tracking: bool,
    /// What each byte over the free sizes adds to the fee, in millionths of the least fee.
    pub per_byte_txn_surcharge: Micros,
    /// Whether accounts may sign with Falcon-1024.
    #[serde(rename = "EnablePQSchemeFalcon1024")]
    pub enable_pq_scheme_falcon1024: bool,
    /// Whether sortition computes with 128-bit floats.
    pub enable_select_f128: bool,
}

/// How a block commits to its transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaysetCommit {
    /// Not at all known.
    Unsupported,
    /// By one hash over all.
    Flat,
    /// By the root of a tree.
    Merkle,
}

impl Serialize for PaysetCommit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(match self {
            Self::Unsupported => 0,
            Self::Flat => 1,
            Self::Merkle => 2,
        })
    }
}

/// When proposers are paid, and when online accounts have to show that they are alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PayoutRules {
    /// Whether proposers are paid.
    pub enabled: bool,
    /// Fee of the key registration by which an account becomes eligible.
    pub go_online_fee: u64,
    /// Share of the fees that goes to the proposer, in percent.
    pub percent: u64,
    /// Least balance that is eligible.
    pub min_balance: u64,
    /// Largest balance that is eligible.
    pub max_balance: u64,
    /// Absent accounts one block may take offline.
    pub max_mark_absent: usize,
    /// Rounds between two challenges; 0 for none.
    pub challenge_interval: u64,
    /// Rounds a challenged account has to answer.
    pub challenge_grace_period: u64,
    /// Leading bits of an address that have to match for it to be challenged.
    pub challenge_bits: u32,
}

/// What a proposer gets besides fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BonusPlan {
    /// Round the plan starts; 0 starts with the upgrade.
    pub base_round: Round,
    /// Bonus at the start.
    pub base_amount: u64,
    /// Rounds after which it shrinks by a hundredth.
    pub decay_interval: u64,
}
