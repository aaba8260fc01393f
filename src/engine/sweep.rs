//! Brings back what was put off, and removes what has had its time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::Engine;
use super::decide::Cause;
use super::outbox::Outbox;
use crate::administration::effect::Whose;
use crate::administration::{desk, panel, watch as alarms};
use crate::machines::Happening;
use crate::ops::fault::{self, Point};
use crate::store::StoreError;
use crate::store::sweep::{due, forget_ledgers, forget_seen, ringing};
use crate::verification::event::{Event, What};

/// Telegram keeps updates for a day; their ids are remembered for a week.
const REMEMBER_UPDATES: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How much is looked at in one transaction.
const PAGE: usize = 500;

/// How often it is looked for what is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweeping {
    /// For applicants.
    pub wake: Duration,
    /// For panels, desks and the watch, which reckon in seconds.
    pub ring: Duration,
    pub forget: Duration,
}

impl Default for Sweeping {
    fn default() -> Sweeping {
        Sweeping {
            wake: Duration::from_secs(30),
            ring: Duration::from_secs(1),
            forget: Duration::from_secs(60 * 60),
        }
    }
}

enum Due {
    WakeUps,
    Alarms,
    Forgetting,
    /// All, because somebody asked.
    Round(u64),
}

pub(super) async fn run(engine: Arc<Engine>, outbox: Outbox, mut stop: watch::Receiver<bool>) {
    let mut waking = tokio::time::interval(engine.sweeping.wake);
    let mut ringing = tokio::time::interval(engine.sweeping.ring);
    let mut forgetting = tokio::time::interval(engine.sweeping.forget);
    loop {
        let due = tokio::select! {
            _ = waking.tick() => Due::WakeUps,
            _ = ringing.tick() => Due::Alarms,
            _ = forgetting.tick() => Due::Forgetting,
            round = engine.pulse.sweep_asked() => Due::Round(round),
            _ = stop.wait_for(|stop| *stop) => return,
        };
        // What is decided here has no place in the inbox, and is work under way all the same.
        engine.pulse.begin(1);
        let swept = match due {
            Due::WakeUps => wake(&engine, &outbox).await,
            Due::Alarms => ring(&engine, &outbox).await,
            Due::Forgetting => forget(&engine).await,
            Due::Round(_) => {
                async { wake(&engine, &outbox).await.and(forget(&engine).await) }.await
            }
        };
        engine.pulse.end(1);
        if let Due::Round(round) = due {
            engine.pulse.swept(round);
        }
        // The store has failed closed, and the engine ends for it.
        if swept.is_err() {
            return;
        }
    }
}

async fn forget(engine: &Engine) -> Result<(), StoreError> {
    forget_updates(engine).await?;
    forget_past_ledgers(engine).await
}

async fn wake(engine: &Arc<Engine>, outbox: &Outbox) -> Result<(), StoreError> {
    loop {
        let now = engine.clock.now();
        let due = engine.store.read(move |view| due(view, now, PAGE)).await?;
        if due.is_empty() {
            break;
        }
        for wake in due {
            let (_, user, gate) = wake;
            let happening = Happening::Person(Event::of(user, What::Woken { gate }));
            let cause = Cause { wake: Some(wake), ..Cause::default() };
            outbox.put(engine.decide(Some(happening), cause).await?);
        }
    }
    ring(engine, outbox).await
}

/// Panels, desks and the watch, if they asked to be woken.
async fn ring(engine: &Arc<Engine>, outbox: &Outbox) -> Result<(), StoreError> {
    loop {
        let now = engine.clock.now();
        let due = engine.store.read(move |view| ringing(view, now, PAGE)).await?;
        if due.is_empty() {
            return Ok(());
        }
        for alarm in due {
            let happening = match alarm.1 {
                Whose::Panel(admin) => {
                    let what = panel::What::Woken;
                    Happening::Panel(panel::Event { admin, language: None, name: None, what })
                }
                Whose::Desk(desk) => Happening::Desk(desk::Event { desk, what: desk::What::Woken }),
                Whose::Watch => Happening::Watch(alarms::Event { watch: alarms::What::Woken }),
            };
            let cause = Cause { alarm: Some(alarm), ..Cause::default() };
            outbox.put(engine.decide(Some(happening), cause).await?);
        }
    }
}

async fn forget_updates(engine: &Engine) -> Result<(), StoreError> {
    let before = engine.clock.now().before(REMEMBER_UPDATES);
    let mut from = None;
    loop {
        fault::pass(Point::ForgetBefore);
        let swept = engine.store.commit(move |view| forget_seen(view, before, from, PAGE)).await?;
        fault::pass(Point::ForgetAfter);
        if swept.next.is_none() {
            return Ok(());
        }
        from = swept.next;
    }
}

/// Past days' ledgers. Yesterday's is kept: the clock may be set back a little.
async fn forget_past_ledgers(engine: &Engine) -> Result<(), StoreError> {
    let yesterday = engine.clock.now().day() - 1;
    while engine.store.commit(move |view| forget_ledgers(view, yesterday, PAGE)).await? == PAGE {}
    Ok(())
}
