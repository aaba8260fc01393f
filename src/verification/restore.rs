//! After a restore: what happened between a backup and the moment when it was put back is not
//! known, so for a while nobody may try anything.
//!
//! ```text
//!   backup made        damage        put back                    wait over
//!      taken ───────────── ? ─────────── at ────────────────────── until
//!        └── may be forgotten ──────────┘ └── all locked, nothing sent ──┘
//! ```
//!
//! **The wait** is as long as the time that may be forgotten, so that nobody gets more tries for
//! their time than the rules give; at least the lock that the person would have earned next,
//! because they may have earned it unseen; at most [`LONGEST`]. It holds for everybody alike:
//! somebody unknown may have been known.
//!
//! **Codes** from before the restore open nothing any more: tries at them may be forgotten.
//!
//! **Ledgers of money** (SMS for a dial code) count as used up on each day of which something may
//! be forgotten, until that day is over: the bill never exceeds what the limits say. What a day
//! holds for one person or one address goes on from what the backup knows: at most one day's
//! e-mails are doubled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::limits::{Limits, nth};

/// The longest wait, and what is assumed where a backup does not say when it was made.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The store was put back from a backup.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// When the backup was made; `None`: nobody knows.
    pub taken: Option<Timestamp>,
    /// When it was put back.
    pub at: Timestamp,
}

impl Restore {
    /// This restore, of a backup which itself holds the mark of an earlier one. While the earlier
    /// one may still matter, what it forgot counts, too.
    #[must_use]
    pub fn after(self, earlier: Option<Restore>) -> Restore {
        let Some(earlier) = earlier else { return self };
        if self.at >= earlier.at.after(LONGEST) {
            return self;
        }
        let taken = self.taken.zip(earlier.taken).map(|(own, before)| own.min(before));
        Restore { taken, at: self.at.max(earlier.at) }
    }

    /// Until when somebody with so many locks behind them may try nothing.
    #[must_use]
    pub fn until(&self, locks: u32, limits: &Limits) -> Timestamp {
        self.at.after(self.forgotten().max(nth(&limits.lockouts, locks)).min(LONGEST))
    }

    /// Whether something that happened on this UTC day may be forgotten.
    #[must_use]
    pub fn forgot_some_of(&self, day: i64) -> bool {
        let first = self.at.before(self.forgotten()).day();
        (first..=self.at.day()).contains(&day)
    }

    /// Whether something that was done at `then` was done before this restore.
    #[must_use]
    pub fn is_after(&self, then: Option<Timestamp>) -> bool {
        then.is_none_or(|then| then <= self.at)
    }

    /// How long the time is that may be forgotten.
    fn forgotten(&self) -> Duration {
        match self.taken {
            // A backup from the future: one of the two clocks was wrong.
            Some(taken) if taken > self.at => LONGEST,
            Some(taken) => self.at.since(taken),
            None => LONGEST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60 * 1000;
    const HOUR: i64 = 60 * MINUTE;
    /// Noon of a UTC day.
    const NOON: i64 = 20_000 * 24 * HOUR + 12 * HOUR;

    fn restore(minutes_ago: i64) -> Restore {
        Restore { taken: Some(Timestamp(NOON - minutes_ago * MINUTE)), at: Timestamp(NOON) }
    }

    fn minutes(restore: Restore, locks: u32) -> i64 {
        (restore.until(locks, &Limits::default()).0 - NOON) / MINUTE
    }

    #[test]
    fn the_wait_is_as_long_as_what_may_be_forgotten_within_bounds() {
        // Minutes between backup and restore, locks so far, minutes of waiting.
        for (ago, locks, wait) in [
            (0, 0, 5),
            (3, 0, 5),
            (40, 0, 40),
            (40, 1, 40),
            (40, 2, 4 * 60),
            (0, 3, 24 * 60),
            (40, 9, 24 * 60),
            (23 * 60, 0, 23 * 60),
            (30 * 24 * 60, 0, 24 * 60),
            (-1, 0, 24 * 60),
        ] {
            assert_eq!(minutes(restore(ago), locks), wait, "{ago} {locks}");
        }
        assert_eq!(minutes(Restore { taken: None, at: Timestamp(NOON) }, 0), 24 * 60);
        let long = Limits { lockouts: vec![LONGEST * 7], ..Limits::default() };
        assert_eq!(restore(1).until(0, &long), Timestamp(NOON).after(LONGEST));
    }

    #[test]
    fn the_days_of_which_something_may_be_forgotten() {
        let today = Timestamp(NOON).day();
        let days = |restore: Restore| {
            (-40..3).filter(|day| restore.forgot_some_of(today + day)).collect::<Vec<_>>()
        };
        assert_eq!(days(restore(40)), [0]);
        assert_eq!(days(restore(13 * 60)), [-1, 0]);
        assert_eq!(days(restore(2 * 24 * 60)), [-2, -1, 0]);
        assert_eq!(days(Restore { taken: None, at: Timestamp(NOON) }), [-1, 0]);
    }

    #[test]
    fn a_restore_of_a_backup_made_after_a_restore_forgets_both_for_a_day() {
        let earlier = Restore { at: Timestamp(NOON - 2 * HOUR), ..restore(5 * 60) };
        let later = restore(60).after(Some(earlier));
        assert_eq!(later, restore(5 * 60));
        assert_eq!(restore(60).after(None), restore(60));
        let unknown = Restore { taken: None, ..earlier };
        assert_eq!(restore(60).after(Some(unknown)).taken, None);
        let long_ago = Restore { at: Timestamp(NOON - 24 * HOUR), ..restore(30 * 60) };
        assert_eq!(restore(60).after(Some(long_ago)), restore(60));
    }

    proptest! {
        #[test]
        fn whatever_the_clocks_say_everybody_waits_and_nobody_for_more_than_a_day(
            taken in any::<Option<i64>>(), at in 0..i64::MAX / 4, locks in any::<u32>(),
        ) {
            let restore = Restore { taken: taken.map(Timestamp), at: Timestamp(at) };
            let limits = Limits::default();
            let wait = restore.until(locks, &limits).since(restore.at);
            prop_assert!(wait >= limits.lockouts[0] && wait <= LONGEST);
            prop_assert!(wait >= restore.until(0, &limits).since(restore.at));
            prop_assert!(restore.forgot_some_of(restore.at.day()));
            prop_assert!(!restore.forgot_some_of(restore.at.day() + 1));
        }
    }
}
