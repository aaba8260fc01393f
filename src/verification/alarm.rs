//! What the owners of the bot must hear of: raised by the rules, told by the watch.
//!
//! Adding one: a variant, its arms below, its words in `texts/watch.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{GateId, Timestamp};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Something that concerns the bot as a whole. It holds nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alarm {
    /// No more SMS leave against this limit until it begins anew.
    SmsUsedUp { cap: Cap },
}

/// A limit of SMS over all applicants.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// Of a dial code on a day.
    Country { dial_code: u16 },
}

impl Alarm {
    /// A short name without anything personal, for the log, the metrics and the watch's memory.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } } => "sms_country_used_up",
        }
    }

    /// What tells it from others of its name: two of the same name about the same are one.
    #[must_use]
    pub fn about(&self) -> i64 {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { dial_code } } => (*dial_code).into(),
        }
    }

    /// The gate whose title heads it.
    #[must_use]
    pub fn gate(&self) -> Option<GateId> {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } } => None,
        }
    }

    /// Once told at `now`, the same is not told again before then.
    #[must_use]
    pub fn quiet_until(&self, now: Timestamp) -> Timestamp {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } } => end_of_day(now),
        }
    }
}

/// The midnight (UTC) after `now`.
fn end_of_day(now: Timestamp) -> Timestamp {
    Timestamp(now.day().saturating_mul(DAY_MS)).after(Duration::from_millis(DAY_MS.unsigned_abs()))
}
