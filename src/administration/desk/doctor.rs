//! What is set up wrongly, and one message about it at each admin.
//!
//! Whatever is newly wrong comes as a new message in the place of the old one, so that the phone
//! rings; whatever is mended is changed where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::findings::{Finding, of_group, of_rights};
use super::standing::Mover;
use super::text::{DeskLabel, DeskText};
use super::turn::Turn;
use crate::administration::effect::{Button, Does, Keyboard, Tag};
use crate::administration::press::Press;
use crate::administration::rights::{BotRights, Examination, Rights};
use crate::administration::text::Label;
use crate::verification::event::Link;
use crate::verification::{ChatId, MessageId, Timestamp, UserId};

/// How long a link is remembered by which somebody came in.
const LINK_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// So many such links are.
const LINKS: usize = 5;
/// So many admins have a message.
const COPIES: usize = 80;
/// The phone has just rung for a message that is younger than this: what is new is added to it.
const FRESH: Duration = Duration::from_secs(60);
/// Whoever asked waits so long for an answer; after that, one would only surprise. What has not
/// come of an order by then is not waited for.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doctor {
    /// Without the links.
    found: BTreeSet<Finding>,
    links: Vec<Came>,
    /// When the group was last looked at.
    at: Option<Timestamp>,
    /// The gate was opened before.
    opened: bool,
    /// Who waits for what comes of a look, since when, and how they want it.
    asked: BTreeMap<UserId, (Timestamp, Wish)>,
    copies: BTreeMap<UserId, Copy>,
}

/// Somebody came in by a link that asks nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Came {
    at: Timestamp,
    link: Finding,
}

/// The message at one admin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    place: Option<(ChatId, MessageId)>,
    said: Option<Timestamp>,
    /// What it says. Of an admin whom it did not reach: what they would have been told.
    told: BTreeSet<Finding>,
    /// It is written as soon as their rights are known, which was asked then.
    wish: Option<(Wish, Timestamp)>,
    /// A new message is on its way, since then.
    saying: Option<Timestamp>,
}

/// How a message is to be written, the stronger wish last.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Wish {
    /// Changed where it stands.
    InPlace,
    /// Anew, unless the old one is fresh.
    News,
    /// By the button below it: where it stands, whatever it says.
    Again,
    /// Anew in any case.
    Anew,
}

impl Doctor {
    /// An admin wants the group looked at.
    pub fn ask(&mut self, turn: &mut Turn<'_, '_>, by: UserId, wish: Wish) {
        if self.asked.len() < COPIES || self.asked.contains_key(&by) {
            self.asked.insert(by, (turn.now(), wish));
        }
        // It comes back if somebody comes by it again.
        self.links.clear();
        turn.examine();
    }

    /// Settings were changed, or the gate was opened.
    pub fn changed(&mut self, turn: &mut Turn<'_, '_>, by: UserId) {
        if self.opened {
            turn.examine();
        } else {
            self.opened = true;
            self.ask(turn, by, Wish::Anew);
        }
    }

    /// The bot's rights are these now.
    pub fn rights_are(
        &mut self,
        turn: &mut Turn<'_, '_>,
        keepers: &BTreeSet<UserId>,
        rights: BotRights,
        mover: &Mover,
    ) {
        let before = self.found.clone();
        self.found.retain(|finding| !finding.is_of_rights());
        let now = of_rights(rights, &turn.wants());
        let missed = |found: &BTreeSet<Finding>| found.iter().any(Finding::is_of_rights);
        if now.iter().any(|finding| !before.contains(finding)) {
            let what = if rights.present { "rights_lost" } else { "bot_removed" };
            turn.deed_of(mover, what);
        } else if missed(&before) && now.is_empty() {
            turn.deed_of(mover, "rights_regained");
        }
        self.found.extend(now);
        self.at = Some(turn.now());
        self.spread(turn, keepers);
    }

    /// The group was looked at.
    pub fn examined(
        &mut self,
        turn: &mut Turn<'_, '_>,
        keepers: &BTreeSet<UserId>,
        group: &Examination,
    ) {
        self.looked(turn, keepers, of_group(group, &turn.wants()));
    }

    /// The bot is not in the group any more.
    pub fn not_there(&mut self, turn: &mut Turn<'_, '_>, keepers: &BTreeSet<UserId>) {
        self.looked(turn, keepers, BTreeSet::from([Finding::Gone]));
    }

