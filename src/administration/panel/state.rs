//! What is kept of one admin's dialogue.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{roster, stepping_in};
use crate::verification::{ChatId, GateId, Language, MessageId, Name, Timestamp};

/// What is kept of one admin's dialogue.
///
/// There is one live message with buttons; only the keyboard with the newest number works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Panel {
    pub language: Language,
    pub name: Option<Name>,
    pub chat: Option<ChatId>,
    /// The number of the newest keyboard.
    pub serial: u32,
    /// The message with the panel's buttons.
    pub live: Option<MessageId>,
    /// How many messages with buttons are on their way: until they are there, `live` is an older
    /// one.
    pub coming: u32,
    pub screen: Screen,
    pub awaiting: Option<Awaiting>,
    /// What was typed and waits for a look at rights: the message, and the number of the keyboard
    /// that stood there. It is no answer to what is asked later.
    pub typed: Vec<(MessageId, u32)>,
    /// What a yes would do.
    pub pending: Option<Pending>,
    /// Where each guided set-up was left.
    pub walks: BTreeMap<GateId, Subject>,
    /// Groups in which this person was an admin when last looked at.
    pub known: BTreeSet<GateId>,
    /// Titles of groups that the bot came into or that were picked, until they have settings.
    pub titles: BTreeMap<GateId, String>,
    /// Invitations to set a gate up that stand in the chat; `None`: on their way.
    pub invitations: BTreeMap<GateId, Option<MessageId>>,
    pub log: Option<LogPick>,
    /// The commands for admins are in this chat's menu; whether with the one for owners.
    pub menu: Option<bool>,
    /// A roster's file that was sent and not decided on yet.
    pub upload: Option<roster::Upload>,
    /// How many files are being fetched: what arrives before the last of them is outdated.
    pub fetching: u32,
    /// It is being found out where they may look after somebody.
    pub survey: Option<stepping_in::Survey>,
    /// What was ordered for applicants, until it is reported.
    pub acting: Vec<stepping_in::Acting>,
}

/// What the live message shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    #[default]
    Nothing,
    /// Groups to choose from, for this.
    Groups(Goal),
    At(GateId, Subject),
    /// One password, by its label.
    Password(GateId, String),
}

/// What a screen at a gate is about. Those from `Passwords` to `LogChat` are the steps of the
/// guided set-up, in this order; `Overview` is its end.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    Overview,
    Passwords,
    Channels,
    Addresses,
    Limits,
    Language,
    Mode,
    LogChat,
    Roster,
    Raid,
}

/// What a command leads to, once it is clear which group is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Goal {
    /// Everything that is set; or where the set-up was left.
    Overview,
    Passwords,
    Roster,
    LogChat,
    /// Look at the group for what is set up wrongly.
    Examine,
    Raid,
    /// An act for one applicant.
    StepIn(stepping_in::Wish),
}

/// What is to be typed, about which gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaiting {
    pub gate: GateId,
    pub expected: Expected,
    /// From then on nothing is waited for.
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// The label of a new password.
    Label,
    Password {
        label: String,
        /// It takes the place of the one under this label.
        rotating: bool,
    },
    /// The last day of a password.
    Expiry {
        label: String,
    },
    /// How many more people may pass by a password.
    Uses {
        label: String,
    },
    List(List),
    /// How many accounts one address may admit.
    Accounts,
    Roster(roster::Expected),
    StepIn(stepping_in::Expected),
}

/// What waits for a yes, at the gate that the screen is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    RemovePassword {
        label: String,
    },
    CloseGate,
    /// Forget a draft.
    Discard,
    Roster(roster::Pending),
    StepIn(stepping_in::Pending),
}

/// One of the lists of who may pass.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum List {
    Domains,
    BlockedDomains,
    Countries,
    BlockedCountries,
}

/// A log chat that is being proved.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPick {
    pub gate: GateId,
    /// `None`: to be picked yet.
    pub picked: Option<ChatId>,
    /// The bot can post there, and the admin is an administrator there.
    pub proved: bool,
}

impl Panel {
    /// Whether something is to be typed next.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.awaiting.is_some()
    }

    /// Whether there is something that `/cancel` would end.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.waits() || self.pending.is_some() || self.upload.is_some()
    }

    /// Whether what is typed next must not stay in the chat.
    #[must_use]
    pub fn waits_for_secret(&self) -> bool {
        self.awaiting.as_ref().is_some_and(|awaiting| awaiting.expected.is_secret())
    }

    /// Whether this message was typed in answer to what is asked now.
    pub(super) fn answers(&self, message: MessageId) -> bool {
        self.typed.contains(&(message, self.serial))
    }

    /// The group has another id now. (Its old buttons and links lead to the new one.)
    pub fn follow(&mut self, from: GateId, to: GateId) {
        let follow = |gate: &mut GateId| {
            if *gate == from {
                *gate = to;
            }
        };
        match &mut self.screen {
            Screen::At(gate, _) | Screen::Password(gate, _) => follow(gate),
            Screen::Nothing | Screen::Groups(_) => {}
        }
        self.awaiting.iter_mut().for_each(|awaiting| follow(&mut awaiting.gate));
        self.log.iter_mut().for_each(|log| follow(&mut log.gate));
        self.upload.iter_mut().filter_map(|upload| upload.gate.as_mut()).for_each(follow);
        self.acting.iter_mut().for_each(|acting| follow(&mut acting.gate));
        if let Some(Pending::StepIn(pending)) = &mut self.pending {
            follow(&mut pending.gate);
        }
        if let Some(survey) = &mut self.survey {
            survey.left.iter_mut().chain(&mut survey.found).for_each(follow);
        }
        if let Some(step) = self.walks.remove(&from) {
            self.walks.insert(to, step);
        }
        if let Some(title) = self.titles.remove(&from) {
            self.titles.insert(to, title);
        }
        if let Some(invitation) = self.invitations.remove(&from) {
            self.invitations.insert(to, invitation);
        }
        if self.known.remove(&from) {
            self.known.insert(to);
        }
    }
}

impl Screen {
    /// The gate that it is about.
    #[must_use]
    pub fn gate(&self) -> Option<GateId> {
        match self {
            Screen::At(gate, _) | Screen::Password(gate, _) => Some(*gate),
            Screen::Nothing | Screen::Groups(_) => None,
        }
    }
}

impl Goal {
    /// The goal of a command that is about one group and nobody in it.
    #[must_use]
    pub fn of(command: &str) -> Option<Goal> {
        match command {
            "gate" => Some(Goal::Overview),
            "password" => Some(Goal::Passwords),
            "roster" => Some(Goal::Roster),
            "log" => Some(Goal::LogChat),
            "doctor" => Some(Goal::Examine),
            "raid" => Some(Goal::Raid),
            _ => None,
        }
    }
}

impl Expected {
    /// Whether what is typed is to be gone from the chat at once.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        match self {
            Expected::Label | Expected::Password { .. } => true,
            Expected::Expiry { .. }
            | Expected::Uses { .. }
            | Expected::List(_)
            | Expected::Accounts
            | Expected::Roster(_)
            | Expected::StepIn(_) => false,
        }
    }
}
