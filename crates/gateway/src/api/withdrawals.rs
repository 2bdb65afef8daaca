//! Withdrawals: money that leaves to an address that the user names.

use super::idempotency::{answer_once, stored_answer};
use super::request::Request;
use crate::access::{Access, Scope};
use crate::amount::Amount;
use crate::credentials::AuthorizedWithdrawal;
use crate::gateway::{Gateway, PartnerState};
use crate::http::{Answer, IdempotencyKey, Route, check_user_id, get, post};
use crate::id::Kind;
use crate::ledger::{self, begin_withdrawal, cancel_withdrawal, find_wallet};
use crate::problem::{Code, Problem};
use crate::store::Write;
use axum::http::StatusCode;
use pnp_types::{Address, AssetIndex};
use rusqlite::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/withdrawals")
            .operation("createWithdrawal", "Send money of a wallet to an address")
            .access(Access::SECRET.with_scope(Scope::WithdrawalsWrite))
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[
                Code::AmountOutOfRange,
                Code::ContractUnavailable,
                Code::DailyLimitReached,
                Code::DestinationNotReady,
                Code::InsufficientBalance,
                Code::NotWithdrawable,
                Code::WalletFrozen,
            ])
            .handler(create),
        get("/v1/withdrawals/{id}")
            .operation("getWithdrawal", "Where a withdrawal stands")
            .access(Access::SECRET)
            .codes(&[Code::NotFound])
            .handler(withdrawal),
        post("/v1/withdrawals/{id}/cancel")
            .operation("cancelWithdrawal", "Cancel a withdrawal that is not on its way")
            .access(Access::SECRET.with_scope(Scope::WithdrawalsWrite))
            .optional_body()
            .codes(&[Code::NotFound, Code::NotWithdrawable])
            .handler(cancel),
    ]
}

/// The least that is sent.
const LEAST: Amount = Amount(100_000_000);
/// Withdrawals of one user a day: each costs the operator a fee.
const A_DAY: i64 = 10;
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// A withdrawal to make.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateWithdrawal {
    /// The user.
    user_id: String,
    /// How much, in whole cents; at least 1.00.
    amount: Amount,
    /// The Algorand address; it has opted in to the asset.
    destination: String,
}

/// A withdrawal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Withdrawal {
    /// The withdrawal.
    id: String,
    /// `pending`, `sending`, `done`, `cancelled` or `refused`.
    status: String,
    /// The user.
    user_id: String,
    /// How much.
    amount: Amount,
    /// The address.
    destination: String,
    /// The wallet's balance now.
    new_balance: Amount,
    /// When it was asked for.
    created_at: String,
}

impl Withdrawal {
    fn of(withdrawal: &ledger::Withdrawal, wallet: &ledger::Wallet) -> Self {
        Self {
            id: Kind::Withdrawal.text(withdrawal.id),
            status: withdrawal.state.name().to_owned(),
            user_id: wallet.user_id.clone(),
            amount: withdrawal.amount,
            destination: withdrawal.destination.clone(),
            new_balance: wallet.balance(),
            created_at: crate::time::rfc3339(withdrawal.created_at),
        }
    }
}

/// What may leave: deposits, credits, and money by card that is old enough, less what has left.
fn withdrawable(connection: &Connection, wallet: &ledger::Wallet, card_since: i64) -> Result<Amount, Problem> {
    let held_back: i64 = connection
        .prepare_cached(
            "SELECT COALESCE(SUM(amount - reversed), 0) FROM top_ups WHERE wallet_id = ?1 AND state = 'succeeded' \
             AND method <> 'crypto' AND created_at > ?2",
        )?
        .query_row((wallet.id, card_since), |row| row.get(0))?;
    Ok(Amount(wallet.available.0.saturating_sub(held_back).max(0)))
}

/// Asks for a withdrawal (row 20) where the rules let so much leave to this address; its number. Money by card stays for
/// `card_hold_days`.
pub(super) fn ask(
    write: &mut Write<'_>,
    gateway: &Gateway,
    wallet: &ledger::Wallet,
    amount: Amount,
    address: Address,
    card_hold_days: i64,
) -> Result<i64, Problem> {
    if wallet.debt != Amount::ZERO {
        return Err(Problem::new(Code::WalletFrozen));
    }
    let day_ago = write.now().saturating_sub(DAY);
    let today: i64 = write
        .row(
            "SELECT COUNT(*) FROM withdrawals WHERE wallet_id = ?1 AND created_at > ?2",
            (wallet.id, day_ago),
            |row| row.get(0),
        )?
        .unwrap_or(0);
    if today >= A_DAY {
        return Err(Problem::new(Code::DailyLimitReached).detail(format!("A user may withdraw {A_DAY} times a day.")));
    }
    let destination = address.to_string();
    let own: i64 =
        write.row("SELECT COUNT(*) FROM wallets WHERE address = ?1", [&destination], |row| row.get(0))?.unwrap_or(0);
    if own > 0 {
        return Err(Problem::new(Code::DestinationNotReady)
            .param("destination")
            .detail("The address belongs to a wallet of this gateway."));
    }
    if amount > wallet.available {
        return Err(Problem::new(Code::InsufficientBalance).member("available", wallet.available.to_string()));
    }
    let card_since = write.now().saturating_sub(card_hold_days.saturating_mul(DAY));
    let most = withdrawable(write.connection(), wallet, card_since)?;
    if amount > most {
        return Err(Problem::new(Code::NotWithdrawable)
            .detail(format!("Money that came by card leaves after {card_hold_days} days: {most} EUR may leave now."))
            .member("withdrawable", most.to_string()));
    }
    Ok(begin_withdrawal(write, wallet, amount, &destination, |id| {
        let claim = AuthorizedWithdrawal { id, wallet: wallet.id, amount, destination: address };
        gateway.withdrawal_macs().mac(&claim).to_vec()
    })?)
}

