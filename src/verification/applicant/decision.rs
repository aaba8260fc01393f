//! What was decided about one person, for the log and the metrics.

use std::fmt;

use crate::verification::UserId;
use crate::verification::effect::Channel;
use crate::verification::event::Act;

/// One decision, for the log and the metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Asked,
    RightPassword {
        label: String,
    },
    WrongPassword {
        left: u32,
    },
    Locked {
        locks: u32,
    },
    HardStopped,
    CodeIssued {
        channel: Channel,
        number: u32,
        masked: String,
    },
    /// A code that did not leave, because whoever has the address wants none.
    Suppressed {
        masked: String,
    },
    /// No SMS go to that country now: too few codes came back from there.
    CountryOff {
        dial_code: u16,
    },
    /// By the link in a mail: no more codes to its address.
    OptedOut,
    /// By the link in a mail: codes to its address again.
    OptedIn,
    SendLimitReached,
    AddressRefused {
        masked: String,
    },
    RightCode,
    TapLink,
    WrongCode {
        left: u32,
    },
    OldCode,
    ExpiredCode,
    Admitted,
    PersonalLink,
    AdmissionFailed,
    LetInByOthers,
    Left,
    Cancelled,
    Swept,
    LoginCodeSeen,
    Unreachable,
    /// Proven, but not on the gate's roster.
    NotOnRoster {
        masked: String,
    },
    /// Proven, but it has let in as many accounts as it may.
    AddressTaken {
        masked: String,
    },
    /// None of the gate's passwords is live.
    GateClosed,
    /// They came into the group by a way that asks nobody, and may not write there.
    Muted,
    /// They were muted, did not pass in time, and are out of the group.
    Removed,
    HelpWanted,
    /// An admin stepped in.
    ByAdmin {
        act: Act,
        by: UserId,
    },
}

impl Decision {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Decision::Asked => "asked",
            Decision::RightPassword { .. } => "right_password",
            Decision::WrongPassword { .. } => "wrong_password",
            Decision::Locked { .. } => "locked",
            Decision::HardStopped => "hard_stopped",
            Decision::CodeIssued { channel: Channel::Email, .. } => "code_issued_email",
            Decision::CodeIssued { channel: Channel::Sms, .. } => "code_issued_sms",
            Decision::Suppressed { .. } => "suppressed",
            Decision::CountryOff { .. } => "country_off",
            Decision::OptedOut => "opted_out",
            Decision::OptedIn => "opted_in",
            Decision::SendLimitReached => "send_limit_reached",
            Decision::AddressRefused { .. } => "address_refused",
            Decision::RightCode => "right_code",
            Decision::TapLink => "tap_link",
            Decision::WrongCode { .. } => "wrong_code",
            Decision::OldCode => "old_code",
            Decision::ExpiredCode => "expired_code",
            Decision::Admitted => "admitted",
            Decision::PersonalLink => "personal_link",
            Decision::AdmissionFailed => "admission_failed",
            Decision::LetInByOthers => "let_in_by_others",
            Decision::Left => "left",
            Decision::Cancelled => "cancelled",
            Decision::Swept => "swept",
            Decision::LoginCodeSeen => "login_code_seen",
            Decision::Unreachable => "unreachable",
            Decision::NotOnRoster { .. } => "not_on_roster",
            Decision::AddressTaken { .. } => "address_taken",
            Decision::GateClosed => "gate_closed",
            Decision::Muted => "muted",
            Decision::Removed => "removed",
            Decision::HelpWanted => "help_wanted",
            Decision::ByAdmin { act: Act::Approve, .. } => "admin_approved",
            Decision::ByAdmin { act: Act::Decline, .. } => "admin_declined",
            Decision::ByAdmin { act: Act::Unlock, .. } => "admin_unlocked",
            Decision::ByAdmin { act: Act::Revoke, .. } => "admin_revoked",
        }
    }
}

impl fmt::Display for Decision {
    /// What the name does not say: counts and masked addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::WrongPassword { left } | Decision::WrongCode { left } => {
                write!(f, "{left} left")
            }
            Decision::RightPassword { label } => write!(f, "password “{label}”"),
            Decision::Locked { locks } => write!(f, "lock {locks}"),
            Decision::CodeIssued { number, masked, .. } => write!(f, "code {number} to {masked}"),
            Decision::CountryOff { dial_code } => write!(f, "+{dial_code}"),
            Decision::AddressRefused { masked }
            | Decision::Suppressed { masked }
            | Decision::NotOnRoster { masked }
            | Decision::AddressTaken { masked } => f.write_str(masked),
            Decision::ByAdmin { by, .. } => write!(f, "by {}", by.0),
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
            | Decision::HelpWanted => Ok(()),
        }
    }
}
