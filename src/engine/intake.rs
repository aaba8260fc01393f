//! Updates from Telegram into the inbox. Asking for the next ones is what confirms the last ones
//! to Telegram, so it happens only once those are durable.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::watch;
use tracing::{debug, error, info, warn};

use super::people::People;
use super::{Engine, follow};
use crate::machines::Happening;
use crate::ops::fault::{self, Point};
use crate::store::StoreError;
use crate::store::records::SeenUpdate;
use crate::telegram::Fault;
use crate::telegram::client::CALL_TIME;
use crate::telegram::updates::{Reading, Update, read};
use crate::verification::Timestamp;
use crate::verification::event::{Event, What};

/// How long Telegram may take, and how long until it is asked for updates again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polling {
    /// How long Telegram may hold a question for updates, in seconds.
    pub seconds: u32,
    /// What the answer may take beyond that.
    pub grace: Duration,
    /// What any other call may take.
    pub call: Duration,
    /// After the first failure; each further wait is twice as long.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// After a 409: whoever asks too often only throws the other program out, and is thrown out.
    pub contested: Duration,
    /// With a token that Telegram does not know, the longest wait is this long.
    pub without_token: Duration,
}

impl Default for Polling {
    fn default() -> Polling {
        Polling {
            seconds: 25,
            grace: Duration::from_secs(15),
            call: CALL_TIME,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            contested: Duration::from_secs(30),
            without_token: Duration::from_secs(5 * 60),
        }
    }
}

pub(super) async fn run(engine: Arc<Engine>, people: People, mut stop: watch::Receiver<bool>) {
    let ended = match take_in(&engine, people, &mut stop).await {
        Ok(()) => engine.hearing.ends(&engine.store).await,
        Err(error) => Err(error),
    };
    if ended.is_err() {
        // The store has failed closed, and the engine ends for it.
        debug!("no more updates are taken in");
    }
}

async fn take_in(
    engine: &Arc<Engine>,
    people: People,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), StoreError> {
    let polling = engine.polling.clone();
    let mut trouble = Trouble::default();
    let mut offset = None;
    let mut wait = polling.first_wait;
    // The first question is answered at once, so that a start is known to have gone well.
    let mut patience = 0;
    loop {
        if offset.is_some() {
            fault::pass(Point::Confirming);
        }
        let polled = tokio::select! {
            polled = engine.telegram.updates(offset, patience, polling.grace) => polled,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
        match polled {
            Ok(batch) => {
                (wait, patience) = (polling.first_wait, polling.seconds);
                let updates: Vec<Update> = batch.iter().filter_map(|raw| read(raw)).collect();
                let latest = updates.iter().filter_map(|update| update.date).max();
                engine.hearing.heard(&engine.store, &engine.metrics, latest).await?;
                let now = engine.clock.now();
                engine.metrics.polled(engine.clock.wall());
                engine.pulse.polled(now);
                trouble.is_over(now);
                let last = updates.iter().map(|update| update.id).max();
                accept(engine, &people, updates).await?;
                tokio::select! {
                    () = people.has_room() => {}
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                }
                match last {
                    Some(id) => offset = Some(id.wrapping_add(1)),
                    // All is confirmed. After a quiet week Telegram goes on with any number, and
                    // an offset above it would hide what comes.
                    None if batch.is_empty() => offset = None,
                    None => {
                        error!("Telegram sends updates without a number; asking again later");
                        if rest(polling.longest_wait, stop).await {
                            return Ok(());
                        }
                    }
                }
            }
            Err(fault) => {
                let now = engine.clock.now();
                engine.metrics.poll_failed(fault.class());
                engine.pulse.poll_failed(fault.class());
                trouble.is(&fault, now);
                engine.hearing.failed(&engine.store).await?;
                let (pause, longest) = match &fault {
                    Fault::RateLimited { retry_after, .. } => {
                        ((*retry_after).max(wait), polling.longest_wait)
                    }
                    Fault::Conflict { .. } => (polling.contested, polling.longest_wait),
                    Fault::Unauthorized { .. } => (wait, polling.without_token),
                    _ => (wait, polling.longest_wait),
                };
                wait = (wait * 2).min(longest);
                // The next answer is to show at once that all is well again.
                patience = 0;
                if rest(pause, stop).await {
                    return Ok(());
                }
            }
        }
    }
}

/// Waits; `true` if told to stop meanwhile.
async fn rest(pause: Duration, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => false,
        _ = stop.wait_for(|stop| *stop) => true,
    }
}

