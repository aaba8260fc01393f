//! Where the machines meet the store: a step, its state, everything that follows from it and the
//! removal of what caused it are one commit.

use std::sync::Arc;

use tracing::{error, info, warn};

use super::Engine;
use super::follow::{self, Followed, Note};
use super::renaming::Renaming;
use super::shelf::{Shelf, conversion, holders, is_suppressed, panel_of, person_of};
use super::world::SystemRandom;
use crate::administration::archive::Archive;
use crate::administration::effect::Whose;
use crate::administration::outcome::Stepped as AdminStepped;
use crate::administration::{desk, door, panel, watch};
use crate::machines::{Happening, Subject};
use crate::ops::fault::{self, Point};
use crate::store::records::{
    Alarm, DeskRecord, InboxEntry, LedgerCount, LiveKeyboard, OutboxEntry, PanelRecord,
    PersonRecord, SeenUpdate, Wake, WatchRecord,
};
use crate::store::{Hurry, StoreError, View};
use crate::verification::applicant::{Facts, Stepped, step};
use crate::verification::event::Event;
use crate::verification::limits::Ledger;
use crate::verification::{ChatId, GateId, Hidden, MessageId, Timestamp, UserId};

/// What led to a decision, and is over once it is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Cause {
    /// The update that brought it, if it has not been in the inbox.
    pub update: Option<u32>,
    /// What waited in the inbox.
    pub inbox: Option<u64>,
    /// The orders that were carried out.
    pub outbox: Vec<u64>,
    /// The order that could not be carried out yet, and what is to be kept of the attempt.
    pub put_back: Option<(u64, Box<OutboxEntry>)>,
    /// The time that has come for an applicant.
    pub wake: Option<(Timestamp, UserId, GateId)>,
    /// The time that has come for a panel, a desk or the watch.
    pub alarm: Option<(Timestamp, Whose)>,
    /// A message with buttons was written, or the last one lost them.
    pub keyboard: Option<(ChatId, Option<MessageId>)>,
    /// Nobody waits for it: unless something happened, it may be durable a little later.
    pub patient: bool,
    /// The file that was fetched for an admin.
    pub upload: Option<(UserId, Arc<Vec<u8>>)>,
}

/// Orders with their places in the outbox.
pub(super) type Queued = Vec<(u64, OutboxEntry)>;

/// What became of an update that nothing had to wait for.
pub(super) enum AtOnce {
    Decided(Queued),
    /// It takes longer, so it waits in this place of the inbox.
    Kept(u64, Box<Happening>),
}

enum Decided {
    Done(Followed),
    /// It cannot be done at once, and is in the inbox.
    Kept(u64),
    NeedsPassword {
        gate: GateId,
        typed: Hidden,
        candidates: Vec<(String, Hidden)>,
    },
    NeedsHash(Hidden),
}

/// What had to be found out before a step could be taken.
#[derive(Clone, Default)]
struct Found {
    password: Option<(GateId, Option<String>)>,
    hashed: Option<Hidden>,
}

