//! Carries out what was decided: in order within a lane, lanes side by side, under Telegram's
//! limits, the most urgent first, and each order until it is done or known to be in vain.
//!
//! A **lane** is what must keep its order: one private chat, what is removed from it, one person's
//! admission, one person's codes, one person's answers to buttons. One lane that waits (a flood
//! limit, an outage of the mail server) holds up no other.

mod administer;
mod carry;
mod keyboards;
mod lane;
mod lanes;
mod line;
mod pace;
mod pretence;
mod retries;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Engine;
use super::decide::{Cause, Queued};
use crate::machines::{Happening, Work};
use crate::store::StoreError;
use crate::store::records::OutboxEntry;
use crate::verification::effect::{Effect, Order};
use crate::verification::event::{AdmissionOutcome, DeliveryOutcome, Event, Membership, What};
use crate::verification::{ChatId, MessageId};
pub(super) use keyboards::Keyboards;
use lane::Lane;
use lanes::Lanes;
use line::{Contact, Line};
use pace::Pace;
pub(super) use pretence::Pretence;
pub use retries::Retries;

/// How many orders for Telegram are under way at a time: its calls, and the commits after them,
/// which share an fsync if there are many.
const AT_ONCE: usize = 128;
/// How many codes are, besides: a mail server that hangs must not take Telegram's places.
const CODES_AT_ONCE: usize = 32;
/// How many outbox entries are read at a time at a start.
const PAGE: usize = 1000;

/// Where decided orders are handed in.
#[derive(Clone)]
pub(super) struct Outbox {
    engine: Arc<Engine>,
    orders: mpsc::UnboundedSender<Queued>,
}

/// The other end: what carries them out.
pub(super) struct Carrying {
    engine: Arc<Engine>,
    orders: mpsc::UnboundedReceiver<Queued>,
    lanes: Lanes,
    pace: Pace,
    line: Line,
    /// How many codes are under way.
    codes: usize,
}

/// How an attempt at the first order of a lane ended.
struct Attempt {
    lane: Lane,
    /// The order's, for metrics.
    kind: &'static str,
    /// What is to be done besides: orders that followed from it.
    queued: Queued,
    contact: Contact,
    /// Whether it counts against the limits.
    counts: bool,
    next: Next,
}

enum Next {
    /// Done, or known to be in vain.
    Go,
    /// The same, but for a commit: see [`lanes::Carried`].
    Carried(Option<(ChatId, Option<MessageId>)>),
    /// The same order again, after this long.
    Again(Duration),
    /// The same, or as soon as Telegram is back.
    AgainWhenBack(Duration),
    /// The store has failed closed.
    Stop,
}

impl Outbox {
    /// `messages_per_second`: 0 for no limit of our own.
    pub fn new(engine: Arc<Engine>, messages_per_second: u32) -> (Outbox, Carrying) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let carrying = Carrying {
            engine: Arc::clone(&engine),
            orders: receiver,
            lanes: Lanes::default(),
            pace: Pace::new(messages_per_second),
            line: Line::new(),
            codes: 0,
        };
        (Outbox { engine, orders: sender }, carrying)
    }

    /// Hands in orders that are in the store.
    pub fn put(&self, queued: Queued) {
        if !queued.is_empty() {
            self.engine.pulse.begin(queued.len());
            // Without a receiver the engine is stopping: the store still has them.
            let _ = self.orders.send(queued);
        }
    }

    /// Hands in what an earlier run left. A code that may have left already is not sent again:
    /// the rules hear that nobody knows. Returns how many orders there were.
    pub async fn replay(&self) -> Result<usize, StoreError> {
        let mut from = 0;
        let mut count = 0;
        let mut cut_off = Vec::new();
        loop {
            let page = self
                .engine
                .store
                .read(move |view| view.scan::<OutboxEntry>(Some(&from), PAGE))
                .await?;
            let Some((last, _)) = page.last() else { break };
            from = last + 1;
            count += page.len();
            let (started, left): (Vec<_>, Vec<_>) =
                page.into_iter().partition(|(_, entry)| entry.started);
            self.put(left);
            cut_off.extend(started);
        }
        // Only now: what this leads to goes into the same outbox, and must not be read as left over.
        for (seq, entry) in cut_off {
            let event = broken_off(&entry);
            let cause = Cause { outbox: vec![seq], ..Cause::default() };
            self.put(self.engine.decide(event, cause).await?);
        }
        Ok(count)
    }
}

/// What the machines hear of an order that was begun and of which nobody knows how far it came.
fn broken_off(entry: &OutboxEntry) -> Option<Happening> {
    match &entry.order {
        Work::Verification(order) => order_broken_off(order).map(Happening::Person),
        Work::Administration(order) => administer::broken_off(order),
    }
}

