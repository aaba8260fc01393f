//! Which message of the catalogue says an alarm to the owners of the bot, and with which values.

use super::catalogue::{Sentence, Value};
use super::sentences::{count, with};
use crate::verification::alarm::{Alarm, Cap};

pub fn of_alarm(alarm: &Alarm) -> Sentence {
    match alarm {
        Alarm::SmsUsedUp { cap: Cap::Country { dial_code } } => {
            with("watch-used-up-country", [("code", code(*dial_code))])
        }
        Alarm::SmsOff { dial_code, rest, verified, of } => {
            let values = [
                ("code", code(*dial_code)),
                ("rest", Value::For(*rest)),
                ("verified", count(*verified)),
                ("of", count(*of)),
            ];
            with("watch-off", values)
        }
        Alarm::SmsOnAgain { dial_code } => with("watch-on-again", [("code", code(*dial_code))]),
    }
}

/// `+49`
fn code(dial_code: u16) -> Value {
    Value::Words(format!("+{dial_code}"))
}

#[cfg(test)]
mod tests;
