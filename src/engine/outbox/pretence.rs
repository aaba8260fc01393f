//! Codes that are withheld must look like any other from outside: they take as long as those that
//! left by the same channel lately, and wait for a provider that is out of order as those do.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::SendOutcome;
use crate::engine::world::SystemRandom;
use crate::verification::code::Random;
use crate::verification::effect::Channel;

/// So many of the latest times are remembered for each channel.
const LATELY: usize = 64;
/// A provider that failed is taken to fail for so long, unless a code has left since.
const FAILS_FOR: Duration = Duration::from_secs(120);
/// The shortest and the longest time while none is known: a provider's usual ones.
const UNKNOWN: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(1000)];

/// How codes left lately.
#[derive(Default)]
pub(in crate::engine) struct Pretence {
    email: Mutex<Lately>,
    sms: Mutex<Lately>,
}

#[derive(Default)]
struct Lately {
    took: VecDeque<Duration>,
    /// The latest attempt failed, and how.
    failed: Option<(Instant, Failure)>,
}

#[derive(Copy, Clone)]
struct Failure {
    misconfigured: bool,
    took: Duration,
    retry_after: Option<Duration>,
}

impl Pretence {
    /// A code was handed to the provider.
    pub fn note(&self, channel: Channel, sent: &SendOutcome, took: Duration) {
        let mut lately = self.of(channel).lock().unwrap_or_else(PoisonError::into_inner);
        lately.note(sent, took, Instant::now());
    }

    /// One that is not handed over: after the time that it would have taken, what would have come
    /// of it. `on`: the channel is configured.
    pub async fn pretend(&self, channel: Channel, on: bool) -> SendOutcome {
        let withheld = || "withheld, as its owner wants none".to_owned();
        if !on {
            return SendOutcome::Misconfigured { why: withheld() };
        }
        let (after, failure) = {
            let lately = self.of(channel).lock().unwrap_or_else(PoisonError::into_inner);
            lately.like_them(Instant::now(), &mut SystemRandom)
        };
        tokio::time::sleep(after).await;
        match failure {
            None => SendOutcome::Sent,
            Some(Failure { misconfigured: true, .. }) => {
                SendOutcome::Misconfigured { why: withheld() }
            }
            Some(Failure { retry_after, .. }) => {
                SendOutcome::NotSent { why: withheld(), retry_after }
            }
        }
    }

    fn of(&self, channel: Channel) -> &Mutex<Lately> {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        }
    }
}

impl Lately {
    fn note(&mut self, sent: &SendOutcome, took: Duration, now: Instant) {
        let fails =
            |misconfigured, retry_after| Some((now, Failure { misconfigured, took, retry_after }));
        match sent {
            SendOutcome::Sent | SendOutcome::SentFor(_) => {
                self.failed = None;
                self.took.push_back(took);
                if self.took.len() > LATELY {
                    self.took.pop_front();
                }
            }
            // The address's fault: the provider was there.
            SendOutcome::Refused(_) => self.failed = None,
            // Nobody knows.
            SendOutcome::Unknown { .. } => {}
            SendOutcome::NotSent { retry_after, .. } => self.failed = fails(false, *retry_after),
            SendOutcome::Misconfigured { .. } => self.failed = fails(true, None),
        }
    }

