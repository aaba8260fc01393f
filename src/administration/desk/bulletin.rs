//! One message that stands at each of several admins and is kept up to date.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::text::DeskText;
use super::turn::Turn;
use crate::administration::effect::{Keyboard, Tag};
use crate::administration::rights::Rights;
use crate::verification::{ChatId, MessageId, UserId};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    copies: BTreeMap<UserId, Copy>,
}

/// The message at one admin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    place: Option<(ChatId, MessageId)>,
    /// It is on its way, or there.
    written: bool,
    /// It is written, or changed, as soon as their rights are known.
    asked: bool,
    /// It says something else than it should, and was on its way when that was found.
    stale: bool,
}

impl Bulletin {
    /// A new message, which rings: `admins` get it as soon as their rights are known. Older ones
    /// stay as they are.
    pub fn announce(
        &mut self,
        turn: &mut Turn<'_, '_>,
        admins: &BTreeSet<UserId>,
        tag: fn(UserId) -> Tag,
    ) {
        self.copies.clear();
        for admin in admins {
            self.copies.insert(*admin, Copy { asked: true, ..Copy::default() });
            turn.look_up(*admin, tag(*admin));
        }
    }

    /// What it says has changed.
    pub fn update(&mut self, turn: &mut Turn<'_, '_>, tag: fn(UserId) -> Tag) {
        for (admin, copy) in &mut self.copies {
            if copy.place.is_none() {
                copy.stale = copy.written;
            } else if !std::mem::replace(&mut copy.asked, true) {
                turn.look_up(*admin, tag(*admin));
            }
        }
    }

    /// What an admin may do here is known. `false`: they are no admin here any more.
    pub fn rights_known(
        &mut self,
        turn: &mut Turn<'_, '_>,
        admin: UserId,
        rights: Rights,
        tag: fn(UserId) -> Tag,
        text: Option<DeskText>,
    ) -> bool {
        let Some(copy) = self.copies.get_mut(&admin) else { return true };
        if !std::mem::take(&mut copy.asked) {
            return true;
        }
        match (rights, text) {
            (Rights::Admin, Some(text)) => {
                let keyboard = Keyboard::None;
                match copy.place {
                    Some(place) => {
                        turn.edit_at(admin, place, text, keyboard, Some(tag(admin)));
                    }
                    None => turn.say_to(admin, text, keyboard, tag(admin)),
                }
                copy.written = true;
                true
            }
            (Rights::Admin | Rights::Unknown, _) => {
                if !copy.written {
                    self.copies.remove(&admin);
                }
                true
            }
            (Rights::Lesser | Rights::None | Rights::NoGroup, _) => {
                self.copies.remove(&admin);
                rights == Rights::NoGroup
            }
        }
    }

    pub fn said(
        &mut self,
        turn: &mut Turn<'_, '_>,
        admin: UserId,
        place: (ChatId, MessageId),
        tag: fn(UserId) -> Tag,
    ) {
        let Some(copy) = self.copies.get_mut(&admin) else { return };
        copy.place = Some(place);
        if std::mem::take(&mut copy.stale) && !std::mem::replace(&mut copy.asked, true) {
            turn.look_up(admin, tag(admin));
        }
    }

    /// They blocked the bot.
    pub fn unsaid(&mut self, admin: UserId) {
        self.copies.remove(&admin);
    }

    /// Whatever stands stays as it is.
    pub fn forget(&mut self) {
        self.copies.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.copies.is_empty()
    }
}
