//! Accounts.

use super::{application, asset};
use crate::node::rest::document::{Document, Fields};
use crate::types::{AccountData, Address, MicroAlgos, Round, VotingData};

/// An account at a round, with what its data does not say.
#[derive(Debug)]
pub(in crate::node::rest) struct AccountView {
    /// Whose it is.
    pub(in crate::node::rest) address: Address,
    /// The round it was read at.
    pub(in crate::node::rest) round: Round,
    /// The account with all rewards added; its maps are empty if they were not asked for.
    pub(in crate::node::rest) data: AccountData,
    /// Its balance before pending rewards.
    pub(in crate::node::rest) without_rewards: MicroAlgos,
    /// What it must keep.
    pub(in crate::node::rest) min_balance: MicroAlgos,
    /// How many assets and applications it holds and made.
    pub(in crate::node::rest) counts: Counts,
}

/// How many of each an account has.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::node::rest) struct Counts {
    /// Assets held.
    pub(in crate::node::rest) assets: u64,
    /// Applications opted in.
    pub(in crate::node::rest) apps: u64,
    /// Assets created.
    pub(in crate::node::rest) created_assets: u64,
    /// Applications created.
    pub(in crate::node::rest) created_apps: u64,
}

/// What of an account a client asked not to see (`exclude=`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::node::rest) struct Excluded {
    /// Everything but the account itself.
    pub(in crate::node::rest) all: bool,
    /// The parameters of its applications.
    pub(in crate::node::rest) app_params: bool,
    /// The parameters of its assets.
    pub(in crate::node::rest) asset_params: bool,
}

/// `model.Account`.
pub(in crate::node::rest) fn account(view: &AccountView, excluded: Excluded) -> Document {
    let AccountView { address, data, counts, .. } = view;
    let mut fields = Fields::default()
        .with("address", *address)
        .with("amount", data.micro_algos.0)
        .with("amount-without-pending-rewards", view.without_rewards.0)
        .with_some("apps-total-extra-pages", data.total_extra_app_pages)
        .with("apps-total-schema", application::schema(data.total_app_schema))
        .with_some("auth-addr", data.auth_addr)
        .with_some("incentive-eligible", data.incentive_eligible)
        .with_some("last-heartbeat", data.last_heartbeat)
        .with_some("last-proposed", data.last_proposed)
        .with("min-balance", view.min_balance.0)
        .with_some("participation", participation(&data.voting))
        .with("pending-rewards", data.micro_algos.0.saturating_sub(view.without_rewards.0))
        .with("reward-base", data.rewards_base)
        .with("rewards", data.rewarded_micro_algos.0)
        .with("round", view.round)
        .with("status", data.status.as_str())
        .with("total-apps-opted-in", counts.apps)
        .with("total-assets-opted-in", counts.assets)
        .with_some("total-box-bytes", data.total_box_bytes)
        .with_some("total-boxes", data.total_boxes)
        .with("total-created-apps", counts.created_apps)
        .with("total-created-assets", counts.created_assets);
    if !excluded.all {
        fields = resources(fields, view, excluded);
    }
    fields.into()
}

fn resources(fields: Fields, view: &AccountView, excluded: Excluded) -> Fields {
    let AccountView { address, data, .. } = view;
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
pub(in crate::node::rest) fn bare(view: &AccountView) -> Document {
    let AccountView { data, counts, .. } = view;
    Fields::default()
        .with("AuthAddr", data.auth_addr)
        .with("IncentiveEligible", data.incentive_eligible)
        .with("LastHeartbeat", data.last_heartbeat)
        .with("LastProposed", data.last_proposed)
        .with("MicroAlgos", data.micro_algos.0)
        .with("RewardedMicroAlgos", data.rewarded_micro_algos.0)
        .with("RewardsBase", data.rewards_base)
        .with("SelectionID", Document::bytes(&data.voting.selection_key))
        .with("StateProofID", Document::bytes(&data.voting.state_proof_key))
        .with("Status", u64::from(data.status.number()))
        .with("TotalAppLocalStates", counts.apps)
        .with("TotalAppParams", counts.created_apps)
        .with("TotalAppSchema", Document::of_wire(&data.total_app_schema))
        .with("TotalAssetParams", counts.created_assets)
        .with("TotalAssets", counts.assets)
        .with("TotalBoxBytes", data.total_box_bytes)
        .with("TotalBoxes", data.total_boxes)
        .with("TotalExtraAppPages", data.total_extra_app_pages)
        .with("VoteFirstValid", data.voting.vote_first)
        .with("VoteID", Document::bytes(&data.voting.vote_key))
        .with("VoteKeyDilution", data.voting.vote_key_dilution)
        .with("VoteLastValid", data.voting.vote_last)
        .into()
}
