//! Each version as what it changes of the one before.

use super::params::{BonusPlan, ConsensusParams, PayoutRules, PaysetCommit};
use crate::amount::{Micros, Round};

/// The version v30, the oldest one here, in full.
pub const V30: ConsensusParams = ConsensusParams {
    upgrade_vote_rounds: 10_000,
    upgrade_threshold: 9000,
    default_upgrade_wait_rounds: 140_000,
    min_upgrade_wait_rounds: 10_000,
    max_upgrade_wait_rounds: 150_000,
    max_version_string_len: 128,
    max_txn_bytes_per_block: 1_000_000,
    max_txn_note_bytes: 1024,
    max_absolute_txn_note_bytes: 1024,
    max_txn_life: 1000,
    support_genesis_hash: true,
    require_genesis_hash: true,
    default_key_dilution: 10_000,
    min_balance: 100_000,
    min_txn_fee: 1000,
    enable_app_cost_pooling: true,
    enable_logic_sig_cost_pooling: false,
    reward_unit: 1_000_000,
    rewards_rate_refresh_interval: 500_000,
    seed_lookback: 2,
    seed_refresh_interval: 80,
    max_bal_lookback: 320,
    num_proposers: 20,
    soft_committee_size: 2990,
    soft_committee_threshold: 2267,
    cert_committee_size: 1500,
    cert_committee_threshold: 1112,
    next_committee_size: 5000,
    next_committee_threshold: 3838,
    late_committee_size: 500,
    late_committee_threshold: 320,
    redo_committee_size: 2400,
    redo_committee_threshold: 1768,
    down_committee_size: 6000,
    down_committee_threshold: 4560,
    agreement_filter_timeout: 4_000_000_000,
    agreement_filter_timeout_period0: 4_000_000_000,
    agreement_deadline_timeout_period0: 17_000_000_000,
    fast_recovery_lambda: 300_000_000_000,
    payset_commit: PaysetCommit::Merkle,
    max_timestamp_increment: 25,
    support_signed_txn_in_block: true,
    force_non_participating_fee_sink: true,
    apply_data: true,
    rewards_in_apply_data: true,
    credential_domain_separation_enabled: true,
    support_become_non_participating_transactions: true,
    pending_residue_rewards: true,
    asset: true,
    max_assets_per_account: 1000,
    max_asset_name_bytes: 32,
    max_asset_unit_name_bytes: 8,
    max_asset_url_bytes: 96,
    txn_counter: true,
    support_tx_groups: true,
    max_tx_group_size: 16,
    support_transaction_leases: true,
    fix_transaction_leases: true,
    logic_sig_version: 5,
    logic_sig_max_size: 1000,
    max_absolute_logic_sig_program_size: 1000,
    logic_sig_max_cost: 20_000,
    logic_sig_msig: true,
    logic_sig_lmsig: false,
    max_asset_decimals: 19,
    support_rekeying: true,
    enforce_auth_addr_sender_diff: false,
    application: true,
    max_app_args: 16,
    max_app_total_arg_len: 2048,
    max_absolute_total_arg_len: 2048,
    max_app_program_len: 2048,
    max_app_total_program_len: 2048,
    max_extra_app_program_pages: 3,
    max_absolute_extra_program_pages: 3,
    max_app_txn_accounts: 4,
    max_app_txn_foreign_apps: 8,
    max_app_txn_foreign_assets: 8,
    max_app_total_txn_references: 8,
    max_app_program_cost: 700,
    max_app_key_len: 64,
    max_app_bytes_value_len: 128,
    max_app_sum_key_value_lens: 128,
    max_inner_transactions: 16,
    enable_inner_transaction_pooling: false,
    isolate_clear_state: false,
    min_inner_appl_version: 6,
    max_apps_created: 10,
    max_apps_opted_in: 50,
    app_flat_params_min_balance: 100_000,
    app_flat_opt_in_min_balance: 100_000,
    schema_min_balance_per_entry: 25_000,
    schema_uint_min_balance: 3500,
    schema_bytes_min_balance: 25_000,
    max_box_size: 0,
    box_flat_min_balance: 0,
    box_byte_min_balance: 0,
    max_app_box_references: 0,
    max_app_access: 0,
    bytes_per_box_reference: 0,
    max_local_schema_entries: 16,
    max_global_schema_entries: 64,
    maximum_minimum_balance: 100_100_000,
    state_proof_interval: 0,
    state_proof_top_voters: 0,
    state_proof_voters_lookback: 0,
    state_proof_weight_threshold: 0,
    state_proof_strength_target: 0,
    state_proof_max_recovery_intervals: 0,
    state_proof_exclude_total_weight_with_rewards: false,
    state_proof_block_hash_in_light_header: false,
    enable_asset_close_amount: true,
    initial_rewards_rate_calculation: true,
    no_empty_local_deltas: true,
    enable_keyreg_coherency_check: true,
    enable_proper_extra_page_accounting: true,
    enable_app_versioning: false,
    max_proposed_expired_online_accounts: 0,
    enable_ledger_data_update_round: false,
    rewards_calculation_fix: false,
    enable_state_proof_keyreg_check: false,
    max_keyreg_valid_period: 0,
    unify_inner_tx_ids: false,
    enable_sha256_txn_commitment_header: false,
    catchpoint_lookback: 0,
    deeper_block_header_history: 0,
    unfunded_senders: false,
    enable_precheck_ecdsa_curve: false,
    enable_bare_budget_error: false,
    state_proof_use_tracker_verification: false,
    enable_catchpoints_with_sp_contexts: false,
    enable_catchpoints_with_online_accounts: false,
    app_forbid_low_resources: false,
    enable_box_ref_name_error: false,
    exclude_expired_circulation: false,
    dynamic_filter_timeout: false,
    payouts: PayoutRules {
        challenge_bits: 0,
        challenge_grace_period: 0,
        challenge_interval: 0,
        enabled: false,
        go_online_fee: 0,
        max_balance: 0,
        max_mark_absent: 0,
        min_balance: 0,
        percent: 0,
    },
    bonus: BonusPlan { base_amount: 0, base_round: Round::GENESIS, decay_interval: 0 },
    heartbeat: false,
    enable_sha512_block_hash: false,
    app_size_updates: false,
    allow_zero_local_app_ref: false,
    load_tracking: false,
    per_byte_txn_surcharge: Micros(0),
    enable_pq_scheme_falcon1024: false,
    enable_select_f128: false,
};

