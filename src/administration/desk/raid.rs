//! Raid mode: very many ask to join at once.
//!
//! ```text
//!         so many requests in a minute, or an admin
//!   off ─────────────────────────────────────────────▶ on
//!    ▲                                                  │ stricter gate, calls collected,
//!    └──── quiet for a while, or an admin ──────────────┘ one message to each admin
//! ```
//!
//! The gate itself is stricter by the applicant's rules, which are told that raid mode is on.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bulletin::Bulletin;
use super::cards::Call;
use super::text::{DeskText, RaidFigures};
use super::turn::Turn;
use crate::administration::detail::Detail;
use crate::administration::effect::Tag;
use crate::administration::rights::Rights;
use crate::verification::event::What;
use crate::verification::limits::{AtGate, Ledger};
use crate::verification::{ChatId, MessageId, Timestamp, UserId};

/// The figures are looked at, and the message changed, at most this often.
const LOOK: Duration = Duration::from_secs(30);
/// After so long without many requests it is over: if it came on by itself,
pub(crate) const QUIET: Duration = Duration::from_secs(10 * 60);
/// and if an admin switched it on.
pub(crate) const QUIET_BY_HAND: Duration = Duration::from_secs(60 * 60);
/// For so long after it was over the message is still known, and if an admin ended it, it does
/// not come on by itself.
const REST: Duration = Duration::from_secs(60 * 60);
/// So many calls are collected; whoever calls besides hears that nobody was asked.
const CALLS: usize = 200;
/// Whoever is counted as missed is so within this many minutes of their request.
const OPEN_MINUTES: i64 = 30;
/// In minutes.
const A_DAY: i64 = 24 * 60;
/// Where nothing is said of how many requests in a minute are many.
const MANY: u32 = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raid {
    on: Option<On>,
    over: Option<Over>,
    /// What the message says, or is about to say.
    figures: RaidFigures,
    bulletin: Bulletin,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct On {
    since: Timestamp,
    /// `None`: it came on by itself.
    by: Option<UserId>,
    /// When there were many requests last.
    busy: Timestamp,
    look: Timestamp,
    /// The first minute whose counts may still grow, and the counts of those before.
    open: i64,
    requests: u32,
    missed: u32,
    /// Who asked for an admin meanwhile.
    calls: Vec<Call>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Over {
    until: Timestamp,
    by_hand: bool,
}

impl Raid {
    pub fn is_on(&self) -> bool {
        self.on.is_some()
    }

    /// So many asked to join within a minute that it comes on.
    pub fn rush(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>) {
        let now = turn.now();
        let ended = self.over.as_ref();
        if ended.is_some_and(|over| over.by_hand && now < over.until) {
            return;
        }
        self.begin(turn, admins, None);
    }

    /// An admin, whose rights were just looked at, switches it. Returns the calls that were
    /// collected, if that ends it.
    pub fn switch(
        &mut self,
        turn: &mut Turn<'_, '_>,
        admins: &BTreeSet<UserId>,
        on: bool,
        by: UserId,
    ) -> Vec<Call> {
        if on {
            self.begin(turn, admins, Some(by));
            return Vec::new();
        }
        self.end(turn, Some(by))
    }

    /// Somebody asks for an admin: while it is on, that is kept for afterwards. Gives the call
    /// back if it is not on.
    pub fn collect(&mut self, turn: &mut Turn<'_, '_>, call: Call) -> Option<Call> {
        let Some(on) = &mut self.on else { return Some(call) };
        on.calls.retain(|known| known.person.id != call.person.id);
        if on.calls.len() < CALLS {
            on.calls.push(call);
        } else {
            let gate = turn.id;
            turn.tell_applicant(call.person.id, What::NobodyAsked { gate });
        }
        None
    }

    /// They do not wait for an admin any more.
    pub fn call_over(&mut self, user: UserId) {
        if let Some(on) = &mut self.on {
            on.calls.retain(|call| call.person.id != user);
        }
    }

    pub fn rights_known(&mut self, turn: &mut Turn<'_, '_>, who: UserId, rights: Rights) -> bool {
        let text = self.text(turn);
        self.bulletin.rights_known(turn, who, rights, Tag::Raid, text)
    }

    pub fn said(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, place: (ChatId, MessageId)) {
        self.bulletin.said(turn, admin, place, Tag::Raid);
    }

    pub fn unsaid(&mut self, admin: UserId) {
        self.bulletin.unsaid(admin);
    }

    /// The bot keeps no gate here any more.
    pub fn forget(&mut self, turn: &mut Turn<'_, '_>) {
        let gate = turn.id;
        for call in std::mem::take(self).on.map(|on| on.calls).unwrap_or_default() {
            turn.tell_applicant(call.person.id, What::NobodyAsked { gate });
        }
    }

    /// Looks at the figures where it is time. Returns the calls that were collected, if it is
    /// over.
    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) -> Vec<Call> {
        let now = turn.now();
        if self.over.as_ref().is_some_and(|over| over.until <= now) {
            self.over = None;
            if self.on.is_none() {
                self.bulletin.forget();
            }
        }
        let Some(on) = self.on.as_mut().filter(|on| on.look <= now) else { return Vec::new() };
        on.look = now.after(LOOK);
        on.count(turn);
        let quiet = if on.by.is_some() { QUIET_BY_HAND } else { QUIET };
        if now.since(on.busy) >= quiet {
            return self.end(turn, None);
        }
        let figures = on.figures(turn);
        if figures != self.figures {
            self.figures = figures;
            self.bulletin.update(turn, Tag::Raid);
        }
        Vec::new()
    }

    pub fn due(&self) -> Option<Timestamp> {
        let look = self.on.as_ref().map(|on| on.look);
        let over = self.over.as_ref().map(|over| over.until);
        look.into_iter().chain(over).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.on.is_none() && self.over.is_none() && self.bulletin.is_empty()
    }

    fn begin(&mut self, turn: &mut Turn<'_, '_>, admins: &BTreeSet<UserId>, by: Option<UserId>) {
        if self.on.is_some() || !turn.on_duty() {
            return;
        }
        let now = turn.now();
        let mut on = On {
            since: now,
            by,
            busy: now,
            look: now.after(LOOK),
            open: now.minute(),
            requests: 0,
            missed: 0,
            calls: Vec::new(),
        };
        on.count(turn);
        self.figures = on.figures(turn);
        self.on = Some(on);
        self.over = None;
        turn.deed("raid_on", by, None, Detail::None);
        self.bulletin.announce(turn, admins, Tag::Raid);
    }

    fn end(&mut self, turn: &mut Turn<'_, '_>, by: Option<UserId>) -> Vec<Call> {
        let Some(mut on) = self.on.take() else { return Vec::new() };
        on.count(turn);
        self.figures = RaidFigures { over: Some(turn.now()), ..on.figures(turn) };
        self.over = Some(Over { until: turn.now().after(REST), by_hand: by.is_some() });
        let RaidFigures { requests, missed, .. } = self.figures;
        turn.deed("raid_off", by, None, Detail::Requests { requests, missed });
        self.bulletin.update(turn, Tag::Raid);
        on.calls
    }

    fn text(&self, turn: &Turn<'_, '_>) -> Option<DeskText> {
        let known = self.on.is_some() || self.over.is_some();
        let link =
            format!("https://t.me/{}?start={}", turn.facts.bot, turn.facts.keys.gate(turn.id));
        known.then(|| DeskText::Raid { figures: self.figures.clone(), link })
    }
}

impl On {
    /// Brings the counts up to date: those of minutes that are over for good are kept.
    fn count(&mut self, turn: &Turn<'_, '_>) {
        let now = turn.now();
        let done = (now.minute() - OPEN_MINUTES).max(self.open);
        // Should the clock leap, nobody counts the minutes of years.
        for minute in self.open.max(done - A_DAY)..done {
            let (requests, missed) = of_minute(turn, minute);
            self.requests = self.requests.saturating_add(requests);
            self.missed = self.missed.saturating_add(missed);
        }
        self.open = done;
        let at_once = turn.facts.gates.get(&turn.id).map_or(0, |gate| gate.limits.raid_requests);
        let many = if at_once == 0 { MANY } else { at_once.div_ceil(2) };
        let busy = (now.minute() - 1..=now.minute())
            .any(|minute| of_minute(turn, minute).0 >= many && minute >= self.since.minute());
        if busy {
            self.busy = now;
        }
    }

    fn figures(&self, turn: &Turn<'_, '_>) -> RaidFigures {
        let open = (self.open..=turn.now().minute()).map(|minute| of_minute(turn, minute));
        let (requests, missed) =
            open.fold((self.requests, self.missed), |(requests, missed), (more, also)| {
                (requests.saturating_add(more), missed.saturating_add(also))
            });
        RaidFigures {
            since: self.since,
            by: self.by.map(|by| turn.who(by)),
            requests,
            missed,
            calls: u32::try_from(self.calls.len()).unwrap_or(u32::MAX),
            over: None,
        }
    }
}

/// How many asked to join in this minute, and how many of them could not be written to in time.
fn of_minute(turn: &Turn<'_, '_>, minute: i64) -> (u32, u32) {
    let gate = turn.id;
    let requests = turn.counted(&Ledger::AtGate(AtGate::Requests { gate, minute }));
    (requests, turn.counted(&Ledger::AtGate(AtGate::Missed { gate, minute })))
}
