//! What happens by itself: sessions without ticks end, and top-ups that nobody paid for.

use super::Gateway;
use crate::ledger::{TopUp, TopUpState, end_top_up};
use crate::payments::{TestProvider, charge_backs_due, settle_payment};
use crate::problem::Problem;
use crate::sessions::{CloseReason, OpenSession, close_session, expired, find_session};
use std::sync::Arc;

/// For how long the answer of an idempotency key is kept, in milliseconds: 30 days.
const ANSWERS_KEPT: i64 = 30 * 86_400_000;
/// How many answers are forgotten in one transaction, and in how many transactions of one sweep.
const FORGET_AT_ONCE: i64 = 200;
const FORGET_STEPS: usize = 20;

/// Open sessions that one look goes through: the others are looked at in the next seconds.
const SESSIONS_AT_ONCE: usize = 10_000;

/// Where the look through the open sessions has got to.
#[derive(Debug, Default)]
pub struct SweepPlace(Option<OpenSession>);

/// Ends everything that has ended by the time that has passed.
///
/// # Errors
/// The store's.
pub async fn sweep(gateway: &Arc<Gateway>) -> Result<(), Problem> {
    let mut place = SweepPlace::default();
    loop {
        end_sessions(gateway, &mut place).await?;
        if place.0.is_none() {
            return end_what_is_over(gateway).await;
        }
    }
}

/// The same, but of the open sessions only the next ones.
///
/// # Errors
/// The store's.
pub async fn sweep_next(gateway: &Arc<Gateway>, place: &mut SweepPlace) -> Result<(), Problem> {
    end_sessions(gateway, place).await?;
    end_what_is_over(gateway).await
}

async fn end_sessions(gateway: &Arc<Gateway>, place: &mut SweepPlace) -> Result<(), Problem> {
    let (reader, after) = (Arc::clone(gateway), place.0.take());
    let page = gateway
        .read(move |connection| {
            let usual = crate::ledger::PartnerSettings::default().interval_ms;
            let interval_of =
                |partner| reader.registry.partner(partner).map_or(usual, |state| state.partner.settings.interval_ms);
            Ok(expired(connection, reader.store.clock(), interval_of, (after.as_ref(), SESSIONS_AT_ONCE))?)
        })
        .await?;
    for id in page.expired {
        close(gateway, id).await?;
    }
    place.0 = page.next;
    Ok(())
}

/// Ends what is no session.
async fn end_what_is_over(gateway: &Arc<Gateway>) -> Result<(), Problem> {
    let now = gateway.store.clock().now();
    end_top_ups(gateway, now).await?;
    forget_answers(gateway, now).await
}

async fn end_top_ups(gateway: &Arc<Gateway>, now: i64) -> Result<(), Problem> {
    let unpaid = gateway
        .read(move |connection| {
            let mut statement = connection
                .prepare_cached("SELECT id FROM top_ups WHERE state = 'pending' AND expires_at < ?1 LIMIT 100")?;
            let ids = statement.query_map([now], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok(ids)
        })
        .await?;
    for id in unpaid {
        gateway
            .write(move |write| {
                let Some(top_up) = TopUp::find(write.connection(), id)? else { return Ok(()) };
                if top_up.state == TopUpState::Pending {
                    end_top_up(write, &top_up, TopUpState::Expired)?;
                }
                Ok(())
            })
            .await?;
    }
    let taken_back = gateway.read(move |connection| charge_backs_due(connection, now)).await?;
    for (id, amount) in taken_back {
        let holder = Arc::clone(gateway);
        gateway
            .write(move |write| {
                let Some(top_up) = TopUp::find(write.connection(), id)? else { return Ok(()) };
                TestProvider::reverse(write, id, amount)?;
                let payment = TestProvider::fetch(write.connection(), id)?;
                settle_payment(write, &holder.registry, top_up, &payment)?;
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// Forgets answers whose idempotency keys are so old that nobody may use them any more: in small steps, between which others write.
async fn forget_answers(gateway: &Arc<Gateway>, now: i64) -> Result<(), Problem> {
    let before = now.saturating_sub(ANSWERS_KEPT);
    let is_any = gateway
        .read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM idempotency_keys WHERE created_at < ?1 LIMIT 1")?;
            Ok(statement.exists([before])?)
        })
        .await?;
    if !is_any {
        return Ok(());
    }
    for _ in 0..FORGET_STEPS {
        let forgotten = gateway
            .write(move |write| {
                Ok(write.execute(
                    "DELETE FROM idempotency_keys WHERE (partner_id, key_hash) IN \
                     (SELECT partner_id, key_hash FROM idempotency_keys WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)",
                    (before, FORGET_AT_ONCE),
                )?)
            })
            .await?;
        if i64::try_from(forgotten).unwrap_or(i64::MAX) < FORGET_AT_ONCE {
            break;
        }
    }
    Ok(())
}

async fn close(gateway: &Arc<Gateway>, id: i64) -> Result<(), Problem> {
    let holder = Arc::clone(gateway);
    let wallet = gateway
        .write(move |write| {
            let Some(session) = find_session(write.connection(), id)? else { return Ok(None) };
            let state = holder.partner(session.partner)?;
            let session = close_session(write, session, CloseReason::Expired, &state.partner.settings)?;
            Ok(Some(session.wallet))
        })
        .await?;
    if let Some(wallet) = wallet {
        gateway.wake(wallet);
    }
    Ok(())
}
