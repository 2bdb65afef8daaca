//! Tick ids: each is billed at most once.
//!
//! With ordered ticks the contract compares ids as 64 bytes, padded with zeros at the end, so that every id must be greater
//! than the one before. A ULID starts with its time in milliseconds and fits.

use super::UsageError;
use std::cmp::Ordering;
use std::fmt;
use ulid::Ulid;

/// The most bytes an id has.
pub const MAX_TICK: usize = 64;

/// An id of 1 to 64 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TickId(Vec<u8>);

impl TickId {
    /// Takes any 1 to 64 bytes.
    ///
    /// # Errors
    /// [`UsageError::TickLength`].
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, UsageError> {
        let bytes = bytes.into();
        if bytes.is_empty() || bytes.len() > MAX_TICK {
            return Err(UsageError::TickLength(bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// A fresh ULID, greater than `last` wherever that is an ULID too.
    ///
    /// # Errors
    /// [`UsageError::TickOrder`] where `last` is greater than every ULID of today.
    pub fn fresh(last: Option<&Self>) -> Result<Self, UsageError> {
        let fresh = Self(Ulid::generate().to_string().into_bytes());
        let Some(last) = last else { return Ok(fresh) };
        if fresh > *last {
            return Ok(fresh);
        }
        // The same millisecond, or a clock that went back: count on from the last one.
        let next = std::str::from_utf8(&last.0).ok().and_then(|text| Ulid::from_string(text).ok()?.increment().ok());
        match next.map(|ulid| Self(ulid.to_string().into_bytes())) {
            Some(next) if next > *last => Ok(next),
            _ => Err(UsageError::TickOrder { tick: fresh, last: last.clone() }),
        }
    }

    /// The id's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn padded(&self) -> [u8; MAX_TICK] {
        let mut padded = [0; MAX_TICK];
        for (to, from) in padded.iter_mut().zip(&self.0) {
            *to = *from;
        }
        padded
    }
}

/// The contract's order: ids that differ in trailing zeros alone are neither greater nor smaller.
impl PartialOrd for TickId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match self.padded().cmp(&other.padded()) {
            Ordering::Equal if self != other => None,
            order => Some(order),
        }
    }
}

impl fmt::Display for TickId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(text) if text.chars().all(|c| c.is_ascii_graphic() || c == ' ') && !text.starts_with("0x") => {
                f.write_str(text)
            }
            _ => write!(f, "0x{}", hex::encode(&self.0)),
        }
    }
}

impl fmt::Debug for TickId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TickId({self})")
    }
}

impl serde::Serialize for TickId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for TickId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl std::str::FromStr for TickId {
    type Err = UsageError;

    /// Text as it is, or bytes written as `0x` and hex.
    fn from_str(text: &str) -> Result<Self, UsageError> {
        match text.strip_prefix("0x").map(hex::decode) {
            Some(Ok(bytes)) => Self::new(bytes),
            Some(Err(_)) => Err(UsageError::TickHex),
            None => Self::new(text.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        assert_eq!(TickId::new([]), Err(UsageError::TickLength(0)));
        assert!(TickId::new([1; 64]).is_ok());
        assert_eq!(TickId::new([1; 65]), Err(UsageError::TickLength(65)));
    }

    #[test]
    fn fresh_ids_rise_also_within_a_millisecond() {
        let mut last = TickId::fresh(None).unwrap();
        for _ in 0..2000 {
            let next = TickId::fresh(Some(&last)).unwrap();
            assert!(next > last, "{next} after {last}");
            last = next;
        }
    }

    #[test]
    fn an_id_beyond_every_ulid_is_an_error_not_a_refusal_on_chain() {
        let last: TickId = "tick_1".parse().unwrap();
        assert!(matches!(TickId::fresh(Some(&last)), Err(UsageError::TickOrder { .. })));
    }

    #[test]
    fn order_is_the_contracts() {
        let tick = |text: &str| text.parse::<TickId>().unwrap();
        assert!(tick("b") > tick("a") && tick("ab") > tick("a") && tick("b") > tick("ab"));
        assert_eq!(tick("0x6100").partial_cmp(&tick("a")), None);
        assert_eq!(tick("0x6100").to_string(), "0x6100");
        assert_eq!("0xzz".parse::<TickId>(), Err(UsageError::TickHex));
        // What is displayed can be parsed.
        let odd = TickId::new(*b"0xzz").unwrap();
        assert_eq!(odd.to_string().parse(), Ok(odd));
    }
}
