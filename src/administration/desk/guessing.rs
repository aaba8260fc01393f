//! Unusually many wrong tries at the gate, over all applicants together: its admins are told.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bulletin::Bulletin;
use super::text::DeskText;
use super::turn::Turn;
use crate::administration::detail::Detail;
use crate::administration::effect::Tag;
use crate::administration::rights::Rights;
use crate::verification::limits::{AtGate, Ledger};
use crate::verification::{ChatId, MessageId, Timestamp, UserId};

/// The admins are told at most this often.
const BETWEEN: Duration = Duration::from_secs(60 * 60);
const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guessing {
    /// What they were told last, and when.
    told: Option<(Timestamp, Wrong)>,
    /// More was heard of too soon after that: it is looked at again then.
    due: Option<Timestamp>,
    bulletin: Bulletin,
}

/// How many tries were wrong.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Wrong {
    /// The beginning of the first hour that is counted.
    since: Timestamp,
    passwords: u32,
    codes: u32,
    /// Whoever begins has fewer tries for it.
    slowed: bool,
}

impl Guessing {
    /// More tries were wrong within an hour than are usual.
    pub fn noticed(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>) {
        let now = turn.now();
        match self.told {
            Some((told, _)) if now.since(told) < BETWEEN => self.due = Some(told.after(BETWEEN)),
            Some(_) | None => self.tell(turn, admins, now.hour()),
        }
    }

    pub fn rights_known(&mut self, turn: &mut Turn<'_, '_>, who: UserId, rights: Rights) -> bool {
        let text = self.text();
        self.bulletin.rights_known(turn, who, rights, Tag::Guessing, text)
    }

    pub fn said(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, place: (ChatId, MessageId)) {
        self.bulletin.said(turn, admin, place, Tag::Guessing);
    }

    pub fn unsaid(&mut self, admin: UserId) {
        self.bulletin.unsaid(admin);
    }

    pub fn forget(&mut self) {
        *self = Guessing::default();
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>) {
        let now = turn.now();
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            // It may have been the hour that has just ended.
            self.tell(turn, admins, now.hour() - 1);
        }
        if self.due.is_none() && self.told.is_some_and(|(told, _)| now.since(told) >= BETWEEN) {
            self.forget();
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        let forgotten = self.told.map(|(told, _)| told.after(BETWEEN));
        self.due.into_iter().chain(forgotten).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.told.is_none() && self.due.is_none() && self.bulletin.is_empty()
    }

    /// Tells what has been wrong since that hour began, if that is still too much.
    fn tell(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>, since: i64) {
        let now = turn.now();
        let Some(limits) = turn.facts.gates.get(&turn.id).map(|gate| gate.limits.clone()) else {
            return;
        };
        let gate = turn.id;
        let (mut passwords, mut codes, mut most) = (0_u32, 0_u32, 0_u32);
        for hour in since..=now.hour() {
            let wrong = turn.counted(&Ledger::AtGate(AtGate::WrongPasswords { gate, hour }));
            let also = turn.counted(&Ledger::AtGate(AtGate::WrongCodes { gate, hour }));
            passwords = passwords.saturating_add(wrong);
            codes = codes.saturating_add(also);
            most = most.max(wrong).max(also);
        }
        if !limits.is_guessing(most.into()) {
            return;
        }
        let since = Timestamp(since.saturating_mul(HOUR_MS));
        self.told = Some((now, Wrong { since, passwords, codes, slowed: limits.guessing_slows }));
        turn.deed("guessing", None, None, Detail::Wrong { passwords, codes });
        self.bulletin.announce(turn, admins, Tag::Guessing);
    }

    fn text(&self) -> Option<DeskText> {
        let (_, Wrong { since, passwords, codes, slowed }) = self.told?;
        Some(DeskText::Guessing { since, passwords, codes, slowed })
    }
}
