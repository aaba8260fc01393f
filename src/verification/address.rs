//! Phone numbers and e-mail addresses: read strictly, shown masked, compared by a key.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::effect::Channel;

/// Where a code can be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Address {
    Email(Email),
    Phone(Phone),
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// A mailbox, to be written to as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// As typed, the domain in its IDNA (ASCII) form.
    mailbox: String,
}

/// A phone number in E.164 form, with its `+`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    e164: String,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PhoneError {
    /// No number in international form can be read from it.
    Unreadable,
    /// A number, but of a kind that cannot or should not receive an SMS.
    CannotReceive,
}

/// What was typed is no e-mail address that we send to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct EmailError;

impl Address {
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self {
            Address::Email(_) => Channel::Email,
            Address::Phone(_) => Channel::Sms,
        }
    }

    /// In full, as the provider wants it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        todo!()
    }

    /// For people and logs: `j•••n@example.org`, `+49 ••• 4567`.
    #[must_use]
    pub fn masked(&self) -> String {
        todo!()
    }

    /// What two spellings of one address share: lower case, IDNA, `+tag` cut, dots dropped for
    /// gmail.com and googlemail.com only; a phone number in E.164 form.
    #[must_use]
    pub fn uniqueness_key(&self) -> String {
        todo!()
    }
}

impl Email {
    pub fn parse(typed: &str) -> Result<Email, EmailError> {
        let _ = typed;
        todo!()
    }

    /// Whether one of `rules` allows the domain; no rules allow every domain.
    /// `@example.org`: exactly this domain; `@*.example.org`: its subdomains.
    #[must_use]
    pub fn allowed_by(&self, rules: &[String]) -> bool {
        let _ = rules;
        todo!()
    }
}

impl Phone {
    /// Reads `+49 151 …`, `49 151 …`, `0049…`, `+49-151…`.
    pub fn parse(typed: &str) -> Result<Phone, PhoneError> {
        let _ = typed;
        todo!()
    }

    /// The country calling code, without `+`.
    #[must_use]
    pub fn dial_code(&self) -> u16 {
        todo!()
    }

    /// Whether the number begins with one of these dial codes (`+49`).
    #[must_use]
    pub fn allowed_by(&self, dial_codes: &[String]) -> bool {
        let _ = dial_codes;
        todo!()
    }
}
