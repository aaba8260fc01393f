//! One connection to a mail server: opened, made safe, logged in, and given mails.
//!
//! The commands are lettre's; the socket and its TLS are ours. lettre would leave Nagle's
//! algorithm on (each mail on a kept connection then waits 40 ms for an ACK), and after STARTTLS
//! it would read on in what an attacker had slipped in before it.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Noop, Rcpt, Rset, Starttls};
use lettre::transport::smtp::extension::{
    ClientId, Extension, MailBodyParameter, MailParameter, ServerInfo,
};
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf,
};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::fault::{Fault, Progress, Reply, Step};
use super::letter::Letter;

/// Bytes in the longest line of a reply; RFC 5321 §4.5.3.1.5 has it at 512.
const LONGEST_LINE: usize = 1000;
/// Bytes in front of a line's text, such as `250-`, and behind it.
const CODE: usize = 4;
const END: usize = 2;

/// Where to connect and how.
pub(super) struct Target {
    pub host: String,
    pub port: u16,
    pub safety: Safety,
    /// User name and password.
    pub login: Option<(String, SecretString)>,
    /// For one address of the host.
    pub connect_limit: Duration,
}

pub(super) enum Safety {
    Tls(TlsConnector, ServerName<'static>),
    StartTls(TlsConnector, ServerName<'static>),
    /// Loopback only, whatever the name resolves to.
    ClearText,
}

pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    /// The last mail's transaction was left open.
    unfinished: bool,
}

impl Connection {
    pub(super) async fn open(target: &Target, progress: &Progress) -> Result<Connection, Fault> {
        progress.at(Step::Connect);
        let stream = dial(target).await?;
        let hello = hello_name(&stream);
        let wire = match &target.safety {
            Safety::Tls(connector, name) => {
                progress.at(Step::Tls);
                Wire::new(encrypted(connector, name, stream).await?, "")
            }
            Safety::StartTls(connector, name) => {
                let stream = ask_for_tls(stream, &hello, progress).await?;
                progress.at(Step::Tls);
                // There is no second greeting after STARTTLS, and lettre begins by reading one.
                Wire::new(encrypted(connector, name, stream).await?, "220 secure\r\n")
            }
            Safety::ClearText => Wire::new(Stream::Clear(stream), ""),
        };
        progress.at(Step::Greeting);
        let smtp = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello)
            .await
            .map_err(|error| Fault::of(Step::Greeting, &error))?;
        let mut connection = Connection { smtp, unfinished: false };
        if let Some((user, password)) = &target.login {
            progress.at(Step::Login);
            connection.log_in(user, password).await?;
        }
        Ok(connection)
    }

    /// Hands one mail over. `first_answer`: how long a kept connection may take to show life.
    pub(super) async fn deliver(
        &mut self,
        letter: &Letter,
        first_answer: Option<Duration>,
        progress: &Progress,
    ) -> Result<(), Fault> {
        let info = self.smtp.server_info();
        let eight_bit = info.supports_feature(Extension::EightBitMime);
        let mut parameters = Vec::new();
        if letter.international {
            if !eight_bit || !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(Fault::NoInternationalAddresses);
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }

        let mut limit = first_answer;
        if self.unfinished {
            self.command(Rset, Step::Reset, limit.take(), progress).await?;
        }
        self.unfinished = true;
        let sender = Mail::new(Some(letter.from.clone()), parameters);
        self.command(sender, Step::Sender, limit, progress).await?;
        let recipient = Rcpt::new(letter.to.clone(), Vec::new());
        self.command(recipient, Step::Recipient, None, progress).await?;
        self.command(Data, Step::Data, None, progress).await?;

        progress.at(Step::Content);
        let end = self.smtp.message(&letter.bytes).await;
        let response = end.map_err(|error| Fault::of(Step::Content, &error));
        self.unfinished = false;
        match response?.code().severity {
            Severity::PositiveCompletion => Ok(()),
            Severity::PositiveIntermediate
            | Severity::TransientNegativeCompletion
            | Severity::PermanentNegativeCompletion => Err(Fault::Broken(Step::Content)),
        }
    }

    pub(super) async fn noop(&mut self, progress: &Progress) -> Result<(), Fault> {
        self.command(Noop, Step::Noop, None, progress).await
    }

    /// Says goodbye, for at most `limit`. Whether anybody listens does not matter.
    pub(super) async fn quit(mut self, limit: Duration) {
        let _ = timeout(limit, self.smtp.quit()).await;
    }