/// What v31 changed of v30.
pub const V31: ConsensusParams = ConsensusParams {
    logic_sig_version: 6,
    enable_inner_transaction_pooling: true,
    isolate_clear_state: true,
    max_proposed_expired_online_accounts: 32,
    rewards_calculation_fix: true,
    enable_state_proof_keyreg_check: true,
    max_keyreg_valid_period: 16_777_215,
    ..V30
};

/// What v32 changed of v31.
pub const V32: ConsensusParams = ConsensusParams {
    max_assets_per_account: 0,
    max_apps_created: 0,
    max_apps_opted_in: 0,
    maximum_minimum_balance: 0,
    enable_ledger_data_update_round: true,
    ..V31
};

/// What v33 changed of v32.
pub const V33: ConsensusParams = ConsensusParams {
    max_txn_bytes_per_block: 5_242_880,
    catchpoint_lookback: 320,
    deeper_block_header_history: 1,
    ..V32
};

/// What v34 changed of v33.
pub const V34: ConsensusParams = ConsensusParams {
    agreement_filter_timeout_period0: 3_400_000_000,
    logic_sig_version: 7,
    min_inner_appl_version: 4,
    state_proof_interval: 256,
    state_proof_top_voters: 1024,
    state_proof_voters_lookback: 16,
    state_proof_weight_threshold: 1_288_490_188,
    state_proof_strength_target: 256,
    state_proof_max_recovery_intervals: 10,
    unify_inner_tx_ids: true,
    enable_sha256_txn_commitment_header: true,
    unfunded_senders: true,
    ..V33
};

/// What v35 changed of v34.
pub const V35: ConsensusParams = ConsensusParams { state_proof_exclude_total_weight_with_rewards: true, ..V34 };

/// What v36 changed of v35.
pub const V36: ConsensusParams = ConsensusParams {
    logic_sig_version: 8,
    max_box_size: 32_768,
    box_flat_min_balance: 2500,
    box_byte_min_balance: 400,
    max_app_box_references: 8,
    bytes_per_box_reference: 1024,
    ..V35
};

/// What v37 changed of v36: nothing; only the upgrade itself.
pub const V37: ConsensusParams = V36;

/// What v38 changed of v37.
pub const V38: ConsensusParams = ConsensusParams {
    agreement_filter_timeout_period0: 3_000_000_000,
    logic_sig_version: 9,
    enable_precheck_ecdsa_curve: true,
    enable_bare_budget_error: true,
    state_proof_use_tracker_verification: true,
    enable_catchpoints_with_sp_contexts: true,
    app_forbid_low_resources: true,
    enable_box_ref_name_error: true,
    exclude_expired_circulation: true,
    ..V37
};

/// What v39 changed of v38.
pub const V39: ConsensusParams = ConsensusParams {
    max_upgrade_wait_rounds: 250_000,
    enable_logic_sig_cost_pooling: true,
    agreement_deadline_timeout_period0: 4_000_000_000,
    logic_sig_version: 10,
    state_proof_block_hash_in_light_header: true,
    dynamic_filter_timeout: true,
    ..V38
};

/// What v40 changed of v39.
pub const V40: ConsensusParams = ConsensusParams {
    logic_sig_version: 11,
    max_absolute_logic_sig_program_size: 16_000,
    enable_catchpoints_with_online_accounts: true,
    payouts: PayoutRules {
        challenge_bits: 5,
        challenge_grace_period: 200,
        challenge_interval: 1000,
        enabled: true,
        go_online_fee: 2_000_000,
        max_balance: 70_000_000_000_000,
        max_mark_absent: 32,
        min_balance: 30_000_000_000,
        percent: 50,
    },
    bonus: BonusPlan { base_amount: 10_000_000, base_round: Round::GENESIS, decay_interval: 1_000_000 },
    heartbeat: true,
    ..V39
};

/// What v41 changed of v40.
pub const V41: ConsensusParams = ConsensusParams {
    logic_sig_version: 12,
    logic_sig_msig: false,
    logic_sig_lmsig: true,
    max_app_txn_accounts: 8,
    max_app_access: 16,
    bytes_per_box_reference: 2048,
    enable_app_versioning: true,
    enable_sha512_block_hash: true,
    ..V40
};

/// What v42 changed of v41.
pub const V42: ConsensusParams = ConsensusParams {
    max_absolute_txn_note_bytes: 4096,
    logic_sig_version: 13,
    enforce_auth_addr_sender_diff: true,
    max_absolute_total_arg_len: 16_384,
    max_absolute_extra_program_pages: 7,
    app_size_updates: true,
    allow_zero_local_app_ref: true,
    load_tracking: true,
    per_byte_txn_surcharge: Micros(100),
    enable_pq_scheme_falcon1024: true,
    enable_select_f128: true,
    ..V41
};

/// What the network to come changes of v42.
pub const FUTURE: ConsensusParams = ConsensusParams { logic_sig_version: 14, ..V42 };
