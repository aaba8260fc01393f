//! Which message of the catalogue says what a group's desk says, and with which values.

use std::time::Duration;

use super::catalogue::{Sentence, Value};
use super::names::name;
use super::sentences::{count, plain, with, words};
use crate::administration::desk::findings::Finding;
use crate::administration::desk::raid;
use crate::administration::desk::text::{
    Answerer, CardEnd, DeskLabel, DeskText, LogLine, RaidFigures, Who,
};
use crate::administration::detail::Detail;
use crate::administration::press::word_of;
use crate::administration::settings::Strictness;
use crate::verification::Timestamp;
use crate::verification::applicant::{ActResult, TurnedBack};
use crate::verification::effect::Channel;
use crate::verification::event::{Act, AdmissionOutcome};
use crate::verification::text::HelpStep;

/// So many characters of a name are shown.
const NAME: usize = 40;
/// Of a link, an address, or what a line of the log adds.
const DETAIL: usize = 100;
const LINK: usize = 200;

pub fn of_text(text: &DeskText) -> Sentence {
    match text {
        DeskText::Goodbye => plain("desk-goodbye"),
        DeskText::Signpost { admin } => with("desk-signpost", [("admin", yes(*admin))]),
        DeskText::Muted { name, remove_after } => muted(name.as_deref(), *remove_after),
        DeskText::ManyMuted { count: many, more, names, remove_after } => {
            many_muted(*many, *more, names, *remove_after)
        }
        DeskText::NobodyMuted => plain("desk-nobody-muted"),

        DeskText::Findings { at, findings } if findings.is_empty() => {
            with("desk-well", [("time", to_the_second(*at))])
        }
        DeskText::Findings { at, findings } => {
            let list = Value::Lines(findings.iter().map(of_finding).collect(), "\n\n");
            let many = count(findings.len() as u64);
            with("desk-findings", [("count", many), ("list", list), ("time", to_the_second(*at))])
        }
        DeskText::Unexamined { at } => with("desk-unexamined", [("time", to_the_second(*at))]),

        DeskText::Card { person, at, wrong, masked, turned_back } => {
            let mut facts = vec![
                with("desk-card-where", [("where", Value::Said(plain(place(*at))))]),
                with("desk-card-wrong", [("wrong", count(*wrong))]),
            ];
            let address = |masked: &String| ("address", words(masked, DETAIL));
            facts.extend(masked.iter().map(|masked| with("desk-card-address", [address(masked)])));
            facts.extend(turned_back.iter().map(of_turned_back));
            with("desk-card", [("person", link_to(person)), ("facts", Value::Lines(facts, "\n"))])
        }
        DeskText::CardAnswered { person, act, by, result } => {
            let values = [
                ("person", link_to(person)),
                ("answer", Value::Said(answer(*act, by))),
                ("outcome", Value::Said(outcome(*act, *result))),
            ];
            with("desk-card-answered", values)
        }
        DeskText::CardOver { person, why } => {
            let values = [("person", link_to(person)), ("why", Value::Said(plain(end(*why))))];
            with("desk-card-over", values)
        }
        DeskText::Guessing { since, passwords, codes, slowed } => {
            let values = [
                ("time", to_the_minute(*since)),
                ("passwords", count(*passwords)),
                ("codes", count(*codes)),
                ("slowed", yes(*slowed)),
            ];
            with("desk-guessing", values)
        }
        DeskText::Raid { figures, link } => raid(figures, link),
        DeskText::Alarm(alarm) => super::watch::of_alarm(alarm),
        DeskText::AlreadyAnswered { act, by } => {
            with("desk-already", [("answer", Value::Said(answer(*act, by)))])
        }
        DeskText::CardGone => plain("desk-card-gone"),

        DeskText::Log { lines, unkept } => log(lines, *unkept),
    }
}

pub fn of_label(label: &DeskLabel) -> Sentence {
    match label {
        DeskLabel::CheckAgain => plain("desk-label-check-again"),
        DeskLabel::SetUp => plain("desk-label-set-up"),
        DeskLabel::Approve => plain("desk-label-approve"),
        DeskLabel::Decline => plain("desk-label-decline"),
        DeskLabel::Unlock => plain("desk-label-unlock"),
        DeskLabel::Pass => plain("desk-label-pass"),
    }
}

