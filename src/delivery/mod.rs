//! Codes leave the house here: by e-mail ([`email`], SMTP) and by SMS ([`sms`], Twilio).
//!
//! Every send ends in exactly one [`SendOutcome`]. Nothing is tried again here: whoever called
//! decides that, and the outcome says whether it is safe. No outcome, error or log line of this
//! room holds an address, a code, or the words of a provider (they quote the address).

pub mod email;
pub mod sms;

use std::time::Duration;

use crate::verification::event::Refusal;
use crate::verification::spending::Paid;

pub use email::{EmailLimits, EmailSettings, Mail, Mailer, Security};
pub use sms::{Sms, SmsAuth, SmsLimits, SmsSender, SmsSettings, Texter};

/// What came of handing one code to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took it.
    Sent,
    /// The same, and it says what it costs.
    SentFor(Paid),
    /// Certainly not sent; trying again later is safe and may help.
    NotSent {
        why: String,
        /// How long the provider wants to be left alone, at most a day.
        retry_after: Option<Duration>,
    },
    /// Certainly not sent, and not before the host has mended the settings or the account.
    Misconfigured { why: String },
    /// Certainly not sent, for a reason that concerns the address.
    Refused(Refusal),
    /// It may have been sent. Trying again by itself could send it twice.
    Unknown { why: String },
}

impl SendOutcome {
    /// One word for metrics and logs.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            SendOutcome::Sent | SendOutcome::SentFor(_) => "sent",
            SendOutcome::NotSent { .. } => "not_sent",
            SendOutcome::Misconfigured { .. } => "misconfigured",
            SendOutcome::Refused(_) => "refused",
            SendOutcome::Unknown { .. } => "unknown",
        }
    }
}

/// Why a provider cannot be used: what is wrong and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The settings contradict themselves or name something that cannot be read.
    #[error("{key}: {problem}")]
    Settings { key: &'static str, problem: String },
    /// The mail server could not be reached, or would not have us.
    #[error("mail server {server}: {problem}; {remedy}")]
    Email { server: String, problem: String, remedy: &'static str, retryable: bool },
    /// Twilio could not be reached, or would not have us.
    #[error("Twilio at {server}: {problem}; {remedy}")]
    Sms { server: String, problem: String, remedy: &'static str, retryable: bool },
}

impl DeliveryError {
    /// Whether the same attempt may succeed later without anybody changing the settings.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            DeliveryError::Settings { .. } => false,
            DeliveryError::Email { retryable, .. } | DeliveryError::Sms { retryable, .. } => {
                *retryable
            }
        }
    }
}

/// Whether a host name or address, as written in the settings, is this machine itself.
fn names_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_lookalikes() {
        for host in ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LocalHost"] {
            assert!(names_loopback(host), "{host}");
        }
        for host in ["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "::2", ""] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
