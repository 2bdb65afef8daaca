//! Settlement that is asked for: what can be billed is due, whatever it waits for.

use super::idempotency::answer_once;
use super::request::Request;
use crate::access::{Access, Principal};
use crate::gateway::Gateway;
use crate::http::{Answer, Route, post};
use crate::id::Kind;
use crate::ledger::find_wallet;
use crate::problem::{Code, Problem};
use crate::settlement::{billable, make_due};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most wallets of one call: its writing is one transaction.
const MAX_WALLETS: usize = 2_000;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/settlements/run")
            .operation("runSettlement", "Bill what there is, without waiting")
            .description(
                "Makes due whatever has a whole minute, or a cent of parts of a minute, to bill: neither lots nor times are waited \
                 for, except a partner's `payout_delay_ms`. Bills come into blocks after the answer. For the operator, and \
                 on development networks for `mock-api-key`: bills that are cut small cost the platform its fee.",
            )
            .access(Access::SECRET_OR_OPERATOR)
            .idempotent()
            .optional_body()
            .codes(&[Code::NotFound])
            .handler(run),
    ]
}

/// What is to be billed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunSettlement {
    /// Of which partner; the operator must name one.
    partner_id: Option<String>,
    /// Of this user alone.
    user_id: Option<String>,
}

/// What was made due.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct SettlementRun {
    /// How many tabs: what a wallet owes a contract at one price.
    tabs_due: usize,
    /// How many wallets have them.
    wallets: usize,
    /// Whether there is more than one call makes due: call again, with a new key.
    has_more: bool,
}

async fn run(call: Request<RunSettlement>) -> Result<Answer<SettlementRun>, Problem> {
    let key = call.idempotency()?.clone();
    let named = call.body.partner_id.as_deref();
    let partner = asked_partner(&call.principal, named, call.state.network.is_development)?;
    let partner = call.state.partner(partner)?.partner.id;
    let user = call.body.user_id;
    // What there is to bill is searched beside the writer, and looked at again by it.
    let bills = call
        .state
        .read(move |connection| {
            let wallet = match user {
                None => None,
                Some(user) => {
                    let missing = || Problem::new(Code::NotFound).param("user_id");
                    Some(find_wallet(connection, partner, &user)?.ok_or_else(missing)?.id)
                }
            };
            Ok(billable(connection, partner, wallet, MAX_WALLETS)?)
        })
        .await?;
    let wallets: BTreeSet<i64> = bills.iter().map(|(wallet, _)| *wallet).collect();
    let (count, is_full) = (wallets.len(), bills.len() >= MAX_WALLETS);
    let (answer, made_due) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let tabs_due = make_due(write, &bills)?;
                let run = SettlementRun { tabs_due, wallets: count, has_more: is_full && tabs_due > 0 };
                Ok((Answer::ok(run), ()))
            })
        })
        .await?;
    if made_due.is_some() {
        wallets.into_iter().for_each(|wallet| call.state.wake(wallet));
    }
    Ok(answer)
}

/// Whose tabs: those of the partner that the operator names, or the mock key's.
fn asked_partner(principal: &Principal, named: Option<&str>, is_development: bool) -> Result<i64, Problem> {
    let missing = || Problem::new(Code::NotFound).param("partner_id");
    let named = named.map(|text| Kind::Partner.number(text).ok_or_else(missing)).transpose()?;
    match (principal, named) {
        (Principal::Operator, None) => Err(Problem::new(Code::MissingField).param("partner_id")),
        (Principal::Operator, Some(named)) => Ok(named),
        // The mock key has no row.
        (Principal::Secret { key_id: 0, partner_id, .. }, named) if is_development => {
            if named.is_some_and(|named| named != *partner_id) { Err(missing()) } else { Ok(*partner_id) }
        }
        _ => Err(Problem::new(Code::Forbidden)
            .detail("This call needs the operator's login, or on development networks mock-api-key.")),
    }
}
