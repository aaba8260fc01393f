//! Codes by e-mail: SMTP, over a few kept connections.
//!
//! Implicit TLS or STARTTLS, never less; clear text to this machine alone. A send takes at most
//! [`EmailLimits::send`], waiting for a free connection included. It is sorted by how far it got:
//! as long as no byte of the mail itself was written it is certainly not sent; from then on until
//! the server answers, nobody can tell.

mod connection;
mod fault;
mod letter;
mod pool;
#[cfg(test)]
mod scripted_server;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tracing::{debug, info};

use self::connection::{Connection, Safety, Target};
use self::fault::{Fault, Progress, Step};
use self::letter::{Letter, LetterError, Sender};
use self::pool::Pool;
use super::{DeliveryError, SendOutcome, names_loopback};
use crate::verification::Timestamp;
use crate::verification::event::Refusal;

/// The `[email]` table.
#[derive(Clone, Debug)]
pub struct EmailSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// Empty: no login.
    pub username: String,
    pub password: Option<SecretString>,
    /// `Gate <gate@example.org>` or the bare address.
    pub from: String,
    /// PEM; these roots are trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
}

/// How a connection is made safe.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465, RFC 8314).
    Tls,
    /// TLS by STARTTLS (port 587); without it nothing is sent.
    StartTls,
    /// Clear text, to loopback only.
    None,
}

/// How long and how many.
#[derive(Clone, Debug)]
pub struct EmailLimits {
    /// For one send or one check, everything included.
    pub send: Duration,
    /// For a TCP connection to one address of the host.
    pub connect: Duration,
    /// For the first answer on a kept connection, before a new one is made instead.
    pub first_answer: Duration,
    /// How long a connection is kept without being used.
    pub idle: Duration,
    /// Connections at the same time, busy and idle.
    pub connections: usize,
}

impl Default for EmailLimits {
    fn default() -> EmailLimits {
        EmailLimits {
            send: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            first_answer: Duration::from_secs(5),
            idle: Duration::from_secs(60),
            connections: 8,
        }
    }
}

/// One mail. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address as typed, the domain in ASCII.
    pub to: String,
    pub subject: String,
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The group's title: the display name of a sender that the settings give none.
    pub group: String,
    /// What is unique in the Message-ID: `A-Za-z0-9._-`, at most 64; the domain is added here.
    pub message_id: String,
    /// For the Date header.
    pub date: Timestamp,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

/// Sends mails. A cheap handle: clones share their connections.
#[derive(Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    sender: Sender,
    limits: EmailLimits,
    /// `host:port`, for people.
    server: String,
    pool: Arc<Pool>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("server", &self.inner.server).finish_non_exhaustive()
    }
}

impl Mailer {
    /// Reads `ca_file`; connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::Settings`] for clear text to another machine, a host name that no
    /// certificate can carry, a sender without a usable address, a user name without a password,
    /// and a `ca_file` without certificates.
    pub fn new(settings: &EmailSettings) -> Result<Mailer, DeliveryError> {
        Mailer::with_limits(settings, EmailLimits::default())
    }

    /// As [`Mailer::new`], with other limits.
    ///
    /// # Errors
    ///
    /// As [`Mailer::new`].
    pub fn with_limits(
        settings: &EmailSettings,
        limits: EmailLimits,
    ) -> Result<Mailer, DeliveryError> {
        let sender = Sender::parse(&settings.from).ok_or_else(|| {
            wrong("email.from", "no usable address in it; write \"Gate <gate@example.org>\"")
        })?;
        let login = match (settings.username.as_str(), &settings.password) {
            ("", _) => None,
            (user, Some(password)) => Some((user.to_owned(), password.clone())),
            (_, None) => {
                return Err(wrong("email.password", "missing, though email.username is set"));
            }
        };
        let host = settings.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let target = Target {
            safety: safety(settings, &host)?,
            port: settings.port,
            login,
            connect_limit: limits.connect,
            host,
        };
        let server = format!("{}:{}", settings.host, settings.port);
        let pool = Pool::new(limits.connections.max(1), limits.idle);
        Ok(Mailer { inner: Arc::new(Inner { target, sender, limits, server, pool }) })
    }

