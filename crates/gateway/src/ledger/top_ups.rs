//! Money that comes in: rows 1 to 4b.

use super::closing::close_again;
use super::post::whole_cents;
use super::{Entry, EntryKind, LedgerError, Posting, Wallet, post, wallet};
use crate::amount::Amount;
use crate::store::Write;
use rusqlite::{Connection, OptionalExtension as _, Row};

/// Where a top-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopUpState {
    /// The provider has not said that it is paid.
    Pending,
    /// It was paid and credited.
    Succeeded,
    /// The provider refused it.
    Failed,
    /// It was not paid in time.
    Expired,
    /// It was paid, and taken back later.
    ChargedBack,
}

impl TopUpState {
    /// Its name in the store and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::ChargedBack => "charged_back",
        }
    }
}

impl rusqlite::types::FromSql for TopUpState {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_str()? {
            "pending" => Ok(Self::Pending),
            "succeeded" => Ok(Self::Succeeded),
            "failed" => Ok(Self::Failed),
            "expired" => Ok(Self::Expired),
            "charged_back" => Ok(Self::ChargedBack),
            _ => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// A top-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Its number.
    pub id: i64,
    /// The wallet.
    pub wallet: i64,
    /// How much; whole cents.
    pub amount: Amount,
    /// `card`, `paypal` or `crypto`.
    pub method: String,
    /// The payment provider.
    pub provider: String,
    /// What the provider calls the payment.
    pub payment_id: Option<String>,
    /// Where it stands.
    pub state: TopUpState,
    /// What was charged back so far.
    pub reversed: Amount,
    /// When it was made, and until when its PLY is reserved; milliseconds since 1970.
    pub created_at: i64,
    /// Until when its PLY is reserved.
    pub expires_at: i64,
}

const BY_ID: &str = "SELECT id, wallet_id, amount, method, provider, payment_id, state, reversed, created_at, expires_at \
    FROM top_ups WHERE id = ?1";

impl TopUp {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            wallet: row.get(1)?,
            amount: row.get(2)?,
            method: row.get(3)?,
            provider: row.get(4)?,
            payment_id: row.get(5)?,
            state: row.get(6)?,
            reversed: row.get(7)?,
            created_at: row.get(8)?,
            expires_at: row.get(9)?,
        })
    }

    /// An amount that comes from where it is paid; a negative one goes back there.
    pub(super) fn world_posting(&self, amount: i64) -> Posting {
        let change = amount.saturating_neg();
        if self.method == "paypal" {
            Posting { world_paypal: change, ..Posting::default() }
        } else {
            Posting { world_card: change, ..Posting::default() }
        }
    }

    /// The top-up with this number.
    ///
    /// # Errors
    /// The store's.
    pub fn find(connection: &Connection, id: i64) -> Result<Option<Self>, LedgerError> {
        Ok(connection.prepare_cached(BY_ID)?.query_row([id], Self::read).optional()?)
    }
}

/// Row 1: the treasury got PLY, seen in a block.
///
/// # Errors
/// [`LedgerError`].
pub fn stock(write: &mut Write<'_>, amount: Amount, reason: &str) -> Result<i64, LedgerError> {
    whole_cents(amount)?;
    let entry = Entry {
        reason: Some(reason.to_owned()),
        posting: Posting { outside: -amount.0, treasury: amount.0, ..Posting::default() },
        ..Entry::new(EntryKind::Stock)
    };
    post(write, entry)
}

/// Row 2: a top-up is made, and PLY is promised to it. Its number.
///
/// # Errors
/// [`Short::Treasury`](super::Short).
pub fn begin_top_up(
    write: &mut Write<'_>,
    wallet: &Wallet,
    amount: Amount,
    (method, provider): (&str, &str),
    lasts_ms: i64,
) -> Result<i64, LedgerError> {
    whole_cents(amount)?;
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO top_ups (id, wallet_id, amount, method, provider, state, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7)",
        (id, wallet.id, amount, method, provider, now, now.saturating_add(lasts_ms)),
    )?;
    let entry = Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        cause: Some(id),
        posting: Posting { treasury: -amount.0, reserved: amount.0, ..Posting::default() },
        ..Entry::new(EntryKind::TopUpBegun)
    };
    post(write, entry)?;
    Ok(id)
}

/// Row 3: a top-up that is pending failed, expired or was cancelled.
///
/// # Errors
/// [`LedgerError::Conflict`] where it is not pending.
pub fn end_top_up(write: &mut Write<'_>, top_up: &TopUp, state: TopUpState) -> Result<(), LedgerError> {
    if !matches!(state, TopUpState::Failed | TopUpState::Expired) {
        return Err(LedgerError::Conflict("a top-up does not end so"));
    }
    let now = write.now();
    let ended = write.execute(
        "UPDATE top_ups SET state = ?1, ended_at = ?2 WHERE id = ?3 AND state = 'pending'",
        (state.name(), now, top_up.id),
    )?;
    if ended == 0 {
        return Err(LedgerError::Conflict("the top-up is not pending"));
    }
    let partner = wallet(write.connection(), top_up.wallet)?.partner;
    let entry = Entry {
        partner: Some(partner),
        wallet: Some(top_up.wallet),
        cause: Some(top_up.id),
        reason: Some(state.name().to_owned()),
        posting: Posting { reserved: -top_up.amount.0, treasury: top_up.amount.0, ..Posting::default() },
        ..Entry::new(EntryKind::TopUpEnded)
    };
    post(write, entry)?;
    Ok(())
}

/// Rows 4 and 4b: a top-up was paid. What the wallet owes is taken from it first. A payment is credited once, whatever the
/// provider reports again.
///
/// # Errors
/// [`LedgerError::Conflict`] where it was credited before; [`Short::Treasury`](super::Short) for row 4b.
pub fn top_up_succeeded(write: &mut Write<'_>, top_up: &TopUp, payment_id: &str) -> Result<(), LedgerError> {
    let now = write.now();
    // In the state that it was read in: it decides where the PLY comes from.
    let ended = write.execute(
        "UPDATE top_ups SET state = 'succeeded', payment_id = ?1, ended_at = ?2 \
         WHERE id = ?3 AND state = ?4 AND state IN ('pending', 'failed', 'expired') \
         AND NOT EXISTS (SELECT 1 FROM top_ups o WHERE o.provider = top_ups.provider AND o.payment_id = ?1 AND o.id <> ?3)",
        (payment_id, now, top_up.id, top_up.state.name()),
    )?;
    if ended == 0 {
        return Err(LedgerError::Conflict("the payment was credited before"));
    }
    let wallet = wallet(write.connection(), top_up.wallet)?;
    close_again(write, &wallet)?;
    let amount = top_up.amount.0;
    // Debts are whole minor units, and so is the rest.
    let debt = amount.min(wallet.debt.0.saturating_neg());
    let credited = amount.saturating_sub(debt);
    let world = top_up.world_posting(amount);
    let is_reserved = top_up.state == TopUpState::Pending;
    let posting = if is_reserved {
        Posting { reserved: -amount, due: credited, treasury: debt, ..world }
    } else {
        Posting { treasury: -credited, due: credited, ..world }
    };
    let entry = Entry {
        partner: Some(wallet.partner),
        wallet: Some(wallet.id),
        cause: Some(top_up.id),
        posting: Posting { available: credited, debt, ..posting },
        ..Entry::new(if is_reserved { EntryKind::TopUpSucceeded } else { EntryKind::TopUpLate })
    };
    post(write, entry)?;
    Ok(())
}
