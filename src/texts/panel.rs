//! Which message of the catalogue says what an admin's panel says, and with which values.

use std::time::Duration;

use super::catalogue::{Sentence, Value};
use super::names::name;
use super::sentences::{count, plain, with, words};
use crate::administration::desk::raid;
use crate::administration::panel::state::List;
use crate::administration::panel::text::{
    BadEntry, Choice, Figures, GateState, Missing, Overview, PanelLabel, PanelText, PasswordLine,
    Why,
};
use crate::administration::settings::Strictness;
use crate::verification::Language;
use crate::verification::effect::Channel;
use crate::verification::gate::{Addresses, Mode};
use crate::verification::password::PasswordRefused;

/// A label has at most so many characters.
const LABEL: usize = 32;
/// Of a domain, a dial code, or an entry that is none.
const ENTRY: usize = 64;
const LINK: usize = 200;
/// So many entries of a list are named.
const LISTED: usize = 6;
/// So many bad entries are named.
const BAD: usize = 15;

pub fn of_text(text: &PanelText) -> Sentence {
    match text {
        PanelText::Page { note, step, body } => page(note.as_deref(), *step, body),

        PanelText::NotForYou => plain("panel-not-for-you"),
        PanelText::NowOwner => plain("panel-now-owner"),
        PanelText::NowEnrolled => plain("panel-now-enrolled"),
        PanelText::AlreadyIn => plain("panel-already-in"),
        PanelText::LinkForged => plain("panel-link-forged"),
        PanelText::LinkExpired => plain("panel-link-expired"),
        PanelText::LinkUsed => plain("panel-link-used"),
        PanelText::OwnersNamed => plain("panel-owners-named"),
        PanelText::OwnersOnly => plain("panel-owners-only"),
        PanelText::EnrolmentLink { link, lives } => {
            let values = [("link", words(link, LINK)), ("lives", Value::For(*lives))];
            with("panel-enrolment-link", values)
        }

        PanelText::Invitation { admin } => with("panel-invitation", [("admin", yes(*admin))]),
        PanelText::Home { any } => with("panel-home", [("any", yes(*any))]),
        PanelText::Help { gates, enrols } => super::administration::help(*gates, *enrols),
        PanelText::NoGroups => plain("panel-no-groups"),
        PanelText::ChooseGroup => plain("panel-choose-group"),
        PanelText::PickGroup => plain("panel-pick-group"),
        PanelText::Picked => plain("panel-picked"),
        PanelText::RightsTooFew => plain("panel-rights-too-few"),
        PanelText::RightsGone => plain("panel-rights-gone"),
        PanelText::NotInGroup => plain("panel-not-in-group"),
        PanelText::TelegramSilent => plain("panel-telegram-silent"),
        PanelText::GateGone => plain("panel-gate-gone"),
        PanelText::ButtonSpent => plain("button-spent"),
        PanelText::Cancelled => plain("panel-cancelled"),
        PanelText::Left => plain("panel-left"),

        PanelText::Overview(overview) => self::overview(overview),
        PanelText::Saved => plain("panel-saved"),
        PanelText::Examining => plain("panel-examining"),
        PanelText::ConfirmClose => plain("panel-confirm-close"),
        PanelText::Closed => plain("panel-closed"),
        PanelText::ConfirmDiscard => plain("panel-confirm-discard"),
        PanelText::Discarded => plain("panel-discarded"),
        PanelText::Stopped => plain("panel-stopped"),
        PanelText::CannotOpen { missing } => {
            with("panel-cannot-open", [("missing", self::missing(missing))])
        }
        PanelText::Opened { link, mode } => with(
            "panel-opened",
            [("link", words(link, LINK)), ("mode", Value::Choice(mode_word(mode)))],
        ),

        PanelText::Passwords { passwords } => with(
            "panel-passwords",
            [("count", count(passwords.len() as u64)), ("list", password_lines(passwords))],
        ),
        PanelText::AskLabel => plain("panel-ask-label"),
        PanelText::LabelLength { longest } => {
            with("panel-label-length", [("longest", count(*longest))])
        }
        PanelText::LabelTaken { label } => labelled("panel-label-taken", label),
        PanelText::TooManyPasswords { most } => {
            with("panel-too-many-passwords", [("most", count(*most))])
        }
        PanelText::AskPassword { label, rotating } => with(
            "panel-ask-password",
            [("label", words(label, LABEL)), ("rotating", yes(*rotating))],
        ),
        PanelText::PasswordRefused { why } => plain(match why {
            PasswordRefused::Empty => "panel-password-empty",
            PasswordRefused::TooLong => "panel-password-too-long",
            PasswordRefused::LooksLikeLoginCode => "panel-password-login-code",
            PasswordRefused::LooksLikeCommand => "panel-password-command",
        }),
        PanelText::PasswordKept { label } => labelled("panel-password-kept", label),
        PanelText::OnePassword(line) => {
            with("panel-one-password", [("line", Value::Said(password_line(line)))])
        }
        PanelText::AskExpiry => plain("panel-ask-expiry"),
        PanelText::BadDate => plain("panel-bad-date"),
        PanelText::AskUses { most } => with("panel-ask-uses", [("most", count(*most))]),
        PanelText::ConfirmRemove { label } => labelled("panel-confirm-remove", label),
        PanelText::Removed { label } => labelled("panel-removed", label),
        PanelText::LastPassword { label } => labelled("panel-last-password", label),
        PanelText::PasswordGone { label } => labelled("panel-password-gone", label),

        PanelText::Addresses { channels, addresses, roster_size, house } => with(
            "panel-addresses",
            [
                ("channels", Value::Choice(channels_word(channels))),
                ("who", who(addresses, channels, *roster_size)),
                ("house", listed(house)),
            ],
        ),
        PanelText::AskList { list, now, house } => with(
            "panel-ask-list",
            [
                ("list", Value::Choice(list_word(*list))),
                ("count", count(now.len() as u64)),
                ("now", listed(now)),
                ("limited", yes(!house.is_empty())),
                ("house", listed(house)),
            ],
        ),
        PanelText::BadEntries { bad } => with(
            "panel-bad-entries",
            [
                ("list", Value::Lines(bad.iter().take(BAD).map(bad_entry).collect(), "\n")),
                ("more", count(bad.len().saturating_sub(BAD) as u64)),
            ],
        ),
        PanelText::TooManyEntries { most } => {
            with("panel-too-many-entries", [("most", count(*most))])
        }
        PanelText::EmptyList => plain("panel-empty-list"),
        PanelText::AskAccounts { now, most } => {
            with("panel-ask-accounts", [("now", count(*now)), ("most", count(*most))])
        }
        PanelText::BadNumber { least, most } => {
            with("panel-bad-number", [("least", count(*least)), ("most", count(*most))])
        }
        PanelText::RosterEmpty => plain("panel-roster-empty"),

        PanelText::Channels { now } => {
            with("panel-channels", [("now", Value::Choice(channels_word(now)))])
        }
        PanelText::Limits { now, figures } => limits(*now, figures),
        PanelText::Language { now } => with("panel-language", [("now", language(now))]),
        PanelText::Mode { now, tidy } => with(
            "panel-mode",
            [("now", Value::Said(mode(now))), ("extra", Value::Said(restriction(now, *tidy)))],
        ),

        PanelText::Raid { on, at_once } => {
            let quiet = Value::For(raid::QUIET);
            let by_hand = Value::For(raid::QUIET_BY_HAND);
            let by_itself = yes(*at_once > 0);
            let values = [
                ("on", yes(*on)),
                ("itself", by_itself),
                ("requests", count(*at_once)),
                ("quiet", quiet),
                ("hand", by_hand),
            ];
            with("panel-raid", values)
        }

        PanelText::LogChat { on } => with("panel-log-chat", [("on", yes(*on))]),
        PanelText::PickLogChat => plain("panel-pick-log-chat"),
        PanelText::LogEnds { group } => with("panel-log-ends", [("group", named(group))]),
        PanelText::LogHere { group } => with("panel-log-here", [("group", named(group))]),
        PanelText::LogProving => plain("panel-log-proving"),
        PanelText::LogOn => plain("panel-log-on"),
        PanelText::LogNoPost => plain("panel-log-no-post"),
        PanelText::LogNotAdmin => plain("panel-log-not-admin"),

        PanelText::Roster(text) => super::roster::of_text(text),
        PanelText::StepIn(text) => super::stepping_in::of_text(text),
    }
}