fn raid(figures: &RaidFigures, link: &str) -> Sentence {
    let by = match &figures.by {
        Some(by) => with("desk-raid-by", [("name", name_of(by))]),
        None => plain("desk-raid-by-itself"),
    };
    let missed = match figures.missed {
        0 => plain("desk-raid-none-missed"),
        missed => with("desk-raid-missed", [("missed", count(missed))]),
    };
    let (id, ends) = match figures.over {
        None => {
            let quiet = if figures.by.is_some() { raid::QUIET_BY_HAND } else { raid::QUIET };
            ("desk-raid", ("quiet", Value::For(quiet)))
        }
        Some(over) => ("desk-raid-over", ("until", to_the_minute(over))),
    };
    let values = [
        ("since", to_the_minute(figures.since)),
        ("by", Value::Said(by)),
        ("requests", count(figures.requests)),
        ("calls", count(figures.calls)),
        ("missed", Value::Said(missed)),
        ("link", words(link, LINK)),
        ends,
    ];
    with(id, values)
}

fn muted(given: Option<&str>, remove_after: Option<Duration>) -> Sentence {
    let [ends, wait] = ending(remove_after);
    let shown = given.map(|given| name(given, NAME)).filter(|shown| !shown.is_empty());
    match shown {
        Some(shown) => with("desk-muted", [("name", Value::Words(shown)), ends, wait]),
        None => with("desk-muted-nameless", [ends, wait]),
    }
}

fn many_muted(many: u32, more: bool, names: &[String], remove_after: Option<Duration>) -> Sentence {
    let [ends, wait] = ending(remove_after);
    let shown: Vec<String> =
        names.iter().map(|given| name(given, NAME)).filter(|shown| !shown.is_empty()).collect();
    if shown.is_empty() || shown.len() < names.len() {
        let values = [("count", count(many)), ("more", yes(more)), ends, wait];
        return with("desk-many-muted", values);
    }
    with("desk-some-muted", [("names", Value::Words(shown.join(", "))), ends, wait])
}

fn ending(remove_after: Option<Duration>) -> [(&'static str, Value); 2] {
    let wait = Value::For(remove_after.unwrap_or_default());
    [("ends", yes(remove_after.is_some())), ("wait", wait)]
}

fn of_finding(finding: &Finding) -> Sentence {
    match finding {
        Finding::Gone => plain("desk-finding-gone"),
        Finding::NotAdmin => plain("desk-finding-not-admin"),
        Finding::NoInvite => plain("desk-finding-no-invite"),
        Finding::NoRestrict => plain("desk-finding-no-restrict"),
        Finding::NoDelete => plain("desk-finding-no-delete"),
        Finding::Basic => plain("desk-finding-basic"),
        Finding::NoApproval => plain("desk-finding-no-approval"),
        Finding::MembersAdd => plain("desk-finding-members-add"),
        Finding::UngatedLink { url, name: _, primary: true } => {
            with("desk-finding-primary-link", [("url", words(url, DETAIL))])
        }
        Finding::UngatedLink { url, name: Some(given), primary: false } => with(
            "desk-finding-named-link",
            [("url", words(url, DETAIL)), ("name", Value::Words(name(given, NAME)))],
        ),
        Finding::UngatedLink { url, name: None, primary: false } => {
            with("desk-finding-link", [("url", words(url, DETAIL))])
        }
        Finding::OtherBots(names) => {
            let shown: Vec<String> = names.iter().map(|given| name(given, NAME)).collect();
            let values =
                [("count", count(names.len() as u64)), ("names", Value::Words(shown.join(", ")))];
            with("desk-finding-other-bots", values)
        }
        Finding::LogGone => plain("desk-finding-log-gone"),
    }
}

fn answer(act: Act, by: &Answerer) -> Sentence {
    let act = ("act", Value::Choice(word_of(act)));
    match by {
        Answerer::You => with("desk-answered-by-you", [act]),
        Answerer::Other(who) => with("desk-answered-by", [act, ("name", name_of(who))]),
    }
}

fn outcome(act: Act, result: Option<ActResult>) -> Sentence {
    let Some(result) = result else { return plain("desk-no-outcome") };
    match result {
        ActResult::Done => with("desk-outcome-done", [("act", Value::Choice(word_of(act)))]),
        ActResult::LinkSent => plain("desk-outcome-link"),
        ActResult::Nothing => plain("desk-outcome-nothing"),
        ActResult::Refused(AdmissionOutcome::NoRights) => plain("desk-outcome-no-rights"),
        ActResult::Refused(AdmissionOutcome::TooManyChats) => plain("desk-outcome-too-many-chats"),
        ActResult::Refused(AdmissionOutcome::UserGone) => plain("desk-outcome-user-gone"),
        ActResult::Refused(
            AdmissionOutcome::Approved
            | AdmissionOutcome::NoRequest
            | AdmissionOutcome::AlreadyMember
            | AdmissionOutcome::Failed,
        ) => plain("desk-outcome-failed"),
    }
}

fn end(why: CardEnd) -> &'static str {
    match why {
        CardEnd::NotNeeded => "desk-over-not-needed",
        CardEnd::TooOld => "desk-over-too-old",
        CardEnd::NoGate => "desk-over-no-gate",
        CardEnd::NotYours => "desk-over-not-yours",
    }
}

