//! A pretend mail server on loopback: one port each for clear text, STARTTLS and implicit TLS.
//!
//! It takes every mail for every address, unless told otherwise, and keeps it parsed. It is
//! strict about the order of commands; what a client got wrong is noted as a violation.

mod certificate;
mod mail;
mod session;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use self::certificate::Certificate;
pub use self::mail::Mail;
use super::clock::Clock;
use super::letterbox::Letterbox;
use super::plan::Plan;

/// Where in a session something can go wrong.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// The TCP connection stands; with implicit TLS, before the handshake.
    Connect,
    /// Before the greeting.
    Banner,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    Body,
}

/// What goes wrong there.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This answer, such as `451 4.3.0 try later`, and the verb is not carried out. After a 421
    /// the server hangs up.
    Reply(String),
    /// No answer for as long as the client waits.
    Hang,
    /// The connection is reset.
    Reset,
    /// The verb is carried out, but the connection is reset before the answer.
    AnswerLost,
}

impl Fault {
    #[must_use]
    pub fn reply(answer: &str) -> Fault {
        Fault::Reply(answer.to_owned())
    }
}

/// How a port expects its clients to come.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Door {
    Clear,
    StartTls,
    Tls,
}

/// The ports to listen on; 0: any.
#[derive(Copy, Clone, Debug, Default)]
pub struct Ports {
    pub clear: u16,
    pub starttls: u16,
    pub tls: u16,
}

/// The pretend mail server.
pub struct Smtp {
    ports: Ports,
    certificate: Certificate,
    mails: Letterbox<Mail>,
    faults: Plan<Verb, Fault>,
    /// User name and password; `None`: nobody has to log in.
    login: Mutex<Option<(String, String)>>,
    /// What RCPT says to some addresses, in lower case.
    refused: Mutex<HashMap<String, String>>,
    violations: Mutex<Vec<String>>,
    connections: AtomicU64,
    logins: AtomicU64,
    next_mail: AtomicU64,
    /// Ends sessions that wait for a command.
    hang_up: Notify,
    clock: Arc<Clock>,
    version: watch::Sender<u64>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Listens on 127.0.0.1. Every mail makes `version` grow.
    ///
    /// # Errors
    /// If a port is taken.
    pub async fn start(
        ports: Ports,
        clock: Arc<Clock>,
        version: watch::Sender<u64>,
    ) -> io::Result<(Arc<Smtp>, Vec<JoinHandle<()>>)> {
        let listen = async |port: u16| TcpListener::bind(("127.0.0.1", port)).await;
        let clear = listen(ports.clear).await?;
        let starttls = listen(ports.starttls).await?;
        let tls = listen(ports.tls).await?;
        let port = |listener: &TcpListener| listener.local_addr().map(|at: SocketAddr| at.port());
        let ports = Ports { clear: port(&clear)?, starttls: port(&starttls)?, tls: port(&tls)? };
        let smtp = Arc::new(Smtp {
            ports,
            certificate: Certificate::make()?,
            mails: Letterbox::default(),
            faults: Plan::default(),
            login: Mutex::default(),
            refused: Mutex::default(),
            violations: Mutex::default(),
            connections: AtomicU64::new(0),
            logins: AtomicU64::new(0),
            next_mail: AtomicU64::new(1),
            hang_up: Notify::new(),
            clock,
            version,
        });
        let doors = [(clear, Door::Clear), (starttls, Door::StartTls), (tls, Door::Tls)];
        let tasks = doors.map(|(listener, door)| {
            tokio::spawn(session::accept(listener, door, Arc::clone(&smtp)))
        });
        Ok((smtp, tasks.into()))
    }

    #[must_use]
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// The root certificate that a client must trust, PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.certificate.root_pem
    }

    /// Writes the root certificate to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_root(&self, path: &Path) -> io::Result<()> {
        std::fs::write(path, self.root_pem())
    }

    /// From now on everybody must log in like this.
    pub fn wants_login(&self, user: &str, password: &str) {
        *locked(&self.login) = Some((user.to_owned(), password.to_owned()));
    }

    /// The next time a client gets to `verb`, this happens, after what is planned there already.
    pub fn fails_next(&self, verb: Verb, fault: Fault) {
        self.faults.next(verb, fault);
    }

    /// Whenever a client gets to `verb`, until [`Smtp::recovers`].
    pub fn fails(&self, verb: Verb, fault: Fault) {
        self.faults.always(verb, fault);
    }

    pub fn recovers(&self, verb: Verb) {
        self.faults.lift(&verb);
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

    /// RCPT answers this for `address`, such as `550 5.1.1 no such user`.
    pub fn refuses(&self, address: &str, answer: &str) {
        locked(&self.refused).insert(address.to_lowercase(), answer.to_owned());
    }

    /// Closes every connection that waits for a command, as servers do with idle ones.
    pub fn hangs_up_on_idle(&self) {
        self.hang_up.notify_waiters();
    }

    /// The oldest unread mail to `address`; waits for one at most `patience`.
    pub async fn next_mail(&self, address: &str, patience: Duration) -> Option<Arc<Mail>> {
        self.mails.next(&address.to_lowercase(), patience).await
    }

    /// All mails that were ever taken, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        self.mails.all()
    }

    #[must_use]
    pub fn unread(&self) -> Vec<Arc<Mail>> {
        self.mails.unread()
    }

    pub(super) fn forgets_mails(&self) {
        self.mails.forget();
    }

    #[must_use]
    pub fn mail_count(&self) -> usize {
        self.mails.count()
    }

    /// How many connections were ever made.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many logins were accepted.
    #[must_use]
    pub fn logins(&self) -> u64 {
        self.logins.load(Ordering::Relaxed)
    }

    /// What clients did that no well-made one does.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        locked(&self.violations).clone()
    }

    pub fn forgive(&self) {
        locked(&self.violations).clear();
    }

    fn complain(&self, what: String) {
        locked(&self.violations).push(what);
    }

    fn take_mail(&self, envelope: &mail::Envelope, raw: &[u8]) -> Result<(), String> {
        let id = self.next_mail.fetch_add(1, Ordering::Relaxed);
        let mail = Mail::read(id, envelope, raw, self.clock.now_ms())?;
        let to = mail.to.to_lowercase();
        self.mails.put(&to, mail);
        self.version.send_modify(|version| *version += 1);
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