pub fn of_label(label: &PanelLabel) -> Sentence {
    match label {
        PanelLabel::SetUp => plain("panel-label-set-up"),
        PanelLabel::PickGroup => plain("panel-label-pick-group"),
        PanelLabel::PickOwnGroup => plain("panel-label-pick-own-group"),
        PanelLabel::PickLogChat => plain("panel-label-pick-log-chat"),
        PanelLabel::PickLogChannel => plain("panel-label-pick-log-channel"),
        PanelLabel::Groups => plain("panel-label-groups"),
        PanelLabel::Leave => plain("panel-label-leave"),
        PanelLabel::Overview => plain("panel-label-overview"),
        PanelLabel::Back => plain("panel-label-back"),
        PanelLabel::Next => plain("panel-label-next"),
        PanelLabel::Stop => plain("panel-label-stop"),
        PanelLabel::Discard => plain("panel-label-discard"),
        PanelLabel::Open => plain("panel-label-open"),
        PanelLabel::Close => plain("panel-label-close"),
        PanelLabel::Examine => plain("panel-label-examine"),
        PanelLabel::Yes => plain("panel-label-yes"),
        PanelLabel::No => plain("panel-label-no"),
        PanelLabel::Choice { now, choice } => chosen(*now, choice),

        PanelLabel::Passwords => plain("panel-label-passwords"),
        PanelLabel::Channels => plain("panel-label-channels"),
        PanelLabel::Addresses => plain("panel-label-addresses"),
        PanelLabel::Roster => plain("panel-label-roster"),
        PanelLabel::Limits => plain("panel-label-limits"),
        PanelLabel::Language => plain("panel-label-language"),
        PanelLabel::Mode => plain("panel-label-mode"),
        PanelLabel::LogChat => plain("panel-label-log-chat"),

        PanelLabel::AddPassword => plain("panel-label-add-password"),
        PanelLabel::MainLabel { label } => labelled("panel-label-main-label", label),
        PanelLabel::OnePassword { label, dead } => {
            with("panel-label-one-password", [("label", words(label, LABEL)), ("dead", yes(*dead))])
        }
        PanelLabel::Rotate => plain("panel-label-rotate"),
        PanelLabel::Remove => plain("panel-label-remove"),

        PanelLabel::List(list) => {
            with("panel-label-list", [("list", Value::Choice(list_word(*list)))])
        }
        PanelLabel::ClearList(list) => {
            with("panel-label-clear-list", [("list", Value::Choice(list_word(*list)))])
        }

        PanelLabel::Raid => plain("panel-label-raid"),
        PanelLabel::RaidOn => plain("panel-label-raid-on"),
        PanelLabel::RaidOff => plain("panel-label-raid-off"),
        PanelLabel::LogOn => plain("panel-label-log-on"),
        PanelLabel::LogOther => plain("panel-label-log-other"),
        PanelLabel::LogOff => plain("panel-label-log-off"),

        PanelLabel::InRoster(label) => super::roster::of_label(label),
        PanelLabel::StepIn(label) => super::stepping_in::of_label(label),
    }
}

