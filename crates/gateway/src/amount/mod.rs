//! Amounts of EUR, in u = 10⁻⁸ EUR, and prices: integers everywhere, decimal strings at the edge.

mod lot;
mod price;

pub use lot::{lot, lot_minutes};
pub use price::{MAX_PRICE, Price};

use std::fmt;
use std::str::FromStr;

/// An amount of EUR in u = 10⁻⁸ EUR. Balances are never negative; changes may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Something else than digits with at most one dot between them, and a minus before them.
    #[error("is not a decimal number such as \"12.34\"")]
    Malformed,
    /// More than eight digits behind the dot.
    #[error("has more than 8 digits behind the dot")]
    TooPrecise,
    /// Beyond what 64 bits hold.
    #[error("is larger than this system can hold")]
    TooLarge,
    /// Cents are the smallest step here.
    #[error("is not a whole number of cents")]
    NotCents,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One minor unit of PLY, which is a cent: 0.01 EUR.
    pub const MINOR_UNIT: Self = Self(1_000_000);
    /// Digits behind the dot.
    const DECIMALS: usize = 8;
    /// One EUR.
    const EUR: i64 = 100_000_000;

    /// So many cents; `None` beyond 64 bits.
    #[must_use]
    pub fn cents(cents: u64) -> Option<Self> {
        i64::try_from(cents).ok()?.checked_mul(Self::MINOR_UNIT.0).map(Self)
    }

    /// Whole minor units of PLY, rounded down; 0 for what is negative.
    #[must_use]
    pub fn minor_units(self) -> u64 {
        u64::try_from(self.0 / Self::MINOR_UNIT.0).unwrap_or(0)
    }

    /// The part that is a whole number of minor units, rounded towards zero.
    #[must_use]
    pub const fn whole_minor_units(self) -> Self {
        Self(self.0 - self.0 % Self::MINOR_UNIT.0)
    }

    /// The amount, where it is a whole number of cents.
    ///
    /// # Errors
    /// [`AmountError::NotCents`].
    pub const fn in_cents(self) -> Result<Self, AmountError> {
        if self.0 % Self::MINOR_UNIT.0 == 0 { Ok(self) } else { Err(AmountError::NotCents) }
    }

    /// The sum; `None` beyond 64 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` beyond 64 bits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

/// The shortest decimal that is this amount: `0`, `5`, `4.995`, `-0.00000001`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (eur, rest) = (size / Self::EUR.unsigned_abs(), size % Self::EUR.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return write!(f, "{sign}{eur}");
        }
        let digits = format!("{rest:08}");
        write!(f, "{sign}{eur}.{}", digits.trim_end_matches('0'))
    }
}

/// Reads what [`Amount`]'s display writes, and trailing zeros. No exponent, no sign but a minus, no spaces.
impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(AmountError::Malformed),
            Some((whole, fraction)) => (whole, fraction),
            None => (digits, ""),
        };
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // `00.5` and `.5` are not what any program writes.
        let has_zeros = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || has_zeros || !is_digits(whole) || !is_digits(fraction) {
            return Err(AmountError::Malformed);
        }
        if fraction.len() > Self::DECIMALS {
            return Err(AmountError::TooPrecise);
        }
        let padded = format!("{whole}{fraction:0<8}");
        let size: i64 = padded.parse().map_err(|_| AmountError::TooLarge)?;
        Ok(Self(if is_negative { -size } else { size }))
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|why| serde::de::Error::custom(format_args!("{text:?} {why}")))
    }
}

impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "EUR as a decimal string, exact, at most 8 digits behind the dot",
            "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,8})?$",
            "examples": ["4.995"],
        })
    }
}

impl rusqlite::ToSql for Amount {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for Amount {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_written_exactly() {
        for (text, size) in [
            ("0", 0),
            ("5", 500_000_000),
            ("4.995", 499_500_000),
            ("-0.00000001", -1),
            ("92233720368.54775807", i64::MAX),
        ] {
            assert_eq!(text.parse(), Ok(Amount(size)), "{text}");
            assert_eq!(Amount(size).to_string(), text);
        }
        assert_eq!("10.00".parse(), Ok(Amount(1_000_000_000)));
        assert_eq!(Amount(i64::MIN).to_string(), "-92233720368.54775808");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "-", ".", ".5", "5.", "05", "+5", "1e3", "1,5", " 5", "5 ", "NaN", "0x5", "--5", "٥", "1.5.0"]
        {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::Malformed), "{text:?}");
        }
        assert_eq!("0.000000001".parse::<Amount>(), Err(AmountError::TooPrecise));
        assert_eq!("92233720368.54775808".parse::<Amount>(), Err(AmountError::TooLarge));
        assert_eq!("1000000000000000000000000000000".parse::<Amount>(), Err(AmountError::TooLarge));
    }

    #[test]
    fn minor_units_are_whole_cents() {
        assert_eq!(Amount(499_500_000).minor_units(), 499);
        assert_eq!(Amount(-5).minor_units(), 0);
        assert_eq!(Amount(1_999_999).whole_minor_units(), Amount::MINOR_UNIT);
        assert_eq!(Amount(1_999_999).in_cents(), Err(AmountError::NotCents));
    }
}