fn place(at: HelpStep) -> &'static str {
    match at {
        HelpStep::Nothing => "desk-where-nothing",
        HelpStep::Password => "desk-where-password",
        HelpStep::Channel => "desk-where-channel",
        HelpStep::Email => "desk-where-email",
        HelpStep::Phone => "desk-where-phone",
        HelpStep::Confirm => "desk-where-confirm",
        HelpStep::Code => "desk-where-code",
        HelpStep::Locked => "desk-where-locked",
        HelpStep::Stopped => "desk-where-stopped",
        HelpStep::Admitting => "desk-where-admitting",
        HelpStep::Link => "desk-where-link",
        HelpStep::Admitted => "desk-where-admitted",
    }
}

fn log(lines: &[LogLine], unkept: u32) -> Sentence {
    let said = Value::Lines(lines.iter().map(of_line).collect(), "\n");
    match (lines.is_empty(), unkept) {
        (false, 0) => with("desk-log", [("lines", said)]),
        (false, _) => with("desk-log-unkept", [("lines", said), ("unkept", count(unkept))]),
        (true, _) => with("desk-log-only-unkept", [("unkept", count(unkept))]),
    }
}

/// Who it is about, else who did it, else the bot; then what, by whom, and more.
fn of_line(line: &LogLine) -> Sentence {
    let (who, by) = match (&line.about, &line.by) {
        (Some(about), by) => (name_of(about), by.as_ref()),
        (None, Some(by)) => (name_of(by), None),
        (None, None) => (Value::Said(plain("desk-log-bot")), None),
    };
    let detail = of_detail(&line.detail).map(Value::Said);
    let more = match (by, detail) {
        (None, None) => plain("desk-log-no-more"),
        (None, Some(detail)) => with("desk-log-detail", [("detail", detail)]),
        (Some(by), None) => with("desk-log-by", [("by", name_of(by))]),
        (Some(by), Some(detail)) => {
            with("desk-log-by-detail", [("by", name_of(by)), ("detail", detail)])
        }
    };
    let what = match (line.what.as_str(), &line.about) {
        // Of an applicant it says that they found the gate closed.
        ("gate_closed", None) => "gate_off",
        (what, _) => what,
    };
    let values = [
        ("time", to_the_minute(line.at)),
        ("who", who),
        ("did", Value::Said(did(what))),
        ("more", Value::Said(more)),
    ];
    with("desk-log-line", values)
}

