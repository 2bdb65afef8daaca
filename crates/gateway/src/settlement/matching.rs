//! Bills in blocks compared with their rows, and the reverse, from the last round that was compared on. Blocks that a node does not
//! keep are a gap, which stays on record.

use super::operations::number;
use super::{SettlementError, StoreBooks};
use crate::ledger::{Entry, EntryKind};
use crate::store::Write;
use pnp_client::{Algod, ClientError};
use pnp_types::{Address, AppIndex, Block, Round, TransactionType};
use pnp_usage::Intent;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::json;
use std::collections::BTreeSet;

/// How many blocks are compared in one go.
const BLOCKS: u64 = 64;

/// Why blocks were not compared.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// The store.
    #[error(transparent)]
    Store(#[from] SettlementError),
    /// The network does not answer.
    #[error(transparent)]
    Network(#[from] ClientError),
}

/// What one go has compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Blocks that were read.
    pub blocks: u64,
    /// Blocks that the node does not keep.
    pub missing_blocks: u64,
    /// Bills of our wallets in them.
    pub bills: u64,
    /// Bills without a row, and rows without a bill.
    pub differences: u64,
    /// Whether there are more blocks to compare at once.
    pub has_more: bool,
}

/// A bill in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
struct BillInBlock {
    round: u64,
    app: AppIndex,
    user: Address,
    tick: String,
}

/// What one go read.
#[derive(Clone, Debug, Default)]
struct Page {
    /// The last round that was compared before, and the last of this one.
    after: u64,
    until: u64,
    /// Rounds at its beginning whose blocks the node does not keep: the first and the last.
    gap: Option<(u64, u64)>,
    bills: Vec<BillInBlock>,
}

impl StoreBooks {
    /// Compares the next blocks up to `newest`, which every bill of this gateway in them has been read from: some time after they came.
    ///
    /// # Errors
    /// [`MatchError`]; nothing is written then.
    pub async fn match_blocks(&self, algod: &Algod, newest: Round) -> Result<Matched, MatchError> {
        let newest = newest.0;
        let (after, apps) = self.store.read(move |connection| state(connection, newest)).await?;
        if after >= newest {
            return Ok(Matched::default());
        }
        let page = read_page(algod, after, newest, &apps).await?;
        let missing_blocks = page.gap.map_or(0, |(first, last)| last.saturating_sub(first).saturating_add(1));
        let blocks = page.until.saturating_sub(after).saturating_sub(missing_blocks);
        let has_more = page.until < newest;
        let (bills, differences) = self.write(move |write| write_page(write, &page)).await?;
        Ok(Matched { blocks, missing_blocks, bills, differences, has_more })
    }
}

/// The last round that was compared, and our contracts. Where none was, it begins before the first bill that has a round, or here.
fn state(connection: &Connection, newest: u64) -> Result<(u64, BTreeSet<AppIndex>), SettlementError> {
    let matched = connection
        .prepare_cached("SELECT round FROM matched WHERE id = 1")?
        .query_row([], |row| row.get::<_, i64>(0))
        .optional()?;
    let after = match matched {
        Some(round) => round.unsigned_abs(),
        None => {
            let first = connection.query_row(
                "SELECT MIN(round) FROM chain_ops WHERE kind = 'bill' AND state = 'done'",
                [],
                |row| row.get::<_, Option<i64>>(0),
            )?;
            first.map_or(newest.saturating_sub(1), |first| first.unsigned_abs().saturating_sub(1))
        }
    };
    let mut statement = connection.prepare_cached("SELECT app_id FROM contracts")?;
    let apps = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((after, apps.into_iter().map(|app| AppIndex(app.unsigned_abs())).collect()))
}

async fn read_page(algod: &Algod, after: u64, newest: u64, apps: &BTreeSet<AppIndex>) -> Result<Page, ClientError> {
    let mut page = Page { after, until: after, ..Page::default() };
    let first = after.saturating_add(1);
    let mut next = first;
    let mut block = algod.block(Round(first)).await?;
    if block.is_none() {
        let kept = first_kept(algod, first, newest).await?;
        page.gap = Some((first, kept.map_or(newest, |kept| kept.saturating_sub(1))));
        page.until = kept.map_or(newest, |kept| kept.saturating_sub(1));
        let Some(kept) = kept else { return Ok(page) };
        next = kept;
        block = algod.block(Round(kept)).await?;
    }
    let last = newest.min(next.saturating_add(BLOCKS).saturating_sub(1));
    while let Some(found) = block {
        page.bills.extend(bills(&found, next, apps));
        page.until = next;
        next = next.saturating_add(1);
        if next > last {
            break;
        }
        block = algod.block(Round(next)).await?;
    }
    Ok(page)
}

