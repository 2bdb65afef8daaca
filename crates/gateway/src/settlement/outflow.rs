//! What was signed today by the stored attempts: a restart forgets no cap.

use super::error::{readable, unsigned};
use super::{SettlementError, StoreBooks};
use crate::amount::Amount;
use crate::chain::{OpKind, SignedOp, SignedToday, decode_group};
use crate::id::first_at;
use rusqlite::Connection;

/// For how many days an operation that waits is looked at: where it waits longer, its new attempts of today count from the
/// start of this process on.
const DAYS: i64 = 30;

const SIGNED: &str = "SELECT o.id, o.kind, o.amount, a.fee, CASE WHEN o.kind IN ('delivery', 'refill') THEN a.group_bytes END \
    FROM chain_attempts a JOIN chain_ops o ON o.id = a.op_id WHERE a.op_id >= ?1 AND a.created_at >= ?2 ORDER BY o.id";

impl StoreBooks {
    /// What was signed today, by the business time of the store.
    ///
    /// # Errors
    /// The store's.
    pub async fn signed_today(&self) -> Result<SignedToday, SettlementError> {
        let day = SignedToday::day_of(self.store.clock().now());
        self.store.read(move |connection| read(connection, day)).await
    }
}

fn read(connection: &Connection, day: i64) -> Result<SignedToday, SettlementError> {
    let mut signed = SignedToday { day, ..SignedToday::default() };
    let first = first_at(SignedToday::begin_of(day.saturating_sub(DAYS)));
    let mut statement = connection.prepare_cached(SIGNED)?;
    let mut rows = statement.query((first, SignedToday::begin_of(day)))?;
    while let Some(row) = rows.next()? {
        let (op, kind): (i64, String) = (row.get(0)?, row.get(1)?);
        let amount: Amount = row.get(2)?;
        let kind = readable(OpKind::of_text(&kind), "chain_ops", op, "kind")?;
        if signed.ops.last().is_none_or(|last| last.op != op) {
            signed.ops.push(SignedOp { op, kind, amount: amount.minor_units() });
        }
        match row.get::<_, Option<Vec<u8>>>(4)? {
            Some(bytes) => {
                let group = readable(decode_group(&bytes), "an attempt at operation", op, "group_bytes")?;
                signed.add_group(&group);
            }
            None => signed.algos = signed.algos.saturating_add(unsigned(row, 3)?),
        }
    }
    Ok(signed)
}
