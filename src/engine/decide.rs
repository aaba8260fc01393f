//! Where the rules meet the store: a step, its state, its ledgers, its orders and the removal of
//! what caused it are one commit.

use std::sync::Arc;

use tracing::{error, info};

use super::Engine;
use super::world::SystemRandom;
use crate::ops::fault::{self, Point};
use crate::store::records::{
    InboxEntry, LedgerCount, LiveKeyboard, OutboxEntry, PersonRecord, Wake,
};
use crate::store::{Sequence, StoreError, View};
use crate::verification::applicant::{Decision, Facts, Outcome, Stepped, step};
use crate::verification::event::Event;
use crate::verification::limits::Ledger;
use crate::verification::{ChatId, GateId, Hidden, MessageId, Timestamp, UserId};

/// What led to a decision, and is over once it is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Cause {
    /// The update that waited in the inbox.
    pub inbox: Option<u64>,
    /// The order that was carried out.
    pub outbox: Option<u64>,
    /// The order that could not be carried out yet, and what is to be kept of the attempt.
    pub put_back: Option<(u64, OutboxEntry)>,
    /// The time that has come.
    pub wake: Option<(Timestamp, UserId, GateId)>,
    /// A message with buttons was written, or the last one lost them.
    pub keyboard: Option<(ChatId, Option<MessageId>)>,
}

/// Orders with their places in the outbox.
pub(super) type Queued = Vec<(u64, OutboxEntry)>;

enum Decided {
    Done { queued: Queued, decisions: Vec<(Option<GateId>, Decision)> },
    NeedsPassword { gate: GateId, typed: Hidden },
}

impl Engine {
    /// Decides on `event`, durably, and returns what is to be done now.
    pub(super) async fn decide(
        &self,
        event: Option<Event>,
        cause: Cause,
    ) -> Result<Queued, StoreError> {
        let user = event.as_ref().map(|event| event.user);
        if let Some(event) = &event {
            self.metrics.step(event.what.name());
        }
        let event = event.map(Arc::new);
        let mut password = None;
        loop {
            match self.commit(event.clone(), cause.clone(), password).await {
                Ok(Decided::Done { queued, decisions }) => {
                    for (gate, decision) in decisions {
                        self.note(user, gate, &decision);
                    }
                    return Ok(queued);
                }
                Ok(Decided::NeedsPassword { gate, typed }) => {
                    let gates = self.gates.current();
                    let hash = gates.get(&gate).map(|gate| gate.password_hash.clone());
                    let right = match hash {
                        Some(hash) => self.verifier.matches(typed, hash).await,
                        None => false,
                    };
                    password = Some((gate, right));
                }
                Err(StoreError::Panicked) => {
                    let user = user.map(|user| user.0);
                    error!(user, "a panic while deciding on one event; that event is dropped");
                    return match self.commit(None, cause, None).await? {
                        Decided::Done { queued, .. } => Ok(queued),
                        Decided::NeedsPassword { .. } => Ok(Vec::new()),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn commit(
        &self,
        event: Option<Arc<Event>>,
        cause: Cause,
        password: Option<(GateId, bool)>,
    ) -> Result<Decided, StoreError> {
        let gates = self.gates.current();
        let keys = Arc::clone(&self.keys);
        let (now, restore) = (self.clock.now(), self.restore);
        fault::pass(Point::DecideBefore);
        let decided = self
            .store
            .commit(move |view| {
                let Some(event) = event else {
                    clear(view, &cause)?;
                    return Ok(Decided::Done { queued: Vec::new(), decisions: Vec::new() });
                };
                let kept = view.get::<PersonRecord>(&event.user)?;
                let before = kept.map(|PersonRecord(person)| person);
                let mut person = before.clone().unwrap_or_default();
                let stepped = {
                    let ledgers: &View<'_> = view;
                    let mut facts = Facts {
                        now,
                        gates: &gates,
                        keys: &keys,
                        random: &mut SystemRandom,
                        ledger: &|ledger: &Ledger| count(ledgers, ledger),
                        password,
                        restore,
                    };
                    step(&mut person, &event, &mut facts)
                };
                let outcome = match stepped {
                    Stepped::NeedsPassword { gate, typed } => {
                        return Ok(Decided::NeedsPassword { gate, typed });
                    }
                    Stepped::Done(outcome) => outcome,
                };
                if person.is_forgettable() {
                    view.remove::<PersonRecord>(&event.user);
                } else if before.as_ref() != Some(&person) {
                    view.put(&event.user, &PersonRecord(person))?;
                }
                clear(view, &cause)?;
                write(view, event.user, outcome, now)
            })
            .await;
        fault::pass(Point::DecideAfter);
        decided
    }

    fn note(&self, user: Option<UserId>, gate: Option<GateId>, decision: &Decision) {
        self.metrics.outcome(decision.name());
        let (user, gate) = (user.map(|user| user.0), gate.map(|gate| gate.0));
        let detail = decision.to_string();
        let detail = (!detail.is_empty()).then_some(detail);
        info!(user, gate, decision = decision.name(), detail, "decided");
    }
}

/// What a ledger holds; one that cannot be read counts as full, and the store fails closed anyway.
fn count(view: &View<'_>, ledger: &Ledger) -> u32 {
    match view.get::<LedgerCount>(ledger) {
        Ok(kept) => kept.map_or(0, |kept| kept.count),
        Err(_) => u32::MAX,
    }
}

fn clear(view: &mut View<'_>, cause: &Cause) -> Result<(), StoreError> {
    if let Some(seq) = &cause.inbox {
        view.remove::<InboxEntry>(seq);
    }
    if let Some(seq) = &cause.outbox {
        view.remove::<OutboxEntry>(seq);
    }
    if let Some((seq, entry)) = &cause.put_back {
        view.put(seq, entry)?;
    }
    if let Some(wake) = &cause.wake {
        view.remove::<Wake>(wake);
    }
    match &cause.keyboard {
        Some((chat, Some(message))) => view.put(chat, &LiveKeyboard { message: *message })?,
        Some((chat, None)) => view.remove::<LiveKeyboard>(chat),
        None => {}
    }
    Ok(())
}

fn write(
    view: &mut View<'_>,
    user: UserId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<Decided, StoreError> {
    for (ledger, by) in outcome.charges {
        let count = count(view, &ledger).saturating_add_signed(by);
        view.put(&ledger, &LedgerCount { count })?;
    }
    for (gate, at) in outcome.wakes {
        view.put(&(at, user, gate), &Wake {})?;
    }
    let mut queued = Vec::with_capacity(outcome.orders.len());
    for order in outcome.orders {
        let seq = view.next_sequence(Sequence::Outbox)?;
        let entry = OutboxEntry { order, queued: now, started: false, attempts: 0 };
        view.put(&seq, &entry)?;
        queued.push((seq, entry));
    }
    Ok(Decided::Done { queued, decisions: outcome.decisions })
}
