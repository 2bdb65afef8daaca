//! What tests and trials need on development networks: time that passes, money from nowhere, and payments that end.

use super::idempotency::answer_once;
use super::request::Request;
use super::top_ups::TopUp;
use super::wallets::Wallet;
use crate::access::Access;
use crate::amount::Amount;
use crate::gateway::{Gateway, sweep};
use crate::http::{Answer, Empty, Fault, FaultAction, Faults, Route, delete, get, post};
use crate::id::Kind;
use crate::ledger::{self, credit, open_wallet};
use crate::payments::TestProvider;
use crate::payments::settle_payment;
use crate::problem::{Code, Problem};
use crate::store::Write;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/test/clock")
            .operation("moveTestClock", "Let time pass")
            .access(Access::SECRET_OR_OPERATOR)
            .handler(clock),
        post("/v1/test/faults")
            .operation("addTestFault", "Let a fault strike the next requests of a call")
            .access(Access::SECRET_OR_OPERATOR)
            .success(&[StatusCode::CREATED])
            .handler(add_fault),
        get("/v1/test/faults")
            .operation("listTestFaults", "The faults that have not struck yet")
            .access(Access::SECRET_OR_OPERATOR)
            .handler(waiting_faults),
        delete("/v1/test/faults")
            .operation("clearTestFaults", "Forget the faults that have not struck yet")
            .access(Access::SECRET_OR_OPERATOR)
            .success(&[StatusCode::NO_CONTENT])
            .handler(clear_faults),
        post("/v1/test/top_ups/{id}/pay")
            .operation("payTestTopUp", "Pay a top-up that is pending")
            .access(Access::SECRET)
            .optional_body()
            .codes(&[Code::NotFound, Code::TreasuryLow])
            .handler(pay),
        post("/v1/test/top_ups/{id}/fail")
            .operation("failTestTopUp", "Let a top-up that is pending fail")
            .access(Access::SECRET)
            .optional_body()
            .codes(&[Code::NotFound])
            .handler(fail),
        post("/v1/test/top_ups/{id}/reversal")
            .operation("reverseTestTopUp", "Let the bank take a payment back, or give it back again")
            .access(Access::SECRET)
            .codes(&[Code::NotFound, Code::TreasuryLow])
            .handler(reverse),
        post("/v1/test/wallets/{user}/fund")
            .operation("fundTestWallet", "Give a wallet money")
            .access(Access::SECRET)
            .idempotent()
            .success(&[StatusCode::CREATED])
            .codes(&[Code::TreasuryLow, Code::WalletClosed])
            .handler(fund),
    ]
}

/// How much time passes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MoveClock {
    /// Milliseconds, from 0 to a year.
    advance_ms: i64,
}

/// The time afterwards.
#[derive(Debug, Serialize, JsonSchema)]
struct ClockAnswer {
    /// The gateway's time.
    now: String,
    /// How far the test clock is ahead of the system's, in milliseconds.
    ahead_ms: i64,
}

/// Money to give.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fund {
    /// How much, in whole cents.
    amount: Amount,
}

async fn clock(call: Request<MoveClock>) -> Result<Answer<ClockAnswer>, Problem> {
    const YEAR: i64 = 366 * 86_400_000;
    let ms = call.body.advance_ms;
    if !(0..=YEAR).contains(&ms) {
        return Err(Problem::invalid_field("advance_ms", format_args!("must be from 0 to {YEAR}.")));
    }
    let ahead_ms = call.state.write(move |write| Ok(write.advance_clock(ms)?)).await?;
    // What ends by that time has ended when the caller looks.
    sweep(&call.state).await?;
    Ok(Answer::ok(ClockAnswer { now: crate::time::rfc3339(call.state.store.clock().now()), ahead_ms }))
}

/// Faults that have not struck yet, those that strike first before the others.
#[derive(Debug, Serialize, JsonSchema)]
struct WaitingFaults {
    /// The faults.
    data: Vec<WaitingFault>,
}

/// A fault that has not struck as often as it should.
#[derive(Debug, Serialize, JsonSchema)]
struct WaitingFault {
    /// The call.
    operation: String,
    /// What happens.
    action: FaultAction,
    /// How many requests it still strikes.
    count: u32,
    /// How many requests pass before that.
    skip: u32,
}

impl WaitingFaults {
    fn of(faults: &Faults) -> Self {
        let waiting = |fault: Fault| WaitingFault {
            operation: fault.operation,
            action: fault.action,
            count: fault.count.unwrap_or(1),
            skip: fault.skip.unwrap_or(0),
        };
        Self { data: faults.waiting().into_iter().map(waiting).collect() }
    }
}

