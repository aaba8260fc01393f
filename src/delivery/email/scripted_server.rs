//! A mail server on a loopback socket that misbehaves on demand, for the tests of the mailer.

use std::io;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::*;

/// What the server does instead of behaving well.
#[derive(Copy, Clone)]
pub(super) enum Act {
    Say(&'static str),
    Hang,
    /// Closes the connection in an orderly way.
    Close,
    /// Tears the connection down with a TCP reset.
    Reset,
}

/// Which connection (from 0), which mail on it (from 0), and the verb: GREETING, EHLO, STARTTLS,
/// AUTH, MAIL, RCPT, DATA, `.` (the end of the mail), RSET, NOOP, QUIT.
type Script = dyn Fn(usize, usize, &str) -> Option<Act> + Send + Sync;

#[derive(Clone)]
pub(super) struct Server {
    pub(super) port: u16,
    pub(super) seen: Arc<Mutex<Vec<(usize, String)>>>,
    /// Counts up with every line seen.
    changed: watch::Sender<usize>,
    ca_pem: Option<String>,
}

#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) enum Wrap {
    Clear,
    Tls,
    StartTls,
}

impl Server {
    pub(super) async fn start(
        wrap: Wrap,
        name: &str,
        script: impl Fn(usize, usize, &str) -> Option<Act> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (acceptor, ca_pem) = match wrap {
            Wrap::Clear => (None, None),
            Wrap::Tls | Wrap::StartTls => {
                let (acceptor, pem) = certificate_for(name);
                (Some(acceptor), Some(pem))
            }
        };
        let server = Server {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
            changed: watch::Sender::new(0),
            ca_pem,
        };
        let (ours, script): (Server, Arc<Script>) = (server.clone(), Arc::new(script));
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                stream.set_nodelay(true).unwrap();
                let (server, script, acceptor) = (ours.clone(), script.clone(), acceptor.clone());
                tokio::spawn(async move {
                    let _ = server.serve(number, stream, wrap, acceptor, &*script).await;
                    server.note(number, "(gone)");
                });
            }
        });
        server
    }

    async fn serve(
        &self,
        number: usize,
        stream: TcpStream,
        wrap: Wrap,
        acceptor: Option<TlsAcceptor>,
        script: &Script,
    ) -> io::Result<()> {
        match (wrap, acceptor) {
            (Wrap::Tls, Some(acceptor)) => {
                let stream = acceptor.accept(stream).await?;
                self.talk(number, stream, true, false, script).await.map(|_| ())
            }
            (Wrap::StartTls, Some(acceptor)) => {
                let Some(stream) = self.talk(number, stream, true, true, script).await? else {
                    return Ok(());
                };
                let stream = acceptor.accept(stream).await?;
                self.talk(number, stream, false, false, script).await.map(|_| ())
            }
            _ => self.talk(number, stream, true, false, script).await.map(|_| ()),
        }
    }

    /// Ends with the stream when STARTTLS was agreed on.
    async fn talk<S: Socket>(
        &self,
        number: usize,
        stream: S,
        greet: bool,
        offer_tls: bool,
        script: &Script,
    ) -> io::Result<Option<S>> {
        let mut stream = BufReader::new(stream);
        let mut mails = 0;
        let mut line = String::new();
        let mut verb = if greet { "GREETING".to_owned() } else { String::new() };
        loop {
            if !verb.is_empty() {
                let answer = match script(number, mails, &verb) {
                    Some(Act::Say(answer)) => answer,
                    Some(Act::Hang) => {
                        while stream.read_line(&mut line).await? > 0 {}
                        return Ok(None);
                    }
                    Some(Act::Close) => return Ok(None),
                    Some(Act::Reset) => {
                        stream.get_ref().tcp().set_zero_linger()?;
                        return Ok(None);
                    }
                    None => match verb.as_str() {
                        "GREETING" => "220 scripted",
                        "EHLO" if offer_tls => "250-scripted\r\n250-STARTTLS\r\n250 8BITMIME",
                        "EHLO" => "250-scripted\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                        "STARTTLS" => "220 go ahead",
                        "AUTH" => "235 welcome",
                        "DATA" => "354 go ahead",
                        "QUIT" => "221 bye",
                        _ => "250 fine",
                    },
                };
                stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
                stream.flush().await?;
                let agreed = answer.starts_with(['2', '3']);
                match verb.as_str() {
                    "STARTTLS" if agreed => return Ok(Some(stream.into_inner())),
                    "QUIT" => return Ok(None),
                    "DATA" if agreed => {
                        let mut mail = String::new();
                        while !mail.ends_with("\r\n.\r\n") {
                            if stream.read_line(&mut mail).await? == 0 {
                                return Ok(None);
                            }
                        }
                        self.note(number, &mail);
                        verb = ".".to_owned();
                        continue;
                    }
                    "." => mails += 1,
                    _ => {}
                }
            }
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            self.note(number, line.trim_end());
            verb = line.split([' ', '\r']).next().unwrap_or_default().to_owned();
        }
    }

    fn note(&self, number: usize, line: &str) {
        self.seen.lock().unwrap().push((number, line.to_owned()));
        self.changed.send_modify(|count| *count += 1);
    }

    /// All lines seen so far that begin with `start`, as `connection line`.
    pub(super) fn lines(&self, start: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let wanted = seen.iter().filter(|(_, line)| line.starts_with(start));
        wanted.map(|(number, line)| format!("{number} {line}")).collect()
    }

    pub(super) async fn wait_for(&self, number: usize, line: &str) {
        let mut changed = self.changed.subscribe();
        let found = || self.seen.lock().unwrap().iter().any(|(n, l)| *n == number && l == line);
        let waiting = changed.wait_for(|_| found());
        timeout(Duration::from_secs(10), waiting).await.expect("the line never came").unwrap();
    }

    pub(super) fn settings(&self, security: Security) -> EmailSettings {
        EmailSettings {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            username: String::new(),
            password: None,
            from: "Gate <gate@example.org>".to_owned(),
            ca_file: None,
        }
    }

    /// A mailer that speaks clear text and waits as long as a slow machine needs.
    pub(super) fn mailer(&self) -> Mailer {
        Mailer::with_limits(&self.settings(Security::None), patient()).unwrap()
    }

    pub(super) fn hurried_mailer(&self, millis: u64) -> Mailer {
        let limits = EmailLimits { send: Duration::from_millis(millis), ..patient() };
        Mailer::with_limits(&self.settings(Security::None), limits).unwrap()
    }

    /// A mailer over TLS that trusts this server's authority.
    pub(super) fn safe_mailer(&self, security: Security, login: bool) -> Mailer {
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, self.ca_pem.as_deref().unwrap()).unwrap();
        let mut settings = self.settings(security);
        settings.ca_file = Some(ca_file);
        if login {
            settings.username = "gate".to_owned();
            settings.password = Some(SecretString::from("swordfish"));
        }
        Mailer::with_limits(&settings, patient()).unwrap()
    }
}

trait Socket: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for tokio_rustls::server::TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

fn certificate_for(name: &str) -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

pub(super) fn patient() -> EmailLimits {
    EmailLimits {
        send: Duration::from_secs(20),
        first_answer: Duration::from_secs(20),
        ..EmailLimits::default()
    }
}
