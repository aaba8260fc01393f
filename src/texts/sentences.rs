//! Which message of the catalogue says a [`Text`], and with which values.

use std::time::Duration;

use super::catalogue::{Sentence, Value};
use super::clean::clean;
use super::names::name;
use crate::verification::effect::{Channel, Label};
use crate::verification::event::Refusal;
use crate::verification::text::{HelpStep, Text};

/// A group's title, for people: so many characters of it.
pub const TITLE: usize = 64;
/// The longest address there is has 254 characters (RFC 5321 §4.5.3.1.3).
const ADDRESS: usize = 254;
/// Two words of the list are far shorter.
pub const PHRASE: usize = 40;
const LINK: usize = 200;
/// So many domains or dial codes are named before `…`.
const LISTED: usize = 12;
/// So many groups are named.
const GROUPS: usize = 5;

pub fn of_text(text: &Text) -> Sentence {
    match text {
        Text::AskPassword { tries } => with("ask-password", [("tries", count(*tries))]),
        Text::ChooseGate => plain("choose-gate"),
        Text::NoOpenGate => plain("no-open-gate"),
        Text::UnknownLink => plain("unknown-link"),
        Text::AlreadyMember => plain("already-member"),
        Text::AlreadyAdmitted => plain("already-admitted"),
        Text::LetIn => plain("let-in"),
        Text::Banned => plain("banned"),

        Text::WrongPassword { left } => with("wrong-password", [("left", count(*left))]),
        Text::GateClosed => plain("gate-closed"),
        Text::PasswordTooLong => plain("password-too-long"),

        Text::Locked { wait } => with("locked", [("wait", Value::In(*wait))]),
        Text::HardStopped => plain("hard-stopped"),
        Text::Restored { wait } => with("restored", [("wait", Value::In(*wait))]),

        Text::AskChannel => plain("ask-channel"),
        Text::AskEmail { domains } => ending("ask-email", domains),
        Text::AskPhone { countries, or_email } => {
            let mut sentence = phone("ask-phone", countries);
            let email = if *or_email { "yes" } else { "no" };
            sentence.values.push(("email", Value::Choice(email)));
            sentence
        }
        Text::EmailUnreadable => plain("email-unreadable"),
        Text::EmailDomainNotAllowed { domains } => ending("email-domain-not-allowed", domains),
        Text::PhoneUnreadable { countries } => phone("phone-unreadable", countries),
        Text::PhoneCountryNotAllowed { countries } => {
            listing("phone-country-not-allowed", "countries", countries)
        }
        Text::EmailDomainBlocked => plain("email-domain-blocked"),
        Text::PhoneCountryBlocked => plain("phone-country-blocked"),
        Text::NotOnRoster { masked } => with("not-on-roster", [at(masked)]),
        Text::AddressTaken { masked } => with("address-taken", [at(masked)]),
        Text::PhoneCannotReceive => plain("phone-cannot-receive"),
        Text::ContactNotOwn => plain("contact-not-own"),
        Text::Noted => plain("noted"),
        Text::Confirm { channel, address } => {
            with("confirm", [by(*channel), ("address", words(address.reveal(), ADDRESS))])
        }
        Text::ConfirmedSending { masked } => with("confirmed-sending", [at(masked)]),
        Text::ConfirmDropped => plain("confirm-dropped"),

        Text::CodeSent { channel, masked, number, phrase, digits, lives } => {
            code("code-sent", *channel, masked, *number, phrase, *digits, *lives)
        }
        Text::CodeDelayed { channel } => with("code-delayed", [by(*channel)]),
        Text::CodeGaveUp { channel } => with("code-gave-up", [by(*channel)]),
        Text::CodeUnknown { channel, masked, number, phrase, digits, lives } => {
            code("code-unknown", *channel, masked, *number, phrase, *digits, *lives)
        }
        Text::CodeRefused { refusal, masked } => with(refused(*refusal), [at(masked)]),
        Text::WrongCode { left } => with("wrong-code", [("left", count(*left))]),
        Text::CodeExpired { number } => with("code-expired", [("number", count(*number))]),
        Text::OldCode { was, now } => {
            with("old-code", [("was", count(*was)), ("now", count(*now))])
        }
        Text::NotACode { digits } => with("not-a-code", [("digits", count(*digits))]),
        Text::SameAddress { masked, number } => {
            with("same-address", [at(masked), ("number", count(*number))])
        }
        Text::OfferNewCode { masked } => with("offer-new-code", [at(masked)]),
        Text::TapLinkNotYours => plain("tap-link-not-yours"),

        Text::ButtonSpent => plain("button-spent"),
        Text::ResendIn { wait } => with("resend-in", [("wait", Value::Countdown(*wait))]),
        Text::CodeKept { number } => with("code-kept", [("number", count(*number))]),

        Text::OptOut { stopped: false } => plain("opt-out"),
        Text::OptOut { stopped: true } => plain("opt-in"),
        Text::OptedOut => plain("opted-out"),
        Text::OptedIn => plain("opted-in"),

        Text::NoMoreCodesToday => plain("no-more-codes-today"),
        Text::NoMoreAddressesToday => plain("no-more-addresses-today"),
        Text::AddressHadTooMany => plain("address-had-too-many"),
        Text::CountryHadTooMany => plain("country-had-too-many"),
        Text::CountryOff { or_email: true } => plain("country-off-or-email"),
        Text::CountryOff { or_email: false } => plain("country-off"),
        Text::SmsHadTooMany { wait } => with("sms-had-too-many", [("wait", Value::In(*wait))]),

        Text::Admitted => plain("admitted"),
        Text::PersonalLink { link } => with("personal-link", [("link", words(link, LINK))]),
        Text::AdmissionNoRights => plain("admission-no-rights"),
        Text::AdmissionTooManyChats => plain("admission-too-many-chats"),
        Text::AdmissionFailed => plain("admission-failed"),
        Text::Cancelled => plain("cancelled"),

        Text::OnlyByPersonalLink => plain("only-by-personal-link"),
        Text::Freed => plain("freed"),
        Text::RemovedInTime { time } => with("removed-in-time", [("time", Value::For(*time))]),
        Text::ButtonOfSomebodyElse => plain("button-of-somebody-else"),

        Text::AskedAdmin => plain("asked-admin"),
        Text::AskedAdminAlready => plain("asked-admin-already"),
        Text::NoMoreAsksToday => plain("no-more-asks-today"),
        Text::NobodyToAsk => plain("nobody-to-ask"),
        Text::Declined => plain("declined"),
        Text::Unlocked => plain("unlocked"),
        Text::Revoked => plain("revoked"),

        Text::Help { step } => with("help", [("now", Value::Said(plain(asked_for(*step))))]),
        Text::Safety => plain("safety"),
        Text::SafetyBefore { groups } => safety_before(groups),
        Text::LoginCodeWarning => plain("login-code-warning"),
        Text::NeedText { step } => {
            with("need-text", [("now", Value::Said(plain(asked_for(*step))))])
        }
        Text::NothingToCancel => plain("nothing-to-cancel"),
        Text::EditIgnored => plain("edit-ignored"),
        Text::ForwardIgnored => plain("forward-ignored"),
    }
}

