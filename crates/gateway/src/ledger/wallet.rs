//! Wallets: the users of a partner.

use super::LedgerError;
use crate::amount::Amount;
use crate::store::{StoreError, Write};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// Whether a wallet can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletState {
    /// It can.
    Open,
    /// It is being closed.
    Closing,
    /// It was closed.
    Closed,
}

impl WalletState {
    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

impl rusqlite::types::FromSql for WalletState {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_str()? {
            "open" => Ok(Self::Open),
            "closing" => Ok(Self::Closing),
            "closed" => Ok(Self::Closed),
            _ => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// A wallet, with all its balances.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The accounts have their meaning in `Posting`.
pub struct Wallet {
    /// Its number.
    pub id: i64,
    /// Whose user it is.
    pub partner: i64,
    /// The user, as the partner names him.
    pub user_id: String,
    /// Whether it can be used.
    pub state: WalletState,
    /// Why nothing is sent to the chain for it; nothing where all is well.
    pub stopped: Option<String>,
    /// The number of its key.
    pub key_number: Option<i64>,
    /// Its account's address.
    pub address: Option<String>,
    /// Whether the account is on the chain.
    pub has_account: bool,
    pub available: Amount,
    pub held: Amount,
    pub unsettled: Amount,
    pub settling: Amount,
    pub withdrawing: Amount,
    pub debt: Amount,
    pub due: Amount,
    pub sending: Amount,
    pub in_account: Amount,
    pub leaving: Amount,
    pub returning: Amount,
}

impl Wallet {
    /// What is not charged yet: available and held.
    #[must_use]
    pub const fn balance(&self) -> Amount {
        Amount(self.available.0.saturating_add(self.held.0))
    }

    /// What was charged and is in no block yet.
    #[must_use]
    pub const fn not_on_chain(&self) -> Amount {
        Amount(self.unsettled.0.saturating_add(self.settling.0))
    }
}

/// The columns of [`read_wallet`].
macro_rules! columns {
    () => {
        "id, partner_id, user_id, state, stopped, key_number, address, has_account, available, held, unsettled, settling, \
         withdrawing, debt, due, sending, in_account, leaving, to_return"
    };
}

fn read_wallet(row: &Row<'_>) -> rusqlite::Result<Wallet> {
    Ok(Wallet {
        id: row.get(0)?,
        partner: row.get(1)?,
        user_id: row.get(2)?,
        state: row.get(3)?,
        stopped: row.get(4)?,
        key_number: row.get(5)?,
        address: row.get(6)?,
        has_account: row.get::<_, i64>(7)? != 0,
        available: row.get(8)?,
        held: row.get(9)?,
        unsettled: row.get(10)?,
        settling: row.get(11)?,
        withdrawing: row.get(12)?,
        debt: row.get(13)?,
        due: row.get(14)?,
        sending: row.get(15)?,
        in_account: row.get(16)?,
        leaving: row.get(17)?,
        returning: row.get(18)?,
    })
}

const BY_USER: &str = concat!("SELECT ", columns!(), " FROM wallets WHERE partner_id = ?1 AND user_id = ?2");
const BY_ID: &str = concat!("SELECT ", columns!(), " FROM wallets WHERE id = ?1");

/// The wallet of a partner's user; nothing where the user has not been written to yet.
///
/// # Errors
/// [`StoreError`].
pub fn find_wallet(connection: &Connection, partner: i64, user_id: &str) -> Result<Option<Wallet>, StoreError> {
    Ok(connection.prepare_cached(BY_USER)?.query_row((partner, user_id), read_wallet).optional()?)
}

/// The wallet with this number.
///
/// # Errors
/// [`LedgerError::Conflict`] where there is none.
pub fn wallet(connection: &Connection, id: i64) -> Result<Wallet, LedgerError> {
    let found = connection.prepare_cached(BY_ID)?.query_row([id], read_wallet).optional()?;
    found.ok_or(LedgerError::Conflict("there is no such wallet"))
}

/// The wallet of a partner's user, made where there is none.
///
/// # Errors
/// [`StoreError`].
pub fn open_wallet(write: &mut Write<'_>, partner: i64, user_id: &str) -> Result<Wallet, LedgerError> {
    if let Some(wallet) = find_wallet(write.connection(), partner, user_id)? {
        return Ok(wallet);
    }
    let (id, now) = (write.next_id(), write.now());
    write.execute(
        "INSERT INTO wallets (id, partner_id, user_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        (id, partner, user_id, now),
    )?;
    wallet(write.connection(), id)
}
