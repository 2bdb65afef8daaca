//! The start of a session: one open session for each user and content, and a hold before anything is served.

use super::SessionError;
use super::close::close_session;
use super::limits::MAX_HOLD_MS;
use super::row::{CloseReason, Leases, Session, find_session};
use super::take_up::take_up;
use crate::amount::{Amount, Price, lot};
use crate::ledger::{
    Contract, Entry, EntryKind, LedgerError, PartnerSettings, Posting, SessionPolicy, Wallet, WalletState, find_wallet,
    move_wallet,
};
use crate::store::Write;

/// What happens where the user has a session open on another device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// The start is refused.
    #[default]
    Fail,
    /// The other session ends.
    Replace,
}

/// A session to start.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// The user.
    pub user_id: String,
    /// What is played.
    pub content_id: String,
    /// The price of a minute.
    pub price: Price,
    /// How much playing is paid ahead, in milliseconds; one interval if not given.
    pub hold_ms: Option<i64>,
    /// The device.
    pub client_id: Option<String>,
    /// What happens where another device plays.
    pub on_conflict: OnConflict,
    /// Whether the partner's risk limit leaves room.
    pub partner_has_room: bool,
}

/// A session that was started, or taken up again.
#[derive(Clone, Debug)]
pub struct Started {
    /// The session.
    pub session: Session,
    /// Whether it was open before.
    pub is_taken_up: bool,
    /// The session that it ended.
    pub replaced: Option<i64>,
}

/// Starts a session (row 10), or takes up the one that the same device has open.
///
/// # Errors
/// [`SessionError`].
pub fn start(
    write: &mut Write<'_>,
    contract: &Contract,
    request: &StartRequest,
    settings: &PartnerSettings,
) -> Result<Started, SessionError> {
    // A user who has never had money gets no wallet by asking to play: nothing is written before it is known that it stays.
    let Some(wallet) = find_wallet(write.connection(), contract.partner, &request.user_id)? else {
        return Err(SessionError::InsufficientBalance(Amount::ZERO));
    };
    check_wallet(&wallet)?;
    let mut replaced = None;
    if let Some(open) = open_session(write, &wallet, &request.content_id, settings.session_policy)? {
        let is_same =
            open.client_id.is_some() && open.client_id == request.client_id && open.content_id == request.content_id;
        if is_same {
            let mut session = open;
            take_up(write, &mut session, settings, request.partner_has_room)?;
            return Ok(Started { session, is_taken_up: true, replaced: None });
        }
        if request.on_conflict == OnConflict::Fail {
            return Err(SessionError::Exists {
                session: open.id,
                content_id: open.content_id,
                client_id: open.client_id,
                started_at: open.started_at,
            });
        }
        replaced = Some(open.id);
        close_session(write, open, CloseReason::Replaced, settings)?;
    }
    let wallet = crate::ledger::wallet(write.connection(), wallet.id)?;
    let session = insert(write, &wallet, contract, request, settings)?;
    Ok(Started { session, is_taken_up: false, replaced })
}

fn check_wallet(wallet: &Wallet) -> Result<(), SessionError> {
    if wallet.state != WalletState::Open {
        return Err(SessionError::WalletClosed);
    }
    if wallet.debt != Amount::ZERO {
        return Err(SessionError::Frozen(Amount(wallet.debt.0.saturating_neg())));
    }
    Ok(())
}

/// The session that stands in the way of another one.
fn open_session(
    write: &mut Write<'_>,
    wallet: &Wallet,
    content_id: &str,
    policy: SessionPolicy,
) -> Result<Option<Session>, SessionError> {
    let id = match policy {
        SessionPolicy::None => None,
        SessionPolicy::PerContent => write.row(
            "SELECT id FROM sessions WHERE wallet_id = ?1 AND content_id = ?2 AND closed_at IS NULL LIMIT 1",
            (wallet.id, content_id),
            |row| row.get(0),
        )?,
        SessionPolicy::PerUser => write.row(
            "SELECT id FROM sessions WHERE wallet_id = ?1 AND closed_at IS NULL LIMIT 1",
            [wallet.id],
            |row| row.get(0),
        )?,
    };
    match id {
        Some(id) => Ok(find_session(write.connection(), id)?),
        None => Ok(None),
    }
}