/// A destination in its text.
pub(super) fn address_of(destination: &str) -> Result<Address, Problem> {
    destination
        .parse()
        .map_err(|error| Problem::invalid_field("destination", format_args!("is no Algorand address: {error}.")))
}

/// Checks with the network that an address can receive what leaves, unless the answer to the request is known already.
pub(super) async fn check_destination(
    gateway: &Gateway,
    state: &PartnerState,
    key: &IdempotencyKey,
    address: Address,
) -> Result<(), Problem> {
    let key = key.clone();
    if gateway.write(move |write| Ok(stored_answer(write, &key)?.is_some())).await? {
        return Ok(());
    }
    let contract = state.contract.as_ref().ok_or_else(|| Problem::new(Code::ContractUnavailable))?;
    gateway.check_destination(address, AssetIndex(contract.asset)).await
}

async fn create(call: Request<CreateWithdrawal>) -> Result<Answer<Withdrawal>, Problem> {
    let partner = call.principal.partner()?;
    let state = call.state.partner(partner)?;
    let key = call.idempotency()?.clone();
    let CreateWithdrawal { user_id, amount, destination } = call.body;
    check_user_id(&user_id).map_err(|why| Problem::invalid_field("user_id", format_args!("{why}.")))?;
    if amount.in_cents().is_err() {
        return Err(Problem::invalid_field("amount", "must be a whole number of cents."));
    }
    if amount < LEAST {
        return Err(Problem::new(Code::AmountOutOfRange)
            .param("amount")
            .detail(format!("At least {LEAST} EUR leave.")));
    }
    let address = address_of(&destination)?;
    check_destination(&call.state, &state, &key, address).await?;
    let gateway = Arc::clone(&call.state);
    let days = state.partner.settings.card_hold_days;
    let (answer, wallet) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let found = find_wallet(write.connection(), partner, &user_id)?;
                let wallet = found.ok_or_else(|| Problem::new(Code::InsufficientBalance))?;
                let id = ask(write, &gateway, &wallet, amount, address, days)?;
                let withdrawal = ledger::Withdrawal::find(write.connection(), id)?
                    .ok_or_else(|| Problem::internal("a withdrawal is gone"))?;
                let wallet = ledger::wallet(write.connection(), wallet.id)?;
                Ok((Answer::created(Withdrawal::of(&withdrawal, &wallet)), wallet.id))
            })
        })
        .await?;
    if let Some(wallet) = wallet {
        call.state.wake(wallet);
    }
    Ok(answer)
}

/// A withdrawal of a partner, with its wallet.
fn find(connection: &Connection, partner: i64, id: i64) -> Result<(ledger::Withdrawal, ledger::Wallet), Problem> {
    let missing = || Problem::new(Code::NotFound);
    let withdrawal = ledger::Withdrawal::find(connection, id)?.ok_or_else(missing)?;
    let wallet = ledger::wallet(connection, withdrawal.wallet)?;
    if wallet.partner == partner { Ok((withdrawal, wallet)) } else { Err(missing()) }
}

async fn withdrawal(call: Request) -> Result<Answer<Withdrawal>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::Withdrawal, "id")?;
    let found = call
        .state
        .read(move |connection| {
            let (withdrawal, wallet) = find(connection, partner, id)?;
            Ok(Withdrawal::of(&withdrawal, &wallet))
        })
        .await?;
    Ok(Answer::ok(found))
}

async fn cancel(call: Request) -> Result<Answer<Withdrawal>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::Withdrawal, "id")?;
    let cancelled = call
        .state
        .write(move |write| {
            let (withdrawal, wallet) = find(write.connection(), partner, id)?;
            if withdrawal.state == ledger::WithdrawalState::Pending {
                cancel_withdrawal(write, &wallet, id, withdrawal.amount)?;
            } else if withdrawal.state != ledger::WithdrawalState::Cancelled {
                return Err(Problem::new(Code::NotWithdrawable)
                    .detail(format!("The withdrawal is {}: it cannot be cancelled.", withdrawal.state.name())));
            }
            let (withdrawal, wallet) = find(write.connection(), partner, id)?;
            Ok(Withdrawal::of(&withdrawal, &wallet))
        })
        .await?;
    Ok(Answer::ok(cancelled))
}