    /// Telegram did not say how the group is.
    pub fn unexamined(&mut self, turn: &mut Turn<'_, '_>) {
        for (admin, (_, wish)) in std::mem::take(&mut self.asked) {
            self.write_unexamined(turn, admin, wish);
        }
    }

    /// Somebody came in by a link.
    pub fn came_by(&mut self, turn: &mut Turn<'_, '_>, keepers: &BTreeSet<UserId>, link: &Link) {
        if link.asks || turn.wants().mutes() {
            return;
        }
        let link = Finding::UngatedLink {
            url: super::kept(&link.url, 64),
            name: link.name.as_deref().map(|name| super::kept(name, 32)),
            primary: link.primary,
        };
        self.links.retain(|came| came.link != link);
        if self.links.len() >= LINKS {
            self.links.remove(0);
        }
        self.links.push(Came { at: turn.now(), link });
        self.spread(turn, keepers);
    }

    /// Whether anything can be posted in the log chat.
    pub fn log_is(&mut self, turn: &mut Turn<'_, '_>, keepers: &BTreeSet<UserId>, gone: bool) {
        let changed = if gone {
            self.found.insert(Finding::LogGone)
        } else {
            self.found.remove(&Finding::LogGone)
        };
        if changed {
            self.spread(turn, keepers);
        }
    }

    /// What an admin may do here is known: now it can be written to them. `false`: they are no
    /// admin here any more.
    pub fn rights_known(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, rights: Rights) -> bool {
        let all = self.all();
        let Some(copy) = self.copies.get_mut(&admin) else { return true };
        let Some((wish, _)) = copy.wish.take() else { return true };
        let blind = all.iter().any(Finding::blinds);
        match rights {
            Rights::Admin => self.write(turn, admin, wish, all),
            Rights::NoGroup | Rights::Unknown if blind => {
                let said = all.into_iter().filter(Finding::blinds).collect();
                self.write(turn, admin, wish, said);
            }
            Rights::Unknown => {
                if wish >= Wish::Again {
                    self.write_unexamined(turn, admin, wish);
                }
            }
            Rights::Lesser | Rights::None | Rights::NoGroup => {
                self.copies.remove(&admin);
                return rights == Rights::NoGroup;
            }
        }
        true
    }

    pub fn said(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, place: (ChatId, MessageId)) {
        let all = self.all();
        let Some(copy) = self.copies.get_mut(&admin) else { return };
        copy.place = Some(place);
        copy.saying = None;
        if copy.told != all {
            self.send(turn, admin, Wish::InPlace);
        }
    }

    /// They blocked the bot.
    pub fn unsaid(&mut self, admin: UserId) {
        if let Some(copy) = self.copies.get_mut(&admin) {
            copy.place = None;
            copy.saying = None;
        }
    }

    /// The group has another number: the buttons below the messages carry the old one.
    pub fn renumbered(&mut self, turn: &mut Turn<'_, '_>) {
        let shown = |copy: &Copy| copy.place.map(|_| Wish::Again);
        let wishes = self.copies.iter_mut().filter_map(|(admin, copy)| {
            let asked = copy.wish.take().map(|(wish, _)| wish);
            Some((*admin, shown(copy).max(asked)?))
        });
        for (admin, wish) in wishes.collect::<Vec<_>>() {
            self.send(turn, admin, wish);
        }
        turn.examine();
    }

