//! Times in which Telegram could not be heard, and what they are worth to those who waited.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// No window grows by more: Telegram itself keeps what people write for a day.
pub const LONGEST_EXTENSION: Duration = Duration::from_secs(24 * 60 * 60);
/// Two outages with no more than this between them count as one, to the people's good: in so
/// short a time nobody is served.
const GAP: Duration = Duration::from_secs(30);
/// So many are remembered; the oldest go first.
const MOST: usize = 500;

/// A time in which nobody could reach us: Telegram was away, or we were. `until` is not part of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Outages, oldest first, none touching another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outages(Vec<Outage>);

impl Outages {
    /// Notes an outage that ended last of all; one that is no time at all is none.
    pub fn note(&mut self, outage: Outage) {
        let Outage { mut from, mut until } = outage;
        if until <= from {
            return;
        }
        while let Some(last) = self.0.last().copied() {
            if from.since(last.until) > GAP {
                break;
            }
            from = from.min(last.from);
            until = until.max(last.until);
            self.0.pop();
        }
        self.0.push(Outage { from, until });
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    /// The end of a window that was to last from `from` to `until`: time in which nobody could
    /// reach us does not count, up to [`LONGEST_EXTENSION`] in all. Never earlier than `until`.
    #[must_use]
    pub fn extended(&self, from: Timestamp, until: Timestamp) -> Timestamp {
        let longest = until.after(LONGEST_EXTENSION);
        let mut end = until;
        for outage in &self.0 {
            if outage.from >= end {
                break;
            }
            end = end.after(outage.until.since(outage.from.max(from)));
        }
        end.min(longest)
    }

    /// Forgets those that ended before `before`.
    pub fn forget(&mut self, before: Timestamp) {
        self.0.retain(|outage| outage.until >= before);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = Outage> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60 * 1000;

    fn at(minute: i64) -> Timestamp {
        Timestamp(minute * MINUTE)
    }

    /// Outages by their minutes.
    fn outages(minutes: &[(i64, i64)]) -> Outages {
        let mut outages = Outages::default();
        for (from, until) in minutes {
            outages.note(Outage { from: at(*from), until: at(*until) });
        }
        outages
    }

    #[test]
    fn a_window_grows_by_what_it_shared_with_outages() {
        let check = |minutes: &[(i64, i64)], expected: i64| {
            let end = outages(minutes).extended(at(100), at(110));
            assert_eq!(end, at(expected), "{minutes:?}");
        };
        check(&[], 110);
        // Before, after, and touching only.
        check(&[(50, 60)], 110);
        check(&[(120, 180)], 110);
        check(&[(90, 100)], 110);
        check(&[(110, 170)], 110);
        // In the middle, over its end, over its beginning, over all of it.
        check(&[(102, 105)], 113);
        check(&[(105, 165)], 170);
        check(&[(90, 103)], 113);
        check(&[(90, 190)], 200);
        // The second lies in what the first one gave.
        check(&[(105, 109), (112, 114)], 116);
        check(&[(105, 109), (115, 120)], 114);
        // No more than a day in all.
        check(&[(105, 105 + 60 * 24 * 7)], 110 + 60 * 24);
        check(&[(101, 1000), (1005, 2000)], 110 + 60 * 24);
    }

    #[test]
    fn outages_that_nearly_touch_are_one() {
        let mut noted = outages(&[(0, 1)]);
        let soon = at(1).after(Duration::from_secs(30));
        noted.note(Outage { from: soon, until: at(5) });
        noted.note(Outage { from: at(7), until: at(7) });
        noted.note(Outage { from: at(7), until: at(9) });
        noted.note(Outage { from: at(8), until: at(8) });
        let all: Vec<_> = noted.iter().map(|outage| (outage.from, outage.until)).collect();
        assert_eq!(all, [(at(0), at(5)), (at(7), at(9))]);
        noted.forget(at(6));
        assert_eq!(noted.iter().count(), 1);
        noted.forget(at(10));
        assert!(noted.is_empty());
    }

    #[test]
    fn a_line_that_flaps_for_days_is_remembered_within_bounds() {
        let mut noted = Outages::default();
        for minute in 0..2000 {
            noted.note(Outage { from: at(2 * minute), until: at(2 * minute + 1) });
        }
        assert_eq!(noted.iter().count(), MOST);
        assert_eq!(noted.iter().last().map(|outage| outage.from), Some(at(2 * 1999)));
    }

    /// The same by counting minutes.
    fn counted(outages: &Outages, from: i64, until: i64) -> i64 {
        let away = |minute: i64| {
            outages.iter().any(|outage| outage.from <= at(minute) && at(minute) < outage.until)
        };
        let (mut left, mut minute) = (until - from, from);
        while left > 0 {
            left -= i64::from(!away(minute));
            minute += 1;
        }
        minute
    }

    proptest! {
        #[test]
        fn time_in_which_nobody_reaches_us_does_not_count(
            mut edges in proptest::collection::vec(0..1000_i64, 0..12),
            from in 0..1000_i64,
            life in 1..200_i64,
        ) {
            edges.sort_unstable();
            let pairs: Vec<_> = edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            let outages = outages(&pairs);
            let end = outages.extended(at(from), at(from + life));
            prop_assert_eq!(end, at(counted(&outages, from, from + life)));
        }

        #[test]
        fn no_window_ever_ends_sooner_or_much_later(
            noted in proptest::collection::vec(any::<(i64, i64)>(), 0..6), from: i64, until: i64,
        ) {
            let mut outages = Outages::default();
            for (from, until) in noted {
                outages.note(Outage { from: Timestamp(from), until: Timestamp(until) });
            }
            let (from, until) = (Timestamp(from), Timestamp(until));
            let end = outages.extended(from, until);
            prop_assert!(until <= end && end <= until.after(LONGEST_EXTENSION));
        }
    }
}
