//! A heartbeat: the claim of a player that so much was played, charged once.
//!
//! At most five statements: one that reads session, wallet, tab and whether the tick is stored; one that moves the wallet's money;
//! one each for session, tab and journal.

use super::SessionError;
use super::lease::Offer;
use super::limits::{CLAIM_SLACK, LATE_TICKS, REST_AFTER};
use super::row::{COLUMNS, CloseReason, Session, WITH_TICK, find_session, read};
use crate::amount::Amount;
use crate::ledger::{Entry, EntryKind, LedgerError, PartnerSettings, Posting, tick_hash};
use crate::ledger::{TickRecord, move_wallet};
use crate::store::Write;
use rusqlite::Row;

/// Ticks of one batch.
pub const MAX_BATCH: usize = 100;

/// What a player claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The tick's id, unique in the session.
    pub tick_id: String,
    /// Time on the clock in which the medium advanced since the last tick, in milliseconds.
    pub played_ms: i64,
    /// Whether it is the last.
    pub is_final: bool,
}

/// A tick, or a batch of them.
#[derive(Clone, Debug)]
pub struct TickRequest {
    /// The session.
    pub session: i64,
    /// The partner whose credential came along.
    pub partner: i64,
    /// The generation of the token; none for a key.
    pub generation: Option<i64>,
    /// Whether the claim may be more than the time that has passed.
    pub is_unbounded: bool,
    /// Whether another hold is allowed: the partner's risk limit is not reached.
    pub partner_has_room: bool,
    /// Whether a playback lease is given to a player that goes on.
    pub gives_lease: bool,
}

/// What became of a tick: the same each time it is sent.
#[derive(Clone, Debug)]
pub struct TickOutcome {
    /// The journal's entry.
    pub entry: i64,
    /// What was charged.
    pub charged: Amount,
    /// What was claimed.
    pub played_ms: i64,
    /// What of it was credited.
    pub credited_ms: i64,
    /// What the wallet has that is not charged.
    pub balance: Amount,
    /// How much playing is paid for.
    pub paid_ms: i64,
    /// Why nothing more can be held: `insufficient_balance` or `risk_limit`.
    pub reason: Option<String>,
    /// Whether nothing could be charged for want of balance.
    pub is_refused: bool,
    /// Until when the playback lease that was given reaches, in milliseconds since 1970.
    pub lease_until: Option<i64>,
    /// Whether it was stored before.
    pub is_replayed: bool,
}

impl TickOutcome {
    /// Whether the player may go on.
    #[must_use]
    pub const fn can_continue(&self) -> bool {
        self.paid_ms > 0 && !self.is_refused
    }
}

fn read_stored(row: &Row<'_>) -> rusqlite::Result<Option<(String, TickOutcome)>> {
    let Some(entry) = row.get::<_, Option<i64>>(COLUMNS)? else { return Ok(None) };
    let kind: i64 = row.get(COLUMNS + 1)?;
    let outcome = TickOutcome {
        entry,
        played_ms: row.get(COLUMNS + 3)?,
        credited_ms: row.get(COLUMNS + 4)?,
        charged: row.get(COLUMNS + 5)?,
        balance: row.get(COLUMNS + 6)?,
        paid_ms: row.get(COLUMNS + 7)?,
        reason: row.get(COLUMNS + 8)?,
        is_refused: kind == EntryKind::TickRefused.number(),
        lease_until: None,
        is_replayed: true,
    };
    Ok(Some((row.get(COLUMNS + 2)?, outcome)))
}

/// What became of a tick, and the session afterwards; or why it does not count.
pub(crate) type TickResult = Result<(TickOutcome, Session), SessionError>;

/// Charges a tick, or finds what became of it before. With it comes the session as it is afterwards.
///
/// # Errors
/// [`SessionError`].
pub fn tick(
    write: &mut Write<'_>,
    request: &TickRequest,
    claim: &Claim,
    settings: &PartnerSettings,
) -> Result<(TickOutcome, Session), SessionError> {
    charge(write, request, claim, settings, None)
}

