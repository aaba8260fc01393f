//! What text messages may cost, and how many there may be, over all applicants and gates.
//!
//! Amounts are whole numbers of millionths of the currency's unit. An SMS is charged at the price
//! of the configuration when its code is issued; if the provider names its own price, the
//! difference is made up for ([`Bill`]).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::Phone;
use super::calendar::month_of;
use super::limits::Ledger;
use super::restore::Restore;
use super::{DAY, Timestamp};

/// Millionths in one unit of the currency.
const MILLION: u64 = 1_000_000;
/// Decimal places in a millionth.
const PLACES: usize = 6;

/// An amount of money, in millionths of the currency's unit.
#[derive(
    Copy, Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Money {
    /// Reads `12`, `0.0750`: digits, at most one point. What is finer than a millionth counts as a
    /// whole one. `None` for anything else, and for more than 18 billion.
    #[must_use]
    pub fn parse(text: &str) -> Option<Money> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return None;
        }
        let (kept, rest) = part.split_at(part.len().min(PLACES));
        let kept: u64 = format!("{kept:0<PLACES$}").parse().ok()?;
        let finer = u64::from(rest.bytes().any(|b| b != b'0'));
        let whole: u64 = whole.parse().ok()?;
        whole.checked_mul(MILLION)?.checked_add(kept)?.checked_add(finer).map(Money)
    }
}

impl fmt::Display for Money {
    /// `12.50`, `0.075`: two decimal places at least, unless there are none to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / MILLION, self.0 % MILLION);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:0PLACES$}");
        let part = part.trim_end_matches('0');
        write!(f, "{whole}.{part:0<2}")
    }
}

/// What holds for all gates together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// SMS in an hour to numbers that differ in their last four digits only.
    pub per_prefix: u32,
    /// SMS per dial code and UTC day, where that is not the gate's `sends_per_country`.
    pub countries: BTreeMap<u16, u32>,
    /// SMS in an hour.
    pub per_hour: u32,
    /// SMS on a UTC day.
    pub per_day: u32,
    /// ISO 4217, as the provider's account has it; empty if no money is counted.
    pub currency: String,
    /// What an SMS costs where `prices` says nothing.
    pub price: Money,
    /// What one costs to numbers that begin with these digits (`49`, `1876`); the longest counts.
    pub prices: BTreeMap<String, Money>,
    /// What all SMS of a UTC day may cost.
    pub day: Option<Money>,
    /// And of a month of the UTC calendar.
    pub month: Option<Money>,
}

impl Default for Spending {
    fn default() -> Spending {
        Spending {
            per_prefix: 5,
            countries: BTreeMap::new(),
            per_hour: 50,
            per_day: 200,
            currency: String::new(),
            price: Money(0),
            prices: BTreeMap::new(),
            day: None,
            month: None,
        }
    }
}

impl Spending {
    /// What one SMS to this number costs.
    #[must_use]
    pub fn price_of(&self, phone: &Phone) -> Money {
        let number = phone.as_str().trim_start_matches('+');
        let known = self.prices.iter().filter(|(digits, _)| number.starts_with(digits.as_str()));
        known.max_by_key(|(digits, _)| digits.len()).map_or(self.price, |(_, price)| *price)
    }

    /// Whether money is counted at all.
    #[must_use]
    pub fn counts_money(&self) -> bool {
        self.day.is_some() || self.month.is_some()
    }

    /// What is to be taken as spent in the month that ends on `last`, besides what its ledger says:
    /// on each day of which something may be forgotten, as much as a day can cost.
    #[must_use]
    pub fn forgotten(&self, restore: Option<Restore>, last: i64) -> Money {
        let Some(restore) = restore else { return Money(0) };
        let (first, last) = month_of(last);
        let days = (first..=last).filter(|day| restore.forgot_some_of(*day)).count();
        let dearest = self.prices.values().copied().max().unwrap_or_default().max(self.price);
        let by_count = dearest.0.saturating_mul(self.per_day.into());
        let a_day = self.day.map_or(by_count, |day| day.0.min(by_count));
        Money(a_day.saturating_mul(u64::try_from(days).unwrap_or(u64::MAX)))
    }
}

/// What one code was charged to: exactly this is taken back if it certainly never left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Each ledger, and by how much it was raised.
    pub charges: Vec<(Ledger, u64)>,
    /// What the provider says that it costs, and in which currency.
    #[serde(default)]
    pub paid: Option<Paid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    pub amount: Money,
    pub currency: String,
}

/// When a budget of `limit` is used up if it goes on as it went, of which `used` went from `since`
/// to `now`; `None`: not before `end`.
///
/// `lately` is what went in some time just before `now`: the faster of the two paces counts.
#[must_use]
pub fn runs_out(
    limit: u64,
    used: u64,
    now: Timestamp,
    since: Timestamp,
    end: Timestamp,
    lately: Option<(u64, Duration)>,
) -> Option<Timestamp> {
    let left = limit.saturating_sub(used);
    let after = |spent: u64, within: Duration| {
        let millis = u128::from(left).checked_mul(within.as_millis())?.checked_div(spent.into())?;
        Some(now.after(Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))))
    };
    let on_average = after(used, now.since(since));
    let lately = lately.and_then(|(spent, within)| after(spent, within));
    [on_average, lately].into_iter().flatten().min().filter(|at| *at < end)
}

