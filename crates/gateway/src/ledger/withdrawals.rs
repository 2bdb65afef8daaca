//! Money that leaves: rows 20 to 20d.

use super::post::whole_cents;
use super::{Entry, EntryKind, LedgerError, Posting, Short, Wallet, post};
use crate::amount::Amount;
use crate::store::Write;
use rusqlite::{Connection, OptionalExtension as _, Row};

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawalState {
    /// It waits for its place in the queue.
    Pending,
    /// It is on its way.
    Sending,
    /// It is in a block.
    Done,
    /// It was cancelled before it was sent.
    Cancelled,
    /// The network refuses it.
    Refused,
}

impl WithdrawalState {
    /// Its name in the store and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }
}

impl rusqlite::types::FromSql for WithdrawalState {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_str()? {
            "pending" => Ok(Self::Pending),
            "sending" => Ok(Self::Sending),
            "done" => Ok(Self::Done),
            "cancelled" => Ok(Self::Cancelled),
            "refused" => Ok(Self::Refused),
            _ => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// A withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Its number.
    pub id: i64,
    /// The wallet.
    pub wallet: i64,
    /// How much; whole cents.
    pub amount: Amount,
    /// The address it goes to.
    pub destination: String,
    /// Over id, wallet, amount and destination.
    pub mac: Vec<u8>,
    /// Where it stands.
    pub state: WithdrawalState,
    /// When it was asked for, in milliseconds since 1970.
    pub created_at: i64,
}

impl Withdrawal {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            wallet: row.get(1)?,
            amount: row.get(2)?,
            destination: row.get(3)?,
            mac: row.get(4)?,
            state: row.get(5)?,
            created_at: row.get(6)?,
        })
    }

    /// The withdrawal with this number.
    ///
    /// # Errors
    /// The store's.
    pub fn find(connection: &Connection, id: i64) -> Result<Option<Self>, LedgerError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, wallet_id, amount, destination, mac, state, created_at FROM withdrawals WHERE id = ?1",
        )?;
        Ok(statement.query_row([id], Self::read).optional()?)
    }
}

fn of(wallet: &Wallet, kind: EntryKind, id: i64, posting: Posting) -> Entry {
    Entry { partner: Some(wallet.partner), wallet: Some(wallet.id), cause: Some(id), posting, ..Entry::new(kind) }
}

fn set_state(
    write: &mut Write<'_>,
    (wallet, id, amount): (&Wallet, i64, Amount),
    from: WithdrawalState,
    to: WithdrawalState,
) -> Result<(), LedgerError> {
    let ended = (!matches!(to, WithdrawalState::Pending | WithdrawalState::Sending)).then_some(write.now());
    let changed = write.execute(
        "UPDATE withdrawals SET state = ?1, ended_at = ?2 WHERE id = ?3 AND state = ?4 AND wallet_id = ?5 AND amount = ?6",
        (to.name(), ended, id, from.name(), wallet.id, amount),
    )?;
    if changed == 0 { Err(LedgerError::Conflict("the withdrawal is in another state")) } else { Ok(()) }
}

/// Row 20: a withdrawal is asked for. `mac` is made of its number.
///
/// # Errors
/// [`LedgerError::Short`].
pub fn begin_withdrawal(
    write: &mut Write<'_>,
    wallet: &Wallet,
    amount: Amount,
    destination: &str,
    mac: impl FnOnce(i64) -> Vec<u8>,
) -> Result<i64, LedgerError> {
    whole_cents(amount)?;
    // Before anything is written: a job that fails then costs the others of its transaction nothing.
    if wallet.available < amount {
        return Err(LedgerError::Short(Short::Wallet));
    }
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO withdrawals (id, wallet_id, amount, destination, mac, state, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6)",
        (id, wallet.id, amount, destination, mac(id), now),
    )?;
    let posting = Posting { available: -amount.0, withdrawing: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::WithdrawalAsked, id, posting))?;
    Ok(id)
}

/// Row 20a: a withdrawal is planned on the chain.
///
/// # Errors
/// [`LedgerError`].
pub fn withdrawal_planned(write: &mut Write<'_>, wallet: &Wallet, id: i64, amount: Amount) -> Result<(), LedgerError> {
    set_state(write, (wallet, id, amount), WithdrawalState::Pending, WithdrawalState::Sending)?;
    let posting = Posting { in_account: -amount.0, leaving: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::WithdrawalPlanned, id, posting))?;
    Ok(())
}

/// Row 20b: a withdrawal is in a block.
///
/// # Errors
/// [`LedgerError`].
pub fn withdrawal_done(write: &mut Write<'_>, wallet: &Wallet, id: i64, amount: Amount) -> Result<(), LedgerError> {
    set_state(write, (wallet, id, amount), WithdrawalState::Sending, WithdrawalState::Done)?;
    let posting = Posting {
        withdrawing: -amount.0,
        world_chain: amount.0,
        leaving: -amount.0,
        outside: amount.0,
        ..Posting::default()
    };
    post(write, of(wallet, EntryKind::WithdrawalDone, id, posting))?;
    Ok(())
}

/// Row 20c: a withdrawal is cancelled before it is planned.
///
/// # Errors
/// [`LedgerError::Conflict`] where it is on its way or ended.
pub fn cancel_withdrawal(write: &mut Write<'_>, wallet: &Wallet, id: i64, amount: Amount) -> Result<(), LedgerError> {
    set_state(write, (wallet, id, amount), WithdrawalState::Pending, WithdrawalState::Cancelled)?;
    let posting = Posting { withdrawing: -amount.0, available: amount.0, ..Posting::default() };
    post(write, of(wallet, EntryKind::WithdrawalCancelled, id, posting))?;
    Ok(())
}

/// Row 20d: a planned withdrawal is refused, or is in no block and never will be.
///
/// # Errors
/// [`LedgerError`].
pub fn withdrawal_refused(
    write: &mut Write<'_>,
    wallet: &Wallet,
    id: i64,
    amount: Amount,
    reason: &str,
) -> Result<(), LedgerError> {
    set_state(write, (wallet, id, amount), WithdrawalState::Sending, WithdrawalState::Refused)?;
    let posting = Posting {
        withdrawing: -amount.0,
        available: amount.0,
        leaving: -amount.0,
        in_account: amount.0,
        ..Posting::default()
    };
    post(write, Entry { reason: Some(reason.to_owned()), ..of(wallet, EntryKind::WithdrawalRefused, id, posting) })?;
    Ok(())
}
