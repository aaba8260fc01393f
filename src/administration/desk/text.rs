//! What the desk says.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::findings::Finding;
use crate::administration::detail::Detail;
use crate::verification::alarm::Alarm;
use crate::verification::applicant::{ActResult, TurnedBack};
use crate::verification::event::Act;
use crate::verification::text::HelpStep;
use crate::verification::{Name, Timestamp, UserId};

/// Addresses in here are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeskText {
    // In the group.
    /// Whoever brought the bot here may not gate groups: it leaves.
    Goodbye,
    /// The way to the set-up, for an admin who cannot be written to. `admin`: the bot is an
    /// administrator already.
    Signpost { admin: bool },
    /// One member is muted until they pass. `remove_after`: whoever has not passed by then is
    /// removed.
    Muted { name: Option<String>, remove_after: Option<Duration> },
    /// Several are. `names`: all of them, or none at all if there are too many. `more`: there are
    /// more than `count`.
    ManyMuted { count: u32, more: bool, names: Vec<String>, remove_after: Option<Duration> },
    /// What a notice becomes that is too old to be removed.
    NobodyMuted,

    // To one admin.
    /// What is set up wrongly, as of `at`; nothing: all is well.
    Findings { at: Timestamp, findings: BTreeSet<Finding> },
    /// Telegram did not say how the group is.
    Unexamined { at: Timestamp },
    /// Somebody asks for an admin.
    Card {
        person: Who,
        at: HelpStep,
        wrong: u32,
        masked: Option<String>,
        #[serde(default)]
        turned_back: Option<TurnedBack>,
    },
    /// What a card becomes that was answered.
    CardAnswered { person: Who, act: Act, by: Answerer, result: Option<ActResult> },
    /// What a card becomes that needs no answer any more.
    CardOver { person: Who, why: CardEnd },

    /// Since then, so many passwords and codes were wrong, over all applicants. `slowed`: whoever
    /// begins has one try for it.
    Guessing { since: Timestamp, passwords: u32, codes: u32, slowed: bool },
    /// Raid mode is on, or was. `link`: the gate's own.
    Raid { figures: RaidFigures, link: String },
    /// Something about the bot as a whole that concerns the gate.
    Alarm(Alarm),

    // In answer to a pressed button.
    /// Another answer was first.
    AlreadyAnswered { act: Act, by: Answerer },
    /// The card needs no answer any more, or is not known any more.
    CardGone,

    // In the log chat.
    /// `unkept`: so many more lines could not be kept while the log chat took none.
    Log { lines: Vec<LogLine>, unkept: u32 },
}

/// What the desk's buttons say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeskLabel {
    CheckAgain,
    SetUp,
    Approve,
    Decline,
    Unlock,
    /// Leads a muted member to the gate.
    Pass,
}

/// Somebody, as people know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub id: UserId,
    pub name: Option<Name>,
}

/// A raid in figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaidFigures {
    pub since: Timestamp,
    /// Who switched raid mode on; `None`: it came on by itself.
    pub by: Option<Who>,
    /// How many asked to join since.
    pub requests: u32,
    /// How many of them could not be written to in time.
    pub missed: u32,
    /// How many ask for an admin.
    pub calls: u32,
    pub over: Option<Timestamp>,
}

impl Default for RaidFigures {
    fn default() -> RaidFigures {
        RaidFigures { since: Timestamp(0), by: None, requests: 0, missed: 0, calls: 0, over: None }
    }
}

/// Who answered a card, seen by who reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answerer {
    You,
    Other(Who),
}

/// Why a card needs no answer any more.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardEnd {
    /// They passed, left or gave up.
    NotNeeded,
    /// Nobody answered for a week, or too many others ask.
    TooOld,
    /// The bot is not in the group any more, or keeps no gate there.
    NoGate,
    /// Whoever got this card is no admin there any more.
    NotYours,
}

/// One decision, in the log chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Timestamp,
    /// Whom it is about.
    pub about: Option<Who>,
    /// Who did it, if not the bot by its rules.
    pub by: Option<Who>,
    /// A short name: `wrong_password`.
    pub what: String,
    pub detail: Detail,
}
