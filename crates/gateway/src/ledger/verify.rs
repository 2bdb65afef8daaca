//! Adds the journal up again and compares it with every balance, and with its seals.

use super::seal::{Head, hash_entries};
use super::{LedgerError, Seal};
use crate::amount::{Amount, Price};
use rusqlite::Connection;

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was compared.
    pub subject: String,
    /// What the journal says, and what stands there.
    pub detail: String,
}

/// What a verification read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Entries of the journal.
    pub entries: i64,
    /// Wallets.
    pub wallets: i64,
    /// Sessions.
    pub sessions: i64,
    /// Seals.
    pub seals: i64,
    /// What does not add up; empty where all is well.
    pub findings: Vec<Finding>,
}

/// The accounts of a wallet, in the order of their columns.
const WALLET: [&str; 11] = [
    "available",
    "held",
    "unsettled",
    "settling",
    "withdrawing",
    "debt",
    "due",
    "sending",
    "in_account",
    "leaving",
    "to_return",
];
/// The accounts of the network.
const BOOKS: [&str; 8] =
    ["loss", "world_card", "world_paypal", "world_chain", "world_operator", "treasury", "reserved", "outside"];

/// Adds the journal up again.
///
/// # Errors
/// The store's.
pub fn verify(connection: &Connection) -> Result<Verification, LedgerError> {
    let mut found = Verification {
        entries: count(connection, "entries")?,
        wallets: count(connection, "wallets")?,
        sessions: count(connection, "sessions")?,
        seals: count(connection, "seals")?,
        findings: Vec::new(),
    };
    let findings = &mut found.findings;
    sums(connection, findings, "wallet", "wallets", "wallet_id", &WALLET)?;
    sums(connection, findings, "partner", "partners", "partner_id", &["partner", "platform"])?;
    sums(connection, findings, "book", "books", "1", &BOOKS)?;
    laws(connection, findings)?;
    tabs(connection, findings)?;
    sessions(connection, findings)?;
    operations(connection, findings)?;
    third_book(connection, findings)?;
    bills(connection, findings)?;
    references(connection, findings)?;
    seals(connection, findings)?;
    Ok(found)
}

fn count(connection: &Connection, table: &str) -> Result<i64, LedgerError> {
    Ok(connection.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0))?)
}

/// Compares balances with the sums of their postings.
fn sums(
    connection: &Connection,
    findings: &mut Vec<Finding>,
    subject: &str,
    table: &str,
    key: &str,
    accounts: &[&str],
) -> Result<(), LedgerError> {
    let of_entries: Vec<_> =
        accounts.iter().map(|account| format!("COALESCE(SUM({account}), 0) AS {account}")).collect();
    let pairs: Vec<_> = accounts.iter().map(|account| format!("COALESCE(e.{account}, 0), t.{account}")).collect();
    let sql = format!(
        "WITH e AS (SELECT {key} AS owner, {} FROM entries GROUP BY 1) \
         SELECT t.id, {} FROM {table} t LEFT JOIN e ON e.owner = t.id",
        of_entries.join(", "),
        pairs.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        for (index, account) in accounts.iter().enumerate() {
            let (journal, balance): (i64, i64) = (row.get(1 + 2 * index)?, row.get(2 + 2 * index)?);
            if journal != balance {
                findings.push(Finding {
                    subject: format!("{subject} {id}: {account}"),
                    detail: format!("the journal adds up to {}, the balance is {}", Amount(journal), Amount(balance)),
                });
            }
        }
    }
    Ok(())
}

/// The laws, which the table's checks also keep.
fn laws(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "SELECT id FROM wallets WHERE available + held + unsettled + settling + withdrawing <> due + sending + in_account \
         + leaving OR due % 1000000 <> 0 OR sending % 1000000 <> 0 OR in_account % 1000000 <> 0 \
         OR leaving % 1000000 <> 0 OR to_return % 1000000 <> 0 \
         OR (available + held + unsettled) % 1000000 <> 0",
    )?;
    let broken = statement.query_map([], |row| row.get::<_, i64>(0))?;
    for id in broken {
        findings.push(Finding {
            subject: format!("wallet {}", id?),
            detail: "what is owed is not what is on the chain, in whole minor units".to_owned(),
        });
    }
    Ok(())
}

