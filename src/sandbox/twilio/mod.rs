//! A pretend Twilio on loopback: ordering an SMS and looking at the account.
//!
//! Parameters are read strictly: an unknown one is an error and a violation. Errors come in
//! Twilio's JSON form.

mod errors;
mod server;
mod sms;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::errors::TwilioError;
pub use self::sms::Sms;
use super::clock::Clock;
use super::http::Loopback;
use super::letterbox::Letterbox;
use super::plan::Plan;

/// What can be asked of Twilio here.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Ordering an SMS.
    Message,
    /// Looking at the account.
    Account,
}

/// What happens to one call instead of the usual.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Twilio's error of this number; nothing is sent.
    Error(u32),
    /// 429 with error 20429 and `Retry-After` in seconds; nothing is sent.
    TooManyRequests(u64),
    /// Any HTTP status with no JSON; nothing is sent.
    Status(u16),
    /// The request is read and never answered.
    Hang,
    /// The request is read, nothing is sent, the connection is reset.
    Reset,
    /// 201 or 200 with something that is no JSON; nothing is sent.
    Garbage,
    /// The SMS is sent, and the answer comes twice.
    Stammer,
    /// The SMS is sent, but the connection is reset before the answer.
    AnswerLost,
}

/// Who may call.
#[derive(Clone, Debug)]
pub struct Account {
    /// AC and 32 hexadecimal digits.
    pub sid: String,
    pub auth_token: String,
    /// SK and 32 hexadecimal digits.
    pub key_sid: String,
    pub key_secret: String,
}

impl Default for Account {
    fn default() -> Account {
        Account {
            sid: "AC00000000000000000000000000005a9d".to_owned(),
            auth_token: "sandbox-twilio-auth-token-000001".to_owned(),
            key_sid: "SK00000000000000000000000000005a9d".to_owned(),
            key_secret: "sandbox-twilio-key-secret-000001".to_owned(),
        }
    }
}

/// The pretend server.
#[derive(Debug)]
pub struct Twilio {
    address: SocketAddr,
    account: Account,
    messages: Letterbox<Sms>,
    faults: Plan<Call, Fault>,
    /// Numbers that always get this error.
    failing: Mutex<HashMap<String, u32>>,
    /// What an SMS costs, if that is said at once.
    price: Mutex<Option<String>>,
    violations: Mutex<Vec<String>>,
    calls: AtomicU64,
    next_id: AtomicU64,
    clock: Arc<Clock>,
    version: watch::Sender<u64>,
}

impl Twilio {
    /// Listens at `at`; port 0: any. Every SMS makes `version` grow.
    ///
    /// # Errors
    /// If the port is taken.
    pub async fn start(
        at: SocketAddr,
        account: Account,
        clock: Arc<Clock>,
        version: watch::Sender<u64>,
    ) -> io::Result<(Arc<Twilio>, JoinHandle<()>)> {
        let listener = Loopback::bind(at).await?;
        let twilio = Arc::new(Twilio {
            address: listener.address(),
            account,
            messages: Letterbox::default(),
            faults: Plan::default(),
            failing: Mutex::default(),
            price: Mutex::default(),
            violations: Mutex::default(),
            calls: AtomicU64::new(0),
            next_id: AtomicU64::new(1),
            clock,
            version,
        });
        let task = listener.serve(server::router(Arc::clone(&twilio)));
        Ok((twilio, task))
    }

    /// What a client puts in the place of `https://api.twilio.com`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The next call goes wrong, after those that are to go wrong already.
    pub fn fails_next(&self, call: Call, fault: Fault) {
        self.faults.next(call, fault);
    }

    /// Every call goes wrong until [`Twilio::recovers`].
    pub fn fails(&self, call: Call, fault: Fault) {
        self.faults.always(call, fault);
    }

    pub fn recovers(&self, call: Call) {
        self.faults.lift(&call);
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

    /// Messages to `number` always get this error.
    pub fn number_fails(&self, number: &str, code: u32) {
        locked(&self.failing).insert(number.to_owned(), code);
    }

    /// From now on every answer says what the SMS costs, in US dollars: `-0.00750`.
    pub fn names_price(&self, price: &str) {
        *locked(&self.price) = Some(price.to_owned());
    }

    /// The oldest unread SMS to `number` (E.164); waits for one at most `patience`.
    pub async fn next_sms(&self, number: &str, patience: Duration) -> Option<Arc<Sms>> {
        self.messages.next(number, patience).await
    }

    /// All SMS that were ever taken, oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Arc<Sms>> {
        self.messages.all()
    }

    #[must_use]
    pub fn unread(&self) -> Vec<Arc<Sms>> {
        self.messages.unread()
    }

    pub(super) fn forgets_messages(&self) {
        self.messages.forget();
    }

    #[must_use]
    pub fn sms_count(&self) -> usize {
        self.messages.count()
    }

    /// How many requests came, whatever came of them.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        locked(&self.violations).clone()
    }

    pub fn forgive(&self) {
        locked(&self.violations).clear();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
