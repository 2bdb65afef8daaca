//! Payments in: the `test` provider of development networks, whose amounts say what happens.
//!
//! | cents of the amount | what happens |
//! |---|---|
//! | .98 | it is refused |
//! | .97 | it stays pending until `/v1/test/top_ups/{id}/pay` or its end |
//! | all others | it is paid at once |

use crate::amount::Amount;
use crate::id::Kind;

/// What the provider answers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payment {
    /// Paid.
    Paid,
    /// Refused.
    Refused,
    /// The user has to do something first.
    Pending,
}

/// The `test` provider.
#[derive(Debug)]
pub(crate) struct Payments;

impl Payments {
    /// Its name in the store.
    pub(crate) const NAME: &'static str = "test";
    /// For how long PLY is reserved for a top-up that is pending, in milliseconds.
    pub(crate) const RESERVED_MS: i64 = 24 * 3_600_000;

    /// Asks for a payment.
    pub(crate) const fn begin(amount: Amount) -> Payment {
        match amount.0 / Amount::MINOR_UNIT.0 % 100 {
            98 => Payment::Refused,
            97 => Payment::Pending,
            _ => Payment::Paid,
        }
    }

    /// What the provider calls the payment of a top-up.
    pub(crate) fn payment_id(top_up: i64) -> String {
        format!("test_{}", Kind::TopUp.text(top_up))
    }

    /// Where the user pays.
    pub(crate) fn checkout_url(top_up: &str) -> String {
        format!("/demo/pay/{top_up}")
    }
}