async fn add_fault(call: Request<Fault>) -> Result<Answer<WaitingFaults>, Problem> {
    let (fault, faults) = (call.body, &call.state.faults);
    fault.check().map_err(|(member, why)| Problem::invalid_field(member, why))?;
    if !faults.is_operation(&fault.operation) {
        return Err(Problem::invalid_field("operation", "is no `operationId` of the document at /openapi.json."));
    }
    if !faults.add(fault) {
        return Err(Problem::new(Code::Busy).detail("Too many faults wait already: clear them first."));
    }
    Ok(Answer::created(WaitingFaults::of(faults)))
}

async fn waiting_faults(call: Request) -> Result<Answer<WaitingFaults>, Problem> {
    Ok(Answer::ok(WaitingFaults::of(&call.state.faults)))
}

async fn clear_faults(call: Request) -> Result<Answer<Empty>, Problem> {
    call.state.faults.clear();
    Ok(Answer::new(StatusCode::NO_CONTENT, Empty {}))
}

/// How much of a payment is taken back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reversal {
    /// What the bank has taken back in all, in whole cents: more than before is a chargeback, less is one that was won.
    total: Amount,
}

async fn pay(call: Request) -> Result<Answer<TopUp>, Problem> {
    change_payment(call, |write, id, ()| TestProvider::end(write, id, true), |_| Ok(())).await
}

async fn fail(call: Request) -> Result<Answer<TopUp>, Problem> {
    change_payment(call, |write, id, ()| TestProvider::end(write, id, false), |_| Ok(())).await
}

async fn reverse(call: Request<Reversal>) -> Result<Answer<TopUp>, Problem> {
    change_payment(call, TestProvider::reverse, |body: &Reversal| {
        let total = body.total;
        if total.0 < 0 || total.in_cents().is_err() {
            return Err(Problem::invalid_field("total", "must be a whole number of cents, not negative."));
        }
        Ok(total)
    })
    .await
}

/// Changes what the provider says of a top-up's payment, and books it as on any notice.
async fn change_payment<B, V: Copy + Send + 'static>(
    call: Request<B>,
    change: impl Fn(&mut Write<'_>, i64, V) -> Result<(), Problem> + Send + 'static,
    value: impl FnOnce(&B) -> Result<V, Problem>,
) -> Result<Answer<TopUp>, Problem> {
    let partner = call.principal.partner()?;
    let id = call.path.number(Kind::TopUp, "id")?;
    let value = value(&call.body)?;
    let gateway = Arc::clone(&call.state);
    let (answer, wallet) = call
        .state
        .write(move |write| {
            let missing = || Problem::new(Code::NotFound);
            let top_up = ledger::TopUp::find(write.connection(), id)?.ok_or_else(missing)?;
            if ledger::wallet(write.connection(), top_up.wallet)?.partner != partner {
                return Err(missing());
            }
            change(write, id, value)?;
            let payment = TestProvider::fetch(write.connection(), id)?;
            let top_up = settle_payment(write, &gateway.registry, top_up, &payment)?;
            let wallet = ledger::wallet(write.connection(), top_up.wallet)?;
            Ok((TopUp::of(&top_up, &wallet), wallet.id))
        })
        .await?;
    call.state.wake(wallet);
    Ok(Answer::ok(answer))
}

async fn fund(call: Request<Fund>) -> Result<Answer<Wallet>, Problem> {
    let partner = call.principal.partner()?;
    let user = call.path.user_id("user")?.to_owned();
    let key = call.idempotency()?.clone();
    let amount = call.body.amount;
    if amount.0 <= 0 || amount.in_cents().is_err() {
        return Err(Problem::invalid_field("amount", "must be a whole number of cents, at least one."));
    }
    let (answer, wallet) = call
        .state
        .write(move |write| {
            answer_once(write, &key, |write| {
                let wallet = open_wallet(write, partner, &user)?;
                if wallet.state != ledger::WalletState::Open {
                    return Err(Problem::new(Code::WalletClosed));
                }
                credit(write, &wallet, amount, "test")?;
                let wallet = ledger::wallet(write.connection(), wallet.id)?;
                Ok((Answer::created(Wallet::of(&wallet)), wallet.id))
            })
        })
        .await?;
    if let Some(wallet) = wallet {
        call.state.wake(wallet);
    }
    Ok(answer)
}
