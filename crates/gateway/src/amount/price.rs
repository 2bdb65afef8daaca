//! The price of a minute, and what so much playing costs.

use super::{Amount, AmountError};

/// The highest price of a minute that a price can name, in cents: 1,000 EUR.
pub const MAX_PRICE: i64 = 100_000;
/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// The price of a minute, in whole cents, 1 to [`MAX_PRICE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i64);

impl Price {
    /// So many cents a minute; `None` for none, and beyond [`MAX_PRICE`].
    #[must_use]
    pub fn cents(cents: i64) -> Option<Self> {
        (1..=MAX_PRICE).contains(&cents).then_some(Self(cents))
    }

    /// The price of a minute as an amount.
    #[must_use]
    pub const fn amount(self) -> Amount {
        Amount(self.0 * Amount::MINOR_UNIT.0)
    }

    /// An amount as the price of a minute; `None` outside of what [`Price::cents`] takes.
    ///
    /// # Errors
    /// [`AmountError::NotCents`].
    pub fn from_amount(amount: Amount) -> Result<Option<Self>, AmountError> {
        Ok(Self::cents(amount.in_cents()?.0 / Amount::MINOR_UNIT.0))
    }

    /// Cents a minute: the contract's `unit_price`.
    #[must_use]
    pub const fn in_cents(self) -> i64 {
        self.0
    }

    /// F(ms) = floor(price × 10⁶ × ms / 60000): what the first `ms` milliseconds of a session cost. Beyond 64 bits it stays
    /// at the largest amount.
    #[must_use]
    pub fn charge(self, ms: i64) -> Amount {
        let wide = i128::from(self.amount().0) * i128::from(ms.max(0)) / i128::from(MINUTE);
        Amount(i64::try_from(wide).unwrap_or(i64::MAX))
    }

    /// What `ms` more milliseconds cost after `before`: F(before + ms) − F(before).
    #[must_use]
    pub fn charge_after(self, before: i64, ms: i64) -> Amount {
        Amount(self.charge(before.saturating_add(ms)).0 - self.charge(before).0)
    }

    /// How many milliseconds after `before` an amount pays for: the most with `charge_after(before, ms) ≤ amount`.
    #[must_use]
    pub fn paid_after(self, before: i64, amount: Amount) -> i64 {
        // F(t) ≤ limit means price × t < (limit + 1) × 60000.
        let limit = i128::from(self.charge(before).0) + i128::from(amount.0.max(0));
        let most = ((limit + 1) * i128::from(MINUTE) - 1) / i128::from(self.amount().0);
        i64::try_from(most).unwrap_or(i64::MAX).saturating_sub(before).max(0)
    }
}

impl rusqlite::ToSql for Price {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for Price {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        let cents = i64::column_result(value)?;
        Self::cents(cents).ok_or(rusqlite::types::FromSqlError::OutOfRange(cents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_documentations_figures() {
        let price = Price::cents(2).unwrap();
        assert_eq!(price.charge(15_000).to_string(), "0.005");
        assert_eq!(price.charge(480_000).to_string(), "0.16");
        assert_eq!(price.charge(8_000).to_string(), "0.00266666");
        assert_eq!(price.paid_after(0, "0.006".parse().unwrap()), 18_000);
    }

    #[test]
    fn prices_are_whole_cents() {
        assert_eq!(Price::from_amount("0.025".parse().unwrap()), Err(AmountError::NotCents));
        assert_eq!(Price::from_amount(Amount::ZERO), Ok(None));
        assert_eq!(Price::from_amount("1000.01".parse().unwrap()), Ok(None));
        assert_eq!(Price::from_amount("0.02".parse().unwrap()), Ok(Price::cents(2)));
    }

    proptest! {
        #[test]
        fn any_number_of_ticks_cost_what_one_costs(cents in 1..=MAX_PRICE, ticks in prop::collection::vec(0i64..1_000_000, 0..20)) {
            let price = Price::cents(cents).unwrap();
            let (mut before, mut sum) = (0, 0);
            for ms in ticks {
                sum += price.charge_after(before, ms).0;
                before += ms;
            }
            prop_assert_eq!(Amount(sum), price.charge(before));
        }

        #[test]
        fn an_amount_pays_for_the_most_that_it_can(cents in 1..=MAX_PRICE, before in 0i64..100_000_000, amount in 0i64..1_000_000_000_000) {
            let (price, amount) = (Price::cents(cents).unwrap(), Amount(amount));
            let ms = price.paid_after(before, amount);
            prop_assert!(price.charge_after(before, ms) <= amount);
            prop_assert!(price.charge_after(before, ms + 1) > amount);
        }
    }
}