/// Tabs: what ticks charged, less what bills and a close took, moved or gave back.
fn tabs(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "SELECT t.id, t.unsettled, \
         COALESCE((SELECT SUM(unsettled) FROM entries e WHERE e.tab_id = t.id), 0) \
         - COALESCE((SELECT SUM(amount) FROM bill_parts p WHERE p.tab_id = t.id), 0) \
         - COALESCE((SELECT SUM(moved) FROM entries e WHERE e.tab_id = t.id AND e.moved IS NOT NULL), 0) \
         + COALESCE((SELECT SUM(moved) FROM entries e WHERE e.cause = t.id AND e.moved IS NOT NULL), 0) FROM tabs t",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, balance, journal): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if balance != journal {
            findings.push(Finding {
                subject: format!("tab {id}"),
                detail: format!("the journal adds up to {}, the balance is {}", Amount(journal), Amount(balance)),
            });
        }
    }
    let mut statement = connection.prepare(
        "SELECT w.id, w.unsettled, COALESCE((SELECT SUM(unsettled) FROM tabs t WHERE t.wallet_id = w.id), 0) FROM wallets w",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, wallet, tabs): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if wallet != tabs {
            findings.push(Finding {
                subject: format!("wallet {id}: tabs"),
                detail: format!("its tabs add up to {}, its balance is {}", Amount(tabs), Amount(wallet)),
            });
        }
    }
    Ok(())
}

/// Sessions: charged is F(time) and what the journal says, and what open ones hold is what the wallet holds.
fn sessions(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    session_sums(connection, findings)?;
    let mut statement = connection.prepare("SELECT id, price, credited_ms + prepaid_ms, charged FROM sessions")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, price, ms, charged): (i64, Price, i64, Amount) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if price.charge(ms) != charged {
            findings.push(Finding {
                subject: format!("session {id}"),
                detail: format!("{ms} ms cost {}, charged is {charged}", price.charge(ms)),
            });
        }
    }
    let mut statement = connection.prepare(
        "SELECT w.id, w.held, COALESCE((SELECT SUM(held) FROM sessions s WHERE s.wallet_id = w.id), 0) FROM wallets w",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, wallet, sessions): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if wallet != sessions {
            findings.push(Finding {
                subject: format!("wallet {id}: held"),
                detail: format!("its sessions hold {}, its balance is {}", Amount(sessions), Amount(wallet)),
            });
        }
    }
    Ok(())
}

/// What the journal says of each session.
fn session_sums(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "WITH e AS (SELECT session_id, SUM(unsettled) AS charged, SUM(held) AS held, SUM(credited_ms) AS credited, \
         COUNT(tick_hash) AS ticks FROM entries WHERE session_id IS NOT NULL GROUP BY session_id) \
         SELECT s.id, s.charged, s.held, s.credited_ms, s.ticks, COALESCE(e.charged, 0), COALESCE(e.held, 0), \
         COALESCE(e.credited, 0), COALESCE(e.ticks, 0) FROM sessions s LEFT JOIN e ON e.session_id = s.id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        for (index, account) in ["charged", "held", "credited_ms", "ticks"].iter().enumerate() {
            let (kept, journal): (i64, i64) = (row.get(1 + index)?, row.get(5 + index)?);
            if kept != journal {
                findings.push(Finding {
                    subject: format!("session {id}: {account}"),
                    detail: format!("the journal adds up to {journal}, it has {kept}"),
                });
            }
        }
    }
    Ok(())
}

/// A bill is the sum of its parts.
fn bills(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "SELECT o.id, CASE WHEN o.state = 'refused' THEN 0 ELSE o.amount END, \
         COALESCE((SELECT SUM(amount) FROM bill_parts p WHERE p.op_id = o.id), 0) FROM chain_ops o WHERE o.kind = 'bill'",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, amount, parts): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if amount != parts {
            findings.push(Finding {
                subject: format!("operation {id}"),
                detail: format!("its parts add up to {}, it is {}", Amount(parts), Amount(amount)),
            });
        }
    }
    Ok(())
}