    async fn log_in(&mut self, user: &str, password: &SecretString) -> Result<(), Fault> {
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if self.smtp.server_info().get_auth_mechanism(&mechanisms).is_none() {
            return Err(Fault::NoLogin);
        }
        let credentials = Credentials::new(user.to_owned(), password.expose_secret().to_owned());
        let answer = self.smtp.auth(&mechanisms, &credentials).await;
        let response = answer.map_err(|error| Fault::of(Step::Login, &error))?;
        expect(&response, Severity::PositiveCompletion, Step::Login)
    }

    async fn command<C: fmt::Display>(
        &mut self,
        command: C,
        step: Step,
        limit: Option<Duration>,
        progress: &Progress,
    ) -> Result<(), Fault> {
        progress.at(step);
        let asking = self.smtp.command(command);
        let answer = match limit {
            Some(limit) => timeout(limit, asking).await.map_err(|_| Fault::Silent(step))?,
            None => asking.await,
        };
        let response = answer.map_err(|error| Fault::of(step, &error))?;
        // DATA asks for more, everything else is to be done with.
        let wanted = if step == Step::Data {
            Severity::PositiveIntermediate
        } else {
            Severity::PositiveCompletion
        };
        expect(&response, wanted, step)
    }
}

/// A server that answers yes to another question than was asked cannot be followed.
fn expect(response: &Response, wanted: Severity, step: Step) -> Result<(), Fault> {
    if response.code().severity == wanted { Ok(()) } else { Err(Fault::Broken(step)) }
}

async fn dial(target: &Target) -> Result<TcpStream, Fault> {
    let found = lookup_host((target.host.as_str(), target.port)).await;
    let addresses = found.map_err(|_| Fault::Resolve)?;
    let mut last = Fault::Resolve;
    for address in addresses {
        if matches!(target.safety, Safety::ClearText) && !address.ip().is_loopback() {
            last = Fault::NotLoopback;
            continue;
        }
        match timeout(target.connect_limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|error| Fault::Connect(error.kind()))?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = Fault::Connect(error.kind()),
            Err(_) => last = Fault::Connect(io::ErrorKind::TimedOut),
        }
    }
    Err(last)
}

async fn encrypted(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    stream: TcpStream,
) -> Result<Stream, Fault> {
    let shaken = connector.connect(name.clone(), stream).await;
    let stream = shaken.map_err(|error| Fault::Tls(error.to_string()))?;
    Ok(Stream::Encrypted(Box::new(stream)))
}

/// Greets in clear text and asks for TLS. Nothing but EHLO and STARTTLS is ever written here.
async fn ask_for_tls(
    stream: TcpStream,
    hello: &ClientId,
    progress: &Progress,
) -> Result<TcpStream, Fault> {
    progress.at(Step::Greeting);
    let mut stream = BufReader::new(stream);
    plain_answer(&mut stream, Step::Greeting).await?;
    plain_write(&mut stream, &Ehlo::new(hello.clone()).to_string(), Step::Greeting).await?;
    let features = plain_answer(&mut stream, Step::Greeting).await?;
    let info = ServerInfo::from_response(&features).map_err(|_| Fault::Broken(Step::Greeting))?;
    if !info.supports_feature(Extension::StartTls) {
        return Err(Fault::NoStartTls);
    }
    progress.at(Step::StartTls);
    plain_write(&mut stream, &Starttls.to_string(), Step::StartTls).await?;
    plain_answer(&mut stream, Step::StartTls).await?;
    if !stream.buffer().is_empty() {
        return Err(Fault::SpokeBeforeTls);
    }
    Ok(stream.into_inner())
}

async fn plain_write(
    stream: &mut BufReader<TcpStream>,
    command: &str,
    step: Step,
) -> Result<(), Fault> {
    let written = stream.get_mut().write_all(command.as_bytes()).await;
    written.map_err(|_| Fault::Broken(step))
}

/// Reads one reply, of at most 100 lines.
async fn plain_answer(stream: &mut BufReader<TcpStream>, step: Step) -> Result<Response, Fault> {
    let mut text = String::new();
    for _ in 0..100 {
        let begin = text.len();
        let mut line = AsyncReadExt::take(&mut *stream, LONGEST_LINE as u64);
        line.read_line(&mut text).await.map_err(|_| Fault::Broken(step))?;
        if !text.ends_with('\n') {
            return Err(Fault::Broken(step));
        }
        if text.as_bytes().get(begin + 3) == Some(&b'-') {
            continue;
        }
        let lines = text.split_inclusive("\r\n").map(str::as_bytes);
        let text = lines.flat_map(without_blank_text).copied().collect();
        let text = String::from_utf8(text).map_err(|_| Fault::Broken(step))?;
        let response: Response = text.parse().map_err(|_| Fault::Broken(step))?;
        return if response.is_positive() {
            Ok(response)
        } else {
            Err(Fault::Reply { step, reply: Reply::of(&response) })
        };
    }
    Err(Fault::Broken(step))
}

