//! Updates from Telegram into the inbox. Asking for the next ones is what confirms the last ones
//! to Telegram, so it happens only once those are durable.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{debug, error, warn};

use super::Engine;
use super::people::People;
use crate::machines::Happening;
use crate::ops::fault::{self, Point};
use crate::store::records::{InboxEntry, SeenUpdate};
use crate::store::{Sequence, StoreError};
use crate::telegram::Fault;
use crate::telegram::updates::{Reading, Update, read};
use crate::verification::event::{Event, What};

/// How long Telegram may hold a question for updates, in seconds.
const POLL_SECONDS: u32 = 25;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(super) async fn run(engine: Arc<Engine>, people: People, mut stop: watch::Receiver<bool>) {
    let mut offset = None;
    let mut wait = FIRST_WAIT;
    // The first question is answered at once, so that a start is known to have gone well.
    let mut patience = 0;
    loop {
        if offset.is_some() {
            fault::pass(Point::Confirming);
        }
        let polled = tokio::select! {
            polled = engine.telegram.updates(offset, patience) => polled,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match polled {
            Ok(batch) => {
                (wait, patience) = (FIRST_WAIT, POLL_SECONDS);
                let now = engine.clock.now();
                engine.metrics.polled(now);
                engine.pulse.polled(now);
                let updates: Vec<Update> = batch.iter().filter_map(|raw| read(raw)).collect();
                let last = updates.iter().map(|update| update.id).max();
                if accept(&engine, &people, updates).await.is_err() {
                    return;
                }
                match last {
                    Some(id) => offset = Some(id.wrapping_add(1)),
                    // All is confirmed. After a quiet week Telegram goes on with any number, and
                    // an offset above it would hide what comes.
                    None if batch.is_empty() => offset = None,
                    None => {
                        error!("Telegram sends updates without a number; asking again later");
                        if rest(LONGEST_WAIT, &mut stop).await {
                            return;
                        }
                    }
                }
            }
            Err(fault) => {
                complain(&fault);
                let pause = fault.pause().map_or(wait, |pause| pause.max(wait));
                wait = (wait * 2).min(LONGEST_WAIT);
                if rest(pause, &mut stop).await {
                    return;
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

/// Keeps a whole batch with one write, and hands in what was not known yet.
async fn accept(
    engine: &Arc<Engine>,
    people: &People,
    updates: Vec<Update>,
) -> Result<(), StoreError> {
    let mut kept = Vec::with_capacity(updates.len());
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
        kept.push((update.id, event));
    }
    if kept.is_empty() {
        return Ok(());
    }
    let now = engine.clock.now();
    fault::pass(Point::InboxBefore);
    let fresh = engine
        .store
        .commit(move |view| {
            let mut fresh = Vec::new();
            for (update_id, event) in kept {
                if view.get::<SeenUpdate>(&update_id)?.is_some() {
                    continue;
                }
                view.put(&update_id, &SeenUpdate { at: now })?;
                let Some(event) = event else { continue };
                let seq = view.next_sequence(Sequence::Inbox)?;
                let entry = InboxEntry { update_id: Some(update_id), received: now, event };
                view.put(&seq, &entry)?;
                fresh.push((seq, entry.event));
            }
            Ok(fresh)
        })
        .await?;
    fault::pass(Point::InboxAfter);
    for (seq, event) in fresh {
        people.hand_in(seq, event);
    }
    Ok(())
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

fn complain(fault: &Fault) {
    match fault {
        Fault::Unauthorized { .. } => error!(
            "Telegram does not know this bot token (any more): put the token from @BotFather into telegram.token and restart"
        ),
        Fault::Conflict { .. } => error!(
            "another program is asking for this bot's updates: stop the other one, or remove its webhook"
        ),
        fault => warn!(why = %fault, "Telegram cannot be asked for updates; trying again"),
    }
}