/// Charges the ticks of a player that was cut off, one after the other, as far as what was held before them pays for them.
///
/// # Errors
/// The store's; what single ticks fail with is in their place.
pub fn tick_batch(
    write: &mut Write<'_>,
    request: &TickRequest,
    claims: &[Claim],
    settings: &PartnerSettings,
) -> Result<Vec<TickResult>, SessionError> {
    let session = find_session(write.connection(), request.session)?;
    let mut limit = session.map_or(Amount::ZERO, |session| session.held);
    let mut outcomes = Vec::with_capacity(claims.len());
    for claim in claims {
        let outcome = match charge(write, request, claim, settings, Some(limit)) {
            Err(SessionError::Ledger(error)) => return Err(error.into()),
            outcome => outcome,
        };
        if let Ok((outcome, _)) = &outcome
            && !outcome.is_replayed
        {
            limit = Amount(limit.0.saturating_sub(outcome.charged.0));
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// `limit`: what may be charged at most, below what the wallet has.
fn charge(
    write: &mut Write<'_>,
    request: &TickRequest,
    claim: &Claim,
    settings: &PartnerSettings,
    limit: Option<Amount>,
) -> Result<(TickOutcome, Session), SessionError> {
    let now = write.now();
    let found = write
        .row(WITH_TICK, (request.session, tick_hash(&claim.tick_id)), |row| Ok((read(row)?, read_stored(row)?)))?;
    let (mut session, stored) =
        found.filter(|(session, _)| session.partner == request.partner).ok_or(SessionError::NotFound)?;
    if let Some((tick_id, mut outcome)) = stored {
        if tick_id != claim.tick_id || outcome.played_ms != claim.played_ms {
            return Err(SessionError::TickIdReused { played_ms: outcome.played_ms });
        }
        // What was given then and has not run out is given again.
        let is_open = session.closed_at.is_none() && request.gives_lease;
        outcome.lease_until = is_open.then_some(session.leases.until).filter(|until| *until > now);
        return Ok((outcome, session));
    }
    if request.generation.is_some_and(|generation| generation != session.generation) {
        return Err(SessionError::Replaced);
    }
    let is_late = session.closed_at.is_some();
    check_late(&session, now)?;
    session.leases = session.leases.at(now);

    let claimed = bounded(write, &session, claim, request.is_unbounded);
    let prepaid = claimed.min(session.prepaid_ms);
    let asked = claimed.saturating_sub(prepaid);
    let funds = if is_late { Amount(session.available.0.min(session.late.0)) } else { session.funds() };
    let before = session.charged_ms();
    let payable = session.price.paid_after(before, funds);
    // What is beyond the limit, but not beyond what the wallet has, is no want of balance: a later tick may claim it.
    let is_short = payable < asked;
    let allowed =
        limit.filter(|_| !is_late).map_or(payable, |limit| session.price.paid_after(before, limit).min(payable));
    let fresh = asked.min(allowed);
    let charged = session.price.charge_after(before, fresh);
    let credited = prepaid.saturating_add(fresh);
    if is_late && is_short && credited == 0 {
        return Err(SessionError::Closed);
    }

    session.credited_ms = session.credited_ms.saturating_add(credited);
    session.prepaid_ms = session.prepaid_ms.saturating_sub(prepaid);
    session.charged = Amount(session.charged.0.saturating_add(charged.0));
    session.leases.credited_ms = session.leases.credited_ms.saturating_add(credited);
    session.last_tick_at = now;
    session.ticks = session.ticks.saturating_add(1);
    let ends = claim.is_final && !is_late;
    let is_unpaid = is_short && fresh == payable;
    let (hold, reason) = if is_unpaid && !is_late {
        (Amount::ZERO, Some("insufficient_balance"))
    } else if is_late || ends {
        (Amount::ZERO, None)
    } else {
        next_hold(&session, charged, settings, request.partner_has_room)
    };
    if is_late {
        session.late = Amount(session.late.0.saturating_sub(charged.0));
    }
    if ends {
        session.closed_at = Some(now);
        session.close_reason = Some(CloseReason::Stopped);
        session.late = session.held;
    }
    let held_change = hold.0.saturating_sub(session.held.0);
    session.held = hold;
    let posting = Posting {
        available: charged.0.saturating_add(held_change).saturating_neg(),
        held: held_change,
        unsettled: charged.0,
        ..Posting::default()
    };
    let balance = move_wallet(write, session.wallet, &posting)?;
    session.available = Amount(session.available.0.saturating_add(posting.available));
    let is_refused = is_unpaid && credited == 0 && claimed > 0;
    let paid_ms = if is_refused || session.closed_at.is_some() { 0 } else { session.paid_ms() };
    let entry = Entry {
        partner: Some(session.partner),
        wallet: Some(session.wallet),
        session: Some(session.id),
        tab: Some(session.tab),
        tick: Some(TickRecord { id: Some(claim.tick_id.clone()), played_ms: claim.played_ms, credited_ms: credited }),
        reason: reason.map(str::to_owned),
        balance: Some(balance),
        paid_ms: Some(paid_ms),
        posting,
        ..Entry::new(if is_refused { EntryKind::TickRefused } else { EntryKind::Tick })
    };
    let entry = entry.insert(write)?;
    if ends {
        let ended = Entry {
            partner: Some(session.partner),
            wallet: Some(session.wallet),
            session: Some(session.id),
            tab: Some(session.tab),
            reason: session.close_reason.map(|reason| reason.name().to_owned()),
            balance: Some(balance),
            ..Entry::new(EntryKind::SessionEnded)
        };
        ended.insert(write)?;
    }
    if charged.0 > 0 || ends {
        add_to_tab(write, &mut session, charged, settings, ends)?;
    }
    let goes_on = request.gives_lease && claim.played_ms > 0 && paid_ms > 0 && session.closed_at.is_none();
    let offer = session.leases.offer(now, settings);
    let lease_until = match goes_on {
        true if offer.is_charged => give_lease(write, &mut session, settings, request.partner_has_room)?,
        true => {
            session.lease(offer);
            session.save_progress(write)?;
            Some(offer.until)
        }
        false => {
            session.save_progress(write)?;
            None
        }
    };
    let outcome = TickOutcome {
        entry,
        charged,
        played_ms: claim.played_ms,
        credited_ms: credited,
        balance,
        paid_ms,
        reason: reason.map(str::to_owned),
        is_refused,
        lease_until,
        is_replayed: false,
    };
    Ok((outcome, session))
}

/// Whether a tick of a session that has ended still counts.
const fn check_late(session: &Session, now: i64) -> Result<(), SessionError> {
    match (session.closed_at, session.close_reason) {
        (None, _) => Ok(()),
        (Some(_), Some(CloseReason::Replaced)) => Err(SessionError::Replaced),
        (Some(closed), _) if now.saturating_sub(closed) <= LATE_TICKS => Ok(()),
        (Some(_), _) => Err(SessionError::Closed),
    }
}

/// The part of a claim that can have been played: all claims of a session together are at most the time since its start.
fn bounded(write: &Write<'_>, session: &Session, claim: &Claim, is_unbounded: bool) -> i64 {
    if is_unbounded {
        return claim.played_ms.max(0);
    }
    let end = session.closed_at.unwrap_or_else(|| write.now());
    let most = write.clock().elapsed(session.started_at, end).saturating_add(CLAIM_SLACK);
    claim.played_ms.min(most.saturating_sub(session.credited_ms)).max(0)
}

/// What is held for the next interval, and why it is nothing. `charged` is not yet taken from the session's balances.
pub(super) fn next_hold(
    session: &Session,
    charged: Amount,
    settings: &PartnerSettings,
    partner_has_room: bool,
) -> (Amount, Option<&'static str>) {
    let wanted = session.price.charge_after(session.charged_ms(), session.hold_ms);
    let left = Amount(session.funds().0.saturating_sub(charged.0));
    let hold = wanted.min(left);
    let risk = session.not_on_chain.0.saturating_add(charged.0).saturating_add(hold.0);
    if risk > settings.risk_limit_wallet.0 || !partner_has_room {
        return (Amount::ZERO, Some("risk_limit"));
    }
    let pays_for = session.price.paid_after(session.charged_ms(), hold).saturating_add(session.prepaid_ms);
    if pays_for == 0 { (hold, Some("insufficient_balance")) } else { (hold, None) }
}

const ADD_TO_TAB: &str = "UPDATE tabs SET unsettled = unsettled + ?1, last_tick_at = ?2, due_at = ?3, \
    lot_since = COALESCE(lot_since, ?4) WHERE id = ?5";

/// The same where neither changes: the index of tabs that are due is left alone.
const ADD_TO_TAB_ALONE: &str = "UPDATE tabs SET unsettled = unsettled + ?1, last_tick_at = ?2 WHERE id = ?3";

/// Adds a charge to the session's tab, and notes when it is to be billed.
pub(super) fn add_to_tab(
    write: &mut Write<'_>,
    session: &mut Session,
    charged: Amount,
    settings: &PartnerSettings,
    ends: bool,
) -> Result<(), LedgerError> {
    let now = write.now();
    let unsettled = session.tab_unsettled.checked_add(charged).ok_or(LedgerError::TooLarge)?;
    let threshold = if session.tab_lot == Amount::ZERO { session.price.amount() } else { session.tab_lot };
    let wait = if unsettled >= settings.settle_above || (ends && settings.stop_makes_due && unsettled.0 > 0) {
        Some(0)
    } else if unsettled >= threshold {
        Some(settings.settle_after_ms)
    } else {
        (ends && unsettled.0 > 0).then_some(REST_AFTER)
    };
    let due = wait.map(|wait: i64| now.saturating_add(wait).saturating_add(settings.payout_delay_ms));
    let due_at = match (session.tab_due_at, due) {
        (Some(earlier), Some(due)) => Some(earlier.min(due)),
        (earlier, due) => earlier.or(due),
    };
    let lot_since = (unsettled >= threshold).then_some(now);
    let is_new_lot = lot_since.is_some() && session.tab_unsettled < threshold;
    if due_at == session.tab_due_at && !is_new_lot {
        write.execute(ADD_TO_TAB_ALONE, (charged, now, session.tab))?;
    } else {
        write.execute(ADD_TO_TAB, (charged, now, due_at, lot_since, session.tab))?;
    }
    session.tab_unsettled = unsettled;
    session.tab_due_at = due_at;
    session.not_on_chain = Amount(session.not_on_chain.0.saturating_add(charged.0));
    Ok(())
}

/// Gives a playback lease of one interval from now on, and charges it where it runs too far ahead of the ticks (row 11c). Until
/// when it reaches; nothing where it cannot be paid for.
///
/// # Errors
/// The store's.
pub fn give_lease(
    write: &mut Write<'_>,
    session: &mut Session,
    settings: &PartnerSettings,
    partner_has_room: bool,
) -> Result<Option<i64>, LedgerError> {
    let now = write.now();
    session.leases = session.leases.at(now);
    let offer: Offer = session.leases.offer(now, settings);
    if !offer.is_charged {
        session.lease(offer);
        session.save_progress(write)?;
        return Ok(Some(offer.until));
    }
    let before = session.charged_ms();
    let charged = session.price.charge_after(before, offer.ms);
    if charged > session.funds() {
        session.save_progress(write)?;
        return Ok(None);
    }
    session.prepaid_ms = session.prepaid_ms.saturating_add(offer.ms);
    session.charged = Amount(session.charged.0.saturating_add(charged.0));
    let (hold, reason) = next_hold(session, charged, settings, partner_has_room);
    let held_change = hold.0.saturating_sub(session.held.0);
    session.held = hold;
    let posting = Posting {
        available: charged.0.saturating_add(held_change).saturating_neg(),
        held: held_change,
        unsettled: charged.0,
        ..Posting::default()
    };
    let balance = move_wallet(write, session.wallet, &posting)?;
    session.available = Amount(session.available.0.saturating_add(posting.available));
    session.lease(offer);
    let entry = Entry {
        partner: Some(session.partner),
        wallet: Some(session.wallet),
        session: Some(session.id),
        tab: Some(session.tab),
        tick: Some(TickRecord { id: None, played_ms: offer.ms, credited_ms: 0 }),
        reason: reason.map(str::to_owned),
        balance: Some(balance),
        paid_ms: Some(session.paid_ms()),
        posting,
        ..Entry::new(EntryKind::LeaseCharged)
    };
    entry.insert(write)?;
    add_to_tab(write, session, charged, settings, false)?;
    session.save_progress(write)?;
    Ok(Some(offer.until))
}
