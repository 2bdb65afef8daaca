//! Top-ups: money that comes in.

use super::idempotency::answer_once;
use super::request::Request;
use super::sessions::named_user;
use crate::access::{Access, Principal};
use crate::amount::Amount;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get, post};
use crate::id::Kind;
use crate::ledger::{self, TopUpState, begin_top_up, open_wallet};
use crate::payments::{TestProvider, settle_payment};
use crate::problem::{Code, Problem};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/top_ups")
            .operation("createTopUp", "Add money to a wallet")
            .access(Access::SECRET_OR_USER)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[
                Code::NotFound,
                Code::AmountOutOfRange,
                Code::DailyLimitReached,
                Code::ReturnUrlNotAllowed,
                Code::TreasuryLow,
                Code::WalletClosed,
            ])
            .handler(create),
        get("/v1/top_ups/{id}")
            .operation("getTopUp", "Where a top-up stands")
            .access(Access::SECRET_OR_USER)
            .codes(&[Code::NotFound])
            .handler(top_up),
    ]
}

/// How it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentMethod {
    /// By card.
    Card,
    /// By PayPal.
    Paypal,
    /// With coins.
    Crypto,
}

impl PaymentMethod {
    const fn text(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Paypal => "paypal",
            Self::Crypto => "crypto",
        }
    }
}

/// A top-up to make.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateTopUp {
    /// The user. A user token names its own, and need not repeat it.
    user_id: Option<String>,
    /// How much, in whole cents.
    amount: Amount,
    /// How it is paid.
    payment_method: PaymentMethod,
    /// Where the user goes after paying; its origin must be listed.
    return_url: Option<String>,
}

/// A top-up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct TopUp {
    /// The top-up.
    id: String,
    /// The same.
    transaction_id: String,
    /// Whether it was accepted: it may still be pending.
    success: bool,
    /// `pending`, `succeeded`, `failed`, `expired` or `charged_back`.
    status: String,
    /// The user.
    user_id: String,
    /// How much.
    amount: Amount,
    /// How it is paid.
    payment_method: String,
    /// The wallet's balance now.
    new_balance: Amount,
    /// Where the user pays, while it is pending.
    checkout_url: Option<String>,
    /// When it was made.
    created_at: String,
    /// Until when it can be paid.
    expires_at: String,
}

impl TopUp {
    pub(super) fn of(top_up: &ledger::TopUp, wallet: &ledger::Wallet) -> Self {
        let id = Kind::TopUp.text(top_up.id);
        Self {
            transaction_id: id.clone(),
            success: matches!(top_up.state, TopUpState::Pending | TopUpState::Succeeded),
            status: top_up.state.name().to_owned(),
            user_id: wallet.user_id.clone(),
            amount: top_up.amount,
            payment_method: top_up.method.clone(),
            new_balance: wallet.balance(),
            checkout_url: (top_up.state == TopUpState::Pending).then(|| TestProvider::checkout_url(&id)),
            created_at: crate::time::rfc3339(top_up.created_at),
            expires_at: crate::time::rfc3339(top_up.expires_at),
            id,
        }
    }
}

/// Whether a URL has one of these origins.
fn is_listed(url: &str, origins: &[String]) -> bool {
    origins
        .iter()
        .any(|origin| url.strip_prefix(&**origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

async fn create(call: Request<CreateTopUp>) -> Result<Answer<TopUp>, Problem> {
    let partner = call.principal.partner()?;
    let state = call.state.partner(partner)?;
    let key = call.idempotency()?.clone();
    let body = call.body;
    let user_id = named_user(&call.principal, body.user_id)?;
    let settings = &state.partner.settings;
    if body.amount.in_cents().is_err() {
        return Err(Problem::invalid_field("amount", "must be a whole number of cents."));
    }
    if !(settings.top_up_min..=settings.top_up_max).contains(&body.amount) {
        return Err(Problem::new(Code::AmountOutOfRange)
            .param("amount")
            .detail(format!("A top-up is from {} to {} EUR.", settings.top_up_min, settings.top_up_max)));
    }
    if let Some(url) = &body.return_url
        && (url.chars().any(char::is_control) || !is_listed(url, &settings.return_origins))
    {
        return Err(Problem::new(Code::ReturnUrlNotAllowed).param("return_url"));
    }
    let (amount, method, daily) = (body.amount, body.payment_method, settings.top_up_daily);
    let gateway = Arc::clone(&call.state);
    let (answer, wallet) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let wallet = open_wallet(write, partner, &user_id)?;
                if wallet.state != ledger::WalletState::Open {
                    return Err(Problem::new(Code::WalletClosed));
                }
                let since = write.now().saturating_sub(86_400_000);
                let today: i64 = write
                    .row(
                        "SELECT COALESCE(SUM(amount), 0) FROM top_ups WHERE wallet_id = ?1 AND created_at > ?2 \
                         AND state IN ('pending', 'succeeded')",
                        (wallet.id, since),
                        |row| row.get(0),
                    )?
                    .unwrap_or(0);
                if today.saturating_add(amount.0) > daily.0 {
                    return Err(Problem::new(Code::DailyLimitReached)
                        .param("amount")
                        .detail(format!("A user may top up {daily} EUR a day.")));
                }
                let id = begin_top_up(
                    write,
                    &wallet,
                    amount,
                    (method.text(), TestProvider::NAME),
                    TestProvider::RESERVED_MS,
                )?;
                let find = |write: &crate::store::Write<'_>| {
                    ledger::TopUp::find(write.connection(), id)?.ok_or_else(|| Problem::internal("a top-up is gone"))
                };
                let top_up = find(write)?;
                let payment = TestProvider::begin(write, &top_up)?;
                let top_up = settle_payment(write, &gateway.registry, top_up, &payment)?;
                let wallet = ledger::wallet(write.connection(), wallet.id)?;
                let answer = Answer::created(TopUp::of(&top_up, &wallet));
                Ok((answer, wallet.id))
            })
        })
        .await?;
    if let Some(wallet) = wallet {
        call.state.wake(wallet);
    }
    Ok(answer)
}

async fn top_up(call: Request) -> Result<Answer<TopUp>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::TopUp, "id")?;
    let user = match &call.principal {
        Principal::User { user_id, .. } => Some(Arc::clone(user_id)),
        _ => None,
    };
    let found = call
        .state
        .read(move |connection| {
            let Some(top_up) = ledger::TopUp::find(connection, id)? else { return Ok(None) };
            let wallet = ledger::wallet(connection, top_up.wallet)?;
            let is_visible = wallet.partner == partner && user.is_none_or(|user| *user == *wallet.user_id);
            Ok(is_visible.then(|| TopUp::of(&top_up, &wallet)))
        })
        .await?;
    found.map(Answer::ok).ok_or_else(|| Problem::new(Code::NotFound))
}
