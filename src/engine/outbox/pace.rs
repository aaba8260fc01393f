//! Telegram's limits: so many messages a second in all, about one a second in one chat,
//! 20 a minute in a group.
//!
//! Calls that are no messages (answers to buttons, removals) have no such limit, but a backlog of
//! them goes out at a bounded pace too.
//!
//! A chat may have a few at once (an answer and the next question belong together); what it used
//! it gets back at one a second.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::lanes::Slip;
use crate::verification::ChatId;

/// Messages that one chat may have at once.
const CHAT_BURST: u32 = 4;
const CHAT_EVERY: Duration = Duration::from_secs(1);
const GROUP_EVERY: Duration = Duration::from_secs(3);
/// So many calls that are no messages may go for each message that may.
const FREE_PER_MESSAGE: u32 = 4;
/// So many chats are remembered before those at rest are forgotten.
const CHATS: usize = 10_000;

/// Both limits as "the time at which all that was used is earned back" (GCRA).
pub(super) struct Pace {
    /// The time that one message costs; zero: no limit.
    every: Duration,
    all: Instant,
    /// The same for calls that are no messages.
    free: Instant,
    chats: HashMap<ChatId, Instant>,
}

impl Pace {
    pub fn new(messages_per_second: u32) -> Pace {
        let every = match messages_per_second {
            0 => Duration::ZERO,
            n => Duration::from_secs(1) / n,
        };
        Pace { every, all: Instant::now(), free: Instant::now(), chats: HashMap::new() }
    }

    /// Whether nothing that counts may go now. After a rest two may go at once and no more:
    /// Telegram counts what comes within any one second.
    pub fn is_exhausted(&self, now: Instant) -> bool {
        self.every > Duration::ZERO && self.all > now + self.every
    }

    /// Whether nothing that does not count may go now.
    pub fn is_free_exhausted(&self, now: Instant) -> bool {
        self.every > Duration::ZERO && self.free > now + Duration::from_secs(1)
    }

    /// When something that does not count may go again.
    pub fn free_refill(&self) -> Instant {
        self.free.checked_sub(Duration::from_secs(1)).unwrap_or(self.free)
    }

    /// When something that counts may go again.
    pub fn refill(&self) -> Instant {
        self.all.checked_sub(self.every).unwrap_or(self.all)
    }

    /// Uses up what the order costs, or says when its chat may have it.
    pub fn take(&mut self, now: Instant, slip: &Slip) -> Result<(), Instant> {
        if self.every.is_zero() {
            return Ok(());
        }
        if !slip.counts {
            self.free = self.free.max(now) + self.every / FREE_PER_MESSAGE;
            return Ok(());
        }
        if slip.writes {
            if self.chats.len() >= CHATS {
                self.chats.retain(|_, earned| *earned > now);
            }
            let earned = self.chats.entry(slip.chat).or_insert(now);
            // A group may have 20 messages a minute.
            let every = if slip.chat.0 < 0 { GROUP_EVERY } else { CHAT_EVERY };
            let used = (*earned).max(now) + every;
            let most = now + every * CHAT_BURST;
            if used > most {
                return Err(now + (used - most));
            }
            *earned = used;
        }
        self.all = self.all.max(now) + self.every;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machines::Work;
    use crate::store::records::OutboxEntry;
    use crate::verification::effect::{Effect, Keyboard, Order};
    use crate::verification::text::Text;
    use crate::verification::{GateId, Language, Timestamp, UserId};

    fn entry(chat: i64, effect: Effect) -> Slip {
        let order = Order {
            user: UserId(chat.unsigned_abs()),
            chat: ChatId(chat),
            language: Language::default(),
            deadline: None,
            effect,
        };
        let order = Work::Verification(order);
        let entry = OutboxEntry { order, queued: Timestamp(0), started: false, attempts: 0 };
        Slip::of(&entry)
    }

    fn say(chat: i64) -> Slip {
        let text = Text::NothingToCancel;
        entry(chat, Effect::Say { group: None, text, keyboard: Keyboard::None })
    }

    #[test]
    fn zero_is_no_limit() {
        let (mut pace, now) = (Pace::new(0), Instant::now());
        for _ in 0..1000 {
            pace.take(now, &say(1)).unwrap();
        }
        assert!(!pace.is_exhausted(now));
    }

    #[test]
    fn an_admission_counts_in_all_and_not_in_the_chat() {
        let (mut pace, now) = (Pace::new(30), Instant::now());
        let approve = entry(1, Effect::Approve { gate: GateId(-1), query_id: None });
        pace.take(now, &approve).unwrap();
        assert!(!pace.is_exhausted(now));
        pace.take(now, &say(1)).unwrap();
        assert!(pace.is_exhausted(now));
        assert!(pace.refill() > now && pace.refill() <= now + Duration::from_millis(40));
    }

    #[test]
    fn a_refused_message_uses_up_nothing() {
        let (mut pace, now) = (Pace::new(1000), Instant::now());
        for _ in 0..CHAT_BURST {
            pace.take(now, &say(1)).unwrap();
        }
        let all = pace.all;
        assert_eq!(pace.take(now, &say(1)), Err(now + CHAT_EVERY));
        assert_eq!(pace.take(now, &say(1)), Err(now + CHAT_EVERY));
        assert_eq!(pace.all, all);
        pace.take(now, &say(2)).unwrap();
        pace.take(now + CHAT_EVERY, &say(1)).unwrap();
    }

    #[test]
    fn chats_at_rest_are_forgotten() {
        let (mut pace, now) = (Pace::new(1000), Instant::now());
        for chat in 0..CHATS {
            pace.take(now, &say(i64::try_from(chat).unwrap())).unwrap();
        }
        pace.take(now + CHAT_EVERY * 2, &say(-1)).unwrap();
        assert_eq!(pace.chats.len(), 1);
    }
}
