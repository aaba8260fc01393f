//! What the machines of this room may ask the shell to do.

use serde::{Deserialize, Serialize};

use super::panel::Input;
use super::text::{Label, Text};
use crate::verification::event::File;
use crate::verification::{ChatId, GateId, Language, MessageId, UserId};

/// Which machine an order is for: what comes of it is told to that one.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Whose {
    Panel(UserId),
    Desk(GateId),
    Watch,
}

/// One effect, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub whose: Whose,
    /// Where it is to be seen; it keeps its order within this chat.
    pub chat: ChatId,
    pub language: Language,
    pub task: Task,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Write a message. With a `tag`, ends in `Said` or `Unsaid`.
    Say {
        /// The title of the group that this is about: it heads the message.
        group: Option<String>,
        text: Text,
        keyboard: Keyboard,
        tag: Option<Tag>,
    },
    /// Replace a message of ours and its buttons. One that cannot be edited any more (too old,
    /// deleted) is said anew if it has a `tag`: ends in `Said` then.
    Edit {
        message: MessageId,
        group: Option<String>,
        text: Text,
        keyboard: Keyboard,
        tag: Option<Tag>,
    },
    /// Remove a message; that it is gone or too old is no failure.
    Delete { message: MessageId },
    /// Answer a pressed button; with a text, show it (`alert`: until dismissed).
    AnswerButton { query: String, text: Option<Text>, alert: bool },
    /// Ask Telegram what `who` may do in the group now. Ends in `RightsKnown`, with `about`.
    LookUpRights { gate: GateId, who: UserId, about: About },
    /// Look at the group for what is set up wrongly. Ends in `Examined`.
    Examine { gate: GateId },
    /// Leave the group.
    Leave { gate: GateId },
    /// Fetch a file that the admin sent. Ends in `Fetched`; the content is in the archive then.
    Fetch { file: File },
    /// Send the gate's roster as a CSV file.
    SendRoster { gate: GateId },
    /// Find out whether the bot can post in `log` and `admin` is an administrator there, posting
    /// `text` for that. Ends in `LogProved`.
    ProveLog { gate: GateId, log: ChatId, admin: UserId, text: Text },
    /// Put the commands for admins into this chat's menu, in every language. `enrols`: with the
    /// one that makes enrolment links.
    OfferCommands { enrols: bool },
}

/// Why somebody's rights are looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// The panel's: they did this.
    Input(Box<Input>),
    /// The desk's: this is to be written to them.
    Tag(Tag),
}

/// What a message is called, for those who wait to hear of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tag {
    /// The panel's own message with buttons.
    Panel,
    /// An admin was told that the bot came into their group.
    Invitation(GateId),
    /// The desk's card number so and so, at this admin.
    Card(u32, UserId),
    /// The doctor's findings, at this admin.
    Doctor(UserId),
    /// That the gate is guessed at, at this admin.
    Guessing(UserId),
    /// That raid mode is on, at this admin.
    Raid(UserId),
    /// Something about the bot as a whole, at this admin.
    Alarm(UserId),
    /// The notice in the group to those who are muted.
    Notice,
    /// The message in the group which leads an admin to the set-up.
    Signpost,
    /// Lines in the log chat.
    Log,
}

/// What hangs below a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keyboard {
    None,
    /// Rows of buttons under the message itself.
    Buttons(Vec<Vec<Button>>),
    /// The keyboard that offers to pick a chat of one's own.
    PickChat {
        label: Label,
        request: i32,
        pick: Pick,
        /// Another key below, for other chats, with a number of its own.
        #[serde(default)]
        also: Option<(Label, i32, Pick)>,
    },
    /// Take the keyboard away that offers to pick a chat.
    Remove,
}

/// Which chats can be picked.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pick {
    /// Groups in which the user may add administrators; the bot is made one with what it needs.
    GroupToGate,
    /// Groups that the bot is in already, and in which the user may let people in.
    GroupWithBot,
    /// Groups that the bot is in.
    LogChat,
    /// Channels that the bot is in.
    LogChannel,
}

/// A button below a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: Label,
    pub does: Does,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Does {
    /// What Telegram sends back when it is pressed: at most 64 bytes, beginning with `a.`
    /// ([`super::door`] knows the panel's buttons by that).
    Press(String),
    /// Open the private chat with the bot, with this `/start` parameter.
    Open(String),
}

impl Task {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Task::Say { .. } => "admin_say",
            Task::Edit { .. } => "admin_edit",
            Task::Delete { .. } => "admin_delete",
            Task::AnswerButton { .. } => "admin_answer_button",
            Task::LookUpRights { .. } => "look_up_rights",
            Task::Examine { .. } => "examine",
            Task::Leave { .. } => "leave",
            Task::Fetch { .. } => "fetch",
            Task::SendRoster { .. } => "send_roster",
            Task::ProveLog { .. } => "prove_log",
            Task::OfferCommands { .. } => "offer_commands",
        }
    }
}