/// The first round after `missing` whose block the node keeps: it keeps all that follow.
async fn first_kept(algod: &Algod, missing: u64, newest: u64) -> Result<Option<u64>, ClientError> {
    let (mut low, mut high) = (missing, newest);
    if algod.block(Round(newest)).await?.is_none() {
        return Ok(None);
    }
    // `low` is missing, `high` is kept.
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        match algod.block(Round(middle)).await? {
            Some(_) => high = middle,
            None => low = middle,
        }
    }
    Ok(Some(high))
}

fn bills(block: &Block, round: u64, apps: &BTreeSet<AppIndex>) -> Vec<BillInBlock> {
    let transactions = block.payset.iter().map(|one| &one.signed.transaction);
    let calls = transactions.filter(|one| one.kind == TransactionType::ApplicationCall);
    calls
        .filter(|one| apps.contains(&one.application_call.application))
        .filter_map(|one| match Intent::of(&one.application_call) {
            Some(Intent::Bill { tick, .. }) => Some(BillInBlock {
                round,
                app: one.application_call.application,
                user: one.header.sender,
                tick: tick.to_string(),
            }),
            _ => None,
        })
        .collect()
}

/// Writes what a page comes to: how many bills of our wallets it has, and how many differences.
fn write_page(write: &mut Write<'_>, page: &Page) -> Result<(u64, u64), SettlementError> {
    let (mut ours, mut differences) = (0_u64, 0_u64);
    let mut seen = BTreeSet::new();
    for bill in &page.bills {
        let Some((wallet, partner)) = wallet_of(write, bill.user)? else { continue };
        ours = ours.saturating_add(1);
        seen.insert((bill.round, bill.tick.clone()));
        if !has_row(write, wallet, bill)? {
            differences = differences.saturating_add(1);
            let detail = json!({ "round": bill.round, "app_id": bill.app.0, "tick": bill.tick });
            insert(write, EntryKind::BillWithoutRow, Some((wallet, partner)), None, &detail)?;
        }
    }
    let (after, until) = (number(page.after)?, number(page.until)?);
    let rows = write.rows(
        "SELECT id, wallet_id, partner_id, round, tick FROM chain_ops WHERE kind = 'bill' AND state = 'done' \
         AND round > ?1 AND round <= ?2 ORDER BY id",
        [after, until],
        |row| {
            let place = (row.get::<_, i64>(3)?.unsigned_abs(), row.get::<_, String>(4)?);
            Ok((row.get::<_, i64>(0)?, (row.get::<_, i64>(1)?, row.get::<_, i64>(2)?), place))
        },
    )?;
    let in_gap = |round: u64| page.gap.is_some_and(|(first, last)| (first..=last).contains(&round));
    for (op, of, place) in rows {
        if !in_gap(place.0) && !seen.contains(&place) {
            differences = differences.saturating_add(1);
            let detail = json!({ "round": place.0, "tick": place.1 });
            insert(write, EntryKind::RowWithoutBill, Some(of), Some(op), &detail)?;
        }
    }
    let now = write.now();
    if let Some((first, last)) = page.gap {
        write.execute(
            "INSERT INTO unmatched_rounds (first_round, last_round, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (number(first)?, number(last)?, now),
        )?;
        insert(write, EntryKind::BlocksMissing, None, None, &json!({ "first_round": first, "last_round": last }))?;
    }
    let moved = write.execute("UPDATE matched SET round = ?1, at = ?2 WHERE id = 1", (until, now))?;
    if moved == 0 {
        write.execute("INSERT INTO matched (id, round, at) VALUES (1, ?1, ?2)", (until, now))?;
    }
    Ok((ours, differences))
}

/// The wallet of an address, and its partner. Bills of strangers, who call a contract by themselves, are not ours.
fn wallet_of(write: &mut Write<'_>, address: Address) -> Result<Option<(i64, i64)>, SettlementError> {
    Ok(write.row("SELECT id, partner_id FROM wallets WHERE address = ?1", [address.to_string()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}

/// Whether a bill in a block has a row of its wallet and contract, which was not given up.
fn has_row(write: &mut Write<'_>, wallet: i64, bill: &BillInBlock) -> Result<bool, SettlementError> {
    let app = number(bill.app.0)?;
    let found = write.row(
        "SELECT 1 FROM chain_ops o JOIN contracts c ON c.id = o.contract_id WHERE o.tick = ?1 AND o.wallet_id = ?2 \
         AND c.app_id = ?3 AND o.state <> 'refused'",
        (&bill.tick, wallet, app),
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn insert(
    write: &mut Write<'_>,
    kind: EntryKind,
    of: Option<(i64, i64)>,
    cause: Option<i64>,
    detail: &serde_json::Value,
) -> Result<(), SettlementError> {
    let (wallet, partner) = of.unzip();
    Entry { partner, wallet, cause, reason: Some(detail.to_string()), ..Entry::new(kind) }.insert(write)?;
    Ok(())
}
