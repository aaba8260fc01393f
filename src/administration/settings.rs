//! A gate that was set up in a chat: what its admins chose, and the gate that comes of it.

use std::collections::BTreeSet;

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
        })
    }
}
