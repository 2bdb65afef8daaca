//! A wallet that was stopped goes on: after its account was compared with its books, and where they differ after the operator
//! named what the books take over from the chain.

use super::endings::post_algos;
use super::operations::number;
use super::planning::covers;
use super::schedule::reschedule;
use super::{SettlementError, StoreBooks};
use crate::amount::Amount;
use crate::chain::{AlgoPosting, ChainOp, Comparison, Mismatch, OpState, Review, WalletBooks, Work};
use crate::ledger::{
    self, BillPart, Entry, EntryKind, LedgerError, Wallet, bill_charged, bill_planned, coins_missing, credit, deliver,
    delivered, deposit as post_deposit,
};
use crate::store::Write;
use pnp_types::AppIndex;
use pnp_usage::{Split, Units};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many differences are corrected at once: a wallet has few.
const MAX_CORRECTIONS: usize = 8;

/// What the books take over from the chain. Each is a row of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// The account holds less than the books say: the wallet has so much less (row 23).
    TakeMissing,
    /// The same, and the operator credits the wallet with as much (row 22), out of the treasury.
    ReplaceMissing,
    /// The contract has a tick that no bill of this store has: it counts as that of a bill, of what is missing, as far as the wallet's
    /// tabs of this contract have it (rows 14 and 15). What they do not have is still missing then.
    AcceptTick,
    /// What is due, or in the delivery under way, is in the account already (rows 5 and 5a).
    AcceptDelivery,
    /// What the account holds more is the user's (row 7), also where it is as much as is due.
    AcceptDeposit,
    /// The account exists on the chain, and the books know of none.
    AcceptAccount,
    /// The account has fewer Algos than the third book says.
    AcceptAlgos,
}

impl Correction {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::TakeMissing,
        Self::ReplaceMissing,
        Self::AcceptTick,
        Self::AcceptDelivery,
        Self::AcceptDeposit,
        Self::AcceptAccount,
        Self::AcceptAlgos,
    ];

    /// As in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TakeMissing => "take_missing",
            Self::ReplaceMissing => "replace_missing",
            Self::AcceptTick => "accept_tick",
            Self::AcceptDelivery => "accept_delivery",
            Self::AcceptDeposit => "accept_deposit",
            Self::AcceptAccount => "accept_account",
            Self::AcceptAlgos => "accept_algos",
        }
    }

    /// What may be taken over where an account differs so.
    #[must_use]
    pub const fn of(mismatch: &Mismatch) -> &'static [Self] {
        match mismatch {
            Mismatch::HoldingShort { .. } => &[Self::TakeMissing, Self::ReplaceMissing],
            Mismatch::ForeignTick { .. } => &[Self::AcceptTick],
            Mismatch::UnknownDelivery(_) => &[Self::AcceptDelivery, Self::AcceptDeposit],
            Mismatch::UnknownAccount => &[Self::AcceptAccount],
            Mismatch::AlgosShort { .. } => &[Self::AcceptAlgos],
            // Somebody else can sign: nothing of the books makes that good.
            Mismatch::Rekeyed => &[],
        }
    }
}

/// Why a wallet is not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReleased {
    /// There is no such wallet, or it is closed.
    #[error("there is no such wallet")]
    NotFound,
    /// It is not stopped.
    #[error("the wallet is not stopped")]
    NotStopped,
    /// It is still not known whether its operation is in a block.
    #[error("it is still not known whether the operation {0} is in a block")]
    Doubtful(String),
    /// The node is behind what the books know.
    #[error("the node is behind the blocks that this gateway has seen")]
    NodeBehind,
    /// The account differs from the books, and no correction for that was named.
    #[error("{0}")]
    Differs(Mismatch),
    /// The wallet moved on meanwhile.
    #[error("the wallet has changed meanwhile")]
    Changed,
}

/// What was done to release a wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// The corrections, in their order.
    pub corrections: Vec<Correction>,
}

/// What a look at a stopped wallet leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Account and books agree; a surplus is booked by the next look of the settler.
    Agrees,
    /// It is not released.
    No(NotReleased),
    /// This is corrected first.
    Correct(Mismatch, Correction),
}

/// What follows from a look, with these corrections named.
pub(crate) fn verdict(review: Option<&Review>, named: &[Correction]) -> Verdict {
    let Some(review) = review else { return Verdict::No(NotReleased::NotFound) };
    if review.books.stopped.is_none() {
        return Verdict::No(NotReleased::NotStopped);
    }
    if let Some(op) = review.books.op.as_ref().filter(|op| op.state == OpState::Doubtful) {
        return Verdict::No(NotReleased::Doubtful(op.text()));
    }
    match &review.comparison {
        Comparison::Agrees | Comparison::Surplus { .. } => Verdict::Agrees,
        Comparison::Stale => Verdict::No(NotReleased::NodeBehind),
        Comparison::Mismatch(mismatch) => {
            let correction = Correction::of(mismatch).iter().find(|correction| named.contains(correction));
            match correction {
                Some(correction) => Verdict::Correct(mismatch.clone(), *correction),
                None => Verdict::No(NotReleased::Differs(mismatch.clone())),
            }
        }
    }
}

