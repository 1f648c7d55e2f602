//! Time as the domain sees it: instants, lengths and local times, each a newtype.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An instant: microseconds since 1970-01-01T00:00:00Z. JSON form: RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// This instant and `length` later; stays at the end of time rather than wrap.
    #[must_use]
    pub const fn plus(self, length: Duration) -> Self {
        Self(self.0.saturating_add(length.0))
    }
    /// The same day and time of day so many years later (earlier when negative), in UTC; stays where it is when there is no such instant.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        let later = jiff::Span::new().try_years(years).ok().and_then(|span| self.in_zone(&TimeZone::UTC).checked_add(span).ok());
        later.map_or(self, |later| Self::from_jiff(later.timestamp()))
    }
    /// This instant less `length`.
    #[must_use]
    pub const fn minus(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
    /// How long after `earlier` this instant is; negative when before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
    /// As a `jiff` instant; an instant outside jiff's range (years -9999 to 9999) becomes the nearest end of it.
    #[must_use]
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
    }
    /// From a `jiff` instant, cut to microseconds.
    #[must_use]
    pub fn from_jiff(at: jiff::Timestamp) -> Self {
        Self(at.as_microsecond())
    }
    /// The wall clock of `zone` at this instant.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> jiff::Zoned {
        self.to_jiff().to_zoned(zone.clone())
    }
    /// Reads RFC 3339 (a zone or `Z` is needed) or a date alone (midnight UTC).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Self::from_jiff(at));
        }
        // jiff reads a date and time as a date too; without a zone that would silently lose the hour.
        let date = (text.len() == 10).then(|| text.parse::<jiff::civil::Date>().ok()).flatten()?;
        date.to_zoned(TimeZone::UTC).ok().map(|z| Self::from_jiff(z.timestamp()))
    }
}

impl From<i64> for Timestamp {
    fn from(micros: i64) -> Self {
        Self(micros)
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a time: write RFC 3339, as 2026-11-23T09:00:00Z")))
    }
}

/// A length of time in microseconds. JSON form: `"1h30m"`, `"2d"`, `"500ms"`; a day is 24 hours, a week seven days.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Duration(pub i64);

/// Between two lengths of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// At least.
    pub least: Duration,
    /// At most; None when nobody can say.
    pub most: Option<Duration>,
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self::exactly(Duration::ZERO);
    /// Any length of time.
    pub const OPEN: Self = Self { least: Duration::ZERO, most: None };
    /// Neither more nor less than `length`.
    #[must_use]
    pub const fn exactly(length: Duration) -> Self {
        Self { least: length, most: Some(length) }
    }
    /// `length` or less; any when None.
    #[must_use]
    pub const fn up_to(length: Option<Duration>) -> Self {
        Self { least: Duration::ZERO, most: length }
    }
    /// This and `other` after it.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        Self { least: self.least.plus(other.least), most: self.most.zip(other.most).map(|(a, b)| a.plus(b)) }
    }
}

const UNITS: [(&str, i64); 6] =
    [("w", 7 * 86_400_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000)];

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// `n` microseconds.
    #[must_use]
    pub const fn from_micros(n: i64) -> Self {
        Self(n)
    }
    /// `n` seconds.
    #[must_use]
    pub const fn from_secs(n: i64) -> Self {
        Self(n.saturating_mul(1_000_000))
    }
    /// `n` hours.
    #[must_use]
    pub const fn from_hours(n: i64) -> Self {
        Self::from_secs(n.saturating_mul(3600))
    }
    /// `n` days of 24 hours.
    #[must_use]
    pub const fn from_days(n: i64) -> Self {
        Self::from_hours(n.saturating_mul(24))
    }
    /// Microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Both together; stays at the longest there is rather than wrap.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
    /// For the standard library; a negative length becomes zero.
    #[must_use]
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_micros(if self.0 < 0 { 0 } else { self.0 as u64 })
    }
    /// Reads `1h30m`, `2d`, `500ms`, `1w 2d`. None when a part has no unit, a unit is unknown, or nothing is there.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let negative = rest.starts_with('-');
        rest = rest.strip_prefix('-').unwrap_or(rest);
        let mut total: i64 = 0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let number: i64 = rest[..digits].parse().ok()?;
            rest = rest[digits..].trim_start();
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (_, unit) = UNITS.iter().find(|(name, _)| *name == &rest[..letters])?;
            total = total.checked_add(number.checked_mul(*unit)?)?;
            rest = rest[letters..].trim_start();
        }
        Some(Self(if negative { -total } else { total }))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (name, unit) in UNITS {
            let n = rest / unit.unsigned_abs();
            if n > 0 {
                write!(f, "{n}{name}")?;
                rest %= unit.unsigned_abs();
            }
        }
        Ok(())
    }
}
impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a duration: write 1h30m, 2d or 45s")))
    }
}

/// A time zone by its IANA name, `Europe/Berlin`; JSON form: that name.
#[derive(Clone, PartialEq, Debug)]
pub struct Zone(pub TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);
    /// The zone called `name`, or None when the tables do not know it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::UTC);
        }
        TimeZone::get(name).ok().map(Self)
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}
impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::named(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("{name:?} is not a time zone: write its IANA name, as Europe/Berlin")))
    }
}

/// A time of day without a zone. JSON form: `"09:30"` (seconds allowed).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalTime(pub jiff::civil::Time);

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.second() == 0 {
            write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
        } else {
            write!(f, "{:02}:{:02}:{:02}", self.0.hour(), self.0.minute(), self.0.second())
        }
    }
}
impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map(Self).map_err(|_| serde::de::Error::custom(format!("{text:?} is not a time of day: write 09:30")))
    }
}

/// A day of the week. JSON form: `"mon"` … `"sun"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        use jiff::civil::Weekday as W;
        match day {
            W::Monday => Self::Mon,
            W::Tuesday => Self::Tue,
            W::Wednesday => Self::Wed,
            W::Thursday => Self::Thu,
            W::Friday => Self::Fri,
            W::Saturday => Self::Sat,
            W::Sunday => Self::Sun,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back_what_they_wrote() {
        for text in ["1h30m", "2d", "500ms", "1w2d", "0s", "-2d", "1s500ms"] {
            assert_eq!(Duration::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "5", "h", "5x", "1h 3", "99999999999999999999d", "9999999999999d"] {
            assert_eq!(Duration::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_need_a_zone() {
        assert_eq!(Timestamp::parse("1970-01-01T00:00:01Z"), Some(Timestamp(1_000_000)));
        assert_eq!(Timestamp::parse("1970-01-01T01:00:01+01:00"), Some(Timestamp(1_000_000)));
        assert_eq!(Timestamp::parse("1970-01-01T00:00:01"), None);
        assert_eq!(Timestamp::parse("1970-01-02"), Some(Timestamp(86_400_000_000)));
    }
}