fn order_broken_off(order: &Order) -> Option<Event> {
    let what = match &order.effect {
        Effect::SendCode { gate, challenge, letter } => What::CodeDelivery {
            gate: *gate,
            challenge: *challenge,
            outcome: DeliveryOutcome::Unknown,
            bill: letter.bill.clone(),
        },
        Effect::LookUpMember { gate } => {
            What::LookedUp { gate: *gate, membership: Membership::Unknown }
        }
        Effect::Approve { gate, .. } => {
            What::Admission { gate: *gate, outcome: AdmissionOutcome::Failed }
        }
        Effect::Invite { gate } => {
            What::Invited { gate: *gate, outcome: Err(AdmissionOutcome::Failed) }
        }
        Effect::Mute { gate } => What::Muted { gate: *gate, outcome: AdmissionOutcome::Failed },
        Effect::Free { gate } => What::Admission { gate: *gate, outcome: AdmissionOutcome::Failed },
        Effect::Remove { gate } => What::Removed { gate: *gate, outcome: AdmissionOutcome::Failed },
        Effect::LookUpAdder { gate, .. } => What::AdderKnown { gate: *gate, admin: false },
        Effect::Say { .. }
        | Effect::Rewrite { .. }
        | Effect::RetireButtons
        | Effect::Delete { .. }
        | Effect::AnswerButton { .. }
        | Effect::Decline { .. }
        | Effect::RevokeInvite { .. } => return None,
    };
    Some(Event::of(order.user, what))
}

impl Carrying {
    /// Carries out orders until `stop` turns true; those under way are finished.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        loop {
            let now = Instant::now();
            self.lanes.give_up_hurrying(self.engine.clock.now());
            self.lanes.wake_up(now);
            let places = self.line.places(now, AT_ONCE);
            while under_way.len().saturating_sub(self.codes) < places {
                let Some((lane, seq, picked)) = self.lanes.next(now, &mut self.pace) else { break };
                let engine = Arc::clone(&self.engine);
                under_way.spawn(carry::attempt(engine, lane, seq, picked));
            }
            while self.codes < CODES_AT_ONCE {
                let Some((lane, seq, picked)) = self.lanes.next_code(now) else { break };
                self.codes += 1;
                let engine = Arc::clone(&self.engine);
                under_way.spawn(carry::attempt(engine, lane, seq, picked));
            }
            let calls = under_way.len().saturating_sub(self.codes);
            // What waits for Telegram to come back waits for a time.
            let ready = self.lanes.has_ready() && !self.line.is_broken();
            self.engine.pulse.carrying(!under_way.is_empty() || ready);
            self.engine.pulse.oldest_is(self.lanes.oldest());
            self.engine.metrics.outbox_depth(self.lanes.depth());
            let go_on = match self.line.wake() {
                None if calls < AT_ONCE => self.lanes.refill(&self.pace),
                Some(next) if calls == 0 && self.lanes.has_ready() => Some(next),
                // The end of what is under way is waited for anyway.
                Some(_) | None => None,
            };
            let wake = [go_on, self.lanes.due()].into_iter().flatten().min();
            tokio::select! {
                orders = self.orders.recv() => match orders {
                    Some(queued) => {
                        self.engine.pulse.carrying(true);
                        self.engine.pulse.end(queued.len());
                        self.put(queued);
                    }
                    None => break,
                },
                Some(ended) = under_way.join_next(), if !under_way.is_empty() => {
                    if !self.settle(ended) {
                        break;
                    }
                }
                () = self.engine.hearing.again() => self.hears_again(),
                () = tokio::time::sleep_until(wake.unwrap_or(now)), if wake.is_some() => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        while let Some(ended) = under_way.join_next().await {
            self.settle(ended);
        }
    }

    fn put(&mut self, queued: Queued) {
        if self.lanes.put(queued) {
            // What is before them may be done but for a commit in no hurry.
            self.engine.store.hurry();
        }
    }

    /// Telegram answers questions for updates again, so it may take orders too.
    fn hears_again(&mut self) {
        if self.line.is_broken() {
            self.line.may_be_sound(Instant::now());
        } else {
            self.lanes.are_back();
        }
    }

    /// Notes how an attempt ended; `false` if there is no going on.
    fn settle(&mut self, ended: Result<Attempt, tokio::task::JoinError>) -> bool {
        let attempt = match ended {
            Ok(attempt) => attempt,
            Err(_) => {
                // The lane stays where it is; a restart takes it up again.
                tracing::error!("a panic while carrying out an order; it waits for the next start");
                return true;
            }
        };
        if let Lane::Codes(_) = attempt.lane {
            self.codes -= 1;
        }
        self.put(attempt.queued);
        let now = Instant::now();
        match attempt.next {
            Next::Go => self.lanes.done(&attempt.lane),
            Next::Carried(keyboard) => self.lanes.carried(&attempt.lane, keyboard),
            Next::Again(after) => {
                self.engine.metrics.retry(attempt.kind);
                self.lanes.again(&attempt.lane, now + after);
            }
            Next::AgainWhenBack(after) => {
                self.engine.metrics.retry(attempt.kind);
                self.lanes.again_when_back(&attempt.lane, now + after);
            }
            Next::Stop => return false,
        }
        let was_broken = self.line.is_broken();
        if self.line.went(attempt.contact, attempt.counts, now, &self.engine.retries) {
            tracing::info!(
                waiting = self.lanes.depth(),
                "Telegram takes orders again; the most urgent first"
            );
            self.lanes.are_back();
        } else if self.line.is_broken() && !was_broken {
            tracing::warn!(
                waiting = self.lanes.depth(),
                "Telegram takes no order at the moment; one at a time is tried"
            );
        }
        true
    }
}
