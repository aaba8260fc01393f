//! Those who passed and wait, because the bot lacks the right to open the group.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::turn::Turn;
use crate::verification::event::What;
use crate::verification::{Timestamp, UserId};

/// So many are remembered.
const PEOPLE: usize = 500;
/// Nobody waits for longer.
const WAIT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How often the group is looked at on their account.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    people: BTreeMap<UserId, Timestamp>,
    /// When the group may be looked at (again) on their account.
    look: Option<Timestamp>,
}

impl Stuck {
    /// One more waits.
    pub fn add(&mut self, turn: &mut Turn<'_, '_>, user: UserId) {
        if self.people.len() < PEOPLE {
            self.people.insert(user, turn.now());
        }
        if self.look.is_none() {
            self.look_now(turn);
        }
    }

    /// The bot can open the group (again).
    pub fn mended(&mut self, turn: &mut Turn<'_, '_>) {
        for (user, _) in std::mem::take(&mut self.people) {
            turn.tell_applicant(user, What::DoorMended { gate: turn.id });
        }
    }

    /// The bot left, or the gate went: nothing will be opened for them.
    pub fn forget(&mut self) {
        *self = Stuck::default();
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        let now = turn.now();
        self.people.retain(|_, since| since.after(WAIT) > now);
        if self.look.is_some_and(|look| look <= now) {
            self.look = None;
            if !self.people.is_empty() {
                self.look_now(turn);
            }
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        let first = self.people.values().min().map(|since| since.after(WAIT));
        self.look.into_iter().chain(first).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.people.is_empty()
    }

    fn look_now(&mut self, turn: &mut Turn<'_, '_>) {
        turn.examine();
        self.look = Some(turn.now().after(BETWEEN_LOOKS));
    }
}
