//! What the owners of the bot must hear of: raised by the rules, told by the watch.
//!
//! Adding one: a variant, its arms below, its words in `texts/watch.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::conversion::RESTS;
use super::effect::Channel;
use super::gate::{Addresses, Gate};
use super::{GateId, Timestamp};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Something that concerns the bot as a whole. It holds nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alarm {
    /// No more SMS leave against this limit until it begins anew.
    SmsUsedUp { cap: Cap },
    /// None goes to a dial code for so long: of so many codes, too few came back.
    SmsOff { dial_code: u16, rest: Duration, verified: u32, of: u32 },
    /// Some go there again: of a few for a trial, enough came back.
    SmsOnAgain { dial_code: u16 },
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
            Alarm::SmsOff { .. } => "sms_country_off",
            Alarm::SmsOnAgain { .. } => "sms_country_on_again",
        }
    }

    /// What tells it from others of its name: two of the same name about the same are one.
    #[must_use]
    pub fn about(&self) -> i64 {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { dial_code } }
            | Alarm::SmsOff { dial_code, .. }
            | Alarm::SmsOnAgain { dial_code } => (*dial_code).into(),
        }
    }

    /// The gate whose title heads it.
    #[must_use]
    pub fn gate(&self) -> Option<GateId> {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } }
            | Alarm::SmsOff { .. }
            | Alarm::SmsOnAgain { .. } => None,
        }
    }

    /// Whether the admins of a gate must hear it, too: it decides what their applicants can do.
    #[must_use]
    pub fn concerns(&self, gate: &Gate) -> bool {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } } => false,
            Alarm::SmsOff { dial_code, .. } | Alarm::SmsOnAgain { dial_code } => {
                let code = format!("+{dial_code}");
                let Addresses { countries, blocked_countries, .. } = &gate.addresses;
                gate.channels.contains(&Channel::Sms)
                    && gate.limits.sms_conversion > 0
                    && (countries.is_empty() || countries.contains(&code))
                    && !blocked_countries.contains(&code)
            }
        }
    }

    /// Once told at `now`, the same is not told again before then.
    #[must_use]
    pub fn quiet_until(&self, now: Timestamp) -> Timestamp {
        match self {
            Alarm::SmsUsedUp { cap: Cap::Country { .. } } => end_of_day(now),
            // By the next time it has had its rest and its trial.
            Alarm::SmsOff { rest, .. } => now.after(*rest),
            Alarm::SmsOnAgain { .. } => now.after(RESTS[0]),
        }
    }
}

/// The midnight (UTC) after `now`.
fn end_of_day(now: Timestamp) -> Timestamp {
    Timestamp(now.day().saturating_mul(DAY_MS)).after(Duration::from_millis(DAY_MS.unsigned_abs()))
}
