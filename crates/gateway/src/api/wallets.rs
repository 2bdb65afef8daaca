//! Wallets: what a user has.

use super::idempotency::answer_once;
use super::request::Request;
use super::withdrawals;
use crate::access::{Access, Scope};
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get, post};
use crate::id::Kind;
use crate::ledger::{self, PartnerSettings, WalletState, begin_close, close_wallet, find_wallet};
use crate::problem::{Code, Problem};
use crate::sessions::{CloseReason, close_sessions_of};
use crate::store::Write;
use axum::http::StatusCode;
use pnp_types::Address;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/v1/wallets/{user}")
            .operation("getWallet", "What a user has")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::NotFound])
            .handler(wallet),
        post("/v1/wallets/{user}/close")
            .operation("closeWallet", "Close a wallet, and send the rest of its money to an address")
            .access(Access::SECRET.with_scope(Scope::WithdrawalsWrite))
            .idempotent()
            .optional_body()
            .success(&[StatusCode::ACCEPTED])
            .codes(&[
                Code::ContractUnavailable,
                Code::DailyLimitReached,
                Code::DestinationNotReady,
                Code::NotFound,
                Code::NotWithdrawable,
                Code::WalletClosed,
                Code::WalletFrozen,
                Code::WalletNotEmpty,
            ])
            .handler(close),
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

/// A wallet to close.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CloseWallet {
    /// The Algorand address that the rest is sent to; it has opted in to the asset. Needed where a cent or more is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
}

/// A wallet that is being closed, or is closed.
#[derive(Debug, Serialize, JsonSchema)]
struct ClosedWallet {
    /// The user.
    user_id: String,
    /// `closing` until its last bills and the rest have left and its account has ended; then `closed`.
    state: &'static str,
    /// What is not charged: once the rest is on its way less than a cent, which the close takes.
    balance: Amount,
    /// What was charged and is in no block yet: it is billed before the wallet ends.
    unsettled: Amount,
    /// The withdrawal of the rest, where there was any.
    withdrawal_id: Option<String>,
    /// What that withdrawal sends.
    withdrawn: Amount,
}

async fn close(call: Request<CloseWallet>) -> Result<Answer<ClosedWallet>, Problem> {
    let partner = call.principal.partner()?;
    let state = call.state.partner(partner)?;
    let user = call.path.user_id("user")?.to_owned();
    let key = call.idempotency()?.clone();
    let destination = call.body.destination.as_deref().map(withdrawals::address_of).transpose()?;
    if let Some(address) = destination {
        withdrawals::check_destination(&call.state, &state, &key, address).await?;
    }
    let gateway = Arc::clone(&call.state);
    let settings = state.partner.settings.clone();
    let (answer, wallet) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let found = find_wallet(write.connection(), partner, &user)?;
                let wallet = found.ok_or_else(|| Problem::new(Code::NotFound))?;
                let closed = close_now(write, &gateway, &wallet, destination, &settings)?;
                Ok((Answer::accepted(closed), wallet.id))
            })
        })
        .await?;
    if let Some(wallet) = wallet {
        call.state.wake(wallet);
    }
    Ok(answer)
}

/// Ends a wallet's sessions, gives back what cannot be billed, and asks for the withdrawal of the rest. A wallet in which
/// nothing is and that has no account is closed by that; of others the settler closes the account when everything has left.
fn close_now(
    write: &mut Write<'_>,
    gateway: &Gateway,
    wallet: &ledger::Wallet,
    destination: Option<Address>,
    settings: &PartnerSettings,
) -> Result<ClosedWallet, Problem> {
    if wallet.state == WalletState::Closed {
        return Err(Problem::new(Code::WalletClosed));
    }
    if wallet.debt != Amount::ZERO {
        return Err(Problem::new(Code::WalletFrozen));
    }
    close_sessions_of(write, wallet.id, CloseReason::WalletClosed, settings)?;
    let mut wallet = begin_close(write, wallet)?;
    let rest = wallet.available.whole_minor_units();
    let mut withdrawal = None;
    if rest > Amount::ZERO {
        let address = destination.ok_or_else(|| {
            Problem::new(Code::WalletNotEmpty)
                .param("destination")
                .detail(format!("{rest} EUR are left."))
                .member("available", wallet.available.to_string())
        })?;
        withdrawal = Some(withdrawals::ask(write, gateway, &wallet, rest, address, settings.card_hold_days)?);
        wallet = ledger::wallet(write.connection(), wallet.id)?;
    } else if is_empty(write, &wallet)? {
        close_wallet(write, &wallet, None)?;
        wallet = ledger::wallet(write.connection(), wallet.id)?;
    }
    Ok(ClosedWallet {
        user_id: wallet.user_id.clone(),
        state: wallet.state.name(),
        balance: wallet.balance(),
        unsettled: wallet.not_on_chain(),
        withdrawal_id: withdrawal.map(|id| Kind::Withdrawal.text(id)),
        withdrawn: if withdrawal.is_some() { rest } else { Amount::ZERO },
    })
}

/// Whether a wallet has no account on the chain, and nothing is on its way to one.
fn is_empty(write: &mut Write<'_>, wallet: &ledger::Wallet) -> Result<bool, Problem> {
    let sums = [wallet.due, wallet.sending, wallet.in_account, wallet.leaving, wallet.returning];
    let waits = write.row(
        "SELECT 1 FROM top_ups WHERE wallet_id = ?1 AND state = 'pending' \
         UNION ALL SELECT 1 FROM chain_ops WHERE wallet_id = ?1 \
         AND state IN ('planned', 'signed', 'sent', 'doubtful') LIMIT 1",
        [wallet.id],
        |_| Ok(()),
    )?;
    Ok(!wallet.has_account && waits.is_none() && sums.iter().all(|amount| *amount == Amount::ZERO))
}
