//! A row of the journal.

use super::EntryKind;
use crate::amount::Amount;
use crate::store::{StoreError, Write};

/// The postings of one transaction: by how much each account changes, in u.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    /// Owed, wallet: may be spent.
    pub available: i64,
    /// Owed, wallet: set aside for the next interval.
    pub held: i64,
    /// Owed, tab: charged, no bill yet.
    pub unsettled: i64,
    /// Owed, wallet: in the bill that is under way.
    pub settling: i64,
    /// Owed, wallet: in withdrawals under way.
    pub withdrawing: i64,
    /// Owed, wallet: what a chargeback could not take.
    pub debt: i64,
    /// Owed, partner: net of bills that were paid on the chain.
    pub partner: i64,
    /// Owed, partner: fee of these, and roundings.
    pub platform: i64,
    /// Owed, network: debts that were written off.
    pub loss: i64,
    /// Owed, network: paid by card.
    pub world_card: i64,
    /// Owed, network: paid by another service.
    pub world_paypal: i64,
    /// Owed, network: deposits and withdrawals on the chain.
    pub world_chain: i64,
    /// Owed, network: credited by hand.
    pub world_operator: i64,
    /// Chain, network: the treasury's, not promised to anybody.
    pub treasury: i64,
    /// Chain, network: promised to open top-ups.
    pub reserved: i64,
    /// Chain, wallet: credited, not on its way yet.
    pub due: i64,
    /// Chain, wallet: in the delivery under way.
    pub sending: i64,
    /// Chain, wallet: in the account, the user's.
    pub in_account: i64,
    /// Chain, wallet: in the bill or withdrawal under way.
    pub leaving: i64,
    /// Chain, wallet: in the account, but the treasury's.
    pub returning: i64,
    /// Chain, network: everybody else's.
    pub outside: i64,
}

impl Posting {
    /// The changes of the wallet's own accounts, in the order of the table's columns.
    pub(super) const fn of_wallet(&self) -> [i64; 11] {
        [
            self.available,
            self.held,
            self.unsettled,
            self.settling,
            self.withdrawing,
            self.debt,
            self.due,
            self.sending,
            self.in_account,
            self.leaving,
            self.returning,
        ]
    }

    /// The changes of the network's accounts, in the order of the table's columns.
    pub(super) const fn of_books(&self) -> [i64; 8] {
        [
            self.loss,
            self.world_card,
            self.world_paypal,
            self.world_chain,
            self.world_operator,
            self.treasury,
            self.reserved,
            self.outside,
        ]
    }
}

/// A row of the journal: what happened, why, and the postings.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened.
    pub kind: EntryKind,
    /// The partner.
    pub partner: Option<i64>,
    /// The wallet.
    pub wallet: Option<i64>,
    /// The session.
    pub session: Option<i64>,
    /// The tab that `unsettled` belongs to.
    pub tab: Option<i64>,
    /// What caused it: the id of a top-up, a withdrawal or an operation on the chain.
    pub cause: Option<i64>,
    /// Why, where a person decided.
    pub reason: Option<String>,
    /// The entry that it corrects.
    pub corrects: Option<i64>,
    /// What moved from the tab to the tab `cause`.
    pub moved: Option<Amount>,
    /// A tick's claim.
    pub tick: Option<TickRecord>,
    /// The wallet's balance after it (available and held).
    pub balance: Option<Amount>,
    /// How much playing the session's hold pays for after it, in milliseconds.
    pub paid_ms: Option<i64>,
    /// The postings.
    pub posting: Posting,
}

/// The part of an entry that answers a tick again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TickRecord {
    /// The tick's id; none for what the gateway does by itself.
    pub id: Option<String>,
    /// What was claimed, in milliseconds.
    pub played_ms: i64,
    /// What was credited.
    pub credited_ms: i64,
}

impl Entry {
    /// An entry of a kind, with nothing else.
    #[must_use]
    pub fn new(kind: EntryKind) -> Self {
        Self {
            kind,
            partner: None,
            wallet: None,
            session: None,
            tab: None,
            cause: None,
            reason: None,
            corrects: None,
            moved: None,
            tick: None,
            balance: None,
            paid_ms: None,
            posting: Posting::default(),
        }
    }
}

/// The first 64 bits of a tick id's SHA-256: the key by which it is found again in its session.
#[must_use]
pub fn tick_hash(tick: &str) -> i64 {
    use sha2::Digest as _;
    let hash: [u8; 32] = sha2::Sha256::digest(tick.as_bytes()).into();
    hash.first_chunk().copied().map_or(0, i64::from_be_bytes)
}

const INSERT: &str = "INSERT INTO entries (id, at, kind, partner_id, wallet_id, session_id, tab_id, tick, tick_hash, \
    played_ms, credited_ms, balance, paid_ms, cause, reason, corrects, moved, \
    available, held, unsettled, settling, withdrawing, debt, partner, platform, loss, world_card, world_paypal, \
    world_chain, world_operator, treasury, reserved, due, sending, in_account, leaving, to_return, outside) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, \
    ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38)";

impl Entry {
    /// Writes the row; its id.
    pub(crate) fn insert(&self, write: &mut Write<'_>) -> Result<i64, StoreError> {
        let id = write.next_id();
        let now = write.now();
        let Posting {
            available,
            held,
            unsettled,
            settling,
            withdrawing,
            debt,
            partner,
            platform,
            loss,
            world_card,
            world_paypal,
            world_chain,
            world_operator,
            treasury,
            reserved,
            due,
            sending,
            in_account,
            leaving,
            returning,
            outside,
        } = self.posting;
        let tick = self.tick.as_ref();
        let tick_id = tick.and_then(|tick| tick.id.as_deref());
        write.execute(
            INSERT,
            rusqlite::params![
                id,
                now,
                self.kind.number(),
                self.partner,
                self.wallet,
                self.session,
                self.tab,
                tick_id,
                tick_id.map(tick_hash),
                tick.map(|tick| tick.played_ms),
                tick.map(|tick| tick.credited_ms),
                self.balance,
                self.paid_ms,
                self.cause,
                self.reason,
                self.corrects,
                self.moved,
                available,
                held,
                unsettled,
                settling,
                withdrawing,
                debt,
                partner,
                platform,
                loss,
                world_card,
                world_paypal,
                world_chain,
                world_operator,
                treasury,
                reserved,
                due,
                sending,
                in_account,
                leaving,
                returning,
                outside,
            ],
        )?;
        Ok(id)
    }
}
