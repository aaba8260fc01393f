//! One connection to the pretend mail server, from the greeting to the end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

use super::mail::Envelope;
use super::{Door, Fault, Smtp, Verb, locked};

/// The longest line of a mail, with its end (RFC 5321 §4.5.3.1.6).
const LONGEST_LINE: usize = 1000;
const LARGEST_MAIL: usize = 10 * 1024 * 1024;

/// Takes connections until its task is aborted.
pub async fn accept(listener: TcpListener, door: Door, smtp: Arc<Smtp>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors or an aborted connection: others may go on.
            tokio::task::yield_now().await;
            continue;
        };
        smtp.connections.fetch_add(1, Ordering::Relaxed);
        let smtp = Arc::clone(&smtp);
        tokio::spawn(async move {
            // A connection that breaks is the client's business.
            let _ = serve(stream, door, &smtp).await;
        });
    }
}

async fn serve(stream: TcpStream, door: Door, smtp: &Smtp) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut session = Session::new(stream, door, smtp, false);
    let Flow::On = session.trouble(Verb::Connect).await? else { return Ok(()) };
    match door {
        Door::Clear | Door::StartTls => {
            if session.greet().await?.is_on() && session.run().await? == End::StartTls {
                let stream = smtp.certificate.acceptor.accept(session.io.into_inner()).await?;
                Session::new(stream, door, smtp, true).run().await?;
            }
        }
        Door::Tls => {
            let stream = smtp.certificate.acceptor.accept(session.io.into_inner()).await?;
            let mut session = Session::new(stream, door, smtp, true);
            if session.greet().await?.is_on() {
                session.run().await?;
            }
        }
    }
    Ok(())
}

/// A stream on top of TCP.
trait OverTcp: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl OverTcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl OverTcp for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Whether a verb is carried out.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Flow {
    On,
    /// Carried out, but the client never hears of it.
    OnUnheard,
    /// A fault answered in its place.
    Skip,
    /// The connection is gone.
    End,
}

impl Flow {
    fn is_on(self) -> bool {
        self == Flow::On
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum End {
    Closed,
    StartTls,
}

struct Session<'a, S> {
    io: BufReader<S>,
    door: Door,
    smtp: &'a Smtp,
    encrypted: bool,
    greeted: bool,
    login: Option<String>,
    /// A mail that has begun.
    envelope: Option<Envelope>,
    /// The next answer comes twice.
    stammers: bool,
}

impl<'a, S: OverTcp> Session<'a, S> {
    fn new(stream: S, door: Door, smtp: &'a Smtp, encrypted: bool) -> Session<'a, S> {
        let io = BufReader::new(stream);
        Session {
            io,
            door,
            smtp,
            encrypted,
            greeted: false,
            login: None,
            envelope: None,
            stammers: false,
        }
    }

    async fn greet(&mut self) -> io::Result<Flow> {
        let flow = self.trouble(Verb::Banner).await?;
        if flow.is_on() {
            self.say("220 sandbox ESMTP").await?;
        }
        Ok(flow)
    }

    /// Reads and carries out commands until the end.
    async fn run(&mut self) -> io::Result<End> {
        loop {
            let smtp = self.smtp;
            let line = tokio::select! {
                line = self.line() => line?,
                () = smtp.hang_up.notified() => {
                    self.say("421 4.4.2 idle for too long").await?;
                    return Ok(End::Closed);
                }
            };
            let Some(line) = line else { return Ok(End::Closed) };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let flow = match verb.to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => self.ehlo(rest).await?,
                "STARTTLS" => match self.starttls().await? {
                    Flow::On => return Ok(End::StartTls),
                    flow => flow,
                },
                "AUTH" => self.auth(rest).await?,
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.rcpt(rest).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    self.envelope = None;
                    self.say("250 2.0.0 forgotten").await?
                }
                "NOOP" => self.say("250 2.0.0 still here").await?,
                "QUIT" => {
                    self.say("221 2.0.0 bye").await?;
                    return Ok(End::Closed);
                }
                other => {
                    self.smtp.complain(format!("smtp: unknown command {other}"));
                    self.say("500 5.5.1 unknown command").await?
                }
            };
            if flow == Flow::End {
                return Ok(End::Closed);
            }
        }
    }

