//! Times on the wire.

/// A time as RFC 3339 in UTC, from milliseconds since 1970.
pub(crate) fn rfc3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| format!("{time:.3}"))
}

/// The wall clock, in milliseconds since 1970. What is kept in the store has the store's clock.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
