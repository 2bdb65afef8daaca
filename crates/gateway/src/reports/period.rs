//! Periods: days of a time zone, or times, in milliseconds since 1970.

use crate::problem::{Code, Problem};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most parts that a report is divided in.
const MAX_PARTS: usize = 1_000;
/// The longest period, in milliseconds: six years.
const LONGEST: i64 = 6 * 366 * 86_400_000;

/// What a report is divided in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Interval {
    /// Hours.
    Hour,
    /// Days of the time zone.
    Day,
    /// Months of the time zone.
    Month,
}

/// A period: from its first millisecond up to, and without, its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first millisecond.
    pub(crate) from: i64,
    /// The end.
    pub(crate) to: i64,
    zone: TimeZone,
}

/// A time zone by its name in the IANA database.
///
/// # Errors
/// [`Code::InvalidTimeZone`].
pub(crate) fn time_zone(name: &str) -> Result<TimeZone, Problem> {
    TimeZone::get(name).map_err(|_| {
        Problem::new(Code::InvalidTimeZone)
            .param("time_zone")
            .detail(format!("{name:?} is no time zone of the IANA database."))
    })
}

/// A bound of a period: a day, or a time.
fn bound(param: &'static str, text: &str, zone: &TimeZone, is_end: bool) -> Result<i64, Problem> {
    let invalid = |why: &str| Problem::invalid_field(param, why);
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let is_day = text.len() == 10;
    let day = text.parse::<Date>().ok().filter(|_| is_day);
    let day =
        day.ok_or_else(|| invalid("must be a day (2025-01-31), or a time with its offset (2025-01-31T18:30:00Z)."))?;
    let first = if is_end { day.tomorrow() } else { Ok(day) };
    let start = first.and_then(|day| day.to_zoned(zone.clone()));
    start.map(|start| start.timestamp().as_millisecond()).map_err(|_| invalid("is out of range."))
}

impl Period {
    /// Reads a period. A day is a day in the zone, and the last one is included; a time is not.
    ///
    /// # Errors
    /// [`Code::InvalidField`] and [`Code::InvalidTimeZone`].
    pub(crate) fn new(from: &str, to: &str, zone: &str) -> Result<Self, Problem> {
        let zone = time_zone(zone)?;
        let is_day = to.len() == 10;
        let (from, to) = (bound("from", from, &zone, false)?, bound("to", to, &zone, true)?);
        // The day before `from` ends where `from` begins.
        if to < from || (is_day && to == from) {
            return Err(Problem::invalid_field("to", "must not be before `from`."));
        }
        if to.saturating_sub(from) > LONGEST {
            return Err(Problem::invalid_field("to", "must be at most six years after `from`."));
        }
        Ok(Self { from, to, zone })
    }

    /// Reads a range whose bounds may be absent.
    ///
    /// # Errors
    /// As [`Period::new`].
    pub(crate) fn open_range(from: Option<&str>, to: Option<&str>, zone: &str) -> Result<(i64, i64), Problem> {
        /// A time after every other: the year 9999.
        const END: i64 = 253_370_764_800_000;
        if from.is_none() && to.is_none() {
            return Ok((0, END));
        }
        let zone = time_zone(zone)?;
        let from = from.map_or(Ok(0), |from| bound("from", from, &zone, false))?;
        let to = to.map_or(Ok(END), |to| bound("to", to, &zone, true))?;
        Ok((from, to.min(END)))
    }

    /// The parts of the period: the first and the last may be shorter.
    ///
    /// # Errors
    /// [`Code::InvalidField`] where there are too many.
    pub(crate) fn parts(&self, interval: Interval) -> Result<Vec<(i64, i64)>, Problem> {
        let mut parts = Vec::new();
        let mut from = self.from;
        while from < self.to {
            if parts.len() == MAX_PARTS {
                let why = format_args!("divides this period in more than {MAX_PARTS} parts.");
                return Err(Problem::invalid_field("interval", why));
            }
            let end = self.end_of_part(from, interval)?.min(self.to).max(from.saturating_add(1));
            parts.push((from, end));
            from = end;
        }
        Ok(parts)
    }

    /// When the part ends that a time is in.
    fn end_of_part(&self, at: i64, interval: Interval) -> Result<i64, Problem> {
        let at = Timestamp::from_millisecond(at).map_err(Problem::internal)?.to_zoned(self.zone.clone());
        let end = match interval {
            Interval::Hour => hour_after(&at),
            Interval::Day => at.date().tomorrow().and_then(|day| day.to_zoned(self.zone.clone())),
            Interval::Month => {
                at.date().first_of_month().checked_add(1.month()).and_then(|day| day.to_zoned(self.zone.clone()))
            }
        };
        Ok(end.map_err(Problem::internal)?.timestamp().as_millisecond())
    }

