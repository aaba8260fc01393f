//! What a line of the log says besides who did what: as data, because each reader has a language.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::settings::Strictness;
use crate::verification::Language;
use crate::verification::applicant::{ActResult, Decision};
use crate::verification::effect::Channel;
use crate::verification::gate::Mode;

/// Counts, labels, choices and masked addresses; no secret, no address in full. Its `Display` is
/// what the process's own log says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    #[default]
    None,
    /// What admins call a password.
    Label(String),
    /// So many tries are left.
    Left(u32),
    /// The so manieth lock.
    Lock(u32),
    Code {
        number: u32,
        masked: String,
    },
    Masked(String),
    /// So many addresses, entries or accounts.
    Count(u32),
    Switch(bool),
    /// `None`: all.
    Channels(Option<Channel>),
    Limits(Strictness),
    Language(Language),
    Mode(Mode),
    /// `None`: never.
    RemoveAfter(Option<Duration>),
    DialCode(u16),
    /// So many wrong tries.
    Wrong {
        passwords: u32,
        codes: u32,
    },
    /// So many asked to join, and so many of them could not be written to in time.
    Requests {
        requests: u32,
        missed: u32,
    },
    /// What came of an admin's act, where it is not what they wanted.
    LinkSent,
    Nothing,
    Refused,
}

impl Detail {
    /// What a decision's name does not say.
    #[must_use]
    pub fn of_decision(decision: &Decision) -> Detail {
        match decision {
            Decision::WrongPassword { left } | Decision::WrongCode { left } => Detail::Left(*left),
            Decision::RightPassword { label } => Detail::Label(label.clone()),
            Decision::Locked { locks } => Detail::Lock(*locks),
            Decision::CodeIssued { number, masked, channel: _ } => {
                Detail::Code { number: *number, masked: masked.clone() }
            }
            Decision::AddressRefused { masked }
            | Decision::Suppressed { masked }
            | Decision::NotOnRoster { masked }
            | Decision::AddressTaken { masked } => Detail::Masked(masked.clone()),
            Decision::CountryOff { dial_code } => Detail::DialCode(*dial_code),
            Decision::Asked
            | Decision::OptedOut
            | Decision::OptedIn
            | Decision::HardStopped
            | Decision::SendLimitReached
            | Decision::RightCode
            | Decision::TapLink
            | Decision::OldCode
            | Decision::ExpiredCode
            | Decision::Admitted
            | Decision::PersonalLink
            | Decision::AdmissionFailed
            | Decision::LetInByOthers
            | Decision::Left
            | Decision::Cancelled
            | Decision::Swept
            | Decision::LoginCodeSeen
            | Decision::Unreachable
            | Decision::GateClosed
            | Decision::Muted
            | Decision::Removed
            | Decision::HelpWanted
            // Who it was stands in the line by itself.
            | Decision::ByAdmin { .. } => Detail::None,
        }
    }

    #[must_use]
    pub fn of_result(result: ActResult) -> Detail {
        match result {
            ActResult::Done => Detail::None,
            ActResult::LinkSent => Detail::LinkSent,
            ActResult::Nothing => Detail::Nothing,
            ActResult::Refused(_) => Detail::Refused,
        }
    }

    /// With its words put through this.
    #[must_use]
    pub fn dressed(self, dress: impl Fn(&str) -> String) -> Detail {
        match self {
            Detail::Label(label) => Detail::Label(dress(&label)),
            Detail::Masked(masked) => Detail::Masked(dress(&masked)),
            Detail::Code { number, masked } => Detail::Code { number, masked: dress(&masked) },
            Detail::None
            | Detail::Left(_)
            | Detail::Lock(_)
            | Detail::Count(_)
            | Detail::Switch(_)
            | Detail::Channels(_)
            | Detail::Limits(_)
            | Detail::Language(_)
            | Detail::Mode(_)
            | Detail::RemoveAfter(_)
            | Detail::DialCode(_)
            | Detail::Wrong { .. }
            | Detail::Requests { .. }
            | Detail::LinkSent
            | Detail::Nothing
            | Detail::Refused => self,
        }
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Detail::None => Ok(()),
            Detail::Label(words) | Detail::Masked(words) => f.write_str(words),
            Detail::Left(left) => write!(f, "{left} left"),
            Detail::Lock(locks) => write!(f, "lock {locks}"),
            Detail::Code { number, masked } => write!(f, "code {number} to {masked}"),
            Detail::Count(count) => write!(f, "{count}"),
            Detail::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            Detail::Channels(None) => f.write_str("all"),
            Detail::Channels(Some(Channel::Email)) => f.write_str("email"),
            Detail::Channels(Some(Channel::Sms)) => f.write_str("sms"),
            Detail::Limits(Strictness::Standard) => f.write_str("standard"),
            Detail::Limits(Strictness::Strict) => f.write_str("strict"),
            Detail::Limits(Strictness::Lenient) => f.write_str("lenient"),
            Detail::Language(language) => f.write_str(language.as_str()),
            Detail::Mode(Mode::JoinRequest) => f.write_str("join_request"),
            Detail::Mode(Mode::Restrict { .. }) => f.write_str("restrict"),
            Detail::Mode(Mode::PersonalLink) => f.write_str("personal_link"),
            Detail::DialCode(dial_code) => write!(f, "+{dial_code}"),
            Detail::Wrong { passwords, codes } => write!(f, "{passwords} passwords, {codes} codes"),
            Detail::Requests { requests, missed } => {
                write!(f, "{requests} requests, {missed} missed")
            }
            Detail::RemoveAfter(None) => f.write_str("never"),
            Detail::RemoveAfter(Some(after)) => write!(f, "{} min", after.as_secs() / 60),
            Detail::LinkSent => f.write_str("personal link"),
            Detail::Nothing => f.write_str("nothing to do"),
            Detail::Refused => f.write_str("refused by Telegram"),
        }
    }
}
