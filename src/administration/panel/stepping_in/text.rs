//! What an admin reads when they step in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::administration::desk::text::Who;
use crate::verification::applicant::{ActResult, TurnedBack};
use crate::verification::effect::Channel;
use crate::verification::event::Act;

/// Addresses in here are masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepInText {
    /// There is no gate on duty where they could.
    NoGate,
    AskWho {
        act: Act,
    },
    /// Which group? `who`: whom it is about, if that was said.
    WhichGroup {
        act: Act,
        who: Option<Who>,
    },
    /// Neither an @name nor a number.
    Unreadable,
    /// The bot has never seen this @name.
    NotSeen {
        name: String,
    },
    /// Telegram does not say who wrote the forwarded message.
    HiddenOrigin,
    /// The admin meant themselves.
    Yourself,
    /// They meant the bot.
    Myself,
    Confirm {
        act: Act,
        who: Who,
    },
    /// It is ordered; what came of it is said later.
    Doing {
        act: Act,
        who: Who,
    },
    Result {
        act: Act,
        who: Who,
        result: ActResult,
    },
    Card {
        who: Who,
        places: Vec<Place>,
    },
}

/// How somebody stands at one gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Named if the card is about several.
    pub group: Option<String>,
    pub stand: Stand,
    pub wrong: u32,
    pub lock: Lock,
    /// The address that is asked or was proved.
    pub masked: Option<String>,
    /// An address that they proved in vain.
    #[serde(default)]
    pub turned_back: Option<TurnedBack>,
    /// The admin who has approved them by hand.
    pub approved: Option<Who>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stand {
    /// Nothing is known of them here.
    Unknown,
    /// No dialogue is open.
    Idle,
    Password,
    Channel,
    Address(Channel),
    Confirm,
    Code,
    /// They passed, and the group is being opened.
    Admitting,
    /// They passed, and their personal link waits to be used.
    Link,
    Admitted,
    /// Somebody else let them in.
    Member,
    /// In the group, and muted until they pass.
    Muted,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lock {
    Open,
    /// For this long still.
    Locked(Duration),
    /// Only an admin opens again.
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepInLabel {
    Act(Act),
    OtherGroup,
}