fn page(note: Option<&PanelText>, step: Option<(u32, u32)>, body: &PanelText) -> Sentence {
    let body = match step {
        None => of_text(body),
        Some((number, of)) => with(
            "panel-step",
            [("number", count(number)), ("of", count(of)), ("body", Value::Said(of_text(body)))],
        ),
    };
    match note {
        None => body,
        Some(note) => {
            with("panel-noted", [("note", Value::Said(of_text(note))), ("body", Value::Said(body))])
        }
    }
}

fn overview(overview: &Overview) -> Sentence {
    let state = match &overview.state {
        GateState::Draft(missing) if missing.is_empty() => plain("panel-state-ready"),
        GateState::Draft(missing) => {
            with("panel-state-draft", [("missing", self::missing(missing))])
        }
        GateState::Open => plain("panel-state-open"),
        GateState::Fixed => plain("panel-state-fixed"),
        GateState::NotYours => plain("panel-state-not-yours"),
    };
    let values = [
        ("state", Value::Said(state)),
        ("mode", Value::Said(mode(&overview.mode))),
        ("extra", Value::Said(restriction(&overview.mode, overview.tidy))),
        ("count", count(overview.passwords.len() as u64)),
        ("passwords", password_lines(&overview.passwords)),
        ("channels", Value::Choice(channels_word(&overview.channels))),
        ("who", who(&overview.addresses, &overview.channels, overview.roster_size)),
        ("strictness", Value::Choice(strictness(overview.strictness))),
        ("figures", Value::Said(figures(&overview.figures))),
        ("language", language(&overview.language)),
        ("log", yes(overview.log_chat)),
        ("listed", yes(overview.listed)),
        ("link", words(&overview.link, LINK)),
    ];
    with("panel-overview", values)
}