/// What a line says besides; `None`: nothing.
fn of_detail(detail: &Detail) -> Option<Sentence> {
    let said = match detail {
        Detail::None => return None,
        Detail::Label(label) => with("desk-detail-label", [("label", words(label, DETAIL))]),
        Detail::Left(left) => with("desk-detail-left", [("left", count(*left))]),
        Detail::Lock(locks) => with("desk-detail-lock", [("number", count(*locks))]),
        Detail::Code { number, masked } => with(
            "desk-detail-code",
            [("number", count(*number)), ("address", words(masked, DETAIL))],
        ),
        Detail::Masked(masked) => with("desk-detail-words", [("words", words(masked, DETAIL))]),
        Detail::Count(counted) => with("desk-detail-count", [("count", count(*counted))]),
        Detail::Switch(on) => with("desk-detail-switch", [("on", yes(*on))]),
        Detail::Channels(channel) => {
            let channel = match channel {
                None => "all",
                Some(Channel::Email) => "email",
                Some(Channel::Sms) => "sms",
            };
            with("desk-detail-channels", [("channel", Value::Choice(channel))])
        }
        Detail::Limits(strictness) => {
            let strictness = match strictness {
                Strictness::Standard => "standard",
                Strictness::Strict => "strict",
                Strictness::Lenient => "lenient",
            };
            with("desk-detail-limits", [("strictness", Value::Choice(strictness))])
        }
        Detail::Language(chosen) => {
            with("desk-detail-words", [("words", super::panel::language(chosen))])
        }
        Detail::Mode(mode) => super::panel::mode(mode),
        Detail::DialCode(dial_code) => {
            with("desk-detail-words", [("words", Value::Words(format!("+{dial_code}")))])
        }
        Detail::Wrong { passwords, codes } => {
            with("desk-detail-wrong", [("passwords", count(*passwords)), ("codes", count(*codes))])
        }
        Detail::Requests { requests, missed } => with(
            "desk-detail-requests",
            [("requests", count(*requests)), ("missed", count(*missed))],
        ),
        Detail::RemoveAfter(None) => plain("desk-detail-never"),
        Detail::RemoveAfter(Some(after)) => {
            with("desk-detail-after", [("after", Value::For(*after))])
        }
        Detail::LinkSent => plain("desk-detail-link-sent"),
        Detail::Nothing => plain("desk-detail-nothing"),
        Detail::Refused => plain("desk-detail-refused"),
    };
    Some(said)
}

/// Why the address that somebody proved does not let them in.
pub(super) fn of_turned_back(turned_back: &TurnedBack) -> Sentence {
    let (why, masked) = match turned_back {
        TurnedBack::NotAllowed { masked } => ("kind", masked),
        TurnedBack::NotOnRoster { masked } => ("roster", masked),
        TurnedBack::Taken { masked } => ("taken", masked),
    };
    let values = [("why", Value::Choice(why)), ("address", words(masked, DETAIL))];
    with("desk-card-turned-back", values)
}

/// The words for the short name of a decision or a deed; a name without words says itself.
fn did(what: &str) -> Sentence {
    let Some((_, id)) = DID.iter().find(|(name, _)| *name == what) else {
        let spelled = what.replace('_', " ");
        return with("desk-did-other", [("what", words(&spelled, NAME))]);
    };
    plain(id)
}

