//! What the owners of the bot hear of, and the admins of a gate must hear, too.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::text::DeskText;
use super::turn::Turn;
use crate::administration::effect::{Keyboard, Tag};
use crate::administration::rights::Rights;
use crate::verification::UserId;
use crate::verification::alarm::Alarm;

/// So many wait for one admin's rights; one more takes the place of the oldest.
const WAITING: usize = 5;

/// Alarms that are written as soon as an admin's rights are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alarms(BTreeMap<UserId, Vec<Alarm>>);

impl Alarms {
    pub fn tell(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>, alarm: &Alarm) {
        for admin in admins {
            let waiting = self.0.entry(*admin).or_default();
            if waiting.len() >= WAITING {
                waiting.remove(0);
            }
            waiting.push(alarm.clone());
            turn.look_up(*admin, Tag::Alarm(*admin));
        }
    }

    /// What an admin may do here is known. `false`: they are no admin here any more.
    pub fn rights_known(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, rights: Rights) -> bool {
        let waiting = self.0.remove(&admin).unwrap_or_default();
        match rights {
            Rights::Admin => {
                for alarm in waiting {
                    let (text, tag) = (DeskText::Alarm(alarm), Tag::Alarm(admin));
                    turn.say_to(admin, text, Keyboard::None, tag);
                }
                true
            }
            Rights::Unknown | Rights::NoGroup => true,
            Rights::Lesser | Rights::None => false,
        }
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }

    pub fn is_forgettable(&self) -> bool {
        self.0.is_empty()
    }
}