/// What rows name exists, and the file is whole.
fn references(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    for (column, table) in [
        ("partner_id", "partners"),
        ("wallet_id", "wallets"),
        ("session_id", "sessions"),
        ("tab_id", "tabs"),
        ("corrects", "entries"),
    ] {
        let sql = format!(
            "SELECT e.id FROM entries e LEFT JOIN {table} t ON t.id = e.{column} \
             WHERE e.{column} IS NOT NULL AND t.id IS NULL"
        );
        let mut statement = connection.prepare(&sql)?;
        for id in statement.query_map([], |row| row.get::<_, i64>(0))? {
            findings.push(Finding { subject: format!("entry {}", id?), detail: format!("its {column} names nothing") });
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let broken = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    for row in broken {
        let (table, id) = row?;
        findings.push(Finding {
            subject: format!("{table} {}", id.unwrap_or_default()),
            detail: "it names something that does not exist".to_owned(),
        });
    }
    Ok(())
}

/// What is under way is what operations on the chain say.
fn operations(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "SELECT w.id, w.settling, w.sending, w.leaving, \
         COALESCE(SUM(CASE WHEN o.kind = 'bill' THEN o.amount END), 0), \
         COALESCE(SUM(CASE WHEN o.kind = 'delivery' THEN o.amount END), 0), \
         COALESCE(SUM(CASE WHEN o.kind IN ('bill', 'withdrawal') THEN o.amount END), 0) \
         FROM wallets w LEFT JOIN chain_ops o ON o.wallet_id = w.id \
         AND o.state IN ('planned', 'signed', 'sent', 'doubtful') GROUP BY w.id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        for (index, account) in ["settling", "sending", "leaving"].iter().enumerate() {
            let (balance, operations): (i64, i64) = (row.get(1 + index)?, row.get(4 + index)?);
            if balance != operations {
                findings.push(Finding {
                    subject: format!("wallet {id}: {account}"),
                    detail: format!("operations have {}, its balance is {}", Amount(operations), Amount(balance)),
                });
            }
        }
    }
    Ok(())
}

/// Algos: what wallets have is the sum of their rows in the third book.
fn third_book(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement = connection.prepare(
        "WITH a AS (SELECT wallet_id, SUM(wallet) AS algos FROM algo_entries GROUP BY wallet_id) \
         SELECT w.id, w.algos, COALESCE(a.algos, 0) FROM wallets w LEFT JOIN a ON a.wallet_id = w.id \
         WHERE w.algos <> COALESCE(a.algos, 0)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, balance, journal): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        findings.push(Finding {
            subject: format!("wallet {id}: Algos"),
            detail: format!("its rows add up to {journal} microAlgos, its balance is {balance}"),
        });
    }
    Ok(())
}

/// Seals follow each other, cover the journal without gaps, and hash to what they say.
fn seals(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), LedgerError> {
    let mut statement =
        connection.prepare("SELECT number, at, first_entry, last_entry, entries, hash FROM seals ORDER BY number")?;
    let all = statement.query_map([], Seal::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let (mut previous, mut after) = (Vec::new(), 0);
    for (number, seal) in (1_i64..).zip(all) {
        let head = Head { previous: &previous, number: seal.number, at: seal.at };
        let hashed = hash_entries(connection, (after, seal.last), &head)?;
        let fits = hashed.is_some_and(|hashed| {
            hashed.hash == seal.hash
                && (hashed.first, hashed.last, hashed.entries) == (seal.first, seal.last, seal.entries)
        });
        if !fits || seal.number != number {
            findings.push(Finding {
                subject: format!("seal {}", seal.number),
                detail: "its entries are not those that were sealed".to_owned(),
            });
        }
        (previous, after) = (seal.hash, seal.last);
    }
    Ok(())
}