impl StoreBooks {
    /// Releases a stopped wallet. `look` compares its account with its books, and first asks again what became of an operation
    /// whose outcome was not known.
    ///
    /// # Errors
    /// What `look` fails with, and the store's.
    pub(crate) async fn release<E, F>(
        &self,
        wallet: i64,
        named: Vec<Correction>,
        reason: String,
        look: impl Fn(i64) -> F + Send,
    ) -> Result<Result<Released, NotReleased>, E>
    where
        E: From<SettlementError>,
        F: Future<Output = Result<Option<Review>, E>> + Send,
    {
        let mut corrections = Vec::new();
        for _ in 0..=MAX_CORRECTIONS {
            let review = look(wallet).await?;
            match verdict(review.as_ref(), &named) {
                Verdict::No(why) => return Ok(Err(why)),
                Verdict::Agrees => {
                    self.let_go_on(wallet, &reason, &corrections).await?;
                    return Ok(Ok(Released { corrections }));
                }
                Verdict::Correct(mismatch, correction) => {
                    let Some(review) = review else { return Ok(Err(NotReleased::NotFound)) };
                    if !self.correct(review, mismatch, correction, &reason).await? {
                        return Ok(Err(NotReleased::Changed));
                    }
                    corrections.push(correction);
                }
            }
        }
        Ok(Err(NotReleased::Changed))
    }

    async fn let_go_on(&self, wallet: i64, reason: &str, corrections: &[Correction]) -> Result<(), SettlementError> {
        let names: Vec<_> = corrections.iter().map(|correction| correction.name()).collect();
        let (reason, names) = (reason.to_owned(), serde_json::json!(names));
        self.write(move |write| {
            let wallet = ledger::wallet(write.connection(), wallet)?;
            let Some(cause) = &wallet.stopped else { return Ok(()) };
            let text = serde_json::json!({ "cause": cause, "detail": reason, "corrections": names }).to_string();
            write.execute("UPDATE wallets SET stopped = NULL WHERE id = ?1", [wallet.id])?;
            let entry = Entry {
                partner: Some(wallet.partner),
                wallet: Some(wallet.id),
                reason: Some(text),
                ..Entry::new(EntryKind::WalletReleased)
            };
            entry.insert(write)?;
            Ok(())
        })
        .await
    }

    /// Writes one correction; `false`, and nothing written, where the books are no longer those that were compared.
    async fn correct(
        &self,
        review: Review,
        mismatch: Mismatch,
        correction: Correction,
        reason: &str,
    ) -> Result<bool, SettlementError> {
        let (reason, memory) = (reason.to_owned(), Arc::clone(&self.memory));
        let Review { books, chain, .. } = review;
        let found = chain.and_then(|chain| chain.holding).unwrap_or(0);
        self.write(move |write| {
            let now = super::books::read(write.connection(), books.id, &memory.parsed)?;
            if now.as_ref() != Some(&books) {
                return Ok(false);
            }
            let wallet = ledger::wallet(write.connection(), books.id)?;
            match &mismatch {
                Mismatch::ForeignTick { app, tick } => {
                    accept_tick(write, &wallet, &books, found, (*app, tick.to_string()), &reason)?;
                }
                _ => write_correction(write, &wallet, &books, &mismatch, correction, &reason)?,
            }
            Ok(true)
        })
        .await
    }
}

fn write_correction(
    write: &mut Write<'_>,
    wallet: &Wallet,
    books: &WalletBooks,
    mismatch: &Mismatch,
    correction: Correction,
    reason: &str,
) -> Result<(), SettlementError> {
    let cents = |amount: u64| Amount::cents(amount).ok_or(LedgerError::TooLarge);
    let op = books.op.as_ref();
    match (mismatch, correction) {
        (Mismatch::HoldingShort { expected, found }, _) => {
            let missing = cents(expected.saturating_sub(*found))?;
            if correction == Correction::ReplaceMissing {
                credit(write, wallet, missing, reason)?;
            }
            coins_missing(write, wallet, missing, reason)?;
        }
        (Mismatch::AlgosShort { expected, found }, _) => {
            let missing = number(expected.saturating_sub(*found))?;
            let posting = AlgoPosting { treasury: 0, wallet: missing.saturating_neg(), fees: 0, outside: missing };
            post_algos(write, None, wallet, posting)?;
        }
        (Mismatch::UnknownAccount, _) => accept_account(write, wallet, op)?,
        (Mismatch::UnknownDelivery(amount), Correction::AcceptDeposit) => {
            post_deposit(write, wallet, cents(*amount)?, reason)?;
        }
        (Mismatch::UnknownDelivery(_), _) => accept_delivery(write, wallet, op, reason)?,
        (Mismatch::Rekeyed | Mismatch::ForeignTick { .. }, _) => {
            return Err(LedgerError::Conflict("nothing corrects that").into());
        }
    }
    Ok(())
}

