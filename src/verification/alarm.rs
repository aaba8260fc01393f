//! What the owners of the bot must hear of: raised by the rules, told by the watch.
//!
//! Adding one: a variant, its arms below, its words in `texts/watch.rs`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::calendar::month_of;
use super::conversion::RESTS;
use super::effect::Channel;
use super::gate::{Addresses, Gate};
use super::spending::{Money, midnight};
use super::{GateId, Timestamp};

/// Something that concerns the bot as a whole. It holds nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alarm {
    /// No more SMS leave against this limit until it begins anew.
    SmsUsedUp { cap: Cap, limit: Amount },
    /// Four fifths of a budget are used. `runs_out`: when the rest is, at this pace; `None`: it
    /// lasts.
    SmsNearlyUsedUp { cap: Cap, used: Amount, limit: Amount, runs_out: Option<Timestamp> },
    /// None goes to a dial code for so long: of so many codes, too few came back.
    SmsOff { dial_code: u16, rest: Duration, verified: u32, of: u32 },
    /// Some go there again: of a few for a trial, enough came back.
    SmsOnAgain { dial_code: u16 },
}

/// A limit of SMS over all applicants.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// To numbers that differ in their last four digits only, in an hour. The dial code is all
    /// that is told of them.
    Prefix { dial_code: u16 },
    /// Of a dial code on a day.
    Country { dial_code: u16 },
    /// For one gate on a day.
    Gate { gate: GateId },
    /// In an hour.
    Hour,
    /// On a day.
    Day,
    /// What they cost on a day.
    CostOfDay,
    /// What they cost in a month.
    CostOfMonth,
}

/// So much of a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amount {
    Sms(u64),
    /// And the currency.
    Money(Money, String),
}

impl Alarm {
    /// A short name without anything personal, for the log, the metrics and the watch's memory.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Alarm::SmsUsedUp { cap, .. } => match cap {
                Cap::Prefix { .. } => "sms_prefix_used_up",
                Cap::Country { .. } => "sms_country_used_up",
                Cap::Gate { .. } => "sms_gate_used_up",
                Cap::Hour => "sms_hour_used_up",
                Cap::Day => "sms_day_used_up",
                Cap::CostOfDay => "sms_cost_of_day_used_up",
                Cap::CostOfMonth => "sms_cost_of_month_used_up",
            },
            Alarm::SmsNearlyUsedUp { cap, .. } => match cap {
                Cap::Prefix { .. } => "sms_prefix_nearly_used_up",
                Cap::Country { .. } => "sms_country_nearly_used_up",
                Cap::Gate { .. } => "sms_gate_nearly_used_up",
                Cap::Hour => "sms_hour_nearly_used_up",
                Cap::Day => "sms_day_nearly_used_up",
                Cap::CostOfDay => "sms_cost_of_day_nearly_used_up",
                Cap::CostOfMonth => "sms_cost_of_month_nearly_used_up",
            },
            Alarm::SmsOff { .. } => "sms_country_off",
            Alarm::SmsOnAgain { .. } => "sms_country_on_again",
        }
    }

    /// What tells it from others of its name: two of the same name about the same are one.
    #[must_use]
    pub fn about(&self) -> i64 {
        match self {
            Alarm::SmsUsedUp { cap, .. } | Alarm::SmsNearlyUsedUp { cap, .. } => match cap {
                Cap::Prefix { dial_code } | Cap::Country { dial_code } => (*dial_code).into(),
                Cap::Gate { gate } => gate.0,
                Cap::Hour | Cap::Day | Cap::CostOfDay | Cap::CostOfMonth => 0,
            },
            Alarm::SmsOff { dial_code, .. } | Alarm::SmsOnAgain { dial_code } => {
                (*dial_code).into()
            }
        }
    }

    /// The gate whose title heads it.
    #[must_use]
    pub fn gate(&self) -> Option<GateId> {
        match self {
            Alarm::SmsUsedUp { cap, .. } | Alarm::SmsNearlyUsedUp { cap, .. } => match cap {
                Cap::Gate { gate } => Some(*gate),
                Cap::Prefix { .. }
                | Cap::Country { .. }
                | Cap::Hour
                | Cap::Day
                | Cap::CostOfDay
                | Cap::CostOfMonth => None,
            },
            Alarm::SmsOff { .. } | Alarm::SmsOnAgain { .. } => None,
        }
    }

    /// Whether the admins of a gate must hear it, too: it decides what their applicants can do.
    #[must_use]
    pub fn concerns(&self, gate: &Gate) -> bool {
        match self {
            Alarm::SmsUsedUp { .. } | Alarm::SmsNearlyUsedUp { .. } => false,
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
            Alarm::SmsUsedUp { cap, .. } | Alarm::SmsNearlyUsedUp { cap, .. } => match cap {
                Cap::CostOfMonth => midnight(month_of(now.day()).1.saturating_add(1)),
                // An hour's limit that is met again and again is still one attack.
                Cap::Prefix { .. }
                | Cap::Country { .. }
                | Cap::Gate { .. }
                | Cap::Hour
                | Cap::Day
                | Cap::CostOfDay => midnight(now.day().saturating_add(1)),
            },
            // By the next time it has had its rest and its trial.
            Alarm::SmsOff { rest, .. } => now.after(*rest),
            Alarm::SmsOnAgain { .. } => now.after(RESTS[0]),
        }
    }
}
