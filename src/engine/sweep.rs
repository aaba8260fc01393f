//! Brings back what was put off, and removes what has had its time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::Engine;
use super::decide::Cause;
use super::outbox::Outbox;
use crate::store::StoreError;
use crate::store::records::{LedgerCount, SeenUpdate, Wake};
use crate::verification::Timestamp;
use crate::verification::event::{Event, What};
use crate::verification::limits::Ledger;

const WAKE_EVERY: Duration = Duration::from_secs(30);
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);
/// Telegram keeps updates for a day; their ids are remembered for a week.
const REMEMBER_UPDATES: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How much is looked at in one transaction.
const PAGE: usize = 500;

pub(super) async fn run(engine: Arc<Engine>, outbox: Outbox, mut stop: watch::Receiver<bool>) {
    let mut waking = tokio::time::interval(WAKE_EVERY);
    let mut forgetting = tokio::time::interval(FORGET_EVERY);
    loop {
        let swept = tokio::select! {
            _ = waking.tick() => wake(&engine, &outbox).await,
            _ = forgetting.tick() => forget(&engine).await,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        // The store has failed closed, and the engine ends for it.
        if swept.is_err() {
            return;
        }
    }
}

async fn forget(engine: &Engine) -> Result<(), StoreError> {
    forget_updates(engine).await?;
    forget_ledgers(engine).await
}

async fn wake(engine: &Engine, outbox: &Outbox) -> Result<(), StoreError> {
    loop {
        let now = engine.clock.now();
        let due =
            engine.store.commit("read wake-ups", move |view| view.scan::<Wake>(None, PAGE)).await?;
        let due: Vec<_> = due.into_iter().filter(|((at, ..), _)| *at <= now).collect();
        if due.is_empty() {
            return Ok(());
        }
        for (key, _) in due {
            let (_, user, gate) = key;
            let event = Event { user, language: None, what: What::Woken { gate } };
            let cause = Cause { wake: Some(key), ..Cause::default() };
            outbox.put(engine.decide(Some(event), cause).await?);
        }
    }
}

async fn forget_updates(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let mut from = Some(0);
    while let Some(start) = from {
        from = engine
            .store
            .commit("forget updates", move |view| {
                let page = view.scan::<SeenUpdate>(Some(&start), PAGE)?;
                for (id, seen) in &page {
                    if now.since(seen.at) > REMEMBER_UPDATES {
                        view.remove::<SeenUpdate>(id);
                    }
                }
                Ok(page.last().and_then(|(id, _)| id.checked_add(1)))
            })
            .await?;
    }
    Ok(())
}

/// Past days' ledgers. Yesterday's is kept: the clock may be set back a little.
async fn forget_ledgers(engine: &Engine) -> Result<(), StoreError> {
    let now: Timestamp = engine.clock.now();
    let yesterday = now.day() - 1;
    loop {
        let full = engine
            .store
            .commit("forget ledgers", move |view| {
                let page = view.scan::<LedgerCount>(None, PAGE)?;
                let mut removed = 0;
                for (ledger, _) in &page {
                    let (Ledger::Address { day, .. } | Ledger::Country { day, .. }) = ledger;
                    if *day < yesterday {
                        view.remove::<LedgerCount>(ledger);
                        removed += 1;
                    }
                }
                Ok(removed == PAGE)
            })
            .await?;
        if !full {
            return Ok(());
        }
    }
}
