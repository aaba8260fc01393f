//! What the panel says.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dates::Date;
pub use super::roster::text::{RosterLabel, RosterText};
use super::state::List;
pub use super::stepping_in::text::{StepInLabel, StepInText};
use crate::administration::settings::Strictness;
use crate::verification::effect::Channel;
use crate::verification::gate::{Addresses, Mode};
use crate::verification::limits::Limits;
use crate::verification::password::PasswordRefused;
use crate::verification::{Hidden, Language, Timestamp};

/// One message, or one part of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PanelText {
    /// A screen: what came of the last press, the step of the set-up, what is set.
    Page {
        note: Option<Box<PanelText>>,
        /// The step's number, and how many there are.
        step: Option<(u32, u32)>,
        body: Box<PanelText>,
    },

    // Who may.
    NotForYou,
    NowOwner,
    NowEnrolled,
    /// They opened a link that would make them what they are.
    AlreadyIn,
    LinkForged,
    LinkExpired,
    LinkUsed,
    /// The config names the owners; nobody else becomes one.
    OwnersNamed,
    OwnersOnly,
    EnrolmentLink {
        link: String,
        lives: Duration,
    },

    // Ways to a group.
    /// To somebody who looks after groups, or may; the groups, if there are `any`, are buttons.
    Home {
        any: bool,
    },
    /// Everything that they can do. `gates`: set gates up; `enrols`: let others do that.
    Help {
        gates: bool,
        enrols: bool,
    },
    /// The bot came into their group, which heads the message.
    Invitation {
        /// As an administrator.
        admin: bool,
    },
    NoGroups,
    ChooseGroup,
    PickGroup,
    /// A chat was picked.
    Picked,
    RightsTooFew,
    RightsGone,
    NotInGroup,
    TelegramSilent,
    GateGone,
    ButtonSpent,
    Cancelled,
    Left,

    // A gate.
    Overview(Box<Overview>),
    Saved,
    Examining,
    ConfirmClose,
    Closed,
    ConfirmDiscard,
    Discarded,
    Stopped,
    CannotOpen {
        missing: Vec<Missing>,
    },
    Opened {
        link: String,
        mode: Mode,
    },

    // Passwords.
    Passwords {
        passwords: Vec<PasswordLine>,
    },
    AskLabel,
    LabelLength {
        longest: u32,
    },
    LabelTaken {
        label: String,
    },
    TooManyPasswords {
        most: u32,
    },
    AskPassword {
        label: String,
        rotating: bool,
    },
    PasswordRefused {
        why: PasswordRefused,
    },
    PasswordKept {
        label: String,
    },
    OnePassword(PasswordLine),
    AskExpiry,
    BadDate,
    AskUses {
        most: u32,
    },
    ConfirmRemove {
        label: String,
    },
    Removed {
        label: String,
    },
    LastPassword {
        label: String,
    },
    PasswordGone {
        label: String,
    },

    // Who may pass.
    Addresses {
        channels: Vec<Channel>,
        addresses: Addresses,
        roster_size: u32,
        /// Where SMS may go at all.
        house: Vec<String>,
    },
    AskList {
        list: List,
        now: Vec<String>,
        house: Vec<String>,
    },
    BadEntries {
        bad: Vec<BadEntry>,
    },
    TooManyEntries {
        most: u32,
    },
    EmptyList,
    AskAccounts {
        now: u32,
        most: u32,
    },
    BadNumber {
        least: u32,
        most: u32,
    },
    RosterEmpty,

    // One choice each.
    Channels {
        now: Vec<Channel>,
    },
    Limits {
        now: Option<Strictness>,
        figures: Vec<(Strictness, Figures)>,
    },
    Language {
        now: Language,
    },
    Mode {
        now: Mode,
        tidy: bool,
    },

    /// `at_once`: so many join requests in a minute switch it on; 0: never by itself.
    Raid {
        on: bool,
        at_once: u32,
    },

    // Log chat.
    LogChat {
        on: bool,
    },
    PickLogChat,
    /// In the log chat: nothing more is written down there.
    LogEnds {
        group: String,
    },
    /// Posted in the log chat, to prove that it can be.
    LogHere {
        group: String,
    },
    LogProving,
    LogOn,
    LogNoPost,
    LogNotAdmin,

    Roster(RosterText),
    StepIn(StepInText),
}