    /// The gate went.
    pub fn forget(&mut self) {
        *self = Doctor::default();
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>, keepers: &BTreeSet<UserId>) {
        let now = turn.now();
        self.asked.retain(|_, (since, _)| since.after(PATIENCE) > now);
        let before = self.links.len();
        self.links.retain(|came| came.at.after(LINK_KEPT) > now);
        if self.links.len() < before {
            self.spread(turn, keepers);
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        let links = self.links.iter().map(|came| came.at.after(LINK_KEPT));
        let asked = self.asked.values().map(|(since, _)| since.after(PATIENCE));
        links.chain(asked).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.copies.is_empty() && self.asked.is_empty() && self.links.is_empty() && !self.opened
    }

    fn all(&self) -> BTreeSet<Finding> {
        if self.found.contains(&Finding::Gone) {
            return BTreeSet::from([Finding::Gone]);
        }
        let links = self.links.iter().map(|came| came.link.clone());
        self.found.iter().cloned().chain(links).collect()
    }

    fn looked(
        &mut self,
        turn: &mut Turn<'_, '_>,
        keepers: &BTreeSet<UserId>,
        found: BTreeSet<Finding>,
    ) {
        let log_gone = self.found.contains(&Finding::LogGone);
        self.found = found;
        if log_gone {
            self.found.insert(Finding::LogGone);
        }
        self.at = Some(turn.now());
        for (admin, (_, wish)) in std::mem::take(&mut self.asked) {
            self.send(turn, admin, wish);
        }
        self.spread(turn, keepers);
    }

    /// Lets all know who were told something else. Without a gate nobody is told unasked.
    fn spread(&mut self, turn: &mut Turn<'_, '_>, keepers: &BTreeSet<UserId>) {
        if !turn.on_duty() {
            return;
        }
        let all = self.all();
        let held = self.copies.keys().copied();
        for admin in keepers.iter().copied().chain(held).collect::<BTreeSet<_>>() {
            let copy = self.copies.get_mut(&admin);
            let told = copy.as_ref().map(|copy| copy.told.clone()).unwrap_or_default();
            if all.iter().any(|finding| !told.contains(finding)) {
                self.send(turn, admin, Wish::News);
            } else if let Some(copy) = copy
                && copy.told != all
            {
                match (copy.place, copy.saying) {
                    (Some(_), _) => self.send(turn, admin, Wish::InPlace),
                    // What it lacks is added when it is there.
                    (None, Some(_)) => {}
                    // Nothing to change; but if it goes wrong again, that is news again.
                    (None, None) => copy.told.clone_from(&all),
                }
            }
        }
    }

    fn send(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, wish: Wish) {
        if self.copies.len() >= COPIES && !self.copies.contains_key(&admin) {
            self.copies.retain(|_, copy| copy.place.is_some() || copy.wish.is_some());
            if self.copies.len() >= COPIES {
                return;
            }
        }
        let now = turn.now();
        let copy = self.copies.entry(admin).or_default();
        copy.wish = match copy.wish {
            Some((before, asked)) if asked.after(PATIENCE) > now => Some((before.max(wish), asked)),
            Some(_) | None => {
                turn.look_up(admin, Tag::Doctor(admin));
                Some((wish, now))
            }
        };
    }

    fn write(
        &mut self,
        turn: &mut Turn<'_, '_>,
        admin: UserId,
        wish: Wish,
        findings: BTreeSet<Finding>,
    ) {
        let all = self.all();
        let at = self.at.unwrap_or(turn.now());
        let Some(copy) = self.copies.get_mut(&admin) else { return };
        if wish < Wish::Again && copy.told == all && copy.place.is_some() {
            return;
        }
        if put(turn, admin, copy, wish, DeskText::Findings { at, findings }) {
            copy.told = all;
        }
    }

    fn write_unexamined(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, wish: Wish) {
        let at = turn.now();
        if self.copies.len() < COPIES || self.copies.contains_key(&admin) {
            let copy = self.copies.entry(admin).or_default();
            put(turn, admin, copy, wish, DeskText::Unexamined { at });
        }
    }
}

/// Writes the message, anew or where it stands. `false`: another one is on its way, and what it
/// lacks is added when it is there.
fn put(
    turn: &mut Turn<'_, '_>,
    admin: UserId,
    copy: &mut Copy,
    wish: Wish,
    text: DeskText,
) -> bool {
    let now = turn.now();
    let fresh = copy.said.is_some_and(|said| said.after(FRESH) > now);
    let anew = match wish {
        Wish::InPlace | Wish::Again => false,
        Wish::News => !fresh,
        Wish::Anew => true,
    };
    let tag = Tag::Doctor(admin);
    match copy.place {
        Some(place) if !anew => {
            turn.edit_at(admin, place, text, check_again(turn), Some(tag));
        }
        None if copy.saying.is_some_and(|since| since.after(PATIENCE) > now) => return false,
        place => {
            if let Some(place) = place {
                turn.delete_at(admin, place);
            }
            turn.say_to(admin, text, check_again(turn), tag);
            copy.place = None;
            copy.said = Some(now);
            copy.saying = Some(now);
        }
    }
    true
}

fn check_again(turn: &Turn<'_, '_>) -> Keyboard {
    let does = Does::Press(Press::CheckAgain { gate: turn.id }.data());
    Keyboard::Buttons(vec![vec![Button { label: Label::Desk(DeskLabel::CheckAgain), does }]])
}
