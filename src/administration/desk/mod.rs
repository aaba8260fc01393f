//! One group's desk.

pub mod text;

use serde::{Deserialize, Serialize};

use super::archive::Facts;
use super::effect::Tag;
use super::outcome::{Deed, Outcome};
use super::rights::{BotRights, Examined, Rights};
use crate::verification::applicant::Notice;
use crate::verification::event::Act;
use crate::verification::{ChatId, GateId, Language, MessageId, Name, UserId};

/// One thing that happened to one group's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub desk: GateId,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The bot's own standing in the group changed (`my_chat_member`). `by`: who did it;
    /// `anonymous`: an admin who does not show who they are.
    BotStanding {
        by: UserId,
        anonymous: bool,
        language: Option<Language>,
        name: Option<Name>,
        title: String,
        rights: BotRights,
    },
    /// Something about one applicant.
    Notice {
        about: UserId,
        name: Option<Name>,
        language: Language,
        notice: Notice,
    },
    /// One decision about one applicant, or one deed of an admin: a line for the log chat.
    Line {
        about: Option<UserId>,
        name: Option<Name>,
        deed: Deed,
    },
    /// A join or leave message stands in the group.
    ServiceMessage {
        message: MessageId,
    },
    /// An admin, whose rights were just looked at, answered a card.
    AnswerCard {
        card: u32,
        by: UserId,
        act: Act,
        query: Option<String>,
    },
    /// An admin, whose rights were just looked at, stepped in by a command: cards about the same
    /// person are answered by that.
    SteppedIn {
        about: UserId,
        by: UserId,
        act: Act,
    },
    /// An admin, whose rights were just looked at, wants the group looked at: they are answered
    /// with a new message.
    Examine {
        by: UserId,
    },
    /// The same, by the button below that message: it is changed where it stands.
    LookAgain {
        by: UserId,
    },
    /// An admin, whose rights were just looked at, wants to be told what concerns a gate of the
    /// config, and to get its cards. (Whoever acts here as an admin is told anyway.)
    Attached {
        by: UserId,
    },
    /// Settings were changed (or the gate was opened first).
    Changed {
        by: UserId,
    },
    /// The admin who brought the bot could not be written to: a signpost in the group leads them
    /// to the set-up.
    NeedSignpost {
        by: UserId,
    },
    /// The signpost in the group was followed by somebody who may set the gate up.
    SignpostUsed,
    /// What came of a look at the group.
    Examined(Examined),
    /// What an admin may do here now: asked before a card or findings go to them.
    RightsKnown {
        who: UserId,
        rights: Rights,
        tag: Tag,
    },
    Said {
        tag: Tag,
        chat: ChatId,
        message: MessageId,
    },
    Unsaid {
        tag: Tag,
    },
    /// The group has another id now; this desk is the new one, and everything kept has moved here.
    Moved {
        from: GateId,
    },
    /// The time that was asked for has come.
    Woken,
}

/// What is kept of one group's matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    pub title: String,
}

/// One event happens to a desk. Total, as the applicant's [`step`](crate::verification::applicant::step).
pub fn step(_desk: &mut Desk, _event: &Event, _facts: &mut Facts<'_>) -> Outcome {
    Outcome::default()
}