/// Everything that is set at a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub state: GateState,
    pub mode: Mode,
    pub tidy: bool,
    pub passwords: Vec<PasswordLine>,
    pub channels: Vec<Channel>,
    pub addresses: Addresses,
    pub roster_size: u32,
    /// `None`: none of the three choices.
    pub strictness: Option<Strictness>,
    pub figures: Figures,
    pub language: Language,
    pub log_chat: bool,
    pub listed: bool,
    /// The gate's own link.
    pub link: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GateState {
    /// Not open yet; this is missing.
    Draft(Vec<Missing>),
    Open,
    /// From the config file: not to be changed here.
    Fixed,
    /// This admin may not change it: they are not enrolled.
    NotYours,
}

/// What a draft lacks before it can be opened.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    Password,
    Channel,
}

/// One password, without what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordLine {
    pub label: String,
    pub expires: Option<Date>,
    /// How many more people may pass by it.
    pub left: Option<u32>,
    /// It opens nothing any more: too old, or used up.
    pub dead: bool,
}

/// What people see of a gate's limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub passwords: u32,
    pub codes: u32,
    pub first_lock: Duration,
    pub last_lock: Duration,
    pub hard_stop: u32,
    pub sends_per_day: u32,
}

/// An entry of a list that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadEntry {
    /// As typed: it may be somebody's address.
    pub entry: Hidden,
    pub why: Why,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// An e-mail address in full: only what stands from the @ on is meant.
    WholeAddress,
    NoDomain,
    NoDialCode,
    /// The bot sends no SMS there at all.
    NotServed,
    /// It is on the list of the opposite.
    OnOtherList,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PanelLabel {
    // Ways.
    SetUp,
    PickGroup,
    /// A group that the bot is in already.
    PickOwnGroup,
    PickLogChat,
    PickLogChannel,
    Groups,
    Leave,
    Overview,
    Back,
    Next,
    Stop,
    Discard,
    Open,
    Close,
    Examine,
    Yes,
    No,
    /// A choice, marked if it is what is set.
    Choice {
        now: bool,
        choice: Choice,
    },

    // Subjects.
    Passwords,
    Channels,
    Addresses,
    Roster,
    Limits,
    Language,
    Mode,
    LogChat,

    // Passwords.
    AddPassword,
    MainLabel {
        label: String,
    },
    OnePassword {
        label: String,
        dead: bool,
    },
    Rotate,
    Remove,

    // Who may pass.
    List(List),
    /// No restriction by this list.
    ClearList(List),

    Raid,
    RaidOn,
    RaidOff,

    // Log chat.
    LogOn,
    LogOther,
    LogOff,

    InRoster(RosterLabel),
    StepIn(StepInLabel),
}

/// What can be chosen by one press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    AllChannels,
    Channel(Channel),
    Strictness(Strictness),
    Language(Language),
    JoinRequest,
    Restrict,
    PersonalLink,
    /// Removed from the group after this time; `None`: never.
    RemoveAfter(Option<Duration>),
    Tidy,
    Listed,
    /// Valid for this long from now; `None`: for ever.
    ValidFor(Option<Duration>),
    ValidUntil,
    /// So many more people; `None`: any number.
    Uses(Option<u32>),
    OtherUses,
    Accounts(u32),
    OtherAccounts,
    RosterOnly,
}

impl Figures {
    #[must_use]
    pub fn of(limits: &Limits) -> Figures {
        let minute = Duration::from_secs(60);
        Figures {
            passwords: limits.password_attempts,
            codes: limits.code_attempts,
            first_lock: limits.lockouts.first().copied().unwrap_or(minute),
            last_lock: limits.lockouts.last().copied().unwrap_or(minute),
            hard_stop: limits.hard_stop,
            sends_per_day: limits.sends_per_day,
        }
    }
}

impl PasswordLine {
    #[must_use]
    pub fn new(
        label: &str,
        expires: Option<Timestamp>,
        left: Option<u32>,
        now: Timestamp,
    ) -> PasswordLine {
        PasswordLine {
            label: label.to_owned(),
            expires: expires.map(Date::of),
            left,
            dead: expires.is_some_and(|expires| expires <= now) || left == Some(0),
        }
    }
}