    async fn ehlo(&mut self, name: &str) -> io::Result<Flow> {
        match self.trouble(Verb::Ehlo).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        if name.trim().is_empty() {
            return self.wrong_order("EHLO without a name", "501 5.5.4 who are you").await;
        }
        self.greeted = true;
        self.envelope = None;
        let mut lines = vec!["sandbox", "PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10485760"];
        if self.door == Door::StartTls && !self.encrypted {
            lines.push("STARTTLS");
        }
        if locked(&self.smtp.login).is_some() && self.may_talk_openly() {
            lines.push("AUTH PLAIN LOGIN");
        }
        lines.push("ENHANCEDSTATUSCODES");
        let last = lines.len() - 1;
        let mut reply = String::new();
        for (at, line) in lines.iter().enumerate() {
            reply.push_str(if at == last { "250 " } else { "250-" });
            reply.push_str(line);
            reply.push_str("\r\n");
        }
        self.io.write_all(reply.as_bytes()).await?;
        self.io.flush().await?;
        Ok(Flow::On)
    }

    async fn starttls(&mut self) -> io::Result<Flow> {
        match self.trouble(Verb::StartTls).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        if self.door != Door::StartTls || self.encrypted {
            self.wrong_order("STARTTLS where it is not offered", "503 5.5.1 no").await?;
            return Ok(Flow::Skip);
        }
        self.say("220 2.0.0 go ahead").await?;
        if !self.io.buffer().is_empty() {
            self.smtp.complain("smtp: commands pipelined after STARTTLS".to_owned());
            return Ok(Flow::End);
        }
        Ok(Flow::On)
    }

