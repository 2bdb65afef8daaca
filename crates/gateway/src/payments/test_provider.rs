//! The `test` provider of development networks, whose amounts say what happens.
//!
//! | cents of the amount | what happens |
//! |---|---|
//! | .98 | it is refused |
//! | .97 | it stays pending until `/v1/test/top_ups/{id}/pay` or `/fail`, or its end |
//! | .96 | it is paid at once, and charged back after a minute |
//! | all others | it is paid at once |

use super::provider::{PaymentStatus, ProviderPayment};
use crate::amount::Amount;
use crate::id::Kind;
use crate::ledger::TopUp;
use crate::problem::{Code, Problem};
use crate::store::Write;
use rusqlite::{Connection, OptionalExtension as _};

/// After how long a payment of .96 is charged back, in milliseconds.
const CHARGED_BACK_AFTER: i64 = 60_000;

/// The `test` provider. What a real one keeps in its own house is a table here.
#[derive(Debug)]
pub(crate) struct TestProvider;

impl TestProvider {
    /// Its name in the store.
    pub(crate) const NAME: &'static str = "test";
    /// For how long PLY is reserved for a top-up that is pending, in milliseconds.
    pub(crate) const RESERVED_MS: i64 = 24 * 3_600_000;

    /// Asks for the payment of a top-up.
    pub(crate) fn begin(write: &mut Write<'_>, top_up: &TopUp) -> Result<ProviderPayment, Problem> {
        let cents = top_up.amount.0 / Amount::MINOR_UNIT.0 % 100;
        let state = match cents {
            98 => "failed",
            97 => "pending",
            _ => "paid",
        };
        let charge_back_at = (cents == 96).then(|| write.now().saturating_add(CHARGED_BACK_AFTER));
        write.execute(
            "INSERT INTO test_payments (payment_id, top_up_id, amount, state, charge_back_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            (payment_id(top_up.id), top_up.id, top_up.amount, state, charge_back_at),
        )?;
        Self::fetch(write.connection(), top_up.id)
    }

    /// What it says of the payment of a top-up.
    pub(crate) fn fetch(connection: &Connection, top_up: i64) -> Result<ProviderPayment, Problem> {
        let id = payment_id(top_up);
        let mut statement =
            connection.prepare_cached("SELECT state, amount, reversed FROM test_payments WHERE payment_id = ?1")?;
        let found = statement
            .query_row([&id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Amount>(1)?, row.get::<_, Amount>(2)?)))
            .optional()?;
        let (state, amount, reversed) = found.ok_or_else(|| Problem::new(Code::NotFound))?;
        let status = match state.as_str() {
            "paid" => PaymentStatus::Paid,
            "failed" => PaymentStatus::Failed,
            _ => PaymentStatus::Pending,
        };
        Ok(ProviderPayment { id, status, amount, reversed })
    }

    /// The user pays, or gives up: a payment that is pending is paid or fails.
    pub(crate) fn end(write: &mut Write<'_>, top_up: i64, is_paid: bool) -> Result<(), Problem> {
        write.execute(
            "UPDATE test_payments SET state = ?1 WHERE payment_id = ?2 AND state = 'pending'",
            (if is_paid { "paid" } else { "failed" }, payment_id(top_up)),
        )?;
        Ok(())
    }

    /// The bank takes a part back, or gives it back again: `reversed` is the total then.
    pub(crate) fn reverse(write: &mut Write<'_>, top_up: i64, reversed: Amount) -> Result<(), Problem> {
        let changed = write.execute(
            "UPDATE test_payments SET reversed = ?1, charge_back_at = NULL \
             WHERE payment_id = ?2 AND state = 'paid' AND ?1 <= amount",
            (reversed, payment_id(top_up)),
        )?;
        if changed == 0 {
            return Err(Problem::invalid_field("amount", "must be at most what was paid, and the payment made."));
        }
        Ok(())
    }

    /// Where the user pays.
    pub(crate) fn checkout_url(top_up: &str) -> String {
        format!("/demo/pay/{top_up}")
    }
}

fn payment_id(top_up: i64) -> String {
    format!("test_{}", Kind::TopUp.text(top_up))
}

/// The top-ups whose payments are charged back by now, with the amounts.
pub(crate) fn charge_backs_due(connection: &Connection, now: i64) -> Result<Vec<(i64, Amount)>, Problem> {
    let mut statement = connection
        .prepare_cached("SELECT top_up_id, amount FROM test_payments WHERE charge_back_at <= ?1 LIMIT 100")?;
    let due = statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(due.collect::<rusqlite::Result<_>>()?)
}