fn named(group: &str) -> Value {
    Value::Words(name(group, ENTRY))
}

fn missing(missing: &[Missing]) -> Value {
    let line = |missing: &Missing| match missing {
        Missing::Password => plain("panel-missing-password"),
        Missing::Channel => plain("panel-missing-channel"),
    };
    Value::Lines(missing.iter().map(line).collect(), " ")
}

fn mode_word(mode: &Mode) -> &'static str {
    match mode {
        Mode::JoinRequest => "request",
        Mode::Restrict { .. } => "restrict",
        Mode::PersonalLink => "link",
    }
}

pub(super) fn mode(mode: &Mode) -> Sentence {
    with("panel-mode-now", [("mode", Value::Choice(mode_word(mode)))])
}

/// What becomes of muted members; says nothing in the other modes.
fn restriction(mode: &Mode, tidy: bool) -> Sentence {
    let (restricts, after) = match mode {
        Mode::Restrict { remove_after } => (true, *remove_after),
        Mode::JoinRequest | Mode::PersonalLink => (false, None),
    };
    let values = [
        ("restricts", yes(restricts)),
        ("removes", yes(after.is_some())),
        ("after", Value::For(after.unwrap_or(Duration::from_secs(60)))),
        ("tidy", yes(tidy)),
    ];
    with("panel-restriction", values)
}

fn password_lines(passwords: &[PasswordLine]) -> Value {
    Value::Lines(passwords.iter().map(password_line).collect(), "\n")
}

fn password_line(line: &PasswordLine) -> Sentence {
    let date = line.expires.map(|date| date.to_string()).unwrap_or_default();
    let values = [
        ("label", words(&line.label, LABEL)),
        ("ends", yes(line.expires.is_some())),
        ("date", words(&date, ENTRY)),
        ("limited", yes(line.left.is_some())),
        ("left", count(line.left.unwrap_or(0))),
        ("dead", yes(line.dead)),
    ];
    with("panel-password-line", values)
}

/// Who may pass, one line for each restriction.
fn who(addresses: &Addresses, channels: &[Channel], roster_size: u32) -> Value {
    let Addresses { domains, blocked_domains, countries, blocked_countries, roster, accounts } =
        addresses;
    let email = channels.contains(&Channel::Email);
    let sms = channels.contains(&Channel::Sms);
    let lists = [
        (email, "domains", domains),
        (email, "nodomains", blocked_domains),
        (sms, "codes", countries),
        (sms, "nocodes", blocked_countries),
    ];
    let mut lines: Vec<Sentence> = lines_of(&lists);
    if lines.is_empty() && !roster {
        lines.push(plain("panel-who-anybody"));
    }
    if *roster || roster_size > 0 {
        let values = [("only", yes(*roster)), ("size", count(roster_size))];
        lines.push(with("panel-who-roster", values));
    }
    lines.push(with("panel-who-accounts", [("accounts", count(*accounts))]));
    Value::Lines(lines, "\n")
}