/// This machine's full name if it has one, else its address: RFC 5321 §4.1.4.
fn hello_name(stream: &TcpStream) -> ClientId {
    match ClientId::default() {
        ClientId::Domain(name) if is_full_name(&name) => ClientId::Domain(name),
        _ => match stream.local_addr().map(|address| address.ip()) {
            Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
        },
    }
}

fn is_full_name(name: &str) -> bool {
    name.contains('.')
        && name.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

/// The stream that lettre gets: it may find something in front of what the socket brings, and gets
/// that in whole lines.
struct Wire {
    stream: Stream,
    /// What has come of a line.
    line: Vec<u8>,
    /// Whole lines that are not read yet.
    said: VecDeque<u8>,
}

enum Stream {
    Clear(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl Wire {
    fn new(stream: Stream, said: &str) -> Wire {
        Wire { stream, line: Vec::new(), said: said.bytes().collect() }
    }

    fn hears(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            self.line.push(*byte);
            if self.line.ends_with(b"\r\n") {
                self.said.extend(without_blank_text(&self.line));
                self.line.clear();
            } else if self.line.len() >= LONGEST_LINE {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }
}

/// A line of a reply; if all that it says is blank, it says nothing: lettre 0.11.23 panics at an
/// extension whose name is blank.
fn without_blank_text(line: &[u8]) -> impl Iterator<Item = &u8> {
    let text = line.get(CODE..line.len().saturating_sub(END)).unwrap_or_default();
    let is_blank = str::from_utf8(text).is_ok_and(|text| text.trim().is_empty());
    let blank = if is_blank { text.len() } else { 0 };
    let (code, rest) = line.split_at(CODE.min(line.len()));
    code.iter().chain(&rest[blank..])
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.stream {
            Stream::Clear(stream) => stream.peer_addr(),
            Stream::Encrypted(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.said.is_empty() {
            let mut bytes = [0; LONGEST_LINE];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(match &mut self.stream {
                Stream::Clear(stream) => Pin::new(stream).poll_read(context, &mut read),
                Stream::Encrypted(stream) => Pin::new(stream).poll_read(context, &mut read),
            })?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.hears(read.filled())?;
        }
        let (first, _) = self.said.as_slices();
        let count = first.len().min(buffer.remaining());
        buffer.put_slice(&first[..count]);
        self.said.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Encrypted(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_flush(context),
            Stream::Encrypted(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Encrypted(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear_text(host: &str, port: u16) -> Target {
        Target {
            host: host.to_owned(),
            port,
            safety: Safety::ClearText,
            login: None,
            connect_limit: Duration::from_millis(500),
        }
    }

    #[tokio::test]
    async fn nagle_is_off() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = dial(&clear_text("127.0.0.1", port)).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn clear_text_never_leaves_the_machine_wherever_the_name_leads() {
        // An address for documentation (RFC 5737), as a poisoned "localhost" might have it.
        let fault = dial(&clear_text("192.0.2.1", 25)).await.unwrap_err();
        assert_eq!(fault, Fault::NotLoopback);
    }

    #[test]
    fn a_line_whose_text_is_blank_says_nothing_and_any_other_is_as_it_came() {
        for (line, without) in [
            ("250-\r\n", "250-\r\n"),
            ("250- \r\n", "250-\r\n"),
            ("250-\n\r\n", "250-\r\n"),
            ("250 \r \u{a0}\u{3000}\t\r\n", "250 \r\n"),
            ("250-  8BITMIME\r\n", "250-  8BITMIME\r\n"),
            ("550 Почта\r\n", "550 Почта\r\n"),
            ("25\r\n", "25\r\n"),
            ("\r\n", "\r\n"),
            ("   \r\n", "   \r\n"),
        ] {
            let said: Vec<u8> = without_blank_text(line.as_bytes()).copied().collect();
            assert_eq!(String::from_utf8_lossy(&said), without, "{line:?}");
        }
        let broken = [b"250-\xff \r\n".as_slice(), b"250"];
        for line in broken {
            assert!(without_blank_text(line).eq(line));
        }
    }

    #[test]
    fn only_a_full_name_is_said_in_ehlo() {
        assert!(is_full_name("gate.example.org"));
        for name in ["gate", "3f2a9c01", "", "a..b", "a b.example.org", "a_b.example.org", ".a"] {
            assert!(!is_full_name(name), "{name}");
        }
    }
}
