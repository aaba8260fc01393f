//! The four pure machines side by side: what happens to each, and what each orders.
//!
//! * the applicant's rules ([`crate::verification`]), one per person;
//! * the panel of an admin ([`crate::administration::panel`]), one per person;
//! * the desk of a group ([`crate::administration::desk`]), one per group;
//! * the watch ([`crate::administration::watch`]), one for the whole bot.
//!
//! The shell (engine, store, outbox) treats them alike; only here does it see which is which.

use serde::{Deserialize, Serialize};

use crate::administration::effect::{self as administration, Task, Whose};
use crate::administration::{desk, panel, watch};
use crate::verification::effect::{Effect, Order};
use crate::verification::event::Event;
use crate::verification::{ChatId, GateId, Timestamp, UserId};

/// Something that happened to one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Happening {
    /// Something about a person; where they did something themselves, it may turn out to be their
    /// panel's business.
    Person(Event),
    Panel(panel::Event),
    Desk(desk::Event),
    Watch(watch::Event),
}

/// Whose happenings keep their order: they are handled one at a time.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// One person, as applicant and as admin.
    Person(UserId),
    /// One group.
    Desk(GateId),
    /// The bot as a whole.
    Watch,
}

/// Something to be done for one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Work {
    Verification(Order),
    Administration(administration::Order),
}

impl Happening {
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Happening::Person(event) => Subject::Person(event.user),
            Happening::Panel(event) => Subject::Person(event.admin),
            Happening::Desk(event) => Subject::Desk(event.desk),
            Happening::Watch(_) => Subject::Watch,
        }
    }

    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Happening::Person(event) => event.what.name(),
            Happening::Panel(_) => "panel",
            Happening::Desk(_) => "desk",
            Happening::Watch(_) => "watch",
        }
    }
}

impl Subject {
    /// The person's or the group's id, for the log; 0 for the bot as a whole.
    #[must_use]
    pub fn id(self) -> i64 {
        match self {
            Subject::Person(UserId(id)) => id.cast_signed(),
            Subject::Desk(GateId(id)) => id,
            Subject::Watch => 0,
        }
    }
}

impl From<Whose> for Subject {
    fn from(whose: Whose) -> Subject {
        match whose {
            Whose::Panel(admin) => Subject::Person(admin),
            Whose::Desk(group) => Subject::Desk(group),
            Whose::Watch => Subject::Watch,
        }
    }
}

impl Work {
    /// The chat in which it is to be seen.
    #[must_use]
    pub fn chat(&self) -> ChatId {
        match self {
            Work::Verification(order) => order.chat,
            Work::Administration(order) => order.chat,
        }
    }

    /// By when it must be done to be of use.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        match self {
            Work::Verification(order) => order.deadline,
            Work::Administration(_) => None,
        }
    }

    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Work::Verification(order) => Subject::Person(order.user),
            Work::Administration(order) => order.whose.into(),
        }
    }

    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Work::Verification(order) => order.effect.name(),
            Work::Administration(order) => order.task.name(),
        }
    }

    /// Whether it writes a message, of which a chat may have only so many.
    #[must_use]
    pub fn writes(&self) -> bool {
        match self {
            Work::Verification(Order { effect, .. }) => match effect {
                Effect::Say { .. } => true,
                Effect::Rewrite { .. }
                | Effect::RetireButtons
                | Effect::Delete { .. }
                | Effect::AnswerButton { .. }
                | Effect::LookUpMember { .. }
                | Effect::SendCode { .. }
                | Effect::Approve { .. }
                | Effect::Decline { .. }
                | Effect::Invite { .. }
                | Effect::RevokeInvite { .. }
                | Effect::Mute { .. }
                | Effect::Free { .. }
                | Effect::Remove { .. }
                | Effect::LookUpAdder { .. } => false,
            },
            Work::Administration(administration::Order { task, .. }) => match task {
                Task::Say { .. } | Task::SendRoster { .. } | Task::ProveLog { .. } => true,
                Task::Edit { .. }
                | Task::Delete { .. }
                | Task::AnswerButton { .. }
                | Task::LookUpRights { .. }
                | Task::Examine { .. }
                | Task::Leave { .. }
                | Task::Fetch { .. }
                | Task::OfferCommands { .. } => false,
            },
        }
    }

    /// Whether it changes nothing if it is carried out a second time.
    #[must_use]
    pub fn may_come_twice(&self) -> bool {
        match self {
            Work::Verification(Order { effect, .. }) => match effect {
                Effect::Rewrite { .. }
                | Effect::RetireButtons
                | Effect::Delete { .. }
                | Effect::AnswerButton { .. } => true,
                Effect::Say { .. }
                | Effect::LookUpMember { .. }
                | Effect::LookUpAdder { .. }
                | Effect::SendCode { .. }
                | Effect::Approve { .. }
                | Effect::Decline { .. }
                | Effect::Invite { .. }
                | Effect::RevokeInvite { .. }
                | Effect::Mute { .. }
                | Effect::Free { .. }
                | Effect::Remove { .. } => false,
            },
            Work::Administration(administration::Order { task, .. }) => match task {
                Task::Delete { .. } | Task::AnswerButton { .. } | Task::OfferCommands { .. } => {
                    true
                }
                Task::Say { .. }
                | Task::Edit { .. }
                | Task::SendRoster { .. }
                | Task::ProveLog { .. }
                | Task::LookUpRights { .. }
                | Task::Examine { .. }
                | Task::Fetch { .. }
                | Task::Leave { .. } => false,
            },
        }
    }

    /// Whether it counts against Telegram's limit for all chats together.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self {
            Work::Verification(Order { effect, .. }) => match effect {
                Effect::Say { .. }
                | Effect::Rewrite { .. }
                | Effect::Approve { .. }
                | Effect::Decline { .. }
                | Effect::Invite { .. }
                | Effect::Mute { .. }
                | Effect::Free { .. }
                | Effect::Remove { .. } => true,
                Effect::RetireButtons
                | Effect::Delete { .. }
                | Effect::AnswerButton { .. }
                | Effect::LookUpMember { .. }
                | Effect::LookUpAdder { .. }
                | Effect::SendCode { .. }
                | Effect::RevokeInvite { .. } => false,
            },
            Work::Administration(administration::Order { task, .. }) => match task {
                Task::Say { .. }
                | Task::Edit { .. }
                | Task::SendRoster { .. }
                | Task::ProveLog { .. }
                | Task::Leave { .. } => true,
                Task::Delete { .. }
                | Task::AnswerButton { .. }
                | Task::LookUpRights { .. }
                | Task::Examine { .. }
                | Task::Fetch { .. }
                | Task::OfferCommands { .. } => false,
            },
        }
    }
}
