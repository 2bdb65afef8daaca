//! Whether ledger and chain agree. The dashboard shows what this answers.

use super::page::{List, limit};
use super::request::Request;
use crate::access::{Access, Principal};
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Empty, Route, get};
use crate::id::Kind;
use crate::problem::{Code, Problem};
use crate::reports::{self, stopped_wallets};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/reconciliation")
            .operation("getReconciliation", "Whether wallets and chain agree, and which wallets are stopped")
            .description(
                "The account of each wallet is compared with the books after each operation, and in a sweep one after the other. \
                 For a wallet whose account has less than the books say, nothing is sent any more until a person has looked.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .codes(&[Code::InvalidCursor, Code::NotFound])
            .handler(reconciliation),
    ]
}

/// Whose wallets.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReconciliationQuery {
    /// Those of this partner; for the operator, who sees all if it is not given.
    partner_id: Option<String>,
    /// Where the page begins: `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many stopped wallets, 1 to 200; 50 if not given.
    limit: Option<i64>,
}

/// The comparison of wallets with the chain, and what was found.
#[derive(Debug, Serialize, JsonSchema)]
struct Reconciliation {
    /// Every account that was compared at all agreed at this round or later, but for the stopped wallets.
    as_of_round: Option<i64>,
    /// When that was.
    as_of: Option<String>,
    /// How long ago that was, in milliseconds: how old the sweep is.
    age_ms: Option<i64>,
    /// Wallets with an account on the chain.
    accounts: i64,
    /// Those that were not compared since they got it.
    never_compared: i64,
    /// Operations on the chain that have not ended.
    waiting_operations: i64,
    /// Wallets for which nothing is sent to the chain; `data` lists them.
    stopped_wallets: i64,
    /// Tabs that no bill can take.
    blocked_tabs: i64,
    /// The first 100 of them.
    tabs: Vec<BlockedTab>,
    /// Operations of which nobody knows whether they are in a block.
    doubtful_operations: i64,
    /// The first 100 of them.
    operations: Vec<DoubtfulOperation>,
    /// The stopped wallets.
    data: Vec<StoppedWallet>,
    /// Where the next page begins: the value of `cursor` in the next request. Null at the end.
    next_cursor: Option<String>,
}

/// A wallet for which nothing is sent to the chain.
#[derive(Debug, Serialize, JsonSchema)]
struct StoppedWallet {
    /// The partner.
    partner_id: String,
    /// The user.
    user_id: String,
    /// `mismatch`: the account has less than the books say. `ledger_behind_chain`: the chain has what these books do not know.
    /// `doubtful`: nobody knows whether an operation is in a block.
    cause: String,
    /// What was found.
    detail: Option<String>,
    /// When it was stopped.
    stopped_at: Option<String>,
    /// Its account on the chain.
    address: Option<String>,
    /// What the user has.
    balance: Amount,
}

/// A tab that no bill can take.
#[derive(Debug, Serialize, JsonSchema)]
struct BlockedTab {
    /// The user.
    user_id: String,
    /// The price of a minute.
    price_per_minute: Amount,
    /// What is charged and in no block.
    unsettled: Amount,
    /// Why.
    cause: String,
}

/// An operation of which nobody knows whether it is in a block.
#[derive(Debug, Serialize, JsonSchema)]
struct DoubtfulOperation {
    /// Its id in the list of settlements.
    id: String,
    /// `delivery`, `bill`, `withdrawal`, `return`, `refill` or `close`.
    kind: String,
    /// The user.
    user_id: String,
    /// What is known.
    reason: Option<String>,
}

