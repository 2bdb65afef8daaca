//! Settlements: what was done on the chain for a partner's users.

use super::page::{List, Page, limit};
use super::request::Request;
use crate::access::Access;
use crate::amount::Amount;
use crate::chain::OpKind;
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get};
use crate::id::Kind;
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use crate::settlement::{self, SettlementError, SettlementFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/settlements")
            .operation("listSettlements", "What was done on the chain, the newest first")
            .access(Access::SECRET)
            .codes(&[Code::InvalidCursor])
            .handler(list),
        get("/v1/settlements/{id}")
            .operation("getSettlement", "One operation on the chain")
            .access(Access::SECRET)
            .codes(&[Code::NotFound])
            .handler(one),
    ]
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SettlementKind {
    /// PLY from the treasury to a wallet's account.
    Delivery,
    /// A bill of the contract.
    Bill,
    /// PLY from a wallet to an address that its user named.
    Withdrawal,
    /// PLY of the treasury back to it.
    Return,
    /// Algos for a wallet's fees.
    Refill,
    /// The end of a wallet's account.
    Close,
}

impl SettlementKind {
    const fn kind(self) -> OpKind {
        match self {
            Self::Delivery => OpKind::Delivery,
            Self::Bill => OpKind::Bill,
            Self::Withdrawal => OpKind::Withdrawal,
            Self::Return => OpKind::Return,
            Self::Refill => OpKind::Refill,
            Self::Close => OpKind::Close,
        }
    }
}

/// Which operations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListSettlements {
    /// Those of this user.
    user_id: Option<String>,
    /// Those of this kind.
    kind: Option<SettlementKind>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

/// An operation on the chain.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Settlement {
    /// The operation. It stands in the note of its transactions.
    id: String,
    /// `delivery`, `bill`, `withdrawal`, `return`, `refill` or `close`.
    kind: &'static str,
    /// `planned`, `signed`, `sent`, `done`, `refused` or `doubtful`.
    state: &'static str,
    /// The user.
    user_id: String,
    /// What it moves; of a bill, what the user pays.
    gross: Amount,
    /// The platform's part of a bill.
    fee: Amount,
    /// The provider's part of a bill; of other kinds, everything.
    net: Amount,
    /// A bill's units: minutes, or 1 for parts of a minute.
    units: Option<u64>,
    /// A bill's price of a unit, in cents.
    unit_price: Option<u64>,
    /// The bill's tick in the contract.
    tick: Option<String>,
    /// The application that it calls.
    app_id: Option<u64>,
    /// The first transaction of its group.
    chain_tx_id: Option<String>,
    /// The round of its block.
    round: Option<u64>,
    /// Why it waits, was refused or is doubtful.
    reason: Option<String>,
    /// The withdrawal that it carries out.
    withdrawal_id: Option<String>,
    /// When it was planned.
    created_at: String,
    /// When it was seen in a block, or given up.
    ended_at: Option<String>,
}

impl Settlement {
    pub(super) fn of(settlement: settlement::Settlement) -> Self {
        Self {
            id: Kind::ChainOp.text(settlement.id),
            kind: settlement.kind.text(),
            state: settlement.state.text(),
            user_id: settlement.user_id,
            gross: settlement.gross,
            fee: settlement.fee,
            net: settlement.net,
            units: settlement.units,
            unit_price: settlement.unit_price,
            tick: settlement.tick,
            app_id: settlement.app,
            chain_tx_id: settlement.txid,
            round: settlement.round,
            reason: settlement.reason,
            withdrawal_id: settlement.withdrawal.map(|id| Kind::Withdrawal.text(id)),
            created_at: crate::time::rfc3339(settlement.created_at),
            ended_at: settlement.ended_at.map(crate::time::rfc3339),
        }
    }
}

impl From<SettlementError> for Problem {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::Ledger(error) => error.into(),
            error => Self::internal(error),
        }
    }
}

async fn list(call: Request<Empty, ListSettlements>) -> Result<Answer<Page<Settlement>>, Problem> {
    let partner = call.principal.partner()?;
    let ListSettlements { user_id, kind, cursor, limit: asked } = call.query;
    let limit = limit(asked)?;
    let kind = kind.map(SettlementKind::kind);
    let filters = [partner.to_string(), user_id.clone().unwrap_or_default()];
    let list = List::new("settlements", &[&filters[0], &filters[1], kind.map(OpKind::text).unwrap_or_default()]);
    let before = list.number("cursor", cursor.as_deref())?;
    let page = call
        .state
        .read(move |connection| {
            let wallet = match &user_id {
                Some(user) => match find_wallet(connection, partner, user)? {
                    Some(wallet) => Some(wallet.id),
                    None => return Ok(Page { data: Vec::new(), next_cursor: None }),
                },
                None => None,
            };
            let filter = SettlementFilter { wallet, kind };
            let found = settlement::list_settlements(connection, partner, filter, before, limit)?;
            let is_full = found.len() == limit;
            let last = found.last().map(|last| last.id).filter(|_| is_full);
            let data = found.into_iter().map(Settlement::of).collect();
            Ok(Page { data, next_cursor: last.map(|last| list.cursor_of(last)) })
        })
        .await?;
    Ok(Answer::ok(page))
}

async fn one(call: Request) -> Result<Answer<Settlement>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::ChainOp, "id")?;
    let found = call.state.read(move |connection| Ok(settlement::find_settlement(connection, partner, id)?)).await?;
    found.map(|found| Answer::ok(Settlement::of(found))).ok_or_else(|| Problem::new(Code::NotFound))
}
