//! Dates as admins type and read them: days of the UTC calendar.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::verification::Timestamp;
use crate::verification::calendar::{civil, days};

const MINUTE: i64 = 60 * 1000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A minute of the UTC calendar; shown as `2026-12-31 23:59`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
}

impl Date {
    #[must_use]
    pub fn of(at: Timestamp) -> Date {
        let (year, month, day) = civil(at.day());
        let minutes = at.0.rem_euclid(DAY) / MINUTE;
        let small = |n: i64| u8::try_from(n).unwrap_or(0);
        Date { year, month, day, hour: small(minutes / 60), minute: small(minutes % 60) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Date { year, month, day, hour, minute } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

/// Reads `2026-12-31` or `31.12.2026` and gives the end of that day; `None` for anything else, a
/// day that there is not, one that is over, and one more than ten years away.
pub(super) fn end_of_day(typed: &str, now: Timestamp) -> Option<Timestamp> {
    let typed = typed.trim();
    let (year, month, day) = match typed.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => (year, month, day),
        _ => match typed.split('.').map(str::trim).collect::<Vec<_>>()[..] {
            [day, month, year] => (year, month, day),
            _ => return None,
        },
    };
    let number = |text: &str, longest: usize| -> Option<i64> {
        let plain = text.len() <= longest && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let date = days(year, month, day);
    let exists = civil(date) == (year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let end = Timestamp(date.checked_add(1)?.checked_mul(DAY)?);
    let latest = now.after(Duration::from_secs(10 * 366 * 24 * 60 * 60));
    (exists && end > now && end <= latest).then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-20T14:00:00Z, by `date -u +%s -d`.
    const NOW: Timestamp = Timestamp(1_795_183_200_000);

    #[test]
    fn days_are_read_and_end_at_midnight() {
        assert_eq!(Date::of(NOW).to_string(), "2026-11-20 14:00");
        let check = |typed: &str, end: Option<&str>| {
            let read = end_of_day(typed, NOW).map(|end| Date::of(end).to_string());
            assert_eq!(read.as_deref(), end, "{typed:?}");
        };
        check("2026-12-31", Some("2027-01-01 00:00"));
        check(" 31.12.2026 ", Some("2027-01-01 00:00"));
        check("31. 12. 2026", Some("2027-01-01 00:00"));
        check("1.3.2028", Some("2028-03-02 00:00"));
        check("2028-02-29", Some("2028-03-01 00:00"));
        check("2026-11-20", Some("2026-11-21 00:00"));
        check("2036-11-19", Some("2036-11-20 00:00"));
        for none in [
            "",
            "2026-11-19",
            "2027-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-12-00",
            "2026-12-32",
            "2037-12-31",
            "12/31/2026",
            "tomorrow",
            "-2026-12-31",
            "2026-12-31-",
            "+2026-12-31",
            "9999999-1-1",
            "31.12.26",
            "..",
            "--",
            "2026-12-３１",
        ] {
            check(none, None);
        }
    }

    proptest! {
        #[test]
        fn no_text_and_no_time_makes_it_panic(typed in "\\PC*", now in any::<i64>()) {
            let _ = end_of_day(&typed, Timestamp(now));
            let _ = Date::of(Timestamp(now)).to_string();
        }
    }
}
