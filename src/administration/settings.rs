//! A gate that was set up in a chat: what its admins chose, and the gate that comes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::verification::effect::Channel;
use crate::verification::gate::{Addresses, Gate, Mode, Password};
use crate::verification::limits::Limits;
use crate::verification::{ChatId, GateId, Language, Timestamp, UserId};

/// What the admins of one group chose. A draft until `open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub title: String,
    /// The gate is on duty. Until then everything can be left half done.
    pub open: bool,
    pub mode: Mode,
    /// Join and leave messages are removed from the group.
    #[serde(default)]
    pub tidy: bool,
    pub passwords: Vec<Password>,
    /// `None`: all that are configured.
    pub channels: Option<Vec<Channel>>,
    pub listed: bool,
    pub addresses: Addresses,
    /// `None`: the house's.
    pub limits: Option<Limits>,
    /// What the bot writes in the group and the log chat is in this language; `None`: English.
    pub language: Option<Language>,
    pub log_chat: Option<ChatId>,
    /// Who set it up or changed it: they get its cards, as long as they are admins there.
    pub admins: BTreeSet<UserId>,
    pub made: Timestamp,
}

/// What holds for every gate that says nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct House {
    /// Those configured, e-mail first.
    pub channels: Vec<Channel>,
    /// Dial codes that SMS may go to at all.
    pub countries: Vec<String>,
    pub limits: Limits,
}

/// The limits as one of three choices, for people.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strictness {
    /// The house's.
    Standard,
    /// Fewer tries, longer waits.
    Strict,
    /// More tries, shorter waits.
    Lenient,
}

impl Settings {
    /// An empty draft.
    #[must_use]
    pub fn new(title: &str, by: UserId, now: Timestamp) -> Settings {
        Settings {
            title: title.to_owned(),
            open: false,
            mode: Mode::default(),
            tidy: false,
            passwords: Vec::new(),
            channels: None,
            listed: false,
            addresses: Addresses::default(),
            limits: None,
            language: None,
            log_chat: None,
            admins: BTreeSet::from([by]),
            made: now,
        }
    }

    /// The gate that these settings make in this house; `None` for a draft.
    ///
    /// Channels that are not configured (any more) are left out; SMS goes to no dial code that the
    /// house does not allow.
    #[must_use]
    pub fn gate(&self, id: GateId, house: &House) -> Option<Gate> {
        if !self.open {
            return None;
        }
        let wanted = |channel: &Channel| {
            self.channels.as_ref().is_none_or(|chosen| chosen.contains(channel))
        };
        let mut addresses = self.addresses.clone();
        if addresses.countries.is_empty() {
            addresses.countries.clone_from(&house.countries);
        } else {
            addresses
                .countries
                .retain(|code| house.countries.iter().any(|h| code.starts_with(h.as_str())));
        }
        Some(Gate {
            id,
            title: self.title.clone(),
            mode: self.mode.clone(),
            passwords: self.passwords.clone(),
            channels: house.channels.iter().copied().filter(wanted).collect(),
            listed: self.listed,
            addresses,
            limits: self.limits.clone().unwrap_or_else(|| house.limits.clone()),
            attended: !self.admins.is_empty(),
            raid: false,
        })
    }
}

impl Strictness {
    pub const ALL: [Strictness; 3] =
        [Strictness::Standard, Strictness::Strict, Strictness::Lenient];

    /// The limits that this choice makes in this house; `None`: the house's, whatever they become.
    ///
    /// What protects the owners of addresses, and what codes look like, stays the house's. A
    /// choice is never milder (or harder) than the house where its name says the opposite.
    #[must_use]
    pub fn limits(self, house: &Limits) -> Option<Limits> {
        let minutes = |waits: &[u64]| -> Vec<Duration> {
            waits.iter().map(|n| Duration::from_secs(60 * n)).collect()
        };
        match self {
            Strictness::Standard => None,
            Strictness::Strict => Some(Limits {
                code_attempts: house.code_attempts.min(2),
                password_attempts: house.password_attempts.min(2),
                lockouts: house.lockouts.clone().max(minutes(&[30, 4 * 60, 24 * 60])),
                hard_stop: house.hard_stop.min(15),
                resend_waits: house.resend_waits.clone().max(minutes(&[2, 5, 10])),
                sends_per_day: house.sends_per_day.min(3),
                addresses_per_day: house.addresses_per_day.min(2),
                ..house.clone()
            }),
            Strictness::Lenient => Some(Limits {
                code_attempts: house.code_attempts.max(5),
                password_attempts: house.password_attempts.max(5),
                lockouts: house.lockouts.clone().min(minutes(&[1, 5, 30, 4 * 60])),
                // NIST SP 800-63B-4 §3.2.2 allows no more.
                hard_stop: house.hard_stop.max(100),
                resend_waits: house.resend_waits.clone().min(minutes(&[1, 1, 2, 5])),
                sends_per_day: house.sends_per_day.max(8),
                addresses_per_day: house.addresses_per_day.max(5),
                ..house.clone()
            }),
        }
    }

    /// The choice that these limits are; `None`: none of them.
    #[must_use]
    pub fn of(limits: Option<&Limits>, house: &Limits) -> Option<Strictness> {
        Strictness::ALL.into_iter().find(|choice| choice.limits(house).as_ref() == limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_choices_differ_in_the_sense_of_their_names() {
        let house = Limits::default();
        let limits = |choice: Strictness| choice.limits(&house).unwrap_or_else(|| house.clone());
        let [standard, strict, lenient] = Strictness::ALL.map(limits);
        for (hard, mild) in [(&strict, &standard), (&standard, &lenient)] {
            assert!(hard.password_attempts < mild.password_attempts);
            assert!(hard.code_attempts < mild.code_attempts);
            assert!(hard.hard_stop < mild.hard_stop);
            assert!(hard.lockouts > mild.lockouts);
            assert!(hard.resend_waits > mild.resend_waits);
            assert!(hard.sends_per_day < mild.sends_per_day);
            assert_eq!(hard.sends_per_address, mild.sends_per_address);
        }
        for choice in Strictness::ALL {
            assert_eq!(Strictness::of(choice.limits(&house).as_ref(), &house), Some(choice));
        }
        let own = Limits { hard_stop: 33, ..house.clone() };
        assert_eq!(Strictness::of(Some(&own), &house), None);
    }

    #[test]
    fn a_house_that_is_harder_than_strict_stays_so() {
        let house = Limits { password_attempts: 1, hard_stop: 5, ..Limits::default() };
        let strict = Strictness::Strict.limits(&house).expect("limits of its own");
        assert_eq!((strict.password_attempts, strict.hard_stop), (1, 5));
    }
}