/// A bill that this store does not know: its tick, and what it has taken of the tabs. `found` is what the account holds, in minor units.
fn accept_tick(
    write: &mut Write<'_>,
    wallet: &Wallet,
    books: &WalletBooks,
    found: u64,
    (app, tick): (AppIndex, String),
    reason: &str,
) -> Result<(), SettlementError> {
    let contract = books.contracts.iter().find(|contract| contract.app == app);
    let contract = contract.ok_or(LedgerError::Conflict("the contract is not the partner's"))?;
    // With something in flight it cannot be said what is missing.
    let parts = match (&books.op, books.holding()) {
        (None, Some(holding)) => taken(books, contract.id, holding.minor_units().saturating_sub(found)),
        _ => Vec::new(),
    };
    let gross = parts.iter().try_fold(Amount::ZERO, |sum, part| sum.checked_add(part.amount));
    let gross = gross.ok_or(LedgerError::TooLarge)?;
    let done = Done { kind: "bill", contract: Some(contract.id), amount: gross, tick: Some(tick) };
    let covered = if parts.is_empty() { None } else { Some(covers(write, &parts)?) };
    let op = insert_done(write, wallet, &done, reason)?;
    let Some((after, last)) = covered else { return Ok(()) };
    write.execute("UPDATE chain_ops SET after_entry = ?1, last_entry = ?2 WHERE id = ?3", (after, last, op))?;
    let split = Split::of(Units(1), gross.minor_units(), contract.fee_pct).map_err(|_| LedgerError::TooLarge)?;
    let fee = Amount::cents(split.fee).ok_or(LedgerError::TooLarge)?;
    bill_planned(write, wallet, op, &parts)?;
    bill_charged(write, wallet, op, gross, fee)?;
    reschedule(write, wallet.id, contract.id)
}

/// What a bill of so many minor units has taken from the tabs of a contract: whole minor units, at most what they have.
fn taken(books: &WalletBooks, contract: i64, missing: u64) -> Vec<BillPart> {
    let tabs: Vec<_> = books.tabs.iter().filter(|tab| tab.contract == contract).collect();
    let there = tabs.iter().fold(0_i64, |sum, tab| sum.saturating_add(tab.unsettled.0));
    let missing = Amount::cents(missing).unwrap_or_default().min(Amount(there).whole_minor_units());
    let mut left = missing.min(books.in_account).0;
    let mut parts = Vec::new();
    for tab in tabs {
        let amount = left.min(tab.unsettled.0);
        if amount > 0 {
            parts.push(BillPart { tab: tab.id, amount: Amount(amount) });
            left = left.saturating_sub(amount);
        }
    }
    parts
}

/// The wallet has an account. A delivery that was planned to create it is one to an account that exists.
fn accept_account(write: &mut Write<'_>, wallet: &Wallet, op: Option<&ChainOp>) -> Result<(), SettlementError> {
    write.execute("UPDATE wallets SET has_account = 1 WHERE id = ?1", [wallet.id])?;
    if let Some(ChainOp { id, work: Work::Delivery { joins: Some(_) }, .. }) = op {
        write.execute("UPDATE chain_ops SET contract_id = NULL WHERE id = ?1 AND state = 'planned'", [id])?;
    }
    Ok(())
}

/// What is due, or in the planned delivery, is in the account.
fn accept_delivery(
    write: &mut Write<'_>,
    wallet: &Wallet,
    op: Option<&ChainOp>,
    reason: &str,
) -> Result<(), SettlementError> {
    if let Some(op) = op {
        let now = write.now();
        write.execute(
            "UPDATE chain_ops SET state = 'done', reason = ?1, ended_at = ?2 WHERE id = ?3 AND state = 'planned'",
            (reason, now, op.id),
        )?;
        delivered(write, wallet, op.id, op.amount)?;
        return Ok(());
    }
    let done = Done { kind: "delivery", contract: None, amount: wallet.due, tick: None };
    let op = insert_done(write, wallet, &done, reason)?;
    let amount = deliver(write, wallet, op)?;
    delivered(write, wallet, op, amount)?;
    Ok(())
}

/// An operation that happened without this store.
struct Done {
    kind: &'static str,
    contract: Option<i64>,
    amount: Amount,
    tick: Option<String>,
}

fn insert_done(write: &mut Write<'_>, wallet: &Wallet, done: &Done, reason: &str) -> Result<i64, SettlementError> {
    let (id, now) = (write.next_id(), write.now());
    let Done { kind, contract, amount, tick } = done;
    write.execute(
        "INSERT INTO chain_ops (id, kind, state, partner_id, wallet_id, contract_id, amount, tick, reason, created_at, ended_at) \
         VALUES (?1, ?2, 'done', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        rusqlite::params![id, kind, wallet.partner, wallet.id, contract, amount, tick, reason, now],
    )?;
    Ok(id)
}