    async fn auth(&mut self, rest: &str) -> io::Result<Flow> {
        match self.trouble(Verb::Auth).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        let wanted = locked(&self.smtp.login).clone();
        let Some((user, password)) = wanted.filter(|_| self.may_talk_openly()) else {
            return self.wrong_order("AUTH where it is not offered", "503 5.5.1 no").await;
        };
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = match initial {
                    "" => self.ask("334 ").await?,
                    initial => Some(initial.to_owned()),
                };
                answer.as_deref().and_then(decode).and_then(|plain| {
                    let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                    Some((parts.next()?, parts.next()?))
                })
            }
            "LOGIN" => {
                let name = match initial {
                    "" => self.ask("334 VXNlcm5hbWU6").await?,
                    initial => Some(initial.to_owned()),
                };
                let secret = self.ask("334 UGFzc3dvcmQ6").await?;
                name.as_deref().and_then(decode).zip(secret.as_deref().and_then(decode))
            }
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        if given != Some((user.clone(), password)) {
            return self.say("535 5.7.8 authentication credentials invalid").await;
        }
        self.login = Some(user);
        self.smtp.logins.fetch_add(1, Ordering::Relaxed);
        self.say("235 2.7.0 welcome").await
    }

    async fn mail(&mut self, rest: &str) -> io::Result<Flow> {
        match self.trouble(Verb::Mail).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        if !self.greeted {
            return self.wrong_order("MAIL before EHLO", "503 5.5.1 EHLO first").await;
        }
        if self.door == Door::StartTls && !self.encrypted {
            return self.wrong_order("MAIL before STARTTLS", "530 5.7.0 STARTTLS first").await;
        }
        if locked(&self.smtp.login).is_some() && self.login.is_none() {
            return self.say("530 5.7.0 authentication required").await;
        }
        if self.envelope.is_some() {
            return self.wrong_order("MAIL within a mail", "503 5.5.1 one at a time").await;
        }
        let Some(from) = path(rest, "FROM:") else {
            return self.wrong_order("MAIL without FROM:<…>", "501 5.5.4 FROM:<…>").await;
        };
        self.envelope = Some(Envelope {
            from,
            to: Vec::new(),
            encrypted: self.encrypted,
            login: self.login.clone(),
        });
        self.say("250 2.1.0 sender ok").await
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<Flow> {
        match self.trouble(Verb::Rcpt).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        let Some(to) = path(rest, "TO:").filter(|to| to.contains('@')) else {
            return self.wrong_order("RCPT without TO:<…>", "501 5.5.4 TO:<…>").await;
        };
        let refused = locked(&self.smtp.refused).get(&to.to_lowercase()).cloned();
        if let Some(answer) = refused {
            return self.say(&answer).await;
        }
        let Some(envelope) = &mut self.envelope else {
            return self.wrong_order("RCPT before MAIL", "503 5.5.1 MAIL first").await;
        };
        envelope.to.push(to);
        self.say("250 2.1.5 recipient ok").await
    }

    async fn data(&mut self) -> io::Result<Flow> {
        match self.trouble(Verb::Data).await? {
            Flow::On => {}
            flow => return Ok(flow),
        }
        if self.envelope.as_ref().is_none_or(|envelope| envelope.to.is_empty()) {
            return self.wrong_order("DATA before RCPT", "503 5.5.1 RCPT first").await;
        }
        self.say("354 end with a dot").await?;
        let Some(raw) = self.body().await? else { return Ok(Flow::End) };
        let envelope = self.envelope.take().unwrap_or_default();
        let flow = self.trouble(Verb::Body).await?;
        if !matches!(flow, Flow::On | Flow::OnUnheard) {
            return Ok(flow);
        }
        if let Err(why) = self.smtp.take_mail(&envelope, &raw) {
            self.smtp.complain(format!("smtp: {why}"));
            return self.say("554 5.6.0 unreadable").await;
        }
        match flow {
            Flow::OnUnheard => self.reset(),
            _ => self.say("250 2.0.0 taken").await,
        }
    }

    /// The mail up to the dot, without the doubled dots; `None` if the client went away.
    async fn body(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.io.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if !line.ends_with(b"\r\n") {
                self.smtp.complain("smtp: a line of a mail that ends without CR LF".to_owned());
            }
            if line.len() > LONGEST_LINE {
                self.smtp.complain(format!("smtp: a line of {} bytes", line.len()));
            }
            if line == b".\r\n" || raw.len() > LARGEST_MAIL {
                return Ok(Some(raw));
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    fn may_talk_openly(&self) -> bool {
        self.encrypted || self.door == Door::Clear
    }

    /// What the plan has for this place.
    async fn trouble(&mut self, verb: Verb) -> io::Result<Flow> {
        match self.smtp.faults.take(&verb) {
            None => Ok(Flow::On),
            Some(Fault::AnswerLost) if verb == Verb::Body => Ok(Flow::OnUnheard),
            Some(Fault::Stammer) => {
                self.stammers = true;
                Ok(Flow::On)
            }
            Some(Fault::Garbage) => {
                self.envelope = None;
                self.io.write_all(b"\x00\xff\xfe<html>2\r\n\r\n999 what\r\n").await?;
                self.io.flush().await?;
                Ok(Flow::Skip)
            }
            Some(Fault::AnswerLost | Fault::Reset) => self.reset(),
            Some(Fault::Hang) => {
                // Swallow whatever comes until the client gives up.
                let mut scrap = [0; 1024];
                while self.io.read(&mut scrap).await? > 0 {}
                Ok(Flow::End)
            }
            Some(Fault::Reply(answer)) => {
                self.envelope = None;
                self.say(&answer).await?;
                let over =
                    answer.starts_with("421") || matches!(verb, Verb::Connect | Verb::Banner);
                Ok(if over { Flow::End } else { Flow::Skip })
            }
        }
    }

    fn reset(&mut self) -> io::Result<Flow> {
        self.io.get_ref().tcp().set_zero_linger()?;
        Ok(Flow::End)
    }

    async fn wrong_order(&mut self, what: &str, answer: &str) -> io::Result<Flow> {
        self.smtp.complain(format!("smtp: {what}"));
        self.say(answer).await
    }

    async fn say(&mut self, answer: &str) -> io::Result<Flow> {
        let times = if std::mem::take(&mut self.stammers) { 2 } else { 1 };
        self.io.write_all(format!("{answer}\r\n").repeat(times).as_bytes()).await?;
        self.io.flush().await?;
        Ok(Flow::Skip)
    }

    async fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        self.say(question).await?;
        self.line().await
    }

    /// The next command; `None` at the end.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        if self.io.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// The address in `FROM:<a@b> SIZE=…`.
fn path(rest: &str, keyword: &str) -> Option<String> {
    let head = rest.get(..keyword.len())?;
    let rest = rest.get(keyword.len()..)?.trim_start();
    let inner = rest.strip_prefix('<')?;
    let (address, _) = inner.split_once('>')?;
    head.eq_ignore_ascii_case(keyword).then(|| address.to_owned())
}

fn decode(base64: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(base64).ok()?).ok()
}
