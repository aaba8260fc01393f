//! What a step of this room leads to, all of it in one commit.

use super::desk;
use super::detail::Detail;
use super::effect::Order;
use super::panel;
use super::settings::Settings;
use super::staff::Staff;
use crate::verification::address::Address;
use crate::verification::alarm::Alarm;
use crate::verification::event::Event;
use crate::verification::{GateId, Hidden, Name, Timestamp, UserId};

/// What is to be done and written beside the machine's own new state.
#[derive(Debug, Default)]
pub struct Outcome {
    pub orders: Vec<Order>,
    pub changes: Vec<Change>,
    pub messages: Vec<Message>,
    /// When `Woken` is to come.
    pub wakes: Vec<Timestamp>,
    /// What the log is told.
    pub deeds: Vec<Deed>,
    /// What the owners are told now: the log and the metrics hear of it, too.
    pub told: Vec<Alarm>,
}

/// A record to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Staff(Staff),
    Settings(GateId, Box<Settings>),
    /// The gate goes, with its roster and everything that is kept of it but the people's records.
    Dismantle(GateId),
    AddToRoster(GateId, [u8; 32], Address),
    RemoveFromRoster(GateId, [u8; 32]),
    /// The whole roster goes.
    ClearRoster(GateId),
    DropUpload(UserId),
}

/// Something that another machine is to be told: it is in the inbox with the same commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    Applicant(Event),
    Panel(UserId, panel::What),
    Desk(GateId, desk::What),
    /// Something that the owners must hear of.
    Watch(Alarm),
}

/// What an admin or the bot did to a gate: one line in the log, and in the gate's log chat.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deed {
    pub gate: Option<GateId>,
    pub by: Option<UserId>,
    /// What they call themselves, where it was just said.
    #[serde(default)]
    pub name: Option<Name>,
    /// A short name without anything personal: `password_added`, `approved`.
    pub what: String,
    /// Whom it concerns.
    pub about: Option<UserId>,
    pub detail: Detail,
}

/// What a step of the panel needs before it can be taken.
#[derive(Debug)]
pub enum Stepped {
    Done(Outcome),
    /// Nothing was changed: hash this password, then step again with `Facts::hashed`.
    NeedsHash(Hidden),
}

/// The names of all deeds at a gate. A log chat needs words for each.
#[cfg(test)]
pub(crate) const DEEDS: [&str; 40] = [
    "setup_started",
    "draft_discarded",
    "gate_opened",
    "gate_closed",
    "password_added",
    "password_changed",
    "password_removed",
    "password_rotated",
    "mode_changed",
    "removal_changed",
    "tidy_changed",
    "channels_changed",
    "limits_changed",
    "language_changed",
    "listed_changed",
    "accounts_changed",
    "allowed_domains_changed",
    "blocked_domains_changed",
    "allowed_countries_changed",
    "blocked_countries_changed",
    "roster_only_changed",
    "roster_added",
    "roster_removed",
    "roster_cleared",
    "roster_exported",
    "log_chat_set",
    "log_chat_off",
    "approved",
    "declined",
    "unlocked",
    "revoked",
    "rights_lost",
    "rights_regained",
    "bot_removed",
    "left_group",
    "guessing",
    "raid_on",
    "raid_off",
    "sms_country_off",
    "sms_country_on_again",
];
