//! Wallets: what a user has.

use super::request::Request;
use crate::access::Access;
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get};
use crate::ledger::{self, find_wallet};
use crate::problem::{Code, Problem};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/wallets/{user}")
            .operation("getWallet", "What a user has")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::NotFound])
            .handler(wallet),
    ]
}

/// A user's wallet.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Wallet {
    /// The user.
    pub(crate) user_id: String,
    /// What is not charged yet: available and held.
    pub(crate) balance: Amount,
    /// What may be spent.
    pub(crate) available: Amount,
    /// What is set aside for the next intervals of open sessions.
    pub(crate) held: Amount,
    /// The balance in whole minor units of PLY, rounded down.
    pub(crate) pli_balance: u64,
    /// Always `EUR`.
    pub(crate) currency: &'static str,
    /// What a chargeback left to be paid; no session starts until it is paid.
    pub(crate) debt: Amount,
    /// `open`, `closing` or `closed`.
    pub(crate) state: &'static str,
    /// The wallet's account on Algorand, once it has one.
    pub(crate) address: Option<String>,
}

impl Wallet {
    /// A wallet as callers see it.
    pub(crate) fn of(wallet: &ledger::Wallet) -> Self {
        Self {
            user_id: wallet.user_id.clone(),
            balance: wallet.balance(),
            available: wallet.available,
            held: wallet.held,
            pli_balance: wallet.balance().minor_units(),
            currency: "EUR",
            debt: Amount(wallet.debt.0.saturating_neg()),
            state: wallet.state.name(),
            address: wallet.address.clone(),
        }
    }

    /// The wallet of a user who was never written to.
    fn empty(user_id: String) -> Self {
        Self {
            user_id,
            balance: Amount::ZERO,
            available: Amount::ZERO,
            held: Amount::ZERO,
            pli_balance: 0,
            currency: "EUR",
            debt: Amount::ZERO,
            state: "open",
            address: None,
        }
    }
}

async fn wallet(call: Request) -> Result<Answer<Wallet>, Problem> {
    let partner = call.principal.partner()?;
    let user = call.path.user_id("user")?.to_owned();
    call.principal.check_user(&user)?;
    let wallet = call
        .state
        .read(move |connection| {
            let found = find_wallet(connection, partner, &user)?;
            Ok(found.as_ref().map_or_else(|| Wallet::empty(user), Wallet::of))
        })
        .await?;
    Ok(Answer::ok(wallet))
}
