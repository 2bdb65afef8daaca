//! Moves money: balances first, each with its condition, then the row of the journal.

pub use super::entry::Posting;
use super::error::{LedgerError, Short};
use super::Entry;
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

const MOVE_TAB: &str =
    "UPDATE tabs SET unsettled = unsettled + ?1 WHERE id = ?2 AND unsettled + ?1 >= 0 AND wallet_id = ?3";

const MOVE_PARTNER: &str = "UPDATE partners SET partner = partner + ?1, platform = platform + ?2 \
    WHERE id = ?3 AND partner + ?1 >= 0 AND platform + ?2 >= 0";

const MOVE_BOOKS: &str = "UPDATE books SET loss = loss + ?1, world_card = world_card + ?2, \
    world_paypal = world_paypal + ?3, world_chain = world_chain + ?4, world_operator = world_operator + ?5, \
    treasury = treasury + ?6, reserved = reserved + ?7, outside = outside + ?8 \
    WHERE id = 1 AND treasury + ?6 >= 0 AND reserved + ?7 >= 0";

/// Moves a wallet's money; what it has then that is not charged.
///
/// # Errors
/// [`LedgerError::Short`] where a balance would become negative.
pub(crate) fn move_wallet(write: &mut Write<'_>, wallet: i64, posting: &Posting) -> Result<Amount, LedgerError> {
    let [a, b, c, d, e, f, g, h, i, j, k] = posting.of_wallet();
    let moved = write.row(MOVE_WALLET, [a, b, c, d, e, f, g, h, i, j, k, wallet], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
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
    if posting.unsettled != 0 && let Some(tab) = entry.tab {
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
