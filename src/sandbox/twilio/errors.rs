//! Twilio's errors by number, worded like the real ones, and their JSON.

use serde_json::{Value, json};

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwilioError {
    pub code: u32,
    /// HTTP.
    pub status: u16,
    pub message: String,
}

impl TwilioError {
    /// The error of that number; an unknown one becomes a plain 400.
    #[must_use]
    pub fn new(code: u32, to: &str) -> TwilioError {
        let (status, message) = match code {
            20003 => (401, "Authenticate".to_owned()),
            20404 => (404, "The requested resource was not found".to_owned()),
            20429 => (429, "Too Many Requests".to_owned()),
            21211 => (400, format!("Invalid 'To' Phone Number: {to}")),
            21408 => (
                400,
                format!(
                    "Permission to send an SMS has not been enabled for the region indicated by \
                     the 'To' number: {to}"
                ),
            ),
            21602 => (400, "Message body is required.".to_owned()),
            21603 => (400, "A 'From' phone number is required.".to_owned()),
            21604 => (400, "A 'To' phone number is required.".to_owned()),
            21608 => (
                400,
                format!(
                    "The number {to} is unverified. Trial accounts cannot send messages to \
                     unverified numbers; verify it at twilio.com/user/account/phone-numbers/\
                     verified, or purchase a Twilio number to send messages to unverified numbers"
                ),
            ),
            21610 => (400, "Attempt to send to unsubscribed recipient".to_owned()),
            21612 => (
                400,
                format!(
                    "Message cannot be sent with the current combination of 'To' ({to}) and/or \
                     'From' parameters"
                ),
            ),
            21614 => (400, format!("'To' number is not a valid mobile number: {to}")),
            21617 => {
                (400, "The concatenated message body exceeds the 1600 character limit".to_owned())
            }
            21635 => (400, format!("'To' number cannot be a landline: {to}")),
            _ => (400, format!("Error {code}")),
        };
        TwilioError { code, status, message }
    }

    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        })
    }
}