fn lines_of(lists: &[(bool, &'static str, &Vec<String>)]) -> Vec<Sentence> {
    let restricting = lists.iter().filter(|(used, _, entries)| *used && !entries.is_empty());
    restricting
        .map(|(_, list, entries)| {
            with("panel-who-list", [("list", Value::Choice(list)), ("entries", listed(entries))])
        })
        .collect()
}

fn listed(entries: &[String]) -> Value {
    let mut named: Vec<String> =
        entries.iter().take(LISTED).map(|entry| super::clean::clean(entry, ENTRY)).collect();
    if entries.len() > LISTED {
        named.push("…".to_owned());
    }
    Value::Words(named.join(", "))
}

fn bad_entry(bad: &BadEntry) -> Sentence {
    let why = match bad.why {
        Why::WholeAddress => "whole-address",
        Why::NoDomain => "no-domain",
        Why::NoDialCode => "no-dial-code",
        Why::NotServed => "not-served",
        Why::OnOtherList => "other-list",
    };
    with(
        "panel-bad-entry",
        [("entry", words(bad.entry.reveal(), ENTRY)), ("why", Value::Choice(why))],
    )
}

fn limits(now: Option<Strictness>, all: &[(Strictness, Figures)]) -> Sentence {
    let line = |(choice, figures): &(Strictness, Figures)| {
        let values = [
            ("strictness", Value::Choice(strictness(Some(*choice)))),
            ("figures", Value::Said(self::figures(figures))),
        ];
        with("panel-limits-line", values)
    };
    let values = [
        ("now", Value::Choice(strictness(now))),
        ("list", Value::Lines(all.iter().map(line).collect(), "\n")),
    ];
    with("panel-limits", values)
}

fn figures(figures: &Figures) -> Sentence {
    let values = [
        ("passwords", count(figures.passwords)),
        ("codes", count(figures.codes)),
        ("first", Value::For(figures.first_lock)),
        ("last", Value::For(figures.last_lock)),
        ("stop", count(figures.hard_stop)),
        ("sends", count(figures.sends_per_day)),
    ];
    with("panel-figures", values)
}

fn chosen(now: bool, choice: &Choice) -> Sentence {
    let (switch, sentence) = match choice {
        Choice::AllChannels => (false, channel_label("all")),
        Choice::Channel(Channel::Email) => (false, channel_label("email")),
        Choice::Channel(Channel::Sms) => (false, channel_label("sms")),
        Choice::Strictness(choice) => {
            let word = Value::Choice(strictness(Some(*choice)));
            (false, with("panel-label-strictness", [("strictness", word)]))
        }
        Choice::Language(language) => {
            (false, with("panel-label-words", [("words", self::language(language))]))
        }
        Choice::JoinRequest => (false, plain("panel-label-join-request")),
        Choice::Restrict => (false, plain("panel-label-restrict")),
        Choice::PersonalLink => (false, plain("panel-label-personal-link")),
        Choice::RemoveAfter(None) => (false, plain("panel-label-remove-never")),
        Choice::RemoveAfter(Some(after)) => {
            (false, with("panel-label-remove-after", [("after", Value::For(*after))]))
        }
        Choice::ValidFor(None) => (false, plain("panel-label-valid-ever")),
        Choice::ValidFor(Some(valid)) => {
            (false, with("panel-label-valid-for", [("valid", Value::For(*valid))]))
        }
        Choice::ValidUntil => (false, plain("panel-label-valid-until")),
        Choice::Uses(None) => (false, plain("panel-label-uses-any")),
        Choice::Uses(Some(uses)) => (false, with("panel-label-uses", [("uses", count(*uses))])),
        Choice::OtherUses => (false, plain("panel-label-uses-other")),
        Choice::Accounts(accounts) => {
            (false, with("panel-label-accounts", [("accounts", count(*accounts))]))
        }
        Choice::OtherAccounts => (false, plain("panel-label-accounts-other")),
        Choice::Tidy => (true, plain("panel-label-tidy")),
        Choice::Listed => (true, plain("panel-label-listed")),
        Choice::RosterOnly => (true, plain("panel-label-roster-only")),
    };
    match (switch, now) {
        (false, false) => sentence,
        (false, true) => with("panel-label-chosen", [("choice", Value::Said(sentence))]),
        (true, on) => {
            with("panel-label-switch", [("on", yes(on)), ("choice", Value::Said(sentence))])
        }
    }
}

fn channel_label(channel: &'static str) -> Sentence {
    with("panel-label-channel", [("channel", Value::Choice(channel))])
}

fn channels_word(channels: &[Channel]) -> &'static str {
    match (channels.contains(&Channel::Email), channels.contains(&Channel::Sms)) {
        (true, true) => "both",
        (true, false) => "email",
        (false, true) => "sms",
        (false, false) => "none",
    }
}

fn strictness(strictness: Option<Strictness>) -> &'static str {
    match strictness {
        Some(Strictness::Standard) => "standard",
        Some(Strictness::Strict) => "strict",
        Some(Strictness::Lenient) => "lenient",
        None => "own",
    }
}

fn list_word(list: List) -> &'static str {
    match list {
        List::Domains => "domains",
        List::BlockedDomains => "nodomains",
        List::Countries => "codes",
        List::BlockedCountries => "nocodes",
    }
}

/// A language by its own name.
pub(super) fn language(language: &Language) -> Value {
    match language.as_str() {
        "en" => Value::Words("English".to_owned()),
        "de" => Value::Words("Deutsch".to_owned()),
        other => words(other, LABEL),
    }
}

fn labelled(id: &'static str, label: &str) -> Sentence {
    with(id, [("label", words(label, LABEL))])
}

fn yes(yes: bool) -> Value {
    Value::Choice(if yes { "yes" } else { "no" })
}

#[cfg(test)]
mod tests;
