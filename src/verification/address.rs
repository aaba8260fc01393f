//! Phone numbers and e-mail addresses: read strictly, shown masked, compared by a key.

mod dial_codes;
mod email;
mod phone;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use dial_codes::is_dial_code;
pub use email::{Email, EmailError};
pub use phone::{Phone, PhoneError, prepare};

use super::effect::Channel;

/// Where a code can be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Address {
    Email(Email),
    Phone(Phone),
}

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
        match self {
            Address::Email(email) => email.as_str(),
            Address::Phone(phone) => phone.as_str(),
        }
    }

    /// For people and logs: `j•••n@example.org`, `+49 ••• 4567`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Address::Email(email) => email.masked(),
            Address::Phone(phone) => phone.masked(),
        }
    }

    /// What two spellings of one address share: lower case, IDNA, `+tag` cut, dots dropped for
    /// gmail.com and googlemail.com only, which are one; a phone number in E.164 form.
    #[must_use]
    pub fn uniqueness_key(&self) -> String {
        match self {
            Address::Email(email) => email.uniqueness_key(),
            Address::Phone(phone) => phone.as_str().to_owned(),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// What stands for the hidden part of a masked address.
const HIDDEN: &str = "•••";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_itself_masked_only() {
        let email = Address::Email(Email::parse("nora.neu@example.org").expect("an address"));
        let phone = Address::Phone(Phone::parse("+49 1512 3456789").expect("a number"));
        assert_eq!(format!("{email:?} {phone:?}"), "n•••u@example.org +49 ••• 6789");
        assert_eq!((email.as_str(), phone.as_str()), ("nora.neu@example.org", "+4915123456789"));
        assert_eq!((email.channel(), phone.channel()), (Channel::Email, Channel::Sms));
        assert_eq!(phone.uniqueness_key(), "+4915123456789");
    }
}
