//! Receipts of ticks.

use super::request::Request;
use crate::access::{Access, Principal};
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use rusqlite::OptionalExtension as _;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/ticks/{id}")
            .operation("getTick", "The receipt of a tick")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::NotFound])
            .handler(receipt),
    ]
}

/// The receipt of a tick.
#[derive(Debug, Serialize, JsonSchema)]
struct Receipt {
    /// The id of the charge in the ledger.
    tx_id: String,
    /// The tick's id, as the player chose it.
    tick_id: Option<String>,
    /// The session.
    session_id: Option<String>,
    /// The user.
    user_id: String,
    /// When it was charged.
    at: String,
    /// What was claimed, in milliseconds.
    played_ms: i64,
    /// What of it was credited.
    credited_ms: i64,
    /// What it cost.
    charged: Amount,
    /// What the wallet had afterwards that was not charged.
    balance: Amount,
    /// The bill that has taken the charge to the chain, once there is one.
    settlement_id: Option<String>,
    /// That bill's transaction.
    chain_tx_id: Option<String>,
}

async fn receipt(call: Request) -> Result<Answer<Receipt>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::Entry, "id")?;
    let user = match &call.principal {
        Principal::User { user_id, .. } => Some(Arc::clone(user_id)),
        _ => None,
    };
    let found = call
        .state
        .read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT e.id, e.tick, e.session_id, w.user_id, e.at, e.played_ms, e.credited_ms, e.unsettled, e.balance \
                 FROM entries e JOIN wallets w ON w.id = e.wallet_id \
                 WHERE e.id = ?1 AND e.partner_id = ?2 AND e.played_ms IS NOT NULL",
            )?;
            let found = statement.query_row((id, partner), |row| {
                Ok(Receipt {
                    tx_id: Kind::Entry.text(row.get(0)?),
                    tick_id: row.get(1)?,
                    session_id: row.get::<_, Option<i64>>(2)?.map(|id| Kind::Session.text(id)),
                    user_id: row.get(3)?,
                    at: crate::time::rfc3339(row.get(4)?),
                    played_ms: row.get(5)?,
                    credited_ms: row.get(6)?,
                    charged: row.get(7)?,
                    balance: row.get(8)?,
                    settlement_id: None,
                    chain_tx_id: None,
                })
            });
            let found = found.optional()?.filter(|receipt| user.is_none_or(|user| *user == *receipt.user_id));
            let Some(mut receipt) = found else { return Ok(None) };
            if let Some(bill) = crate::settlement::settlement_of(connection, id)? {
                receipt.settlement_id = Some(Kind::ChainOp.text(bill.id));
                receipt.chain_tx_id = bill.txid;
            }
            Ok(Some(receipt))
        })
        .await?;
    found.map(Answer::ok).ok_or_else(|| Problem::new(Code::NotFound))
}
