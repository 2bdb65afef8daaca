//! Lots: the least number of minutes whose fee is a whole minor unit, so that cutting bills costs the platform nothing.

use super::{Amount, Price};

/// Basis points of the whole.
const WHOLE: u64 = 10_000;

/// The least number of minutes at a price whose fee is a whole minor unit.
#[must_use]
pub fn lot_minutes(price: Price, fee_pct: u64) -> u64 {
    let cents = u64::try_from(price.in_cents()).unwrap_or(1);
    // n × cents × fee is a multiple of 10000.
    let fee = cents.saturating_mul(fee_pct) % WHOLE;
    WHOLE / greatest_common_divisor(fee, WHOLE)
}

/// What a lot costs, at most what `at_most` buys in whole minutes, and at least one minute.
#[must_use]
pub fn lot(price: Price, fee_pct: u64, at_most: Amount) -> Amount {
    let minutes = i64::try_from(lot_minutes(price, fee_pct)).unwrap_or(i64::MAX);
    let affordable = at_most.0 / price.amount().0;
    Amount(price.amount().0.saturating_mul(minutes.min(affordable).max(1)))
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if a == 0 { b } else { greatest_common_divisor(b % a, a) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fee_of_a_lot_is_whole() {
        let cents = |cents| Price::cents(cents).unwrap();
        assert_eq!(lot_minutes(cents(2), 500), 10);
        assert_eq!(lot_minutes(cents(20), 500), 1);
        assert_eq!(lot_minutes(cents(1), 500), 20);
        assert_eq!(lot_minutes(cents(3), 0), 1);
        assert_eq!(lot_minutes(cents(1), 333), 10_000);
        for price in 1..200 {
            for fee in [0, 1, 250, 333, 500, 10_000] {
                let minutes = lot_minutes(cents(price), fee);
                let price = u64::try_from(price).unwrap();
                assert_eq!(minutes * price * fee % 10_000, 0);
                assert!((1..minutes).all(|fewer| fewer * price * fee % 10_000 != 0));
            }
        }
    }

    #[test]
    fn a_lot_is_cut_off_where_a_bill_is_made_anyway() {
        let five: Amount = "5".parse().unwrap();
        assert_eq!(lot(Price::cents(2).unwrap(), 500, five).to_string(), "0.2");
        assert_eq!(lot(Price::cents(1).unwrap(), 333, five).to_string(), "5");
        assert_eq!(lot(Price::cents(700).unwrap(), 333, five).to_string(), "7");
    }
}