/// The midnight that begins this UTC day.
#[must_use]
pub fn midnight(day: i64) -> Timestamp {
    Timestamp(day.saturating_mul(i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::verification::calendar::days;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    #[test]
    fn amounts_are_read_exactly_and_shown_as_people_write_them() {
        for (typed, millionths, shown) in [
            ("0", 0, "0"),
            ("50", 50_000_000, "50"),
            ("50.00", 50_000_000, "50"),
            ("0.0750", 75_000, "0.075"),
            ("12.5", 12_500_000, "12.50"),
            ("0.1", 100_000, "0.10"),
            ("0.000001", 1, "0.000001"),
            ("0.00000101", 2, "0.000002"),
        ] {
            let money = Money::parse(typed);
            assert_eq!(money, Some(Money(millionths)), "{typed}");
            assert_eq!(Money(millionths).to_string(), shown);
        }
        for none in ["", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "1 ", "٣", "1.2.3", "0x1"] {
            assert_eq!(Money::parse(none), None, "{none:?}");
        }
        assert_eq!(Money::parse("18446744073709.551616"), None);
    }

    #[test]
    fn the_longest_beginning_of_a_number_has_its_price() {
        let price = |digits: &str, millionths| (digits.to_owned(), Money(millionths));
        let spending = Spending {
            price: Money(9),
            prices: BTreeMap::from([price("1", 1), price("1212", 2), price("49", 3)]),
            ..Spending::default()
        };
        let of = |number| spending.price_of(&Phone::parse(number).expect("a number")).0;
        assert_eq!(of("+1 613 782 7274"), 1);
        assert_eq!(of("+1 212 555 2368"), 2);
        assert_eq!(of("+49 151 23456789"), 3);
        assert_eq!(of("+43 664 123456"), 9);
    }

    #[test]
    fn a_forgotten_day_counts_with_as_much_as_it_can_cost() {
        let day = days(2026, 11, 20);
        let at = |day: i64| midnight(day).after(12 * HOUR);
        let restore = Some(Restore { taken: Some(at(day - 2)), at: at(day) });
        let (_, last) = month_of(day);
        let spending = Spending {
            price: Money(100_000),
            per_day: 10,
            day: Some(Money(300_000)),
            ..Spending::default()
        };
        assert_eq!(spending.forgotten(None, last), Money(0));
        assert_eq!(spending.forgotten(restore, last), Money(900_000));
        let uncapped = Spending { day: None, ..spending.clone() };
        assert_eq!(uncapped.forgotten(restore, last), Money(3_000_000));
        // Never more than the SMS of a day can cost, at the highest price.
        let roomy = Spending { day: Some(Money(9_000_000)), ..spending.clone() };
        assert_eq!(roomy.forgotten(restore, last), Money(3_000_000));
        let dear = BTreeMap::from([("1876".to_owned(), Money(250_000))]);
        let dear = Spending { prices: dear, ..uncapped };
        assert_eq!(dear.forgotten(restore, last), Money(7_500_000));
        // Another month knows nothing of it, and only its own days count.
        assert_eq!(spending.forgotten(restore, last + 1), Money(0));
        let over = Some(Restore { taken: Some(at(last)), at: at(last + 1) });
        assert_eq!(spending.forgotten(over, last), Money(300_000));
    }

    #[test]
    fn the_forecast_follows_the_faster_pace() {
        let (first, last) = month_of(days(2026, 11, 20));
        let (since, end) = (midnight(first), midnight(last + 1));
        let after = |days: i64| midnight(first + days);
        let forecast = |used, now, lately| runs_out(50, used, now, since, end, lately);
        // 40 of 50 in 16 days: 10 more take four days.
        assert_eq!(forecast(40, after(16), None), Some(after(20)));
        // At that pace it lasts.
        assert_eq!(forecast(40, after(28), None), None);
        assert_eq!(forecast(0, after(28), None), None);
        // 30 of them within the last day.
        assert_eq!(forecast(40, after(28), Some((30, DAY))), Some(after(28).after(8 * HOUR)));
        assert_eq!(forecast(50, after(28), None), Some(after(28)));
        assert_eq!(forecast(60, after(28), None), Some(after(28)));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(millionths in any::<u64>()) {
            let money = Money(millionths);
            prop_assert_eq!(Money::parse(&money.to_string()), Some(money));
        }

        #[test]
        fn no_text_and_no_number_makes_it_panic(
            text in "\\PC*", limit: u64, used: u64, spent: u64, now: i64, since: i64, end: i64,
            within: u64, last in -1_000_000_i64..1_000_000, taken: Option<i64>, at in 0_i64..1 << 50,
        ) {
            let _ = Money::parse(&text);
            let lately = Some((spent, Duration::from_millis(within)));
            let (now, end) = (Timestamp(now), Timestamp(end));
            let out = runs_out(limit, used, now, Timestamp(since), end, lately);
            prop_assert!(out.is_none_or(|out| now <= out && out < end));
            let restore = Restore { taken: taken.map(Timestamp), at: Timestamp(at) };
            let _ = Spending::default().forgotten(Some(restore), last);
        }
    }
}
