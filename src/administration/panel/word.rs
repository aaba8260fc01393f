//! What the panel's buttons carry, besides the keyboard's number and the gate: at most 24 bytes.

use std::time::Duration;

use super::state::{List, Subject};
use crate::administration::settings::Strictness;
use crate::verification::Language;
use crate::verification::effect::Channel;

/// What a button of the panel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// About no group.
    Away(Away),
    /// Chosen from a list: go on to what the list was for.
    Go,
    Subject(Subject),
    Next,
    Back,
    Stop,
    Discard,
    Open,
    Close,
    Yes,
    Examine,
    Raid(bool),
    Listed(bool),

    AddPassword,
    MainLabel,
    /// The password with this mark, as buttons carry it.
    Password(String),
    Expires(Expiry),
    Uses(Uses),
    Rotate,
    Remove,

    /// `None`: all.
    Channels(Option<Channel>),
    Strictness(Strictness),
    Language(Language),
    Mode(ModeWord),
    /// Minutes; `None`: never.
    RemoveAfter(Option<Duration>),
    Tidy(bool),

    List(List),
    ClearList(List),
    Accounts(u32),
    AskAccounts,
    RosterOnly(bool),

    PickLog,
    LogOff,

    /// For [`super::roster`], which reads it.
    Roster(String),
    /// For [`super::stepping_in`], which reads it.
    StepIn(String),
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Away {
    /// The list of groups.
    Groups,
    /// Offer the keyboard that picks a group.
    Pick,
    /// Put the panel away.
    Leave,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    Never,
    /// So many days from now.
    Days(u32),
    /// A day is to be typed.
    Ask,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Uses {
    Any,
    /// So many more.
    More(u32),
    /// A number is to be typed.
    Ask,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum ModeWord {
    JoinRequest,
    Restrict,
    PersonalLink,
}

static PLAIN: [(Word, &str); 19] = [
    (Word::Away(Away::Groups), "groups"),
    (Word::Away(Away::Pick), "pick"),
    (Word::Away(Away::Leave), "leave"),
    (Word::Go, "go"),
    (Word::Next, "next"),
    (Word::Back, "back"),
    (Word::Stop, "stop"),
    (Word::Discard, "discard"),
    (Word::Open, "open"),
    (Word::Close, "close"),
    (Word::Yes, "yes"),
    (Word::Examine, "examine"),
    (Word::AddPassword, "add"),
    (Word::MainLabel, "main"),
    (Word::Rotate, "rotate"),
    (Word::Remove, "remove"),
    (Word::AskAccounts, "askaccounts"),
    (Word::PickLog, "picklog"),
    (Word::LogOff, "logoff"),
];

static SUBJECTS: [(Subject, &str); 10] = [
    (Subject::Overview, "overview"),
    (Subject::Passwords, "passwords"),
    (Subject::Channels, "channels"),
    (Subject::Addresses, "addresses"),
    (Subject::Limits, "limits"),
    (Subject::Language, "language"),
    (Subject::Mode, "mode"),
    (Subject::LogChat, "log"),
    (Subject::Roster, "roster"),
    (Subject::Raid, "raid"),
];

static LISTS: [(List, &str); 4] = [
    (List::Domains, "domains"),
    (List::BlockedDomains, "nodomains"),
    (List::Countries, "codes"),
    (List::BlockedCountries, "nocodes"),
];

static CHANNELS: [(Option<Channel>, &str); 3] =
    [(None, "all"), (Some(Channel::Email), "email"), (Some(Channel::Sms), "sms")];

static STRICTNESSES: [(Strictness, &str); 3] = [
    (Strictness::Standard, "standard"),
    (Strictness::Strict, "strict"),
    (Strictness::Lenient, "lenient"),
];

static MODES: [(ModeWord, &str); 3] = [
    (ModeWord::JoinRequest, "request"),
    (ModeWord::Restrict, "restrict"),
    (ModeWord::PersonalLink, "link"),
];

static SWITCH: [(bool, &str); 2] = [(true, "on"), (false, "off")];

impl Word {
    #[must_use]
    pub fn data(&self) -> String {
        match self {
            Word::Subject(subject) => format!("at.{}", name(&SUBJECTS, subject)),
            Word::Raid(on) => format!("raid.{}", name(&SWITCH, on)),
            Word::Listed(on) => format!("listed.{}", name(&SWITCH, on)),
            Word::Password(mark) => format!("pw.{mark}"),
            Word::Expires(Expiry::Never) => "until.never".to_owned(),
            Word::Expires(Expiry::Days(days)) => format!("until.{days}"),
            Word::Expires(Expiry::Ask) => "until.ask".to_owned(),
            Word::Uses(Uses::Any) => "uses.any".to_owned(),
            Word::Uses(Uses::More(uses)) => format!("uses.{uses}"),
            Word::Uses(Uses::Ask) => "uses.ask".to_owned(),
            Word::Channels(channel) => format!("by.{}", name(&CHANNELS, channel)),
            Word::Strictness(strictness) => format!("limits.{}", name(&STRICTNESSES, strictness)),
            Word::Language(language) => format!("in.{}", language.as_str()),
            Word::Mode(mode) => format!("mode.{}", name(&MODES, mode)),
            Word::RemoveAfter(None) => "after.never".to_owned(),
            Word::RemoveAfter(Some(after)) => format!("after.{}", after.as_secs() / 60),
            Word::Tidy(on) => format!("tidy.{}", name(&SWITCH, on)),
            Word::List(list) => format!("list.{}", name(&LISTS, list)),
            Word::ClearList(list) => format!("clear.{}", name(&LISTS, list)),
            Word::Accounts(accounts) => format!("accounts.{accounts}"),
            Word::RosterOnly(on) => format!("only.{}", name(&SWITCH, on)),
            Word::Roster(rest) => format!("r.{rest}"),
            Word::StepIn(rest) => format!("s.{rest}"),
            Word::Away(_)
            | Word::Go
            | Word::Next
            | Word::Back
            | Word::Stop
            | Word::Discard
            | Word::Open
            | Word::Close
            | Word::Yes
            | Word::Examine
            | Word::AddPassword
            | Word::MainLabel
            | Word::Rotate
            | Word::Remove
            | Word::AskAccounts
            | Word::PickLog
            | Word::LogOff => name(&PLAIN, self).to_owned(),
        }
    }

    /// Reads a button's word; `None` if it is none of ours.
    #[must_use]
    pub fn read(data: &str) -> Option<Word> {
        let Some((kind, rest)) = data.split_once('.') else { return named(&PLAIN, data) };
        match kind {
            "at" => named(&SUBJECTS, rest).map(Word::Subject),
            "raid" => named(&SWITCH, rest).map(Word::Raid),
            "listed" => named(&SWITCH, rest).map(Word::Listed),
            "pw" => Some(Word::Password(rest.to_owned())),
            "until" => Some(Word::Expires(match rest {
                "never" => Expiry::Never,
                "ask" => Expiry::Ask,
                days => Expiry::Days(days.parse().ok()?),
            })),
            "uses" => Some(Word::Uses(match rest {
                "any" => Uses::Any,
                "ask" => Uses::Ask,
                uses => Uses::More(uses.parse().ok()?),
            })),
            "by" => named(&CHANNELS, rest).map(Word::Channels),
            "limits" => named(&STRICTNESSES, rest).map(Word::Strictness),
            "in" => Some(Word::Language(Language::new(rest))),
            "mode" => named(&MODES, rest).map(Word::Mode),
            "after" => Some(Word::RemoveAfter(match rest {
                "never" => None,
                minutes => Some(Duration::from_secs(60 * u64::from(minutes.parse::<u32>().ok()?))),
            })),
            "tidy" => named(&SWITCH, rest).map(Word::Tidy),
            "list" => named(&LISTS, rest).map(Word::List),
            "clear" => named(&LISTS, rest).map(Word::ClearList),
            "accounts" => rest.parse().ok().map(Word::Accounts),
            "only" => named(&SWITCH, rest).map(Word::RosterOnly),
            "r" => Some(Word::Roster(rest.to_owned())),
            "s" => Some(Word::StepIn(rest.to_owned())),
            _ => None,
        }
    }
}

fn name<T: PartialEq>(table: &[(T, &'static str)], thing: &T) -> &'static str {
    table.iter().find(|(known, _)| known == thing).map_or("", |(_, name)| name)
}

fn named<T: Clone>(table: &[(T, &'static str)], name: &str) -> Option<T> {
    table.iter().find(|(_, known)| *known == name).map(|(thing, _)| thing.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_fits_a_button() {
        let mut words: Vec<Word> = PLAIN.iter().map(|(word, _)| word.clone()).collect();
        words.extend(SUBJECTS.map(|(subject, _)| Word::Subject(subject)));
        words.extend(LISTS.map(|(list, _)| Word::List(list)));
        words.extend(LISTS.map(|(list, _)| Word::ClearList(list)));
        words.extend(CHANNELS.map(|(channel, _)| Word::Channels(channel)));
        words.extend(STRICTNESSES.map(|(strictness, _)| Word::Strictness(strictness)));
        words.extend(MODES.map(|(mode, _)| Word::Mode(mode)));
        for (on, _) in SWITCH {
            words.extend([Word::Listed(on), Word::Tidy(on), Word::RosterOnly(on), Word::Raid(on)]);
        }
        words.extend([
            Word::Password("0123456789abcdef".to_owned()),
            Word::Expires(Expiry::Never),
            Word::Expires(Expiry::Days(30)),
            Word::Expires(Expiry::Ask),
            Word::Uses(Uses::Any),
            Word::Uses(Uses::More(u32::MAX)),
            Word::Uses(Uses::Ask),
            Word::Language(Language::new("pt-br")),
            Word::RemoveAfter(None),
            Word::RemoveAfter(Some(Duration::from_secs(24 * 60 * 60))),
            Word::Accounts(100),
            Word::Roster("next".to_owned()),
            Word::StepIn("unlock.1".to_owned()),
        ]);
        for word in words {
            let data = word.data();
            assert!((1..=24).contains(&data.len()), "{data}");
            assert_eq!(Word::read(&data), Some(word), "{data}");
        }
    }

    #[test]
    fn strange_words_are_none() {
        for data in
            ["", ".", "nope", "at.", "at.nowhere", "until.", "until.-1", "uses.x", "tidy.maybe"]
        {
            assert_eq!(Word::read(data), None, "{data}");
        }
    }
}
