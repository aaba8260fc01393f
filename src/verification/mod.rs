//! The rules, pure: what happened goes in, the new state and the effects come out.
//!
//! Nothing here knows a runtime, a network, a store, a clock or a random source. The time, the
//! random bytes and everything else that must be known from outside arrive as [`Facts`]; what is
//! to be done leaves as [`Order`]s. [`step`] is total: it returns no error and cannot panic.
//!
//! [`Facts`]: applicant::Facts
//! [`Order`]: effect::Order
//! [`step`]: applicant::step

pub mod address;
pub mod alarm;
pub mod applicant;
pub mod calendar;
pub mod code;
mod compact;
pub mod conversion;
pub mod effect;
pub mod event;
pub mod gate;
pub mod limits;
pub mod outage;
pub mod password;
pub mod restore;
pub mod spending;
pub mod text;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A day of the clock.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A Telegram user.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub u64);

/// What a Telegram user calls themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// First and last name, as they are.
    pub full: String,
    /// Without the `@`.
    pub username: Option<String>,
}

/// A gate, named by the chat id of the group it guards (negative).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GateId(pub i64);

/// A chat that the bot can write to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChatId(pub i64);

/// A message within a chat.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i32);

/// One issued code of one applicant.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChallengeId(pub u64);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `wait` later; stays at the end of time instead of overflowing.
    #[must_use]
    pub fn after(self, wait: Duration) -> Timestamp {
        let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_add(millis))
    }

    /// The instant `wait` earlier; stays at the beginning of time instead of overflowing.
    #[must_use]
    pub fn before(self, wait: Duration) -> Timestamp {
        let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_sub(millis))
    }

    /// How long from `earlier` until `self`; zero if `self` is not later.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        let millis = self.0.saturating_sub(earlier.0).max(0);
        Duration::from_millis(millis.unsigned_abs())
    }

    /// The number of the UTC day, counted from 1970-01-01.
    #[must_use]
    pub fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1000)
    }

    /// The number of the hour, counted from 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn hour(self) -> i64 {
        self.0.div_euclid(HOUR_MS)
    }

    /// The number of the minute, counted from 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn minute(self) -> i64 {
        self.0.div_euclid(60 * 1000)
    }
}

/// When an hour begins.
fn hour_begins(hour: i64) -> Timestamp {
    Timestamp(hour.saturating_mul(HOUR_MS))
}

/// A language as Telegram names it (`en`, `de`, `pt-br`), lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// Takes Telegram's `language_code`; anything that is no plain tag becomes English.
    #[must_use]
    pub fn new(code: &str) -> Language {
        let plain = !code.is_empty()
            && code.len() <= 16
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Language(if plain { code.to_ascii_lowercase() } else { "en".to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Language {
        Language("en".to_owned())
    }
}

/// Something that only its user and the store's sealed records may hold: a password, a code, an
/// address as typed. It is wiped when dropped, and its `Debug` shows nothing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Hidden {
        Hidden(text.into())
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
