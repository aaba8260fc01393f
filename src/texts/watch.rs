//! Which message of the catalogue says an alarm to the owners of the bot, and with which values.

use super::catalogue::{Sentence, Value};
use super::sentences::{count, plain, with, words};
use crate::administration::panel::dates::Date;
use crate::verification::Timestamp;
use crate::verification::alarm::{Alarm, Amount, Cap};

/// A currency's code has three letters.
const CURRENCY: usize = 8;

pub fn of_alarm(alarm: &Alarm) -> Sentence {
    match alarm {
        Alarm::SmsUsedUp { cap, limit } => used_up(*cap, limit),
        Alarm::SmsNearlyUsedUp { cap, used, limit, runs_out } => {
            let values = [
                ("of", Value::Choice(period(*cap))),
                ("used", Value::Said(sum(used))),
                ("limit", Value::Said(sum(limit))),
                ("forecast", Value::Said(forecast(*cap, *runs_out))),
            ];
            with("watch-nearly-used-up", values)
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

fn used_up(cap: Cap, limit: &Amount) -> Sentence {
    let limit = ("limit", Value::Said(sum(limit)));
    match cap {
        Cap::Prefix { dial_code } => {
            with("watch-used-up-prefix", [("code", code(dial_code)), limit])
        }
        Cap::Country { dial_code } => {
            with("watch-used-up-country", [("code", code(dial_code)), limit])
        }
        Cap::Gate { gate: _ } => with("watch-used-up-gate", [limit]),
        Cap::Hour | Cap::Day | Cap::CostOfDay | Cap::CostOfMonth => {
            with("watch-used-up", [("of", Value::Choice(period(cap))), limit])
        }
    }
}

fn forecast(cap: Cap, runs_out: Option<Timestamp>) -> Sentence {
    let Some(at) = runs_out else { return plain("watch-forecast-lasts") };
    let date = Date::of(at).to_string();
    let (day, time) = date.split_once(' ').unwrap_or((&date, ""));
    match cap {
        Cap::CostOfMonth => with("watch-forecast-day", [("day", words(day, date.len()))]),
        Cap::Prefix { .. }
        | Cap::Country { .. }
        | Cap::Gate { .. }
        | Cap::Hour
        | Cap::Day
        | Cap::CostOfDay => with("watch-forecast-time", [("time", words(time, date.len()))]),
    }
}

/// What begins anew when: chosen by, never shown.
fn period(cap: Cap) -> &'static str {
    match cap {
        Cap::Prefix { .. } | Cap::Hour => "hour",
        Cap::Country { .. } | Cap::Gate { .. } | Cap::Day | Cap::CostOfDay => "day",
        Cap::CostOfMonth => "month",
    }
}

/// `50 EUR`, `200 SMS`
fn sum(amount: &Amount) -> Sentence {
    match amount {
        Amount::Sms(number) => with("watch-sms", [("count", count(*number))]),
        Amount::Money(money, currency) => {
            let values = [
                ("amount", Value::Words(money.to_string())),
                ("currency", words(currency, CURRENCY)),
            ];
            with("watch-money", values)
        }
    }
}

/// `+49`
fn code(dial_code: u16) -> Value {
    Value::Words(format!("+{dial_code}"))
}

#[cfg(test)]
mod tests;
