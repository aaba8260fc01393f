//! The proleptic Gregorian calendar, in days counted from 1970-01-01. Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms": years that begin in March, in eras of 400.

/// The number of a day.
#[must_use]
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day's number.
#[must_use]
pub fn civil(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// The first and the last day of a day's month.
#[must_use]
pub fn month_of(day: i64) -> (i64, i64) {
    let (year, month, _) = civil(day);
    let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, i64::from(month) + 1, 1) };
    (days(year, month.into(), 1), next - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_begin_and_end_where_they_do() {
        // By `date -u +%s -d 2026-11-20`, in days.
        assert_eq!(civil(20_777), (2026, 11, 20));
        assert_eq!(month_of(20_777), (20_758, 20_787));
        // December, and a February of 29 days.
        assert_eq!(month_of(days(2026, 12, 31)), (days(2026, 12, 1), days(2026, 12, 31)));
        assert_eq!(month_of(days(2028, 2, 1)), (days(2028, 2, 1), days(2028, 2, 29)));
        assert_eq!(month_of(days(2027, 2, 1)).1, days(2027, 2, 28));
    }

    proptest! {
        #[test]
        fn every_day_reads_back(day in -200_000_i64..4_000_000) {
            let (year, month, of_month) = civil(day);
            prop_assert_eq!(days(year, month.into(), of_month.into()), day);
            let next = civil(day + 1);
            prop_assert!(next > (year, month, of_month));
        }

        #[test]
        fn months_follow_each_other_without_a_gap(day in -200_000_i64..4_000_000) {
            let (first, last) = month_of(day);
            prop_assert!(first <= day && day <= last && (28..=31).contains(&(last - first + 1)));
            prop_assert_eq!(month_of(first), month_of(last));
            prop_assert_eq!(month_of(last + 1).0, last + 1);
        }
    }
}