/// What a button says; a group's title says itself.
pub fn of_label(label: &Label) -> Option<Sentence> {
    match label {
        Label::Group(_) => None,
        Label::UseEmail => Some(plain("label-use-email")),
        Label::UseSms => Some(plain("label-use-sms")),
        Label::SendCode => Some(plain("label-send-code")),
        Label::Resend => Some(plain("label-resend")),
        Label::OtherAddress => Some(plain("label-other-address")),
        Label::KeepCode => Some(plain("label-keep-code")),
        Label::NewCode => Some(plain("label-new-code")),
        Label::TryAgain => Some(plain("label-try-again")),
        Label::AskAdmin => Some(plain("label-ask-admin")),
        Label::Cancel => Some(plain("label-cancel")),
        Label::OptOut => Some(plain("label-opt-out")),
        Label::OptIn => Some(plain("label-opt-in")),
    }
}

pub fn plain(id: &'static str) -> Sentence {
    Sentence { id, values: Vec::new() }
}

pub fn with<const N: usize>(id: &'static str, values: [(&'static str, Value); N]) -> Sentence {
    Sentence { id, values: Vec::from(values) }
}

/// Words from outside, cleaned and cut to `longest` characters.
pub fn words(words: &str, longest: usize) -> Value {
    Value::Words(clean(words, longest))
}