    /// Sends one mail, in at most [`EmailLimits::send`].
    pub async fn send(&self, mail: &Mail) -> SendOutcome {
        let letter = match Letter::compose(&self.inner.sender, mail) {
            Ok(letter) => letter,
            Err(LetterError::Address) => return SendOutcome::Refused(Refusal::NoSuchAddress),
            Err(LetterError::Message) => {
                let why = "the mail could not be built; please report this".to_owned();
                return SendOutcome::Misconfigured { why };
            }
        };
        let progress = Progress::new();
        let sending = timeout(self.inner.limits.send, self.inner.deliver(&letter, &progress));
        match sending.await.unwrap_or_else(|_| Err(Fault::Silent(progress.step()))) {
            Ok(()) => SendOutcome::Sent,
            Err(fault) => {
                let outcome = fault.outcome(&self.inner.server);
                // All others are told by whoever decides what follows.
                if let SendOutcome::Refused(_) = outcome {
                    info!(server = %self.inner.server, why = %fault, "a mail was refused");
                }
                outcome
            }
        }
    }

    /// Connects, logs in, asks for a sign of life, and leaves. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::Email`], with the remedy.
    pub async fn check(&self) -> Result<String, DeliveryError> {
        let inner = &self.inner;
        let progress = Progress::new();
        let checking = timeout(inner.limits.send, async {
            let mut connection = Connection::open(&inner.target, &progress).await?;
            connection.noop(&progress).await?;
            Ok(connection)
        });
        match checking.await.unwrap_or_else(|_| Err(Fault::Silent(progress.step()))) {
            Ok(connection) => connection.quit(inner.limits.first_answer).await,
            Err(fault) => {
                let retryable = matches!(fault.outcome(""), SendOutcome::NotSent { .. });
                return Err(DeliveryError::Email {
                    server: inner.server.clone(),
                    problem: fault.to_string(),
                    remedy: fault.remedy(),
                    retryable,
                });
            }
        }
        let safety = match inner.target.safety {
            Safety::Tls(..) => "TLS",
            Safety::StartTls(..) => "STARTTLS",
            Safety::ClearText => "clear text",
        };
        let login = if inner.target.login.is_some() { "logged in" } else { "no login" };
        Ok(format!("{}, {safety}, {login}", inner.server))
    }

    /// Says goodbye on every idle connection. What is sent after this is not sent.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }
}

impl Inner {
    async fn deliver(&self, letter: &Letter, progress: &Progress) -> Result<(), Fault> {
        let Some(_slot) = self.pool.slot().await else { return Err(Fault::Broken(Step::Slot)) };
        if let Some(mut kept) = self.pool.take() {
            let first_answer = Some(self.limits.first_answer);
            match kept.deliver(letter, first_answer, progress).await {
                // It had died on the shelf. Nothing of the mail was written: begin again, once.
                Err(fault) if fault.is_gone() && !fault.is_ambiguous() => {
                    debug!(server = %self.server, why = %fault, "a kept connection was dead");
                }
                end => return self.settle(kept, end),
            }
        }
        let mut fresh = Connection::open(&self.target, progress).await?;
        let end = fresh.deliver(letter, None, progress).await;
        self.settle(fresh, end)
    }

    /// Keeps the connection if the next mail has good chances on it.
    fn settle(&self, connection: Connection, end: Result<(), Fault>) -> Result<(), Fault> {
        let keep = match &end {
            Ok(()) => true,
            Err(fault) => fault.leaves_it_usable(),
        };
        if keep {
            self.pool.keep(connection);
        }
        end
    }
}

fn wrong(key: &'static str, problem: impl Into<String>) -> DeliveryError {
    DeliveryError::Settings { key, problem: problem.into() }
}

fn safety(settings: &EmailSettings, host: &str) -> Result<Safety, DeliveryError> {
    let name = || {
        ServerName::try_from(host.to_owned())
            .map_err(|_| wrong("email.host", format!("\"{host}\" is no host name")))
    };
    match settings.security {
        Security::Tls => Ok(Safety::Tls(connector(settings.ca_file.as_deref())?, name()?)),
        Security::StartTls => {
            Ok(Safety::StartTls(connector(settings.ca_file.as_deref())?, name()?))
        }
        Security::None if names_loopback(host) => Ok(Safety::ClearText),
        Security::None => Err(wrong(
            "email.security",
            format!(
                "\"none\" is for loopback only, and {host} is not; use \"tls\" or \"starttls\""
            ),
        )),
    }
}

fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, DeliveryError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let broken = |problem: String| wrong("email.ca_file", problem);
        let shown = path.display();
        let pem = std::fs::read(path).map_err(|error| {
            broken(format!("{shown} cannot be read ({error}); check the path and its rights"))
        })?;
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate
                .map_err(|_| broken(format!("{shown} is no PEM file; convert the certificate")))?;
            roots.add(certificate).map_err(|error| {
                broken(format!("a certificate in {shown} cannot be used as a root ({error})"))
            })?;
            found += 1;
        }
        if found == 0 {
            return Err(broken(format!("{shown} holds no certificate (PEM: BEGIN CERTIFICATE)")));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong("email.security", format!("TLS cannot be used ({error})")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
