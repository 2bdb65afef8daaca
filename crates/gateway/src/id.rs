//! Ids: 64-bit numbers that rise with time, and their text: a prefix that says what they name, and 13 characters.
//!
//! Rows of the store are kept in the order of these numbers, so that what is written last lies together. 42 bits are
//! milliseconds since 2020, 21 bits distinguish what is created in one millisecond.

use std::fmt;

/// 2020-01-01 in milliseconds since 1970.
const EPOCH: i64 = 1_577_836_800_000;
/// Bits below the milliseconds.
const LOW_BITS: u32 = 21;
/// Crockford's base 32, in lower case.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a number: 65 bits.
const DIGITS: usize = 13;

/// Kinds of things that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A journal entry: `txn_`.
    Entry,
    /// A session: `ses_`.
    Session,
    /// A top-up: `top_`.
    TopUp,
    /// A withdrawal: `wdr_`.
    Withdrawal,
    /// An operation on the chain: `stl_` (settlements are the ones that users see).
    ChainOp,
    /// A partner: `par_`.
    Partner,
    /// An API key: `key_`.
    ApiKey,
    /// An export: `exp_`.
    Export,
    /// A contract in force at a partner: `con_`.
    Contract,
    /// A wallet, as the operator sees it: `wal_`.
    Wallet,
}

impl Kind {
    /// What ids of this kind begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Entry => "txn_",
            Self::Session => "ses_",
            Self::TopUp => "top_",
            Self::Withdrawal => "wdr_",
            Self::ChainOp => "stl_",
            Self::Partner => "par_",
            Self::ApiKey => "key_",
            Self::Export => "exp_",
            Self::Contract => "con_",
            Self::Wallet => "wal_",
        }
    }

    /// The text of a number.
    #[must_use]
    pub fn text(self, number: i64) -> String {
        Id { kind: self, number }.to_string()
    }

    /// The number of a text of this kind; `None` for every other text. A text has one spelling.
    #[must_use]
    pub fn number(self, text: &str) -> Option<i64> {
        let digits = text.strip_prefix(self.prefix()).filter(|digits| digits.len() == DIGITS)?;
        let mut number: u128 = 0;
        for byte in digits.bytes() {
            let value = ALPHABET.iter().position(|digit| *digit == byte)?;
            number = number * 32 + value as u128;
        }
        i64::try_from(number).ok()
    }
}

/// A number with its kind, to be displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Id {
    kind: Kind,
    number: i64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.prefix())?;
        let number = u128::from(self.number.unsigned_abs());
        for place in (0..DIGITS).rev() {
            let value = usize::try_from((number >> (5 * place)) & 31).unwrap_or(0);
            let digit = ALPHABET.get(value).copied().unwrap_or(b'0');
            write!(f, "{}", char::from(digit))?;
        }
        Ok(())
    }
}

/// Hands out rising numbers.
#[derive(Debug, Default)]
pub struct Ids {
    last: i64,
}

impl Ids {
    /// Goes on after a number that was given out before.
    #[must_use]
    pub const fn after(last: i64) -> Self {
        Self { last }
    }

    /// The next number at a time in milliseconds since 1970: greater than every one before, also where the clock stands still.
    pub fn next(&mut self, now: i64) -> i64 {
        let by_time = now.saturating_sub(EPOCH).max(0) << LOW_BITS;
        self.last = by_time.max(self.last.saturating_add(1));
        self.last
    }
}

/// The least number of something that is created at a time, in milliseconds since 1970.
#[must_use]
pub const fn first_at(time: i64) -> i64 {
    let since = time.saturating_sub(EPOCH);
    if since < 0 {
        0
    } else if since > i64::MAX >> LOW_BITS {
        i64::MAX
    } else {
        since << LOW_BITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_and_rise_like_their_numbers() {
        let mut ids = Ids::default();
        let mut before = String::new();
        for step in 0..1000 {
            let number = ids.next(1_800_000_000_000 + step / 7);
            let text = Kind::Session.text(number);
            assert!(text > before, "{text} after {before}");
            assert_eq!(Kind::Session.number(&text), Some(number));
            before = text;
        }
        assert_eq!(before.len(), 17);
        assert_eq!(Kind::Entry.text(i64::MAX), "txn_7zzzzzzzzzzzz");
    }

    #[test]
    fn other_texts_name_nothing() {
        for text in [
            "",
            "ses_",
            "txn_7zzzzzzzzzzzz",
            "ses_7zzzzzzzzzzzZ",
            "ses_zzzzzzzzzzzzz",
            "ses_7zzzzzzzzzzzz0",
            "ses_u000000000000",
        ] {
            assert_eq!(Kind::Session.number(text), None, "{text}");
        }
    }
}
