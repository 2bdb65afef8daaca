//! Moves money: balances first, each with its condition, then the row of the journal.

use super::Entry;
pub use super::entry::Posting;
use super::error::{LedgerError, Short};
use crate::amount::Amount;
use crate::store::Write;

/// What caused an entry, for functions that are called for several reasons.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// The id of a top-up, a withdrawal or an operation.
    pub id: Option<i64>,
    /// Why, where a person decided.
    pub reason: Option<String>,
}

const MOVE_WALLET: &str = "UPDATE wallets SET available = available + ?1, held = held + ?2, unsettled = unsettled + ?3, \
    settling = settling + ?4, withdrawing = withdrawing + ?5, debt = debt + ?6, due = due + ?7, sending = sending + ?8, \
    in_account = in_account + ?9, leaving = leaving + ?10, to_return = to_return + ?11 \
    WHERE id = ?12 AND available + ?1 >= 0 AND held + ?2 >= 0 AND unsettled + ?3 >= 0 AND settling + ?4 >= 0 \
    AND withdrawing + ?5 >= 0 AND debt + ?6 <= 0 AND due + ?7 >= 0 AND sending + ?8 >= 0 AND in_account + ?9 >= 0 \
    AND leaving + ?10 >= 0 AND to_return + ?11 >= 0 RETURNING available, held";

/// What heartbeats, starts and stops change: no column that decides what is to be done on the chain, and so none of an index.
const MOVE_OWED: &str = "UPDATE wallets SET available = available + ?1, held = held + ?2, unsettled = unsettled + ?3 \
    WHERE id = ?4 AND available + ?1 >= 0 AND held + ?2 >= 0 AND unsettled + ?3 >= 0 RETURNING available, held";

const MOVE_TAB: &str =
    "UPDATE tabs SET unsettled = unsettled + ?1 WHERE id = ?2 AND unsettled + ?1 >= 0 AND wallet_id = ?3";

const MOVE_PARTNER: &str = "UPDATE partners SET partner = partner + ?1, platform = platform + ?2 \
    WHERE id = ?3 AND partner + ?1 >= 0 AND platform + ?2 >= 0";

const MOVE_BOOKS: &str = "UPDATE books SET loss = loss + ?1, world_card = world_card + ?2, \
    world_paypal = world_paypal + ?3, world_chain = world_chain + ?4, world_operator = world_operator + ?5, \
    treasury = treasury + ?6, reserved = reserved + ?7, outside = outside + ?8 \
    WHERE id = 1 AND treasury + ?6 >= 0 AND reserved + ?7 >= 0";

/// The largest amount that one operation moves: far below what 64 bits hold, so that balances stay within them.
const MAX_AMOUNT: i64 = 100_000_000_000_000_000;

/// An amount that comes from outside, as a positive number of whole cents.
///
/// # Errors
/// [`LedgerError::Conflict`] where it is not positive whole cents, [`LedgerError::TooLarge`].
pub(super) fn whole_cents(amount: Amount) -> Result<i64, LedgerError> {
    if amount.in_cents().is_err() {
        return Err(LedgerError::Conflict("the amount is no whole number of cents"));
    }
    positive(amount)
}

/// An amount that comes from outside, as a positive number of u.
///
/// # Errors
/// [`LedgerError::Conflict`] where it is not one, [`LedgerError::TooLarge`].
pub(super) const fn positive(amount: Amount) -> Result<i64, LedgerError> {
    match amount.0 {
        ..=0 => Err(LedgerError::Conflict("the amount is not more than nothing")),
        1..=MAX_AMOUNT => Ok(amount.0),
        _ => Err(LedgerError::TooLarge),
    }
}

/// Moves a wallet's money; what it has then that is not charged.
///
/// # Errors
/// [`LedgerError::Short`] where a balance would become negative.
pub(crate) fn move_wallet(write: &mut Write<'_>, wallet: i64, posting: &Posting) -> Result<Amount, LedgerError> {
    let [a, b, c, d, e, f, g, h, i, j, k] = posting.of_wallet();
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let moved = match [d, e, f, g, h, i, j, k] {
        [0, 0, 0, 0, 0, 0, 0, 0] => write.row(MOVE_OWED, [a, b, c, wallet], read)?,
        _ => write.row(MOVE_WALLET, [a, b, c, d, e, f, g, h, i, j, k, wallet], read)?,
    };
    let (available, held) = moved.ok_or(LedgerError::Short(Short::Wallet))?;
    available.checked_add(held).map(Amount).ok_or(LedgerError::TooLarge)
}

/// Moves what an entry says and writes it; its id, and the wallet's balance in it.
///
/// # Errors
/// [`LedgerError::Short`] where a balance is too small. Then the job must fail: what was moved before is undone with it.
pub fn post(write: &mut Write<'_>, mut entry: Entry) -> Result<i64, LedgerError> {
    let posting = entry.posting;
    if posting.of_wallet().iter().any(|change| *change != 0) {
        let wallet = entry.wallet.ok_or(LedgerError::Conflict("an entry of a wallet names none"))?;
        entry.balance = Some(move_wallet(write, wallet, &posting)?);
    }
    if posting.unsettled != 0
        && let Some(tab) = entry.tab
    {
        let moved = write.execute(MOVE_TAB, (posting.unsettled, tab, entry.wallet))?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Tab));
        }
    }
    if posting.partner != 0 || posting.platform != 0 {
        let moved = write.execute(MOVE_PARTNER, (posting.partner, posting.platform, entry.partner))?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Partner));
        }
    }
    if posting.of_books().iter().any(|change| *change != 0) {
        let moved = write.execute(MOVE_BOOKS, posting.of_books())?;
        if moved == 0 {
            return Err(LedgerError::Short(Short::Treasury));
        }
    }
    Ok(entry.insert(write)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::index_operations;

    #[test]
    fn a_heartbeat_changes_no_index() {
        assert_eq!(index_operations(MOVE_OWED), 0);
        assert_eq!(index_operations("UPDATE tabs SET unsettled = unsettled + ?1, last_tick_at = ?2 WHERE id = ?3"), 0);
        assert!(index_operations(MOVE_WALLET) > 0, "the others do");
    }
}