    /// A time in the zone, with its offset.
    pub(crate) fn shown(&self, at: i64) -> String {
        let time = Timestamp::from_millisecond(at).map(|time| time.to_zoned(self.zone.clone()));
        time.map_or_else(|_| at.to_string(), |time| time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
}

/// The next full hour of the local clock; hours are counted by time that passes, so that none is left out or counted twice.
fn hour_after(at: &Zoned) -> Result<Zoned, jiff::Error> {
    let into = SignedDuration::from_mins(i64::from(at.minute())) + SignedDuration::from_secs(i64::from(at.second()));
    let into = into + SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()));
    at.checked_add(SignedDuration::from_hours(1) - into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str, zone: &str) -> Period {
        Period::new(from, to, zone).unwrap()
    }

    #[test]
    fn days_are_those_of_the_zone_and_the_last_is_included() {
        let utc = period("2025-01-01", "2025-01-31", "UTC");
        assert_eq!(utc.to - utc.from, 31 * 86_400_000);
        assert_eq!(utc.shown(utc.from), "2025-01-01T00:00:00+00:00");
        let tehran = period("2025-01-01", "2025-01-01", "Asia/Tehran");
        assert_eq!(utc.from - tehran.from, 3 * 3_600_000 + 1_800_000);
        assert_eq!(tehran.shown(tehran.from), "2025-01-01T00:00:00+03:30");
        let times = period("2025-01-01T20:15:00Z", "2025-01-01T23:45:30+03:30", "Asia/Tehran");
        assert_eq!(times.to - times.from, 30_000);
        // The same day and time are an empty period, not an error.
        assert!(period("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "UTC").parts(Interval::Day).unwrap().is_empty());
    }

    #[test]
    fn parts_follow_the_zones_calendar() {
        // Berlin's clocks go forward on the 30th of March and back on the 26th of October.
        for (from, to, hours) in
            [("2025-03-30", "2025-03-30", 23), ("2025-10-26", "2025-10-26", 25), ("2025-01-01", "2025-01-02", 48)]
        {
            let parts = period(from, to, "Europe/Berlin").parts(Interval::Hour).unwrap();
            assert_eq!(parts.len(), hours, "{from}");
            assert!(parts.iter().all(|(from, to)| to - from == 3_600_000));
        }
        let year = period("2025-01-01", "2025-12-31", "Asia/Kathmandu");
        assert_eq!(year.parts(Interval::Month).unwrap().len(), 12);
        let days = year.parts(Interval::Day).unwrap();
        assert_eq!((days.len(), days[0].0, days[364].1), (365, year.from, year.to));
        assert!(days.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(year.parts(Interval::Hour).unwrap_err().param_text(), Some("interval"));
        // A period that begins within a part.
        let parts = period("2025-01-01T10:07:00Z", "2025-01-01T12:00:00Z", "UTC").parts(Interval::Hour).unwrap();
        assert_eq!(parts.iter().map(|(from, to)| (to - from) / 60_000).collect::<Vec<_>>(), [53, 60]);
    }

    #[test]
    fn every_zones_days_begin_with_a_quarter_of_an_hour() {
        for zone in [
            "Asia/Tehran",
            "Asia/Kathmandu",
            "Australia/Eucla",
            "Pacific/Chatham",
            "America/St_Johns",
            "Africa/Monrovia",
        ] {
            let year = period("2026-01-01", "2026-12-31", zone);
            for (from, _) in year.parts(Interval::Day).unwrap() {
                assert_eq!(from % crate::events::QUARTER, 0, "{zone}");
            }
        }
    }

    #[test]
    fn other_texts_are_refused_by_name() {
        for zone in ["Asia/Nowhere", "", "../etc/passwd", "+03:30"] {
            let problem = Period::new("2025-01-01", "2025-01-31", zone).unwrap_err();
            assert_eq!(problem.code(), Code::InvalidTimeZone, "{zone}");
        }
        for (from, to, param) in [
            ("2025-13-01", "2025-01-31", "from"),
            ("2025-01-01", "31.01.2025", "to"),
            ("2025-01-01T10:00:00", "2025-01-31", "from"),
            ("2025-02-01", "2025-01-01", "to"),
            ("1900-01-01", "2025-01-01", "to"),
            ("", "2025-01-01", "from"),
        ] {
            let problem = Period::new(from, to, "UTC").unwrap_err();
            assert_eq!((problem.code(), problem.param_text()), (Code::InvalidField, Some(param)), "{from} {to}");
        }
    }
}
