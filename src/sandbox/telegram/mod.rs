//! The pretend Bot API: `POST` or `GET /bot<token>/<Method>` on a loopback port.
//!
//! Method names are read without regard to case; parameters come as JSON, as a form or in the
//! query string. It is strict: an unknown method or parameter, a wrong type or a wrong token is
//! answered as the real server would, and noted as a violation.

mod access;
pub mod commands;
pub mod faults;
pub mod files;
pub mod group;
pub mod group_life;
pub mod html;
mod json;
pub mod links;
pub mod markup;
pub mod membership;
mod messages;
mod methods;
pub mod model;
mod multipart;
pub mod params;
pub mod people;
pub mod refusal;
pub mod rights;
mod server;
pub mod sharing;
mod updates;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::faults::Fault;
use self::model::{Bot, Model};
use super::clock::Clock;
use super::http::{Cable, Loopback};
use super::plan::Plan;

/// In the place of a method's name: any method.
pub const ANY: &str = "*";

/// The pretend server.
#[derive(Debug)]
pub struct Telegram {
    model: Mutex<Model>,
    address: SocketAddr,
    faults: Plan<String, Fault>,
    calls: Mutex<HashMap<String, u64>>,
    called: Notify,
    cable: Cable,
    version: watch::Sender<u64>,
    limit: Mutex<Option<Limit>>,
}

/// Telegram's limit for all chats together.
#[derive(Debug)]
struct Limit {
    per_second: usize,
    /// When messages were taken within the last second.
    taken: VecDeque<Instant>,
    refused: u64,
}

impl Telegram {
    /// Listens at `at`; port 0: any. Every change to its world makes `version` grow.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(
        at: SocketAddr,
        clock: Arc<Clock>,
        bot: Bot,
        version: watch::Sender<u64>,
    ) -> io::Result<(Arc<Telegram>, JoinHandle<()>)> {
        let listener = Loopback::bind(at).await?;
        let telegram = Arc::new(Telegram {
            model: Mutex::new(Model::new(clock, bot)),
            address: listener.address(),
            faults: Plan::default(),
            calls: Mutex::default(),
            called: Notify::new(),
            cable: listener.cable(),
            version,
            limit: Mutex::default(),
        });
        let task = listener.serve(server::router(Arc::clone(&telegram)));
        Ok((telegram, task))
    }

    /// What a bot puts in the place of `https://api.telegram.org`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next call of `method` goes wrong, after those that are to go wrong already.
    pub fn fails_next(&self, method: &str, fault: Fault) {
        self.faults.next(method.to_ascii_lowercase(), fault);
    }

    /// Every call of `method` ([`ANY`]: of any) goes wrong until [`Telegram::recovers`].
    pub fn fails(&self, method: &str, fault: Fault) {
        self.faults.always(method.to_ascii_lowercase(), fault);
        // A long poll that waits already ends now, so that the bot comes back and notices.
        self.model().updates.end_polls();
    }

    pub fn recovers(&self, method: &str) {
        self.faults.lift(&method.to_ascii_lowercase());
    }

    /// Nobody listens any more, and every connection breaks, until [`Telegram::comes_back`].
    pub fn goes_away(&self) {
        self.cable.cut();
        self.model().updates.end_polls();
    }

    /// Connections are taken and never answered, until [`Telegram::comes_back`]; those that stand
    /// now, long polls included, stay silent for good.
    pub fn falls_silent(&self) {
        self.cable.fall_silent();
    }

    pub fn comes_back(&self) {
        self.cable.mend();
    }

    /// The question for updates that waits is answered now, with none.
    pub fn answers_questions(&self) {
        self.model().updates.end_polls();
    }

    /// Another program asks for the bot's updates, once, as if it had the same token: the question
    /// that waits now ends with a conflict.
    pub fn is_asked_by_another(&self) {
        self.model().updates.new_poll();
    }

    /// From now on no more messages are taken within any one second; what comes besides is
    /// refused with 429.
    pub fn takes_at_most(&self, per_second: usize) {
        let limit = Limit { per_second, taken: VecDeque::new(), refused: 0 };
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = Some(limit);
    }

    /// How many messages were refused because there were too many.
    #[must_use]
    pub fn refused_as_too_many(&self) -> u64 {
        let limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.as_ref().map_or(0, |limit| limit.refused)
    }

    /// Whether this call is one message too many.
    fn is_too_many(&self, method: &str) -> bool {
        const MESSAGES: [&str; 4] =
            ["sendmessage", "senddocument", "editmessagetext", "copymessage"];
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(limit) = limit.as_mut().filter(|_| MESSAGES.contains(&method)) else {
            return false;
        };
        let now = Instant::now();
        while limit.taken.front().is_some_and(|at| now - *at >= Duration::from_secs(1)) {
            limit.taken.pop_front();
        }
        if limit.taken.len() >= limit.per_second {
            limit.refused += 1;
            return true;
        }
        limit.taken.push_back(now);
        false
    }

    /// How many planned faults have not hit anything yet.
    #[must_use]
    pub fn faults_waiting(&self) -> usize {
        self.faults.waiting()
    }

    /// Waits until every planned fault has hit something; whether it was within `patience`.
    pub async fn faults_have_hit(&self, patience: Duration) -> bool {
        self.faults.all_hit(patience).await
    }

    /// How often `method` was called so far, whatever came of it.
    #[must_use]
    pub fn calls(&self, method: &str) -> u64 {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(&method.to_ascii_lowercase()).copied().unwrap_or_default()
    }

    /// Waits until `method` was called `times` in all; whether it was within `patience`.
    pub async fn wait_for_calls(&self, method: &str, times: u64, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            let called = self.called.notified();
            tokio::pin!(called);
            called.as_mut().enable();
            if self.calls(method) >= times {
                return true;
            }
            if tokio::time::timeout_at(deadline, called).await.is_err() {
                return self.calls(method) >= times;
            }
        }
    }

    /// The model, to look at. Never hold it across an await.
    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the model and tells everybody who watches.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let result = {
            let mut model = self.model();
            model.lapse();
            change(&mut model)
        };
        self.version.send_modify(|version| *version += 1);
        result
    }

    fn count(&self, method: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        match calls.get_mut(method) {
            Some(count) => *count += 1,
            None => {
                calls.insert(method.to_owned(), 1);
            }
        }
        drop(calls);
        self.called.notify_waiters();
    }
}
