//! Accounts.

use super::{application, asset};
use crate::rest::document::{Document, Fields};
use crate::view::Account;
use pnp_types::{AccountData, Address, VotingData};

/// What of an account a client asked not to see (`exclude=`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rest) struct Excluded {
    /// The parameters of its applications.
    pub(in crate::rest) app_params: bool,
    /// The parameters of its assets.
    pub(in crate::rest) asset_params: bool,
}

/// `model.Account`; without `data` its lists are left out, and their lengths remain.
pub(in crate::rest) fn account(account: &Account, data: Option<&AccountData>, excluded: Excluded) -> Document {
    let Account { address, record, .. } = account;
    let fields = Fields::default()
        .with("address", *address)
        .with("amount", record.balance.0)
        .with("amount-without-pending-rewards", account.without_rewards.0)
        .with_some("apps-total-extra-pages", record.total_extra_app_pages)
        .with("apps-total-schema", application::schema(record.total_app_schema))
        .with_some("auth-addr", record.auth_addr)
        .with_some("incentive-eligible", record.incentive_eligible)
        .with_some("last-heartbeat", record.last_heartbeat)
        .with_some("last-proposed", record.last_proposed)
        .with("min-balance", account.min_balance.0)
        .with_some("participation", participation(&record.voting))
        .with("pending-rewards", record.balance.0.saturating_sub(account.without_rewards.0))
        .with("reward-base", record.rewards_base)
        .with("rewards", record.rewarded.0)
        .with("round", account.round)
        .with("status", record.status.as_str())
        .with("total-apps-opted-in", record.total_apps_opted_in)
        .with("total-assets-opted-in", record.total_assets)
        .with_some("total-box-bytes", record.total_box_bytes)
        .with_some("total-boxes", record.total_boxes)
        .with("total-created-apps", record.total_apps_created)
        .with("total-created-assets", record.total_assets_created);
    match data {
        Some(data) => resources(fields, address, data, excluded).into(),
        None => fields.into(),
    }
}

fn resources(fields: Fields, address: &Address, data: &AccountData, excluded: Excluded) -> Fields {
    let locals = data.app_local_states.iter().map(|(id, state)| application::local_state(*id, state));
    let holdings = data.assets.iter().map(|(id, holding)| asset::holding(*id, holding));
    let apps = data
        .app_params
        .iter()
        .map(|(id, app)| application::application(*id, (!excluded.app_params).then_some((app, address))));
    let assets = data
        .asset_params
        .iter()
        .map(|(id, made)| asset::asset(*id, (!excluded.asset_params).then_some((made, address))));
    fields
        .with("apps-local-state", locals.collect::<Document>())
        .with("assets", holdings.collect::<Document>())
        .with("created-apps", apps.collect::<Document>())
        .with("created-assets", assets.collect::<Document>())
}

fn participation(voting: &VotingData) -> Document {
    if voting.vote_key == [0; 32] && voting.selection_key == [0; 32] {
        return Document::Nil;
    }
    let proof =
        if voting.state_proof_key == [0; 64] { Document::Nil } else { Document::bytes(&voting.state_proof_key) };
    Fields::default()
        .with("selection-participation-key", Document::bytes(&voting.selection_key))
        .with_some("state-proof-key", proof)
        .with("vote-first-valid", voting.vote_first)
        .with("vote-key-dilution", voting.vote_key_dilution)
        .with("vote-last-valid", voting.vote_last)
        .with("vote-participation-key", Document::bytes(&voting.vote_key))
        .into()
}

/// The bare account in msgpack: Go's names of `ledgercore.AccountData`, nothing left out, for that is how algod sends it.
pub(in crate::rest) fn bare(account: &Account) -> Document {
    let Account { record, .. } = account;
    Fields::default()
        .with("AuthAddr", record.auth_addr)
        .with("IncentiveEligible", record.incentive_eligible)
        .with("LastHeartbeat", record.last_heartbeat)
        .with("LastProposed", record.last_proposed)
        .with("MicroAlgos", record.balance.0)
        .with("RewardedMicroAlgos", record.rewarded.0)
        .with("RewardsBase", record.rewards_base)
        .with("SelectionID", Document::bytes(&record.voting.selection_key))
        .with("StateProofID", Document::bytes(&record.voting.state_proof_key))
        .with("Status", u64::from(record.status.number()))
        .with("TotalAppLocalStates", record.total_apps_opted_in)
        .with("TotalAppParams", record.total_apps_created)
        .with("TotalAppSchema", Document::of_wire(&record.total_app_schema))
        .with("TotalAssetParams", record.total_assets_created)
        .with("TotalAssets", record.total_assets)
        .with("TotalBoxBytes", record.total_box_bytes)
        .with("TotalBoxes", record.total_boxes)
        .with("TotalExtraAppPages", record.total_extra_app_pages)
        .with("VoteFirstValid", record.voting.vote_first)
        .with("VoteID", Document::bytes(&record.voting.vote_key))
        .with("VoteKeyDilution", record.voting.vote_key_dilution)
        .with("VoteLastValid", record.voting.vote_last)
        .into()
}
