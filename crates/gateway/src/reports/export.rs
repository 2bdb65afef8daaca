//! Exports: tables for other programs, read row by row.

use super::Order;
use super::statement::{Owner, Stretch, count_lines, read_lines};
use crate::amount::{Amount, Price};
use crate::id::{Kind, first_at};
use crate::sessions::{CloseReason, select_sessions};
use crate::store::{StoreError, Write};
use crate::time::rfc3339 as time;
use rusqlite::{Connection, OptionalExtension as _, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rows are read at once.
pub(crate) const CHUNK: usize = 500;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportKind {
    /// The statements of all wallets: a session is one line.
    Transactions,
    /// Bills on the chain.
    Settlements,
    /// Sessions.
    Sessions,
}

/// How the file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Variant {
    /// For programs: RFC 4180, UTF-8, a comma between cells, a dot in decimals.
    #[default]
    Rfc4180,
    /// For spreadsheets of countries with a decimal comma: a byte order mark, a semicolon between cells, a comma in decimals.
    /// Texts that a spreadsheet would take for a formula begin with an apostrophe.
    Excel,
}

macro_rules! names {
    ($type:ty { $($variant:ident $name:literal),+ }) => {
        impl $type {
            /// Its name in the store and on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl rusqlite::types::FromSql for $type {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                match value.as_str()? {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(rusqlite::types::FromSqlError::InvalidType),
                }
            }
        }
    };
}

names!(ExportKind { Transactions "transactions", Settlements "settlements", Sessions "sessions" });
names!(Variant { Rfc4180 "rfc4180", Excel "excel" });

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    /// A text of somebody else's.
    Text(String),
    /// A number, or an amount with a dot.
    Number(String),
    /// An id, a time or a word of ours.
    Plain(String),
    Nothing,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    fn or_nothing<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Nothing, cell)
    }
}

impl Variant {
    const fn separator(self) -> char {
        match self {
            Self::Rfc4180 => ',',
            Self::Excel => ';',
        }
    }

    fn write_row(self, out: &mut String, cells: &[Cell]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                out.push(self.separator());
            }
            match cell {
                Cell::Nothing => {}
                Cell::Plain(text) => self.write_text(out, text),
                Cell::Number(number) if self == Self::Excel => out.push_str(&number.replace('.', ",")),
                Cell::Number(number) => out.push_str(number),
                // Spreadsheets compute what begins like this, wherever it came from.
                Cell::Text(text) if self == Self::Excel && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
                    self.write_text(out, &format!("'{text}"));
                }
                Cell::Text(text) => self.write_text(out, text),
            }
        }
        out.push_str("\r\n");
    }

    fn write_text(self, out: &mut String, text: &str) {
        let is_plain = !text.contains([self.separator(), '"', '\r', '\n']) && text.trim() == text;
        if is_plain {
            out.push_str(text);
        } else {
            out.push('"');
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        }
    }
}

/// An export that was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export {
    /// Its number.
    pub(crate) id: i64,
    /// The partner.
    pub(crate) partner: i64,
    /// What is in it.
    pub(crate) kind: ExportKind,
    /// How it is written.
    pub(crate) variant: Variant,
    /// The period, in milliseconds since 1970.
    pub(crate) period: (i64, i64),
    /// The newest entry that can be in it.
    pub(crate) last_entry: i64,
    /// How many rows it has.
    pub(crate) rows: i64,
    /// When it was asked for.
    pub(crate) created_at: i64,
}

