//! Whether Telegram takes anything at all.
//!
//! ```text
//!           8 failures in a row             one order is taken
//!   sound ──────────────────────▶ broken ───────────────────────▶ sound
//!                                   │ ▲
//!                                   └─┘ one order at a time, the most urgent, ever more seldom
//! ```
//!
//! Messages and other calls are counted apart: Telegram may take the ones and not the others.
//!
//! One order that fails holds up no other: it may be its own fault. But when all fail, hundreds that
//! wait must not try one by one and again and again, and then all at once when Telegram is back.

use std::time::Duration;

use tokio::time::Instant;

use super::retries::Retries;
use crate::telegram::Fault;

/// So many failures in a row are no accident.
const IN_A_ROW: u32 = 8;
/// How soon Telegram's return is noticed, whatever the usual waits.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) struct Line {
    /// In a row: of orders that count against the limits, and of others.
    failures: Failures,
    /// How often one order was tried in vain since it broke.
    tries: u32,
    /// When the next order may be tried, while broken.
    next: Instant,
}

#[derive(Copy, Clone, Default)]
struct Failures {
    counting: u32,
    free: u32,
}

/// What an attempt said about the line.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Contact {
    /// Telegram answered, whatever it was.
    Made,
    /// Telegram took nothing; it may ask for a pause.
    Failed { pause: Option<Duration> },
    /// Telegram was not asked.
    None,
}

impl Contact {
    pub fn of(fault: &Fault) -> Contact {
        match fault {
            Fault::Retry { .. } | Fault::Unauthorized { .. } => Contact::Failed { pause: None },
            Fault::RateLimited { retry_after, .. } => Contact::Failed { pause: Some(*retry_after) },
            Fault::Conflict { .. }
            | Fault::Gone { .. }
            | Fault::AlreadyDone { .. }
            | Fault::NoRights { .. }
            | Fault::NoChat { .. }
            | Fault::NotMember { .. }
            | Fault::TooManyChats { .. }
            | Fault::Migrated { .. }
            | Fault::Malformed { .. } => Contact::Made,
        }
    }
}

impl Line {
    pub fn new() -> Line {
        Line { failures: Failures::default(), tries: 0, next: Instant::now() }
    }

    pub fn is_broken(&self) -> bool {
        self.failures.counting.saturating_add(self.failures.free) >= IN_A_ROW
    }

    /// How many orders may be under way at `now`, of `usual` ones.
    pub fn places(&self, now: Instant, usual: usize) -> usize {
        match self.is_broken() {
            false => usual,
            true => usize::from(now >= self.next),
        }
    }

    /// When to look again, if it is broken.
    pub fn wake(&self) -> Option<Instant> {
        self.is_broken().then_some(self.next)
    }

    /// Telegram was heard elsewhere: the next order may be tried now.
    pub fn may_be_sound(&mut self, now: Instant) {
        self.next = self.next.min(now);
    }

    /// How an attempt went; `counts`: it was at an order that counts against the limits. `true` if
    /// Telegram is back.
    pub fn went(
        &mut self,
        contact: Contact,
        counts: bool,
        now: Instant,
        retries: &Retries,
    ) -> bool {
        let was_broken = self.is_broken();
        let failures = if counts { &mut self.failures.counting } else { &mut self.failures.free };
        match contact {
            Contact::None => false,
            Contact::Made => {
                *failures = 0;
                self.next = now;
                if self.is_broken() {
                    return false;
                }
                self.tries = 0;
                was_broken
            }
            Contact::Failed { pause } => {
                *failures = failures.saturating_add(1);
                if !self.is_broken() {
                    return false;
                }
                let pause = pause.unwrap_or_default();
                // Those that were under way when it broke say nothing new.
                if now >= self.next {
                    let wait = retries.after(self.tries, 0).min(LONGEST);
                    self.tries = self.tries.saturating_add(1);
                    self.next = now + wait.max(pause);
                }
                self.next = self.next.max(now + pause);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOST: Contact = Contact::Failed { pause: None };

    #[test]
    fn it_breaks_after_some_failures_in_a_row_and_one_success_mends_it() {
        let (mut line, now, retries) = (Line::new(), Instant::now(), Retries::default());
        for _ in 0..100 {
            for _ in 0..IN_A_ROW - 1 {
                line.went(LOST, true, now, &retries);
            }
            line.went(Contact::None, true, now, &retries);
            assert_eq!(line.places(now, 128), 128);
            assert!(!line.went(Contact::Made, true, now, &retries), "it was never broken");
        }
        for _ in 0..IN_A_ROW {
            line.went(LOST, true, now, &retries);
        }
        assert_eq!(line.places(now, 128), 0);
        let next = line.wake().expect("a time");
        assert_eq!(line.places(next, 128), 1);
        assert!(line.went(Contact::Made, true, next, &retries));
        assert_eq!((line.places(now, 128), line.wake()), (128, None));
    }

    #[test]
    fn a_broken_line_is_tried_ever_more_seldom_and_at_least_every_half_minute() {
        let (mut line, mut now, retries) = (Line::new(), Instant::now(), Retries::default());
        let mut waits = Vec::new();
        for _ in 0..IN_A_ROW + 7 {
            line.went(LOST, true, now, &retries);
            if let Some(next) = line.wake() {
                waits.push((next - now).as_secs());
                now = next;
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        line.may_be_sound(now);
        assert_eq!(line.places(now, 128), 1);
    }

    #[test]
    fn a_removal_that_is_taken_does_not_say_that_messages_are() {
        let (mut line, now, retries) = (Line::new(), Instant::now(), Retries::default());
        for _ in 0..IN_A_ROW {
            line.went(LOST, true, now, &retries);
        }
        assert!(!line.went(Contact::Made, false, now, &retries));
        assert_eq!(line.places(now, 128), 1, "but the next may be tried at once");
        line.went(LOST, false, now, &retries);
        assert!(!line.went(Contact::Made, false, now, &retries));
        assert!(line.went(Contact::Made, true, now, &retries));
        // Where both fail, both have to be taken.
        for n in 0..2 * IN_A_ROW {
            line.went(LOST, n % 2 == 0, now, &retries);
        }
        assert!(!line.went(Contact::Made, true, now, &retries));
        assert!(line.went(Contact::Made, false, now, &retries));
    }

    #[test]
    fn what_was_under_way_when_it_broke_makes_no_wait_longer() {
        let (mut line, now, retries) = (Line::new(), Instant::now(), Retries::default());
        for _ in 0..128 {
            line.went(LOST, true, now, &retries);
        }
        assert_eq!(line.wake(), Some(now + Duration::from_secs(1)));
    }

    #[test]
    fn a_pause_that_telegram_asks_for_holds_for_all() {
        let (mut line, now, retries) = (Line::new(), Instant::now(), Retries::default());
        let pause = Duration::from_secs(90);
        for _ in 0..IN_A_ROW {
            line.went(Contact::Failed { pause: Some(pause) }, true, now, &retries);
        }
        // A late failure of another kind makes it no shorter.
        line.went(LOST, true, now, &retries);
        assert_eq!(line.wake(), Some(now + pause));
    }
}