async fn reconciliation(call: Request<Empty, ReconciliationQuery>) -> Result<Answer<Reconciliation>, Problem> {
    let partner = asked_partner(&call.principal, call.query.partner_id.as_deref())?;
    let limit = limit(call.query.limit)?;
    let list = List::new("reconciliation", &[&partner.unwrap_or(0).to_string()]);
    let after = call.query.cursor.as_deref().map(|cursor| place(&list.place("cursor", cursor)?)).transpose()?;
    let partners: Vec<i64> = match partner {
        Some(partner) => vec![call.state.partner(partner)?.partner.id],
        None => call.state.registry.partners().iter().map(|state| state.partner.id).collect(),
    };
    let now = call.state.store.clock().now();
    let wanted = i64::try_from(limit).map_err(Problem::internal)?.saturating_add(1);
    let (found, mut wallets) = call
        .state
        .read(move |connection| {
            let found = reports::Reconciliation::read(connection, &partners)?;
            Ok((found, stopped_wallets(connection, partner, after.unwrap_or((0, 0)), wanted)?))
        })
        .await?;
    let has_more = wallets.len() > limit;
    wallets.truncate(limit);
    let last = wallets.last().filter(|_| has_more);
    let next_cursor = last.map(|last| list.cursor(&[last.partner.to_be_bytes(), last.id.to_be_bytes()].concat()));
    Ok(Answer::ok(Reconciliation { next_cursor, ..Reconciliation::of(found, wallets, now) }))
}

/// The partner that is asked for: a partner its own, the operator any, or nothing for all.
fn asked_partner(principal: &Principal, named: Option<&str>) -> Result<Option<i64>, Problem> {
    let missing = || Problem::new(Code::NotFound).param("partner_id");
    let named = named.map(|text| Kind::Partner.number(text).ok_or_else(missing)).transpose()?;
    match principal {
        Principal::Operator => Ok(named),
        principal => {
            let own = principal.partner()?;
            if named.is_some_and(|named| named != own) { Err(missing()) } else { Ok(Some(own)) }
        }
    }
}

/// Partner and wallet of a cursor.
fn place(bytes: &[u8]) -> Result<(i64, i64), Problem> {
    let wrong = || Problem::new(Code::InvalidCursor).param("cursor");
    let (partner, wallet) = bytes.split_first_chunk::<8>().ok_or_else(wrong)?;
    let wallet = wallet.try_into().map_err(|_| wrong())?;
    Ok((i64::from_be_bytes(*partner), i64::from_be_bytes(wallet)))
}

impl Reconciliation {
    fn of(found: reports::Reconciliation, wallets: Vec<reports::StoppedWallet>, now: i64) -> Self {
        let tab = |tab: reports::BlockedTab| BlockedTab {
            user_id: tab.user,
            price_per_minute: tab.price.amount(),
            unsettled: tab.unsettled,
            cause: tab.cause,
        };
        let operation = |operation: reports::DoubtfulOperation| DoubtfulOperation {
            id: Kind::ChainOp.text(operation.id),
            kind: operation.kind,
            user_id: operation.user,
            reason: operation.reason,
        };
        let wallet = |wallet: reports::StoppedWallet| {
            let (at, detail) = wallet.found.map_or((None, None), |(at, detail)| (Some(at), detail));
            StoppedWallet {
                partner_id: Kind::Partner.text(wallet.partner),
                user_id: wallet.user,
                cause: wallet.cause,
                detail,
                stopped_at: at.map(crate::time::rfc3339),
                address: wallet.address,
                balance: wallet.balance,
            }
        };
        Self {
            as_of_round: found.oldest.and_then(|(_, round)| round),
            as_of: found.oldest.map(|(at, _)| crate::time::rfc3339(at)),
            age_ms: found.oldest.map(|(at, _)| now.saturating_sub(at).max(0)),
            accounts: found.accounts,
            never_compared: found.never_compared,
            waiting_operations: found.waiting,
            stopped_wallets: found.stopped,
            blocked_tabs: found.blocked,
            tabs: found.tabs.into_iter().map(tab).collect(),
            doubtful_operations: found.doubtful,
            operations: found.operations.into_iter().map(operation).collect(),
            data: wallets.into_iter().map(wallet).collect(),
            next_cursor: None,
        }
    }
}