    /// How long one would take now, and how it would fail, if so.
    fn like_them(&self, now: Instant, random: &mut dyn Random) -> (Duration, Option<Failure>) {
        let failed = self.failed.filter(|(at, _)| now.duration_since(*at) < FAILS_FOR);
        if let Some((_, failure)) = failed {
            return (failure.took, Some(failure));
        }
        let mut bytes = [0; 4];
        random.fill(&mut bytes);
        let drawn = u32::from_be_bytes(bytes);
        let place = usize::try_from(drawn).unwrap_or_default() % self.took.len().max(1);
        let [shortest, longest] = UNKNOWN;
        let guessed =
            || shortest + (longest - shortest).mul_f64(f64::from(drawn) / f64::from(u32::MAX));
        (self.took.get(place).copied().unwrap_or_else(guessed), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verification::event::Refusal;

    const MS: Duration = Duration::from_millis(1);

    fn not_sent() -> SendOutcome {
        SendOutcome::NotSent { why: String::new(), retry_after: Some(7 * MS) }
    }

    fn misconfigured() -> SendOutcome {
        SendOutcome::Misconfigured { why: String::new() }
    }

    #[test]
    fn a_withheld_code_takes_as_long_as_one_of_the_latest() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        lately.note(&SendOutcome::Sent, 9000 * MS, now);
        for took in 0..64 {
            lately.note(&SendOutcome::Sent, (2000 + took) * MS, now);
        }
        let mut seen = Vec::new();
        for _ in 0..50 {
            let (took, failure) = lately.like_them(now, &mut SystemRandom);
            assert!(failure.is_none());
            assert!((2000 * MS..2064 * MS).contains(&took), "{took:?}");
            seen.push(took);
        }
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > 5, "always the same: {seen:?}");
    }

    #[test]
    fn before_any_code_has_left_it_takes_a_providers_usual_time() {
        let (took, failure) = Lately::default().like_them(Instant::now(), &mut SystemRandom);
        assert!((UNKNOWN[0]..=UNKNOWN[1]).contains(&took) && failure.is_none(), "{took:?}");
    }

    #[test]
    fn a_withheld_code_fails_as_the_others_do() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        let like = |lately: &Lately, now| {
            let (took, failure) = lately.like_them(now, &mut SystemRandom);
            (took, failure.map(|failure| (failure.misconfigured, failure.retry_after)))
        };
        lately.note(&SendOutcome::Sent, 40 * MS, now);
        lately.note(&not_sent(), 90 * MS, now);
        assert_eq!(like(&lately, now), (90 * MS, Some((false, Some(7 * MS)))));
        // Nobody knows: that changes nothing.
        lately.note(&SendOutcome::Unknown { why: String::new() }, MS, now);
        assert_eq!(like(&lately, now), (90 * MS, Some((false, Some(7 * MS)))));
        // It is back as soon as it has answered for anybody.
        lately.note(&SendOutcome::Refused(Refusal::NotMobile), MS, now);
        assert_eq!(like(&lately, now), (40 * MS, None));
        lately.note(&misconfigured(), 3 * MS, now);
        assert_eq!(like(&lately, now), (3 * MS, Some((true, None))));
        // Or has taken a code.
        lately.note(&SendOutcome::Sent, 40 * MS, now);
        assert_eq!(like(&lately, now), (40 * MS, None));
        lately.note(&misconfigured(), 3 * MS, now);
        // An old failure says nothing any more.
        assert_eq!(like(&lately, now + FAILS_FOR), (40 * MS, None));
    }

    #[tokio::test]
    async fn channels_are_apart_and_the_time_is_waited_for() {
        let pretence = Pretence::default();
        pretence.note(Channel::Sms, &SendOutcome::Sent, 20 * MS);
        pretence.note(Channel::Email, &not_sent(), MS);
        let began = Instant::now();
        assert_eq!(pretence.pretend(Channel::Sms, true).await, SendOutcome::Sent);
        assert!(began.elapsed() >= 20 * MS);
        let email = pretence.pretend(Channel::Email, true).await;
        assert_eq!(email.label(), not_sent().label());
        let SendOutcome::NotSent { retry_after, .. } = email else { panic!("{email:?}") };
        assert_eq!(retry_after, Some(7 * MS));
        pretence.note(Channel::Email, &misconfigured(), MS);
        let email = pretence.pretend(Channel::Email, true).await;
        assert_eq!(email.label(), misconfigured().label());
        let off = pretence.pretend(Channel::Sms, false).await;
        assert_eq!(off.label(), misconfigured().label());
    }
}
