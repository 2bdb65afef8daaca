//! What a transaction does, in one sentence.

use super::bundle_words::quoted;
use pnp_types::{AppIndex, ApplicationCall, AssetIndex, AssetParams, OnCompletion, Transaction, TransactionType};
use pnp_usage::{Creation, Intent, Parameters};

/// One sentence, without the fields that [`bundle_words`](super::bundle_words) shows anyway.
#[must_use]
pub fn sentence(transaction: &Transaction) -> String {
    let Transaction { kind, payment, asset_transfer, asset_config, asset_freeze, application_call, .. } = transaction;
    let sender = transaction.header.sender;
    let done = match kind {
        TransactionType::Payment => format!("pay {} to {}", payment.amount, payment.receiver),
        TransactionType::AssetTransfer => {
            let transfer = asset_transfer;
            if transfer.amount == 0 && transfer.receiver == sender && transfer.close_to.is_zero() {
                format!("opt in to asset {}", transfer.asset)
            } else {
                format!("send {} minor units of asset {} to {}", transfer.amount, transfer.asset, transfer.receiver)
            }
        }
        TransactionType::AssetConfig => match (asset_config.asset, &asset_config.params) {
            (AssetIndex::NONE, params) => {
                format!("create the asset {}, {} minor units", quoted(params.unit_name.as_ref()), params.total)
            }
            (asset, params) if *params == AssetParams::default() => format!("destroy asset {asset}"),
            (asset, _) => format!("change who manages asset {asset}"),
        },
        TransactionType::AssetFreeze if asset_freeze.frozen => {
            format!("freeze {}'s holding of asset {}", asset_freeze.account, asset_freeze.asset)
        }
        TransactionType::AssetFreeze => {
            format!("unfreeze {}'s holding of asset {}", asset_freeze.account, asset_freeze.asset)
        }
        TransactionType::ApplicationCall => call(application_call),
        TransactionType::KeyRegistration => "change whether the account takes part in consensus".to_owned(),
        _ => "send a transaction of a type that this program does not know".to_owned(),
    };
    if transaction.header.rekey_to.is_zero() {
        return done;
    }
    let moves = *kind != TransactionType::Payment || !payment.amount.is_zero() || payment.receiver != sender;
    let rekeyed = format!("rekey {sender} to {}", transaction.header.rekey_to);
    if moves { format!("{done}, and {rekeyed}") } else { rekeyed }
}

fn call(call: &ApplicationCall) -> String {
    let app = call.application;
    match Intent::of(call) {
        Some(Intent::Create(Creation { provider, platform, parameters, asset })) => {
            let asset = asset.map_or_else(|| "any asset".to_owned(), |asset| format!("asset {asset}"));
            format!("create a contract for {asset}: provider {provider}, platform {platform}, {}", rates(&parameters))
        }
        Some(Intent::OptIn) => format!("opt in to application {app}"),
        Some(Intent::Bill { tick, units, unit_price, asset }) => {
            format!("pay application {app} for tick {tick}: {units} units at {unit_price} minor units of asset {asset}")
        }
        Some(Intent::SetParameters(parameters)) => {
            format!("set the parameters of application {app}: {}", rates(&parameters))
        }
        Some(Intent::Update(None)) => format!("replace the programs of application {app}"),
        Some(Intent::Update(Some(parameters))) => {
            format!("replace the programs of application {app} and set {}", rates(&parameters))
        }
        Some(Intent::Delete) => format!("delete application {app}"),
        Some(Intent::Leave { .. }) => format!("leave application {app}"),
        None => match (app, call.on_completion) {
            (AppIndex::NONE, _) => "create an application that is not a UsageContract".to_owned(),
            (app, OnCompletion::UpdateApplication) => format!("replace the programs of application {app}"),
            (app, OnCompletion::DeleteApplication) => format!("delete application {app}"),
            (app, _) => format!("call application {app}, in a way a UsageContract has no rule for"),
        },
    }
}

fn rates(parameters: &Parameters) -> String {
    format!("fee {} basis points, rates {} to {}", parameters.fee_pct(), parameters.min_rate(), parameters.max_rate())
}
