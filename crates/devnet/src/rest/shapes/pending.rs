//! A transaction with what it did: `GET /v2/transactions/pending/{txid}`, inner transactions, simulation results.

use data_encoding::BASE64;

use crate::rest::document::{Document, Fields};
use pnp_types::{
    Address, ApplyData, AssetConfig, EvalDelta, Round, SignedTransaction, StateDelta, Transaction, ValueDelta,
};

/// A confirmed transaction; `None` is one of a simulation or an inner one, which have no round of their own.
pub(in crate::rest) fn transaction(signed: &SignedTransaction, applied: &ApplyData, round: Option<Round>) -> Document {
    let delta = &applied.eval_delta;
    // algod finds an asset's id by the fields of its creation, and finds none where all of them are empty.
    let says_nothing = round.is_some() && signed.transaction.asset_config == AssetConfig::default();
    let asset = if says_nothing { Default::default() } else { applied.config_asset };
    Fields::default()
        .with_some("application-index", applied.application)
        .with_some("asset-closing-amount", applied.asset_closing_amount)
        .with_some("asset-index", asset)
        .with_some("close-rewards", applied.close_rewards.0)
        .with_some("closing-amount", applied.closing_amount.0)
        .with_some("confirmed-round", round)
        .with_some("global-state-delta", state_delta(&delta.global_delta))
        .with_some(
            "inner-txns",
            delta
                .inner_txns
                .iter()
                .map(|inner| transaction(&inner.signed, &inner.apply_data, None))
                .collect::<Document>(),
        )
        .with_some("local-state-delta", local_deltas(delta, &signed.transaction))
        .with_some("logs", delta.logs.iter().map(|log| Document::bytes(log)).collect::<Document>())
        .with("pool-error", "")
        .with_some("receiver-rewards", applied.receiver_rewards.0)
        .with_some("sender-rewards", applied.sender_rewards.0)
        .with("txn", Document::of_wire(signed))
        .into()
}

fn state_delta(delta: &StateDelta) -> Document {
    let entry = |(key, value): (&_, &ValueDelta)| {
        let changed = Fields::default()
            .with("action", value.action.0)
            .with_some("bytes", BASE64.encode(&value.bytes))
            .with_some("uint", value.uint);
        Fields::default().with("key", BASE64.encode(AsRef::<[u8]>::as_ref(key))).with("value", changed).into()
    };
    delta.0.iter().map(entry).collect()
}

fn local_deltas(delta: &EvalDelta, transaction: &Transaction) -> Document {
    let entry = |(place, changed): (&u64, &StateDelta)| {
        let address = account_at(*place, delta, transaction);
        let address = address.map_or_else(|| format!("Invalid Account Index {place} in LocalDelta"), |a| a.to_string());
        Fields::default().with("address", address).with_some("delta", state_delta(changed)).into()
    };
    delta.local_deltas.iter().map(entry).collect()
}

/// The account a local delta is of: the sender, one the transaction names, or one it reached through its group.
fn account_at(place: u64, delta: &EvalDelta, transaction: &Transaction) -> Option<Address> {
    let Some(index) = place.checked_sub(1) else { return Some(transaction.header.sender) };
    let named = &transaction.application_call.accounts;
    named.iter().chain(&delta.shared_accounts).nth(usize::try_from(index).ok()?).copied()
}
