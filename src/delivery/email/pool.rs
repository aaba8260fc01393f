//! Kept connections: a bounded number in all, the newest used first, the idle ones sent home.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::connection::Connection;

/// How long a goodbye may take.
const QUIT_LIMIT: Duration = Duration::from_secs(2);

/// A connection is opened only under a slot and only while none is idle, so there are never more
/// of them, idle and busy together, than slots.
pub(super) struct Pool {
    slots: Semaphore,
    idle_limit: Duration,
    shelf: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    /// Longest idle first.
    idle: Vec<(Instant, Connection)>,
    /// Somebody is watching the clock for these.
    watched: bool,
}

impl Pool {
    pub(super) fn new(slots: usize, idle_limit: Duration) -> Arc<Pool> {
        let shelf = Mutex::new(Shelf::default());
        Arc::new(Pool { slots: Semaphore::new(slots), idle_limit, shelf })
    }

    /// Waits until one more connection may be in use. `None`: the pool was closed.
    pub(super) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        self.slots.acquire().await.ok()
    }

    /// The connection that was used last, unless it has been idle for too long.
    pub(super) fn take(&self) -> Option<Connection> {
        let mut shelf = self.shelf();
        let (since, _) = shelf.idle.last()?;
        if since.elapsed() >= self.idle_limit {
            return None;
        }
        shelf.idle.pop().map(|(_, connection)| connection)
    }

    /// Keeps a connection for the next mail.
    pub(super) fn keep(self: &Arc<Self>, connection: Connection) {
        if self.slots.is_closed() {
            tokio::spawn(connection.quit(QUIT_LIMIT));
            return;
        }
        let mut shelf = self.shelf();
        shelf.idle.push((Instant::now(), connection));
        if !shelf.watched {
            shelf.watched = true;
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    /// Says goodbye on every idle connection; whoever waits for a slot gets none any more.
    pub(super) async fn close(&self) {
        self.slots.close();
        let idle = std::mem::take(&mut self.shelf().idle);
        let goodbyes = idle.into_iter().map(|(_, connection)| connection.quit(QUIT_LIMIT));
        futures_util::future::join_all(goodbyes).await;
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what has been idle for too long, and says when to look again. `None`: nothing is
    /// left to look at.
    fn expire(&self) -> (Vec<Connection>, Option<Instant>) {
        let mut shelf = self.shelf();
        let now = Instant::now();
        let fresh = shelf.idle.partition_point(|(since, _)| *since + self.idle_limit <= now);
        let expired = shelf.idle.drain(..fresh).map(|(_, connection)| connection).collect();
        let next = shelf.idle.first().map(|(since, _)| *since + self.idle_limit);
        shelf.watched = next.is_some();
        (expired, next)
    }
}

async fn watch(pool: Weak<Pool>) {
    loop {
        let Some((expired, next)) = pool.upgrade().map(|pool| pool.expire()) else { return };
        for connection in expired {
            tokio::spawn(connection.quit(QUIT_LIMIT));
        }
        let Some(next) = next else { return };
        sleep_until(next).await;
    }
}