/// Makes a whole batch last: whoever has nothing that waits is decided on at once, the rest goes
/// into the inbox.
async fn accept(
    engine: &Arc<Engine>,
    people: &People,
    updates: Vec<Update>,
) -> Result<(), StoreError> {
    let mut at_once = Vec::new();
    let mut kept = Vec::new();
    for update in updates {
        engine.metrics.update(update.reading.name());
        let event = match update.reading {
            Reading::Event(event) => concerns_us(engine, event).await?.map(Happening::Person),
            Reading::Desk(event) => Some(Happening::Desk(event)),
            Reading::Titled { gate, title } => {
                engine.gates.retitle(&engine.store, gate, &title).await?;
                None
            }
            Reading::Migrated { from, to } => {
                engine.follow_move(from, to).await?;
                None
            }
            Reading::Nothing(why) => {
                debug!(update = update.id, why, "an update is skipped");
                None
            }
        };
        match event {
            Some(event) if people.claims(event.subject()) => {
                // Boxed: what is not would be moved again and again while the list grows.
                at_once.push(people.handle_at_once(update.id, event).boxed());
            }
            event => kept.push((update.id, event)),
        }
    }
    fault::pass(Point::InboxBefore);
    let (decided, fresh) = tokio::join!(join_all(at_once), keep(engine, kept));
    decided.into_iter().collect::<Result<(), _>>()?;
    let fresh = fresh?;
    fault::pass(Point::InboxAfter);
    for (seq, event) in fresh {
        people.hand_in(seq, event);
    }
    Ok(())
}

/// Puts updates into the inbox with one write; those that were not known yet, with their places.
async fn keep(
    engine: &Engine,
    updates: Vec<(u32, Option<Happening>)>,
) -> Result<Vec<(u64, Happening)>, StoreError> {
    if updates.is_empty() {
        return Ok(Vec::new());
    }
    let now = engine.clock.now();
    let kept = engine.store.commit(move |view| {
        let mut fresh = Vec::new();
        for (update_id, event) in updates {
            if view.get::<SeenUpdate>(&update_id)?.is_some() {
                continue;
            }
            view.put(&update_id, &SeenUpdate { at: now })?;
            if let Some(event) = event {
                fresh.push((follow::accept(view, update_id, &event, now)?, event));
            }
        }
        Ok(fresh)
    });
    kept.await
}

/// Drops what is about groups that are not gated, and learns titles on the way.
async fn concerns_us(engine: &Engine, event: Event) -> Result<Option<Event>, StoreError> {
    let gate = match &event.what {
        What::JoinRequested { gate, title, .. } => {
            engine.gates.retitle(&engine.store, *gate, title).await?;
            Some(*gate)
        }
        What::Joined { gate, .. } | What::Left { gate } => Some(*gate),
        _ => None,
    };
    Ok(gate.is_none_or(|gate| engine.gates.has(gate)).then_some(event))
}

/// What keeps us from hearing Telegram: said when it begins, when it becomes another thing, once
/// an hour, and when it is over.
#[derive(Default)]
struct Trouble {
    begun: Option<Timestamp>,
    told: Option<(&'static str, Timestamp)>,
}

/// Whoever reads the log of the last hour reads of it.
const TELL_AGAIN: Duration = Duration::from_secs(60 * 60);

impl Trouble {
    fn is(&mut self, fault: &Fault, now: Timestamp) {
        self.begun.get_or_insert(now);
        let known = self
            .told
            .is_some_and(|(class, at)| class == fault.class() && now.since(at) < TELL_AGAIN);
        if known {
            return;
        }
        self.told = Some((fault.class(), now));
        match fault {
            Fault::Unauthorized { .. } => error!(
                "Telegram does not know this bot token any more: put the one from @BotFather into telegram.token and restart; until then nothing is lost, and the old one is tried now and then"
            ),
            Fault::Conflict { .. } => error!(
                "another program is asking for this bot's updates: stop the other one, or remove its webhook; this one goes on by itself after that"
            ),
            fault => warn!(why = %fault, "Telegram cannot be asked for updates; trying again"),
        }
    }

    fn is_over(&mut self, now: Timestamp) {
        if let Some(begun) = self.begun.take() {
            let seconds = now.since(begun).as_secs();
            info!(seconds, "Telegram answers questions for updates again");
        }
        self.told = None;
    }
}
