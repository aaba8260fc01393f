//! Everything that can happen to one person.

use serde::{Deserialize, Serialize};

use super::spending::Bill;
use super::{ChallengeId, ChatId, GateId, Hidden, Language, MessageId, Name, Timestamp, UserId};

/// One thing that happened, about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub user: UserId,
    /// The language of the person's Telegram app; `None` where the update does not say.
    pub language: Option<Language>,
    /// What they call themselves; `None` where the update does not say.
    #[serde(default)]
    pub name: Option<Name>,
    pub what: What,
}

impl Event {
    /// Something that no update brought: it says neither language nor name.
    #[must_use]
    pub fn of(user: UserId, what: What) -> Event {
        Event { user, language: None, name: None, what }
    }
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
    /// Any other command, without the slash: `cancel`, `help`. `rest`: what follows it.
    Commanded {
        chat: ChatId,
        message: MessageId,
        command: String,
        #[serde(default)]
        rest: Hidden,
    },
    /// Plain text that is no command. `forwarded`: somebody else's words.
    Wrote {
        chat: ChatId,
        message: MessageId,
        text: Hidden,
        forwarded: bool,
        /// Whose words these are, where Telegram tells.
        #[serde(default)]
        origin: Option<UserId>,
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
        /// Whose message was forwarded, where Telegram tells.
        #[serde(default)]
        origin: Option<UserId>,
    },
    /// A file.
    SentFile {
        chat: ChatId,
        message: MessageId,
        file: File,
    },
    /// They picked a group or channel with the keyboard that offers to.
    SharedChat {
        chat: ChatId,
        message: MessageId,
        /// The number that the keyboard's button had.
        request: i32,
        picked: ChatId,
        title: Option<String>,
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
        /// Who did it: they themselves, an admin, or a member who added them.
        #[serde(default)]
        by: Option<UserId>,
        /// The link that they came by.
        #[serde(default)]
        link: Option<Link>,
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
        /// What it was charged to.
        #[serde(default)]
        bill: Bill,
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
    /// They were muted in the group, or could not be.
    Muted {
        gate: GateId,
        outcome: AdmissionOutcome,
    },
    /// They were removed from the group, or could not be.
    Removed {
        gate: GateId,
        outcome: AdmissionOutcome,
    },
    /// Whether whoever added them to the group is one of its admins.
    AdderKnown {
        gate: GateId,
        admin: bool,
    },
    /// A message could not be written: they blocked the bot or never opened the chat.
    Unreachable,

    // From outside the dialogue.
    /// An admin of the group stepped in.
    SteppedIn {
        gate: GateId,
        act: Act,
        by: UserId,
    },
    /// No admin could be asked for them: none is there any more, or none can be written to.
    NobodyAsked {
        gate: GateId,
    },
    /// The bot can open the group again, after it could not.
    DoorMended {
        gate: GateId,
    },

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
            What::SentFile { .. } => "sent_file",
            What::SharedChat { .. } => "shared_chat",
            What::Pressed { .. } => "pressed",
            What::Joined { .. } => "joined",
            What::Left { .. } => "left",
            What::LookedUp { .. } => "looked_up",
            What::CodeDelivery { .. } => "code_delivery",
            What::Admission { .. } => "admission",
            What::Invited { .. } => "invited",
            What::Muted { .. } => "muted",
            What::Removed { .. } => "removed",
            What::AdderKnown { .. } => "adder_known",
            What::SteppedIn { .. } => "stepped_in",
            What::NobodyAsked { .. } => "nobody_asked",
            What::DoorMended { .. } => "door_mended",
            What::Unreachable => "unreachable",
            What::Woken { .. } => "woken",
        }
    }
}

impl What {
    /// The gate that it is about, where it names one.
    pub fn gate_mut(&mut self) -> Option<&mut GateId> {
        match self {
            What::JoinRequested { gate, .. }
            | What::Joined { gate, .. }
            | What::Left { gate }
            | What::LookedUp { gate, .. }
            | What::CodeDelivery { gate, .. }
            | What::Admission { gate, .. }
            | What::Invited { gate, .. }
            | What::Muted { gate, .. }
            | What::Removed { gate, .. }
            | What::AdderKnown { gate, .. }
            | What::SteppedIn { gate, .. }
            | What::NobodyAsked { gate }
            | What::DoorMended { gate }
            | What::Woken { gate } => Some(gate),
            What::Started { .. }
            | What::Commanded { .. }
            | What::Wrote { .. }
            | What::Edited { .. }
            | What::WroteLoginCode { .. }
            | What::SharedContact { .. }
            | What::SentOther { .. }
            | What::SentFile { .. }
            | What::SharedChat { .. }
            | What::Pressed { .. }
            | What::Unreachable => None,
        }
    }
}

/// A file that somebody sent; its content is fetched only where it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Telegram's handle of it.
    pub id: String,
    pub name: Option<String>,
    /// In bytes, where Telegram tells.
    pub size: Option<u64>,
}

/// An invite link by which somebody came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// As Telegram shows it: of others' links only the beginning.
    pub url: String,
    pub name: Option<String>,
    pub creator: Option<UserId>,
    /// It leads to a join request, not straight in.
    pub asks: bool,
    pub primary: bool,
}

/// What an admin does for, or against, one applicant.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Let in, now and whenever they come again.
    Approve,
    /// Turn down what they ask for now.
    Decline,
    /// Forget the wrong tries and end the lock.
    Unlock,
    /// Take the admission back: out of the group, and asked again next time.
    Revoke,
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
    /// Not sent, because a newer one has replaced it or the dialogue is over.
    Dropped,
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