const DID: [(&str, &str); 71] = [
    ("asked", "desk-did-asked"),
    ("right_password", "desk-did-right-password"),
    ("wrong_password", "desk-did-wrong-password"),
    ("locked", "desk-did-locked"),
    ("hard_stopped", "desk-did-hard-stopped"),
    ("code_issued_email", "desk-did-code-issued-email"),
    ("code_issued_sms", "desk-did-code-issued-sms"),
    ("suppressed", "desk-did-suppressed"),
    ("country_off", "desk-did-country-off"),
    ("sms_country_off", "desk-did-sms-country-off"),
    ("sms_country_on_again", "desk-did-sms-country-on-again"),
    ("send_limit_reached", "desk-did-send-limit-reached"),
    ("address_refused", "desk-did-address-refused"),
    ("right_code", "desk-did-right-code"),
    ("tap_link", "desk-did-tap-link"),
    ("wrong_code", "desk-did-wrong-code"),
    ("old_code", "desk-did-old-code"),
    ("expired_code", "desk-did-expired-code"),
    ("admitted", "desk-did-admitted"),
    ("personal_link", "desk-did-personal-link"),
    ("admission_failed", "desk-did-admission-failed"),
    ("let_in_by_others", "desk-did-let-in-by-others"),
    ("left", "desk-did-left"),
    ("cancelled", "desk-did-cancelled"),
    ("swept", "desk-did-swept"),
    ("login_code_seen", "desk-did-login-code-seen"),
    ("unreachable", "desk-did-unreachable"),
    ("approved", "desk-did-approved"),
    ("declined", "desk-did-declined"),
    ("unlocked", "desk-did-unlocked"),
    ("revoked", "desk-did-revoked"),
    ("rights_lost", "desk-did-rights-lost"),
    ("rights_regained", "desk-did-rights-regained"),
    ("bot_removed", "desk-did-bot-removed"),
    ("left_group", "desk-did-left-group"),
    ("not_on_roster", "desk-did-not-on-roster"),
    ("address_taken", "desk-did-address-taken"),
    ("gate_closed", "desk-did-gate-closed"),
    ("muted", "desk-did-muted"),
    ("removed", "desk-did-removed"),
    ("help_wanted", "desk-did-help-wanted"),
    ("gate_opened", "desk-did-gate-opened"),
    ("gate_off", "desk-did-gate-off"),
    ("setup_started", "desk-did-setup-started"),
    ("draft_discarded", "desk-did-draft-discarded"),
    ("password_added", "desk-did-password-added"),
    ("password_changed", "desk-did-password-changed"),
    ("password_removed", "desk-did-password-removed"),
    ("password_rotated", "desk-did-password-rotated"),
    ("mode_changed", "desk-did-mode-changed"),
    ("removal_changed", "desk-did-removal-changed"),
    ("tidy_changed", "desk-did-tidy-changed"),
    ("channels_changed", "desk-did-channels-changed"),
    ("limits_changed", "desk-did-limits-changed"),
    ("language_changed", "desk-did-language-changed"),
    ("listed_changed", "desk-did-listed-changed"),
    ("accounts_changed", "desk-did-accounts-changed"),
    ("allowed_domains_changed", "desk-did-allowed-domains-changed"),
    ("blocked_domains_changed", "desk-did-blocked-domains-changed"),
    ("allowed_countries_changed", "desk-did-allowed-countries-changed"),
    ("blocked_countries_changed", "desk-did-blocked-countries-changed"),
    ("roster_only_changed", "desk-did-roster-only-changed"),
    ("roster_added", "desk-did-roster-added"),
    ("roster_removed", "desk-did-roster-removed"),
    ("roster_cleared", "desk-did-roster-cleared"),
    ("roster_exported", "desk-did-roster-exported"),
    ("log_chat_set", "desk-did-log-chat-set"),
    ("log_chat_off", "desk-did-log-chat-off"),
    ("guessing", "desk-did-guessing"),
    ("raid_on", "desk-did-raid-on"),
    ("raid_off", "desk-did-raid-off"),
];

/// The same, as a link to their profile: for private chats only, as whoever is named so in a group
/// that they are in is told of it.
pub(super) fn link_to(who: &Who) -> Value {
    let id = Value::Words(who.id.0.to_string());
    Value::Said(with("desk-person", [("id", id), ("name", name_of(who))]))
}

/// `Nora Newcomer (@nora)`; the number of whoever has no username.
pub(super) fn name_of(who: &Who) -> Value {
    let id = who.id.0.to_string();
    let Some(name) = &who.name else { return Value::Words(id) };
    let handle = match &name.username {
        Some(username) => format!("@{}", handle_of(username)),
        None => id,
    };
    let full = self::name(&name.full, NAME);
    Value::Words(if full.is_empty() { handle } else { format!("{full} ({handle})") })
}

/// What usernames are made of.
fn handle_of(username: &str) -> String {
    username.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(32).collect()
}

fn yes(is: bool) -> Value {
    Value::Choice(if is { "yes" } else { "no" })
}

fn to_the_minute(at: Timestamp) -> Value {
    let minutes = at.0.div_euclid(60_000).rem_euclid(24 * 60);
    Value::Words(format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

/// To the second, so that a message that was brought up to date differs from what it was.
fn to_the_second(at: Timestamp) -> Value {
    let seconds = at.0.div_euclid(1_000).rem_euclid(24 * 60 * 60);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    Value::Words(format!("{hours:02}:{minutes:02}:{:02}", seconds % 60))
}

#[cfg(test)]
mod tests;