pub fn count(count: impl Into<u64>) -> Value {
    Value::Count(count.into())
}

fn safety_before(groups: &[String]) -> Sentence {
    let mut named: Vec<String> = groups.iter().map(|title| name(title, TITLE)).collect();
    named.retain(|title| !title.is_empty());
    if named.is_empty() {
        return plain("safety");
    }
    let more = named.len().saturating_sub(GROUPS);
    named.truncate(GROUPS);
    let values = [
        ("safety", Value::Said(plain("safety"))),
        ("count", count(named.len() as u64)),
        ("groups", Value::Words(named.join(", "))),
        ("more", count(more as u64)),
    ];
    with("safety-before", values)
}

fn at(masked: &str) -> (&'static str, Value) {
    ("address", words(masked, ADDRESS))
}

fn by(channel: Channel) -> (&'static str, Value) {
    let channel = match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
    };
    ("channel", Value::Choice(channel))
}

fn code(
    id: &'static str,
    channel: Channel,
    masked: &str,
    number: u32,
    phrase: &str,
    digits: u8,
    lives: Duration,
) -> Sentence {
    let values = [
        by(channel),
        at(masked),
        ("number", count(number)),
        ("phrase", words(phrase, PHRASE)),
        ("digits", count(digits)),
        ("lives", Value::For(lives)),
    ];
    with(id, values)
}

fn listing(id: &'static str, name: &'static str, items: &[String]) -> Sentence {
    with(id, [(name, listed(items)), ("count", count(items.len() as u64))])
}

/// Where addresses have to end: `@example.org`, and `.example.org` for its subdomains.
fn ending(id: &'static str, domains: &[String]) -> Sentence {
    let ends = |domain: &String| domain.strip_prefix("@*").unwrap_or(domain).to_owned();
    listing(id, "domains", &domains.iter().map(ends).collect::<Vec<_>>())
}

fn phone(id: &'static str, countries: &[String]) -> Sentence {
    let mut sentence = listing(id, "countries", countries);
    let example = example_number(countries.first().map(String::as_str));
    sentence.values.push(("example", Value::Words(example)));
    sentence
}

fn listed(items: &[String]) -> Value {
    let mut named: Vec<String> =
        items.iter().take(LISTED).map(|item| clean(item, ADDRESS)).collect();
    if items.len() > LISTED {
        named.push("…".to_owned());
    }
    Value::Words(named.join(", "))
}

/// A number as people of that country write theirs, from ranges kept for examples where there are
/// any.
fn example_number(dial_code: Option<&str>) -> String {
    match dial_code {
        None | Some("+49") => "+49 151 23456789".to_owned(),
        Some("+43") => "+43 664 1234567".to_owned(),
        Some("+41") => "+41 79 123 45 67".to_owned(),
        Some("+44") => "+44 7700 900123".to_owned(),
        Some("+1") => "+1 202 555 0123".to_owned(),
        Some(other) => format!("{} 123 456 789", clean(other, 8)),
    }
}

fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoSuchAddress => "refused-no-such-address",
        Refusal::MailboxFull => "refused-mailbox-full",
        Refusal::NotMobile => "refused-not-mobile",
        Refusal::NotServed => "refused-not-served",
        // Nobody is told that the owner of an address wants no codes.
        Refusal::OptedOut | Refusal::Policy => "refused-policy",
    }
}

fn asked_for(step: HelpStep) -> &'static str {
    match step {
        HelpStep::Nothing => "now-nothing",
        HelpStep::Password => "now-password",
        HelpStep::Channel => "now-channel",
        HelpStep::Email => "now-email",
        HelpStep::Phone => "now-phone",
        HelpStep::Confirm => "now-confirm",
        HelpStep::Code => "now-code",
        HelpStep::Locked => "now-locked",
        HelpStep::Stopped => "now-stopped",
        HelpStep::Admitting => "now-admitting",
        HelpStep::Link => "now-link",
        HelpStep::Admitted => "now-admitted",
    }
}