impl Export {
    /// The export with a number.
    pub(crate) fn find(connection: &Connection, id: i64) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, partner_id, kind, variant, from_ms, to_ms, last_entry, row_count, created_at FROM exports \
             WHERE id = ?1",
        )?;
        let read = |row: &Row<'_>| {
            Ok(Self {
                id: row.get(0)?,
                partner: row.get(1)?,
                kind: row.get(2)?,
                variant: row.get(3)?,
                period: (row.get(4)?, row.get(5)?),
                last_entry: row.get(6)?,
                rows: row.get(7)?,
                created_at: row.get(8)?,
            })
        };
        Ok(statement.query_row([id], read).optional()?)
    }

    /// Records it; it with its number and time.
    pub(crate) fn insert(mut self, write: &mut Write<'_>) -> Result<Self, StoreError> {
        (self.id, self.created_at) = (write.next_id(), write.now());
        write.execute(
            "INSERT INTO exports (id, partner_id, kind, variant, from_ms, to_ms, last_entry, row_count, created_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                self.id,
                self.partner,
                self.kind.name(),
                self.variant.name(),
                self.period.0,
                self.period.1,
                self.last_entry,
                self.rows,
                self.created_at,
            ),
        )?;
        Ok(self)
    }

    /// The ids that can be in it: after the first, and up to the second. Ids rise with time.
    fn range(&self) -> (i64, i64) {
        let (from, to) = self.period;
        (first_at(from).saturating_sub(1), first_at(to).saturating_sub(1).min(self.last_entry))
    }

    /// Counts its rows.
    pub(crate) fn count(&self, connection: &Connection) -> Result<i64, StoreError> {
        let (after, until) = self.range();
        let sql = match self.kind {
            ExportKind::Transactions => return count_lines(connection, self.partner, (after, until)),
            ExportKind::Sessions => "SELECT COUNT(*) FROM sessions WHERE partner_id = ?1 AND id > ?2 AND id <= ?3",
            ExportKind::Settlements => {
                "SELECT COUNT(*) FROM chain_ops WHERE partner_id = ?1 AND id > ?2 AND id <= ?3 AND kind = 'bill'"
            }
        };
        Ok(connection.prepare_cached(sql)?.query_row((self.partner, after, until), |row| row.get(0))?)
    }

    /// What the file begins with: a byte order mark where spreadsheets need one, and the names of the columns.
    pub(crate) fn head(&self) -> String {
        let mut out = String::new();
        if self.variant == Variant::Excel {
            out.push('\u{feff}');
        }
        let names: &[&str] = match self.kind {
            ExportKind::Transactions => {
                &["id", "at", "type", "user_id", "session_id", "content_id", "amount", "balance", "reason"]
            }
            ExportKind::Settlements => &[
                "id",
                "created_at",
                "ended_at",
                "state",
                "user_id",
                "app_id",
                "units",
                "unit_price",
                "gross",
                "fee",
                "net",
                "chain_tx_id",
                "round",
            ],
            ExportKind::Sessions => &[
                "id",
                "user_id",
                "content_id",
                "price_per_minute",
                "started_at",
                "closed_at",
                "close_reason",
                "duration_ms",
                "ticks",
                "total_charge",
            ],
        };
        let cells: Vec<_> = names.iter().map(|name| Cell::plain(*name)).collect();
        self.variant.write_row(&mut out, &cells);
        out
    }

    /// The next rows.
    pub(crate) fn read(&self, connection: &Connection, after: Option<i64>) -> Result<ExportRows, StoreError> {
        let (first, until) = self.range();
        let range = (after.unwrap_or(first), until);
        let rows = match self.kind {
            ExportKind::Transactions => self.transactions(connection, range)?,
            ExportKind::Settlements => self.settlements(connection, range)?,
            ExportKind::Sessions => self.sessions(connection, range)?,
        };
        let mut text = String::new();
        rows.iter().for_each(|(_, cells)| self.variant.write_row(&mut text, cells));
        Ok(ExportRows { text, count: rows.len(), last: rows.last().map(|(id, _)| *id) })
    }

    fn transactions(&self, connection: &Connection, range: (i64, i64)) -> Result<Vec<(i64, Vec<Cell>)>, StoreError> {
        let stretch = Stretch { range, order: Order::Asc, limit: CHUNK };
        let lines = read_lines(connection, Owner::Partner(self.partner), stretch)?;
        let row = |line: super::Line| {
            let cells = vec![
                Cell::plain(Kind::Entry.text(line.entry)),
                Cell::plain(time(line.at)),
                Cell::plain(line.kind_name()),
                Cell::Text(line.user_id),
                Cell::or_nothing(line.session, |id| Cell::plain(Kind::Session.text(id))),
                Cell::or_nothing(line.content_id, Cell::Text),
                Cell::number(line.amount),
                Cell::or_nothing(line.balance, Cell::number),
                Cell::or_nothing(line.reason, Cell::Text),
            ];
            (line.entry, cells)
        };
        Ok(lines.into_iter().map(row).collect())
    }

    fn settlements(&self, connection: &Connection, range: (i64, i64)) -> Result<Vec<(i64, Vec<Cell>)>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT o.id, o.created_at, o.ended_at, o.state, w.user_id, c.app_id, o.units, o.unit_price, o.amount, \
             o.fee_pct, o.txid, o.round FROM chain_ops o JOIN wallets w ON w.id = o.wallet_id \
             LEFT JOIN contracts c ON c.id = o.contract_id \
             WHERE o.partner_id = ?1 AND o.id > ?2 AND o.id <= ?3 AND o.kind = 'bill' ORDER BY o.id LIMIT ?4",
        )?;
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let rows = statement.query_map((self.partner, range.0, range.1, limit), settlement)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn sessions(&self, connection: &Connection, range: (i64, i64)) -> Result<Vec<(i64, Vec<Cell>)>, StoreError> {
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let sessions = select_sessions(
            connection,
            "WHERE s.partner_id = ?1 AND s.id > ?2 AND s.id <= ?3 ORDER BY s.id LIMIT ?4",
            (self.partner, range.0, range.1, limit),
        )?;
        let row = |session: crate::sessions::Session| {
            let cells = vec![
                Cell::plain(Kind::Session.text(session.id)),
                Cell::Text(session.user_id.clone()),
                Cell::Text(session.content_id.clone()),
                Cell::number(session.price.amount()),
                Cell::plain(time(session.started_at)),
                Cell::or_nothing(session.closed_at, |at| Cell::plain(time(at))),
                Cell::or_nothing(session.close_reason.map(CloseReason::name), Cell::plain),
                Cell::number(session.charged_ms()),
                Cell::number(session.ticks),
                Cell::number(session.charged),
            ];
            (session.id, cells)
        };
        Ok(sessions.into_iter().map(|(session, _)| row(session)).collect())
    }
}

