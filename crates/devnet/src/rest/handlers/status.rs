//! The state of the network.

use std::sync::Arc;

use pnp_types::Round;
use serde_json::json;

use super::ledger_error;
use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::request::Request;
use crate::rest::routes::PendingAnswer;
use pnp_ledger::{ChainReader as _, balance_lookback};

/// `GET /v2/status`.
pub(in crate::rest) fn status(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let (round, protocol) =
        node.read(|chain| (chain.latest(), chain.latest_header().upgrade_state.current_protocol.clone()));
    Ok(Answer::value(json!({
        "catchpoint": "",
        "catchpoint-acquired-blocks": 0,
        "catchpoint-processed-accounts": 0,
        "catchpoint-processed-kvs": 0,
        "catchpoint-total-accounts": 0,
        "catchpoint-total-blocks": 0,
        "catchpoint-total-kvs": 0,
        "catchpoint-verified-accounts": 0,
        "catchpoint-verified-kvs": 0,
        "catchup-time": 0,
        "last-catchpoint": "",
        "last-round": round,
        "last-version": protocol,
        "next-version": protocol,
        "next-version-round": round.saturating_add(1),
        "next-version-supported": true,
        "stopped-at-unsupported-round": false,
        "time-since-last-round": node.since_last_block().map_or(0, |since| since.as_nanos()) as u64,
    })))
}

/// `GET /v2/status/wait-for-block-after/{round}`: the status once there is a later block, or when there is nothing to
/// wait for.
pub(in crate::rest) fn wait(node: Arc<DevNode>, request: Request) -> PendingAnswer {
    Box::pin(async move {
        let round: Round = request.number("round")?;
        node.wait_for(round.saturating_add(1)).await;
        let answer = tokio::task::spawn_blocking(move || status(&node, &request)).await;
        answer.unwrap_or_else(|_| Err(Refusal::internal("internal failure")))
    })
}

/// `GET /v2/transactions/params`.
pub(in crate::rest) fn params(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    node.read(|chain| {
        Ok(Answer::value(json!({
            "consensus-version": chain.latest_header().upgrade_state.current_protocol,
            "fee": 0,
            "genesis-hash": node.genesis_hash().to_base64(),
            "genesis-id": node.genesis().id(),
            "last-round": chain.latest(),
            "min-fee": chain.params().min_txn_fee,
        })))
    })
}

/// `GET /v2/ledger/supply`.
pub(in crate::rest) fn supply(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    node.read(|chain| {
        let totals = chain.supply();
        let balance_round = chain.latest().saturating_sub(balance_lookback(chain.params()));
        Ok(Answer::value(json!({
            "current_round": chain.latest(),
            "online-money": totals.online.money.0,
            "online-stake": chain.online_stake(balance_round, chain.latest()).map_err(ledger_error)?.0,
            "total-money": totals.participating().0,
        })))
    })
}

/// `GET /metrics`, a little for a collector.
pub(in crate::rest) fn metrics(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let (round, transactions) = node.read(|chain| (chain.latest(), chain.latest_header().txn_counter));
    Ok(Answer::text(format!(
        "# HELP algod_ledger_round Latest round\n# TYPE algod_ledger_round gauge\nalgod_ledger_round {round}\n\
         # HELP algod_ledger_transactions_total Transactions since the network began\n\
         # TYPE algod_ledger_transactions_total counter\nalgod_ledger_transactions_total {transactions}\n"
    ))
    .with_kind("text/plain"))
}

/// `GET /v2/node/peers`: there are none.
pub(in crate::rest) fn peers(_: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    Ok(Answer::value(json!({"Peers": []})))
}

/// `GET /v2/experimental`: the experimental routes are on.
pub(in crate::rest) fn experimental(_: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    Ok(Answer::value(json!(true)))
}
