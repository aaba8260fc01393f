//! Everything that the rules may ask the shell to do.
//!
//! An [`Order`] is durable before anything of it is visible. The outbox carries orders out, in
//! order per chat; what comes of one returns as an [`Event`](super::event::Event).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::spending::Bill;
use super::text::Text;
use super::{ChallengeId, ChatId, GateId, Hidden, Language, MessageId, Timestamp, UserId};

/// One effect, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whom it is about. What comes of it is an event of this person.
    pub user: UserId,
    /// The private chat with them.
    pub chat: ChatId,
    pub language: Language,
    /// By when it must be done to be of use: Telegram lets a bot write to somebody who asked to
    /// join for five minutes only.
    pub deadline: Option<Timestamp>,
    pub effect: Effect,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Write a message in the private chat.
    Say {
        /// The title of the group that this is about: it heads the message.
        group: Option<String>,
        text: Text,
        keyboard: Keyboard,
    },
    /// Replace the text of the last message that carried buttons, and take them away.
    Rewrite { group: Option<String>, text: Text },
    /// Take the buttons off the last message that carried some.
    RetireButtons,
    /// Remove a message from the private chat.
    Delete { message: MessageId },
    /// Answer a pressed button; with a text, show it (`alert`: until dismissed).
    AnswerButton { query: String, text: Option<Text>, alert: bool },
    /// Ask Telegram whether they are in the group. Ends in `LookedUp`.
    LookUpMember { gate: GateId },
    /// Send a code. Ends in `CodeDelivery`.
    SendCode { gate: GateId, challenge: ChallengeId, letter: Letter },
    /// Approve their join request. Ends in `Admission`.
    Approve { gate: GateId, query_id: Option<String> },
    /// Decline their join request.
    Decline { gate: GateId, query_id: Option<String> },
    /// Make an invite link for them alone. Ends in `Invited`.
    Invite { gate: GateId },
    /// Make a personal invite link useless.
    RevokeInvite { gate: GateId, link: String },
    /// Take a member's right to write in the group. Ends in `Muted`.
    Mute { gate: GateId },
    /// Give it back, as far as the group gives it to all. Ends in `Admission`.
    Free { gate: GateId },
    /// Remove a member from the group without a ban. Ends in `Removed`.
    Remove { gate: GateId },
    /// Ask Telegram whether this user, who added them, is an admin there. Ends in `AdderKnown`.
    LookUpAdder { gate: GateId, adder: UserId },
}

impl Effect {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Effect::Say { .. } => "say",
            Effect::Rewrite { .. } => "rewrite",
            Effect::RetireButtons => "retire_buttons",
            Effect::Delete { .. } => "delete",
            Effect::AnswerButton { .. } => "answer_button",
            Effect::LookUpMember { .. } => "look_up_member",
            Effect::SendCode { .. } => "send_code",
            Effect::Approve { .. } => "approve",
            Effect::Decline { .. } => "decline",
            Effect::Invite { .. } => "invite",
            Effect::RevokeInvite { .. } => "revoke_invite",
            Effect::Mute { .. } => "mute",
            Effect::Free { .. } => "free",
            Effect::Remove { .. } => "remove",
            Effect::LookUpAdder { .. } => "look_up_adder",
        }
    }
}

impl Effect {
    /// The gate that it is about, where it names one.
    pub fn gate_mut(&mut self) -> Option<&mut GateId> {
        match self {
            Effect::LookUpMember { gate }
            | Effect::SendCode { gate, .. }
            | Effect::Approve { gate, .. }
            | Effect::Decline { gate, .. }
            | Effect::Invite { gate }
            | Effect::RevokeInvite { gate, .. }
            | Effect::Mute { gate }
            | Effect::Free { gate }
            | Effect::Remove { gate }
            | Effect::LookUpAdder { gate, .. } => Some(gate),
            Effect::Say { .. }
            | Effect::Rewrite { .. }
            | Effect::RetireButtons
            | Effect::Delete { .. }
            | Effect::AnswerButton { .. } => None,
        }
    }
}

/// A code on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub address: Address,
    /// Digits, leading zeros kept.
    pub code: Hidden,
    /// 1 for the first code of this dialogue, 2 for the next …
    pub number: u32,
    /// Two words that the chat shows too.
    pub phrase: String,
    pub group: String,
    /// How long the code lives once it is sent.
    pub lives: Duration,
    /// A letter that has not left by then is not sent any more.
    pub expires: Timestamp,
    /// The parameter of the one-tap link: `https://t.me/<bot>?start=<this>`.
    pub tap: Hidden,
    /// The parameter of the link that ends all codes to this address; empty: there is none.
    #[serde(default)]
    pub opt_out: Hidden,
    /// Whoever has the address wants no codes: this one does not leave, and nothing shows it.
    #[serde(default)]
    pub withheld: bool,
    /// What it was charged to.
    #[serde(default)]
    pub bill: Bill,
}

/// What hangs below a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keyboard {
    None,
    /// Rows of buttons under the message itself.
    Buttons(Vec<Vec<Button>>),
    /// The keyboard that offers to share one's own phone number.
    ShareContact,
    /// Take the share-contact keyboard away.
    Remove,
}

/// A button below a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: Label,
    /// What Telegram sends back when it is pressed: at most 64 bytes.
    pub data: String,
}

/// What a button says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// A group's title, as it is.
    Group(String),
    UseEmail,
    UseSms,
    SendCode,
    Resend,
    OtherAddress,
    KeepCode,
    NewCode,
    TryAgain,
    AskAdmin,
    Cancel,
    /// No more codes to the address of the mail.
    OptOut,
    /// Codes to it again.
    OptIn,
}

/// How a code travels.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Email,
    Sms,
}
