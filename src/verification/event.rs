//! Everything that can happen to one person.

use serde::{Deserialize, Serialize};

use super::{ChallengeId, ChatId, GateId, Hidden, Language, MessageId, Timestamp, UserId};

/// One thing that happened, about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub user: UserId,
    /// The language of the person's Telegram app; `None` where the update does not say.
    pub language: Option<Language>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    // From Telegram: the person did something.
    /// They asked to join a gated group. `chat` may be written to for five minutes.
    JoinRequested {
        gate: GateId,
        chat: ChatId,
        /// The group's title as of now.
        title: String,
        /// The invite link they used, where Telegram tells.
        link: Option<String>,
        /// The guard-bot query (Bot API 10.1), where Telegram sends one.
        query_id: Option<String>,
        /// When they asked, by Telegram's clock, where Telegram tells.
        #[serde(default)]
        asked: Option<Timestamp>,
    },
    /// `/start`, with the deep link's parameter if there was one.
    Started {
        chat: ChatId,
        message: MessageId,
        parameter: Option<String>,
    },
    /// Any other command, without the slash and without arguments: `cancel`, `help`.
    Commanded {
        chat: ChatId,
        message: MessageId,
        command: String,
    },
    /// Plain text that is no command. `forwarded`: somebody else's words.
    Wrote {
        chat: ChatId,
        message: MessageId,
        text: Hidden,
        forwarded: bool,
    },
    /// They changed an earlier message. What it says now is not read.
    Edited {
        chat: ChatId,
        message: MessageId,
    },
    /// Text with the shape of one of Telegram's own login codes. The text itself is not kept.
    WroteLoginCode {
        chat: ChatId,
        message: MessageId,
    },
    /// A contact card. `own`: it is the sender's own and was not forwarded.
    SharedContact {
        chat: ChatId,
        message: MessageId,
        phone: Hidden,
        own: bool,
    },
    /// A sticker, a photo, a voice message: anything that carries no text of its own to read.
    SentOther {
        chat: ChatId,
        message: MessageId,
    },
    /// They pressed a button. `message` carries it, if Telegram still knows.
    Pressed {
        chat: ChatId,
        message: Option<MessageId>,
        query: String,
        data: String,
    },
    /// They became a member of a gated group, by whatever way.
    Joined {
        gate: GateId,
    },
    /// They left a gated group or were removed from it.
    Left {
        gate: GateId,
    },

    // From the outbox: something that the rules asked for has come to an end.
    LookedUp {
        gate: GateId,
        membership: Membership,
    },
    CodeDelivery {
        gate: GateId,
        challenge: ChallengeId,
        outcome: DeliveryOutcome,
    },
    Admission {
        gate: GateId,
        outcome: AdmissionOutcome,
    },
    /// A personal invite link was made, or could not be.
    Invited {
        gate: GateId,
        outcome: Result<String, AdmissionOutcome>,
    },
    /// A message could not be written: they blocked the bot or never opened the chat.
    Unreachable,

    // From the clock.
    /// The time that the rules asked to be woken at has come.
    Woken {
        gate: GateId,
    },
}

impl What {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            What::JoinRequested { .. } => "join_requested",
            What::Started { .. } => "started",
            What::Commanded { .. } => "commanded",
            What::Wrote { .. } => "wrote",
            What::Edited { .. } => "edited",
            What::WroteLoginCode { .. } => "wrote_login_code",
            What::SharedContact { .. } => "shared_contact",
            What::SentOther { .. } => "sent_other",
            What::Pressed { .. } => "pressed",
            What::Joined { .. } => "joined",
            What::Left { .. } => "left",
            What::LookedUp { .. } => "looked_up",
            What::CodeDelivery { .. } => "code_delivery",
            What::Admission { .. } => "admission",
            What::Invited { .. } => "invited",
            What::Unreachable => "unreachable",
            What::Woken { .. } => "woken",
        }
    }
}

/// What Telegram says of somebody and a group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Membership {
    Member,
    NotMember,
    Banned,
    /// Telegram did not say.
    Unknown,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryOutcome {
    /// The provider took it.
    Sent,
    /// Not sent yet, through nobody's fault but ours or the provider's; it is tried again.
    Delayed,
    /// Not sent, and not tried any more.
    GaveUp,
    /// It may have been sent: it counts as sent and is never repeated by itself.
    Unknown,
    /// The provider will not, for a reason that concerns the address.
    Refused(Refusal),
}

/// Why a provider would not send to an address.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// There is no such mailbox or domain, or no such number.
    NoSuchAddress,
    /// The mailbox is full.
    MailboxFull,
    /// The number cannot receive SMS.
    NotMobile,
    /// The recipient asked the provider to stop (Twilio 21610).
    OptedOut,
    /// The provider does not serve that country or that account may not write there.
    NotServed,
    /// Refused by a policy of the other side.
    Policy,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdmissionOutcome {
    /// The join request was approved.
    Approved,
    /// There was no join request to approve (any more).
    NoRequest,
    AlreadyMember,
    /// The bot may not do it: it is no administrator, or lacks the right to invite.
    NoRights,
    /// They are in too many groups and channels (USER_CHANNELS_TOO_MUCH).
    TooManyChats,
    /// The account is gone or banned there.
    UserGone,
    /// Telegram refused for another reason.
    Failed,
}
