//! The notice in the group to those who are muted until they pass: never more than one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{DeskLabel, DeskText};
use super::turn::Turn;
use crate::administration::effect::{Button, Does, Keyboard, Tag};
use crate::administration::text::Label;
use crate::verification::gate::Mode;
use crate::verification::{MessageId, Timestamp, UserId};

/// The notice is changed at most this often.
const BETWEEN: Duration = Duration::from_secs(5);
/// A notice that is older has scrolled away: who comes now gets a new one in its place.
const IN_SIGHT: Duration = Duration::from_secs(10 * 60);
/// Telegram lets a message be removed for 48 hours only.
const REMOVABLE: Duration = Duration::from_secs(47 * 60 * 60);
/// So many are remembered; the oldest are forgotten first.
const PEOPLE: usize = 500;
/// Up to so many are named.
const NAMED: usize = 5;
/// What was not heard of for so long is not on its way any more.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    waiting: Vec<Waiting>,
    /// Some were forgotten.
    more: bool,
    stands: Stands,
    /// It says something else than it should.
    stale: bool,
    /// Somebody came since it was written.
    news: bool,
    /// When it may be changed.
    due: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    user: UserId,
    name: Option<String>,
}

/// Where the notice is.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Stands {
    #[default]
    Nowhere,
    OnItsWay {
        since: Timestamp,
    },
    There {
        message: MessageId,
        since: Timestamp,
    },
}

impl Notice {
    /// Somebody is muted until they pass.
    pub fn muted(&mut self, turn: &mut Turn<'_, '_>, user: UserId, name: Option<String>) {
        if !turn.wants().mutes() {
            return;
        }
        self.waiting.retain(|waiting| waiting.user != user);
        if self.waiting.len() >= PEOPLE {
            self.waiting.remove(0);
            self.more = true;
        }
        self.waiting.push(Waiting { user, name: name.filter(|name| is_only_a_name(name)) });
        self.news = true;
        self.change(turn);
    }

    /// Somebody is not muted any more, or not there any more.
    pub fn over(&mut self, turn: &mut Turn<'_, '_>, user: UserId) {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.user != user);
        if self.waiting.len() < before {
            self.change(turn);
        }
    }

    pub fn said(&mut self, turn: &mut Turn<'_, '_>, message: MessageId) {
        if let Stands::There { message: other, .. } = self.stands
            && other != message
        {
            turn.delete_in_group(other);
        }
        self.stands = Stands::There { message, since: turn.now() };
        if self.stale || self.waiting.is_empty() {
            self.change(turn);
        }
    }

    /// It could not be written; whoever comes next gives another occasion.
    pub fn unsaid(&mut self) {
        self.stands = Stands::Nowhere;
        self.due = None;
    }

    /// The bot is out of the group, or keeps no gate there.
    pub fn forget(&mut self) {
        *self = Notice::default();
    }

    /// As above, but the bot can still clean up.
    pub fn take_down(&mut self, turn: &mut Turn<'_, '_>) {
        self.remove(turn);
        self.forget();
    }

    /// The group has another number: the notice stayed behind.
    pub fn renumbered(&mut self, turn: &mut Turn<'_, '_>) {
        self.stands = Stands::Nowhere;
        self.due = None;
        if !self.waiting.is_empty() {
            self.change(turn);
        }
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        if self.due.is_some_and(|due| due <= turn.now()) {
            self.due = None;
            if self.stale {
                self.change(turn);
            }
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    pub fn is_forgettable(&self) -> bool {
        self.waiting.is_empty() && self.stands == Stands::Nowhere
    }

    /// Brings the notice up to date, now or as soon as it may be.
    fn change(&mut self, turn: &mut Turn<'_, '_>) {
        self.stale = true;
        let now = turn.now();
        match self.stands {
            Stands::OnItsWay { since } if since.after(PATIENCE) > now => return,
            Stands::Nowhere | Stands::OnItsWay { .. } | Stands::There { .. } => {}
        }
        if self.waiting.is_empty() {
            self.remove(turn);
            self.stale = false;
            return;
        }
        if self.due.is_some_and(|due| due > now) {
            return;
        }
        match self.stands {
            Stands::There { message, since } if since.after(IN_SIGHT) > now || !self.news => {
                let (text, keyboard) = self.words(turn);
                turn.edit_in_group(message, text, keyboard, Some(Tag::Notice));
            }
            Stands::There { .. } | Stands::Nowhere | Stands::OnItsWay { .. } => {
                self.remove(turn);
                let (text, keyboard) = self.words(turn);
                turn.say_in_group(turn.group_language(), text, keyboard, Some(Tag::Notice));
                self.stands = Stands::OnItsWay { since: now };
            }
        }
        self.stale = false;
        self.news = false;
        self.due = Some(now.after(BETWEEN));
    }

    fn remove(&mut self, turn: &mut Turn<'_, '_>) {
        self.more = self.more && !self.waiting.is_empty();
        let Stands::There { message, since } = std::mem::take(&mut self.stands) else { return };
        if since.after(REMOVABLE) <= turn.now() {
            turn.edit_in_group(message, DeskText::NobodyMuted, Keyboard::None, None);
        }
        turn.delete_in_group(message);
    }

    fn words(&self, turn: &Turn<'_, '_>) -> (DeskText, Keyboard) {
        let remove_after = match turn.wants().mode {
            Mode::Restrict { remove_after } => remove_after,
            Mode::JoinRequest | Mode::PersonalLink => None,
        };
        let keys = turn.facts.keys;
        let (text, link) = match self.waiting.as_slice() {
            [one] if !self.more => {
                let text = DeskText::Muted { name: one.name.clone(), remove_after };
                (text, keys.member(one.user, turn.id))
            }
            several => {
                let names: Option<Vec<String>> =
                    several.iter().map(|waiting| waiting.name.clone()).collect();
                let few = several.len() <= NAMED && !self.more;
                let count = u32::try_from(several.len()).unwrap_or(u32::MAX);
                let names = names.filter(|_| few).unwrap_or_default();
                let text = DeskText::ManyMuted { count, more: self.more, names, remove_after };
                (text, keys.gate(turn.id))
            }
        };
        let button = Button { label: Label::Desk(DeskLabel::Pass), does: Does::Open(link) };
        (text, Keyboard::Buttons(vec![vec![button]]))
    }
}

/// The group must not be told by us what somebody advertises in their name: nothing that Telegram
/// would make a link of.
fn is_only_a_name(name: &str) -> bool {
    !name.contains(['@', '/', '#', '\\']) && !name.split_whitespace().any(is_like_a_domain)
}

fn is_like_a_domain(word: &str) -> bool {
    word.trim_end_matches('.').contains('.')
}
