//! One admin's private dialogue with the bot.

pub mod text;

use serde::{Deserialize, Serialize};

use super::archive::Facts;
use super::effect::Tag;
use super::outcome::{Outcome, Stepped};
use super::rights::Rights;
use crate::verification::applicant::ActResult;
use crate::verification::event::{Act, File};
use crate::verification::{ChatId, GateId, Hidden, Language, MessageId, Name, UserId};

/// One thing that happened to one admin's panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub admin: UserId,
    pub language: Option<Language>,
    pub name: Option<Name>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The admin did something.
    Did(Input),
    /// What they may do in the group now, asked for because they did `input`.
    RightsKnown { gate: GateId, rights: Rights, input: Box<Input> },
    /// Somebody added the bot to a group that has no gate, and it was this admin. `admin`: as an
    /// administrator; otherwise it must still be made one.
    AddedTo { gate: GateId, title: String, admin: bool },
    /// A message was written.
    Said { tag: Tag, chat: ChatId, message: MessageId },
    /// A message could not be written: they blocked the bot or never opened the chat.
    Unsaid { tag: Tag },
    /// A file was fetched; its content is in the archive. `None`: it could not be.
    Fetched { size: Option<u64> },
    /// Whether the bot can post in the chat that was picked for the log, and the admin is an
    /// administrator there.
    LogProved { gate: GateId, log: ChatId, posts: bool, admin: bool },
    /// What came of what they did for one applicant.
    Reported { gate: GateId, about: UserId, act: Act, result: ActResult },
    /// The group has another id now.
    Moved { from: GateId, to: GateId },
    /// The time that was asked for has come.
    Woken,
}

/// What an admin can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    Started {
        chat: ChatId,
        message: MessageId,
        parameter: String,
    },
    Commanded {
        chat: ChatId,
        message: MessageId,
        command: String,
        rest: Hidden,
    },
    Wrote {
        chat: ChatId,
        message: MessageId,
        text: Hidden,
    },
    Forwarded {
        chat: ChatId,
        message: MessageId,
        origin: Option<UserId>,
    },
    SentFile {
        chat: ChatId,
        message: MessageId,
        file: File,
    },
    SharedChat {
        chat: ChatId,
        message: MessageId,
        request: i32,
        picked: ChatId,
        title: Option<String>,
    },
    Pressed {
        chat: ChatId,
        message: Option<MessageId>,
        query: String,
        data: String,
    },
}

/// What is kept of one admin's dialogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    pub language: Language,
    pub name: Option<Name>,
    pub chat: Option<ChatId>,
}

impl Panel {
    /// Whether something is to be typed next.
    #[must_use]
    pub fn waits(&self) -> bool {
        false
    }
}

/// One event happens to a panel. Total, as the applicant's [`step`](crate::verification::applicant::step).
pub fn step(_panel: &mut Panel, _event: &Event, _facts: &mut Facts<'_>) -> Stepped {
    Stepped::Done(Outcome::default())
}
