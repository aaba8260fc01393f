//! Which message of the catalogue says what an admin reads when they step in, and with which
//! values.

use std::time::Duration;

use super::catalogue::{Sentence, Value};
use super::desk::{link_to, of_turned_back};
use super::names::name;
use super::sentences::{TITLE, count, plain, with, words};
use crate::administration::desk::text::Who;
use crate::administration::panel::stepping_in::text::{
    Lock, Place, Stand, StepInLabel, StepInText,
};
use crate::administration::press::word_of;
use crate::verification::applicant::ActResult;
use crate::verification::effect::Channel;
use crate::verification::event::{Act, AdmissionOutcome};

/// Of a username.
const HANDLE: usize = 32;
/// Of a masked address.
const MASKED: usize = 100;

pub fn of_text(text: &StepInText) -> Sentence {
    match text {
        StepInText::NoGate => plain("stepin-no-gate"),
        StepInText::AskWho { act } => with("stepin-ask-who", [by(*act)]),
        StepInText::WhichGroup { act, who: None } => with("stepin-which-group", [by(*act)]),
        StepInText::WhichGroup { act, who: Some(who) } => {
            with("stepin-which-group-for", [by(*act), of(who)])
        }
        StepInText::Unreadable => plain("stepin-unreadable"),
        StepInText::NotSeen { name } => with("stepin-not-seen", [("name", words(name, HANDLE))]),
        StepInText::HiddenOrigin => plain("stepin-hidden-origin"),
        StepInText::Yourself => plain("stepin-yourself"),
        StepInText::Myself => plain("stepin-myself"),
        StepInText::Confirm { act, who } => with("stepin-confirm", [by(*act), of(who)]),
        StepInText::Doing { act, who } => with("stepin-doing", [by(*act), of(who)]),
        StepInText::Result { act, who, result } => of_result(*act, who, *result),
        StepInText::Card { who, places } => with(
            "stepin-card",
            [of(who), ("places", Value::Lines(places.iter().map(of_place).collect(), "\n\n"))],
        ),
    }
}

pub fn of_label(label: &StepInLabel) -> Sentence {
    match label {
        StepInLabel::Act(act) => with("stepin-label-act", [by(*act)]),
        StepInLabel::OtherGroup => plain("stepin-label-other-group"),
    }
}

/// What came of it; where Telegram would not, what to do about it.
fn of_result(act: Act, who: &Who, result: ActResult) -> Sentence {
    let id = match result {
        ActResult::Done => "stepin-done",
        ActResult::LinkSent => "stepin-link-sent",
        ActResult::Nothing => "stepin-nothing",
        ActResult::Refused(AdmissionOutcome::NoRights) => "stepin-no-rights",
        ActResult::Refused(AdmissionOutcome::TooManyChats) => "stepin-too-many-chats",
        ActResult::Refused(AdmissionOutcome::UserGone) => "stepin-user-gone",
        ActResult::Refused(AdmissionOutcome::NoRequest) => "stepin-no-request",
        ActResult::Refused(AdmissionOutcome::AlreadyMember) => "stepin-still-in",
        ActResult::Refused(AdmissionOutcome::Approved | AdmissionOutcome::Failed) => {
            "stepin-failed"
        }
    };
    with(id, [by(act), of(who)])
}

fn of_place(place: &Place) -> Sentence {
    let (lock, wait) = match place.lock {
        Lock::Open => ("open", Duration::from_secs(1)),
        Lock::Locked(wait) => ("locked", wait),
        Lock::Stopped => ("stopped", Duration::from_secs(1)),
    };
    let mut lines = vec![with(
        "stepin-place-stand",
        [
            ("named", yes(place.group.is_some())),
            ("group", Value::Words(name(place.group.as_deref().unwrap_or_default(), TITLE))),
            ("stand", Value::Choice(stand(place.stand))),
        ],
    )];
    if place.wrong > 0 {
        lines.push(with("stepin-place-wrong", [("wrong", count(place.wrong))]));
    }
    if place.lock != Lock::Open {
        let values = [("lock", Value::Choice(lock)), ("wait", Value::For(wait))];
        lines.push(with("stepin-place-lock", values));
    }
    if let Some(masked) = &place.masked {
        lines.push(with("stepin-place-address", [("address", words(masked, MASKED))]));
    }
    lines.extend(place.turned_back.iter().map(of_turned_back));
    if let Some(by) = &place.approved {
        lines.push(with("stepin-place-approved", [("by", link_to(by))]));
    }
    with("stepin-place", [("lines", Value::Lines(lines, "\n"))])
}

fn stand(stand: Stand) -> &'static str {
    match stand {
        Stand::Unknown => "unknown",
        Stand::Idle => "idle",
        Stand::Password => "password",
        Stand::Channel => "channel",
        Stand::Address(Channel::Email) => "email",
        Stand::Address(Channel::Sms) => "phone",
        Stand::Confirm => "confirm",
        Stand::Code => "code",
        Stand::Admitting => "admitting",
        Stand::Link => "link",
        Stand::Admitted => "admitted",
        Stand::Member => "member",
        Stand::Muted => "muted",
    }
}

fn by(act: Act) -> (&'static str, Value) {
    ("act", Value::Choice(word_of(act)))
}

fn of(who: &Who) -> (&'static str, Value) {
    ("who", link_to(who))
}

fn yes(is: bool) -> Value {
    Value::Choice(if is { "yes" } else { "no" })
}

#[cfg(test)]
mod tests;