fn settlement(row: &Row<'_>) -> rusqlite::Result<(i64, Vec<Cell>)> {
    let id: i64 = row.get(0)?;
    let gross: Amount = row.get(8)?;
    let fee_pct: Option<i64> = row.get(9)?;
    // As the contract takes it: whole minor units, rounded down.
    let fee = fee_pct.map(|pct| {
        let minor = i128::from(gross.0 / Amount::MINOR_UNIT.0).saturating_mul(i128::from(pct)) / 10_000;
        Amount(i64::try_from(minor).unwrap_or(i64::MAX).saturating_mul(Amount::MINOR_UNIT.0))
    });
    let cells = vec![
        Cell::plain(Kind::ChainOp.text(id)),
        Cell::plain(time(row.get(1)?)),
        Cell::or_nothing(row.get::<_, Option<i64>>(2)?, |at| Cell::plain(time(at))),
        Cell::plain(row.get::<_, String>(3)?),
        Cell::Text(row.get(4)?),
        Cell::or_nothing(row.get::<_, Option<i64>>(5)?, Cell::number),
        Cell::or_nothing(row.get::<_, Option<i64>>(6)?, Cell::number),
        Cell::or_nothing(row.get::<_, Option<Price>>(7)?, |price| Cell::number(price.amount())),
        Cell::number(gross),
        Cell::or_nothing(fee, Cell::number),
        Cell::or_nothing(fee, |fee| Cell::number(Amount(gross.0.saturating_sub(fee.0)))),
        Cell::or_nothing(row.get::<_, Option<String>>(10)?, Cell::plain),
        Cell::or_nothing(row.get::<_, Option<i64>>(11)?, Cell::number),
    ];
    Ok((id, cells))
}

/// Rows of an export as text.
#[derive(Debug)]
pub(crate) struct ExportRows {
    /// The text.
    pub(crate) text: String,
    /// How many rows.
    pub(crate) count: usize,
    /// The last row's id; none where there are no more.
    pub(crate) last: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(variant: Variant, cells: &[Cell]) -> String {
        let mut out = String::new();
        variant.write_row(&mut out, cells);
        out
    }

    #[test]
    fn cells_are_quoted_and_formulas_are_texts() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let cells = [
            text("فیلم, \"نو\""),
            Cell::number("0.005"),
            Cell::number("-4.5"),
            Cell::Nothing,
            text("a\r\nb"),
            text(" x"),
        ];
        assert_eq!(row(Variant::Rfc4180, &cells), "\"فیلم, \"\"نو\"\"\",0.005,-4.5,,\"a\r\nb\",\" x\"\r\n");
        assert_eq!(row(Variant::Excel, &cells), "\"فیلم, \"\"نو\"\"\";0,005;-4,5;;\"a\r\nb\";\" x\"\r\n");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            let shown = row(Variant::Excel, &[text(formula)]);
            assert!(shown.trim_start_matches('"').starts_with('\''), "{shown}");
            assert!(!row(Variant::Rfc4180, &[text(formula)]).contains('\''), "programs get what was written");
        }
        assert_eq!(row(Variant::Excel, &[text("a;b,c")]), "\"a;b,c\"\r\n");
        assert_eq!(row(Variant::Rfc4180, &[text("a;b")]), "a;b\r\n");
    }
}