impl Engine {
    /// Decides on what happened, durably, and returns what is to be done now. What other machines
    /// are to be told goes to them by itself.
    pub(super) async fn decide(
        self: &Arc<Self>,
        happening: Option<Happening>,
        cause: Cause,
    ) -> Result<Queued, StoreError> {
        let subject = happening.as_ref().map(Happening::subject);
        if let Some(happening) = &happening {
            self.metrics.step(happening.name());
        }
        let happening = happening.map(Arc::new);
        let mut found = Found::default();
        loop {
            match self.commit(happening.clone(), cause.clone(), found.clone()).await {
                Ok(Decided::Done(followed)) => return Ok(self.proceed(subject, followed)),
                Ok(Decided::Kept(_)) => return Ok(Queued::new()),
                Ok(Decided::NeedsPassword { gate, typed, candidates }) => {
                    found.password = Some((gate, self.verifier.which(&typed, candidates).await));
                }
                Ok(Decided::NeedsHash(typed)) => {
                    found.hashed = Some(self.verifier.hash(typed).await);
                }
                Err(StoreError::Panicked) => return self.give_up_on(subject, cause).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// The same for an update that has not been in the inbox: if it can be decided on at once, it
    /// never gets there, and one commit is all that it takes.
    pub(super) async fn decide_at_once(
        self: &Arc<Self>,
        update: u32,
        happening: Happening,
    ) -> Result<AtOnce, StoreError> {
        let subject = Some(happening.subject());
        let cause = Cause { update: Some(update), ..Cause::default() };
        let happening = Arc::new(happening);
        let committed =
            self.commit(Some(Arc::clone(&happening)), cause.clone(), Found::default()).await;
        match committed {
            Ok(Decided::Kept(seq)) => {
                Ok(AtOnce::Kept(seq, Box::new(Arc::unwrap_or_clone(happening))))
            }
            Ok(Decided::Done(followed)) => {
                self.metrics.step(happening.name());
                Ok(AtOnce::Decided(self.proceed(subject, followed)))
            }
            Ok(Decided::NeedsPassword { .. } | Decided::NeedsHash(_)) => {
                Ok(AtOnce::Decided(Queued::new()))
            }
            Err(StoreError::Panicked) => self.give_up_on(subject, cause).await.map(AtOnce::Decided),
            Err(error) => Err(error),
        }
    }

    /// Nothing comes of what led to this but that it is over.
    pub(super) async fn give_up_on(
        self: &Arc<Self>,
        subject: Option<Subject>,
        cause: Cause,
    ) -> Result<Queued, StoreError> {
        let subject = subject.map(Subject::id);
        error!(subject, "a panic while deciding on one event; that event is dropped");
        match self.commit(None, cause, Found::default()).await? {
            Decided::Done(followed) => Ok(followed.queued),
            Decided::Kept(_) | Decided::NeedsPassword { .. } | Decided::NeedsHash(_) => {
                Ok(Queued::new())
            }
        }
    }

    async fn commit(
        self: &Arc<Self>,
        happening: Option<Arc<Happening>>,
        cause: Cause,
        found: Found,
    ) -> Result<Decided, StoreError> {
        let now = self.clock.now();
        let engine = Arc::clone(self);
        let keyboard = cause.keyboard;
        let hurry = if cause.patient && happening.is_none() { Hurry::Soon } else { Hurry::Now };
        fault::pass(Point::DecideBefore);
        let decided = self
            .store
            .commit_in(hurry, move |view| {
                if let Some(update) = cause.update {
                    if view.get::<SeenUpdate>(&update)?.is_some() {
                        return Ok(Decided::Done(Followed::default()));
                    }
                    view.put(&update, &SeenUpdate { at: now })?;
                }
                // A fetched file is there before the step that is to read it.
                if let Some((admin, bytes)) = &cause.upload {
                    follow::keep_upload(view, *admin, bytes)?;
                }
                // As of this transaction: a group may have moved since it was put into the inbox.
                let renaming = Renaming { moved: &engine.gates.moved(), keys: &engine.keys };
                let renamed = happening.as_deref().map(|happening| renaming.happening(happening));
                let decided = match renamed.as_deref() {
                    None => Decided::Done(Followed::default()),
                    Some(Happening::Person(event)) => person(view, &engine, event, found, now)?,
                    Some(Happening::Panel(event)) => panel(view, &engine, event, found, now)?,
                    Some(Happening::Desk(event)) => desk(view, &engine, event, now)?,
                    Some(Happening::Watch(event)) => watch(view, &engine, event, now)?,
                };
                match (decided, cause.update, happening.as_deref()) {
                    (Decided::Done(followed), ..) => {
                        clear(view, &cause)?;
                        Ok(Decided::Done(followed))
                    }
                    // Nobody else's updates wait for that.
                    (_, Some(update), Some(happening)) => {
                        follow::accept(view, update, happening, now).map(Decided::Kept)
                    }
                    (needs, ..) => Ok(needs),
                }
            })
            .await;
        fault::pass(Point::DecideAfter);
        if let (Ok(_), Some((chat, message))) = (&decided, keyboard) {
            self.keyboards.note(chat, message);
        }
        decided
    }

    /// What is durable now may be seen: the log, the other machines, the orders.
    pub(super) fn proceed(&self, subject: Option<Subject>, followed: Followed) -> Queued {
        for note in followed.notes {
            self.note(subject, &note);
        }
        if !followed.messages.is_empty() {
            self.pulse.begin(followed.messages.len());
            // Without a receiver the engine is stopping: the inbox has them.
            let _ = self.told.send(followed.messages);
        }
        followed.queued
    }

    fn note(&self, subject: Option<Subject>, note: &Note) {
        match note {
            Note::Decision(gate, decision) => {
                self.metrics.outcome(decision.name());
                let (user, gate) = (subject.map(Subject::id), gate.map(|gate| gate.0));
                let detail = decision.to_string();
                let detail = (!detail.is_empty()).then_some(detail);
                info!(user, gate, decision = decision.name(), detail, "decided");
            }
            Note::Alarm(alarm) => {
                self.metrics.alarm(alarm.name());
                let about = Some(alarm.about()).filter(|about| *about != 0);
                warn!(alarm = alarm.name(), about, "the owners are told");
            }
            Note::Deed(deed) => {
                let (user, gate) = (deed.about.map(|user| user.0), deed.gate.map(|gate| gate.0));
                let by = deed.by.map(|by| by.0);
                let detail = deed.detail.to_string();
                let detail = (!detail.is_empty()).then_some(detail);
                info!(user, gate, by, deed = deed.what, detail, "done by hand");
            }
        }
    }
}

/// Something about a person: for their panel, or for the applicant's rules.
fn person(
    view: &mut View<'_>,
    engine: &Engine,
    event: &Event,
    found: Found,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let own = panel_of(view, engine, event.user)?.unwrap_or_default();
    let claimed = {
        let shelf = Shelf { view, engine };
        door::claim(&own, &shelf.acquaintance(event.user), event)
    };
    let Some(input) = claimed else {
        return applicant(view, engine, event, found, now);
    };
    let Event { user, language, name, .. } = event.clone();
    let what = panel::What::Did(input);
    panel(view, engine, &panel::Event { admin: user, language, name, what }, found, now)
}

fn applicant(
    view: &mut View<'_>,
    engine: &Engine,
    event: &Event,
    found: Found,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let before = person_of(view, engine, event.user)?;
    let mut person = before.as_deref().cloned().unwrap_or_default();
    let gates = engine.gates.current();
    let stepped = {
        let seen: &View<'_> = view;
        let shelf = Shelf { view: seen, engine };
        let outages = engine.hearing.outages(now);
        let mut facts = Facts {
            now,
            outages: &outages,
            gates: &gates,
            keys: &engine.keys,
            random: &mut SystemRandom,
            ledger: &|ledger: &Ledger| count(seen, ledger),
            password: found.password,
            on_roster: &|gate, key| shelf.on_roster(gate, key),
            holders: &|gate, key| holders(seen, gate, key),
            suppressed: &|key| is_suppressed(seen, key),
            conversion: &|dial_code| conversion(seen, dial_code),
            spending: &engine.setting.spending,
            restore: engine.restore,
        };
        match step(&mut person, event, &mut facts) {
            Stepped::NeedsPassword { gate, typed, candidates } => {
                let Some(which) = engine.verifier.recall(&typed, &candidates) else {
                    return Ok(Decided::NeedsPassword { gate, typed, candidates });
                };
                facts.password = Some((gate, which));
                step(&mut person, event, &mut facts)
            }
            done @ Stepped::Done(_) => done,
        }
    };
    let outcome = match stepped {
        Stepped::Done(outcome) => outcome,
        Stepped::NeedsPassword { gate, typed, candidates } => {
            return Ok(Decided::NeedsPassword { gate, typed, candidates });
        }
    };
    let renamed = before.as_ref().and_then(|person| person.name.as_ref()) != person.name.as_ref();
    if let Some(username) = person.name.as_ref().and_then(|name| name.username.as_ref())
        && renamed
    {
        follow::remember_username(view, engine, username, event.user)?;
    }
    let followed = follow::applicant(view, engine, event.user, &person, outcome, now)?;
    if person.is_forgettable() {
        view.remove::<PersonRecord>(&event.user);
    } else if before.as_deref() != Some(&person) {
        view.put(&event.user, &PersonRecord(Arc::new(person)))?;
    }
    Ok(Decided::Done(followed))
}

fn panel(
    view: &mut View<'_>,
    engine: &Engine,
    event: &panel::Event,
    found: Found,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let before = panel_of(view, engine, event.admin)?;
    let mut panel = before.clone().unwrap_or_default();
    let gates = engine.gates.current();
    let stepped = {
        let shelf = Shelf { view, engine };
        shelf.facts(&gates, now, found.hashed, |facts| panel::step(&mut panel, event, facts))
    };
    let outcome = match stepped {
        AdminStepped::NeedsHash(typed) => return Ok(Decided::NeedsHash(typed)),
        AdminStepped::Done(outcome) => outcome,
    };
    if panel == panel::Panel::default() {
        view.remove::<PanelRecord>(&event.admin);
    } else if before.as_ref() != Some(&panel) {
        view.put(&event.admin, &PanelRecord(panel))?;
    }
    let whose = Whose::Panel(event.admin);
    follow::administration(view, engine, whose, outcome, now).map(Decided::Done)
}

fn desk(
    view: &mut View<'_>,
    engine: &Engine,
    event: &desk::Event,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let kept = view.get::<DeskRecord>(&event.desk)?;
    let before = kept.map(|DeskRecord(desk)| desk);
    let mut desk = before.clone().unwrap_or_default();
    let gates = engine.gates.current();
    let outcome = {
        let shelf = Shelf { view, engine };
        shelf.facts(&gates, now, None, |facts| desk::step(&mut desk, event, facts))
    };
    // As with settings: the next transaction sees it.
    engine.gates.attach(event.desk, desk.is_attended());
    engine.gates.raid(event.desk, desk.is_raided());
    if desk.is_forgettable() {
        view.remove::<DeskRecord>(&event.desk);
    } else if before.as_ref() != Some(&desk) {
        view.put(&event.desk, &DeskRecord(desk))?;
    }
    let whose = Whose::Desk(event.desk);
    follow::administration(view, engine, whose, outcome, now).map(Decided::Done)
}

fn watch(
    view: &mut View<'_>,
    engine: &Engine,
    event: &watch::Event,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    let before = view.get::<WatchRecord>(&())?.map(|WatchRecord(watch)| watch);
    let mut watch = before.clone().unwrap_or_default();
    let gates = engine.gates.current();
    let outcome = {
        let shelf = Shelf { view, engine };
        shelf.facts(&gates, now, None, |facts| watch::step(&mut watch, event, facts))
    };
    if watch == watch::Watch::default() {
        view.remove::<WatchRecord>(&());
    } else if before.as_ref() != Some(&watch) {
        view.put(&(), &WatchRecord(watch))?;
    }
    follow::administration(view, engine, Whose::Watch, outcome, now).map(Decided::Done)
}

/// What a ledger holds; one that cannot be read counts as full, and the store fails closed anyway.
pub(super) fn count(view: &View<'_>, ledger: &Ledger) -> u64 {
    match view.get::<LedgerCount>(ledger) {
        Ok(kept) => kept.map_or(0, |kept| kept.count),
        Err(_) => u64::MAX,
    }
}

fn clear(view: &mut View<'_>, cause: &Cause) -> Result<(), StoreError> {
    if let Some(seq) = &cause.inbox {
        view.remove::<InboxEntry>(seq);
    }
    for seq in &cause.outbox {
        view.remove::<OutboxEntry>(seq);
    }
    if let Some((seq, entry)) = &cause.put_back {
        view.put(seq, entry.as_ref())?;
    }
    if let Some(wake) = &cause.wake {
        view.remove::<Wake>(wake);
    }
    if let Some(alarm) = &cause.alarm {
        view.remove::<Alarm>(alarm);
    }
    match &cause.keyboard {
        Some((chat, Some(message))) => view.put(chat, &LiveKeyboard { message: *message })?,
        Some((chat, None)) => view.remove::<LiveKeyboard>(chat),
        None => {}
    }
    Ok(())
}