/// Holds what the first interval costs and writes the session.
fn insert(
    write: &mut Write<'_>,
    wallet: &Wallet,
    contract: &Contract,
    request: &StartRequest,
    settings: &PartnerSettings,
) -> Result<Session, SessionError> {
    let hold_ms = request.hold_ms.unwrap_or(settings.interval_ms).clamp(1, MAX_HOLD_MS);
    let hold = request.price.charge(hold_ms).min(wallet.available);
    if hold.0 <= 0 {
        return Err(SessionError::InsufficientBalance(wallet.available));
    }
    let risk = wallet.not_on_chain().0.saturating_add(hold.0);
    if risk > settings.risk_limit_wallet.0 || !request.partner_has_room {
        return Err(SessionError::RiskLimit);
    }
    let tab = tab(write, wallet, contract, request.price, settings)?;
    let leases = leases_today(write, wallet, &request.content_id)?;
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO sessions (id, partner_id, wallet_id, tab_id, content_id, price, client_id, hold_ms, held, lease_day, \
         lease_until, leased_ms, lease_credited_ms, started_at, last_tick_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)",
        rusqlite::params![
            id,
            wallet.partner,
            wallet.id,
            tab,
            request.content_id,
            request.price,
            request.client_id,
            hold_ms,
            hold,
            leases.day,
            leases.until,
            leases.leased_ms,
            leases.credited_ms,
            now,
        ],
    )?;
    let posting = Posting { available: -hold.0, held: hold.0, ..Posting::default() };
    let balance = move_wallet(write, wallet.id, &posting)?;
    let session = find_session(write.connection(), id)?.ok_or(SessionError::NotFound)?;
    let entry = Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        session: Some(id),
        tab: Some(tab),
        balance: Some(balance),
        paid_ms: Some(session.paid_ms()),
        posting,
        ..Entry::new(EntryKind::SessionStarted)
    };
    entry.insert(write).map_err(LedgerError::from)?;
    Ok(session)
}

/// The tab of a wallet at a contract and price.
fn tab(
    write: &mut Write<'_>,
    wallet: &Wallet,
    contract: &Contract,
    price: Price,
    settings: &PartnerSettings,
) -> Result<i64, SessionError> {
    let lot = if settings.lots { lot(price, contract.fee_pct, settings.settle_above) } else { Amount::ZERO };
    let (id, now) = (write.next_id(), write.now());
    let tab = write.row(
        "INSERT INTO tabs (id, wallet_id, contract_id, price, lot, last_tick_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (wallet_id, contract_id, price) DO UPDATE SET lot = excluded.lot RETURNING id, blocked",
        (id, wallet.id, contract.id, price, lot, now),
        |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)),
    )?;
    match tab.ok_or(LedgerError::Conflict("the tab was not made"))? {
        (tab, None) => Ok(tab),
        (_, Some(blocked)) => Err(SessionError::ContractUnavailable(blocked)),
    }
}

/// The leases of the user's last session with this content, as far as they are today's.
fn leases_today(write: &mut Write<'_>, wallet: &Wallet, content_id: &str) -> Result<Leases, SessionError> {
    let now = write.now();
    let last = write.row(
        "SELECT lease_day, lease_until, leased_ms, lease_credited_ms FROM sessions \
         WHERE wallet_id = ?1 AND content_id = ?2 ORDER BY id DESC LIMIT 1",
        (wallet.id, content_id),
        |row| Ok(Leases { day: row.get(0)?, until: row.get(1)?, leased_ms: row.get(2)?, credited_ms: row.get(3)? }),
    )?;
    Ok(last.unwrap_or_default().at(now))
}
