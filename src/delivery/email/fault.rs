//! What can go wrong between us and a mail server, how far it had got, and what follows from it.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use lettre::transport::smtp::response::Response;

use crate::delivery::SendOutcome;
use crate::verification::event::Refusal;

/// How far a send has got, in the order of the steps.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Slot,
    Connect,
    Tls,
    /// The server's greeting and its answer to EHLO.
    Greeting,
    StartTls,
    Login,
    Noop,
    Reset,
    Sender,
    Recipient,
    /// DATA was written; not a byte of the mail yet.
    Data,
    /// The mail is being written, or its end is not acknowledged yet.
    Content,
}

/// The step a send is at, for whoever cuts it off.
#[derive(Debug)]
pub(super) struct Progress(Mutex<Step>);

/// A server's negative answer, without its words: they quote the address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Three digits, 400 to 599.
    pub code: u16,
    /// Subject and detail of the enhanced status (RFC 3463), if there is one of the same class.
    pub status: Option<(u16, u16)>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("its name cannot be resolved")]
    Resolve,
    #[error("no connection ({0})")]
    Connect(io::ErrorKind),
    #[error("it is not on loopback, and clear text goes nowhere else")]
    NotLoopback,
    #[error("TLS failed ({0})")]
    Tls(String),
    #[error("it does not offer STARTTLS, and nothing is sent in clear text")]
    NoStartTls,
    #[error("it spoke in clear text after STARTTLS, as an attacker in between would")]
    SpokeBeforeTls,
    #[error("it offers neither AUTH PLAIN nor AUTH LOGIN")]
    NoLogin,
    #[error("it does not take addresses with other than ASCII letters (SMTPUTF8)")]
    NoInternationalAddresses,
    #[error("it answered {reply} to {step}")]
    Reply { step: Step, reply: Reply },
    #[error("the connection broke at {0}")]
    Broken(Step),
    #[error("time ran out at {0}")]
    Silent(Step),
}

impl Fault {
    /// Sorts an error of lettre's connection that came up at `step`.
    pub(super) fn of(step: Step, error: &lettre::transport::smtp::Error) -> Fault {
        match error.status() {
            Some(code) => {
                let words = std::error::Error::source(error).map(ToString::to_string);
                let reply = Reply::new(code.into(), words.as_deref().unwrap_or_default());
                Fault::Reply { step, reply }
            }
            None => Fault::Broken(step),
        }
    }

    /// Whether the connection is of no more use, through no fault of the mail.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Fault::Broken(_) | Fault::Silent(_) => true,
            Fault::Reply { reply, .. } => reply.code == 421,
            Fault::Resolve
            | Fault::Connect(_)
            | Fault::NotLoopback
            | Fault::Tls(_)
            | Fault::NoStartTls
            | Fault::SpokeBeforeTls
            | Fault::NoLogin
            | Fault::NoInternationalAddresses => false,
        }
    }

    /// Whether the next mail has good chances on the same connection.
    pub(super) fn leaves_it_usable(&self) -> bool {
        match self {
            Fault::NoInternationalAddresses => true,
            // Not wanted as a sender: too many mails on one connection, a login that ran out.
            Fault::Reply { step: Step::Sender, .. } => false,
            Fault::Reply { .. } => !self.is_gone(),
            Fault::Resolve
            | Fault::Connect(_)
            | Fault::NotLoopback
            | Fault::Tls(_)
            | Fault::NoStartTls
            | Fault::SpokeBeforeTls
            | Fault::NoLogin
            | Fault::Broken(_)
            | Fault::Silent(_) => false,
        }
    }

    /// Whether the mail may have been taken in spite of this.
    pub(super) fn is_ambiguous(&self) -> bool {
        matches!(self, Fault::Broken(Step::Content) | Fault::Silent(Step::Content))
    }

    pub(super) fn outcome(&self, server: &str) -> SendOutcome {
        let why = format!("mail server {server}: {self}");
        match self {
            Fault::Broken(_) | Fault::Silent(_) if self.is_ambiguous() => {
                SendOutcome::Unknown { why }
            }
            Fault::Resolve
            | Fault::Connect(_)
            | Fault::Tls(_)
            | Fault::SpokeBeforeTls
            | Fault::Broken(_)
            | Fault::Silent(_) => SendOutcome::NotSent { why, retry_after: None },
            Fault::NotLoopback | Fault::NoStartTls | Fault::NoLogin => {
                SendOutcome::Misconfigured { why }
            }
            Fault::NoInternationalAddresses => SendOutcome::Refused(Refusal::NoSuchAddress),
            Fault::Reply { step, reply } => match reply.verdict(*step) {
                Verdict::Later => SendOutcome::NotSent { why, retry_after: None },
                Verdict::Host => SendOutcome::Misconfigured { why },
                Verdict::Address(refusal) => SendOutcome::Refused(refusal),
            },
        }
    }

    /// What the host can do about it.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Fault::Resolve => "check email.host and this machine's name server",
            Fault::Connect(_) => "check email.host, email.port and the firewall",
            Fault::NotLoopback => "set email.security to \"tls\" or \"starttls\"",
            Fault::Tls(_) => {
                "check that email.host is the name in its certificate, that email.security fits \
                 the port (465: \"tls\", 587: \"starttls\"), and set email.ca_file for a private \
                 certificate"
            }
            Fault::NoStartTls => "set email.security to \"tls\" with port 465, or ask its operator",
            Fault::SpokeBeforeTls => "set email.security to \"tls\" with port 465",
            Fault::NoLogin => {
                "check that this port is for submission, or leave email.username empty if it asks \
                 for no login"
            }
            Fault::NoInternationalAddresses => "nothing: such addresses are refused",
            Fault::Reply { step: Step::Login, .. } => {
                "check email.username and email.password (many providers want an app password)"
            }
            Fault::Reply { .. } => "look the answer up in its operator's documentation",
            Fault::Broken(_) | Fault::Silent(_) => {
                "check that email.security fits the port (465: \"tls\", 587: \"starttls\") and that \
                 the server is well"
            }
        }
    }
}

/// Whose a negative answer is.
enum Verdict {
    Later,
    Host,
    Address(Refusal),
}

impl Reply {
    /// Reads the enhanced status off the front of the server's words.
    pub(super) fn new(code: u16, words: &str) -> Reply {
        let status = words.split_whitespace().next().and_then(|first| {
            let mut numbers = first.split('.').map(str::parse::<u16>);
            let (Some(Ok(class)), Some(Ok(subject)), Some(Ok(detail)), None) =
                (numbers.next(), numbers.next(), numbers.next(), numbers.next())
            else {
                return None;
            };
            (class == code / 100).then_some((subject, detail))
        });
        Reply { code, status }
    }

    pub(super) fn of(response: &Response) -> Reply {
        Reply::new(response.code().into(), response.first_line().unwrap_or_default())
    }

    fn verdict(self, step: Step) -> Verdict {
        let final_answer = self.code >= 500;
        match step {
            Step::Login if final_answer => Verdict::Host,
            Step::Sender | Step::Recipient | Step::Data | Step::Content if final_answer => {
                self.mail_verdict(step)
            }
            Step::Slot
            | Step::Connect
            | Step::Tls
            | Step::Greeting
            | Step::StartTls
            | Step::Login
            | Step::Noop
            | Step::Reset
            | Step::Sender
            | Step::Recipient
            | Step::Data
            | Step::Content => Verdict::Later,
        }
    }

    /// Sorts a 5xx to the mail itself: RFC 3463 and RFC 5321 §4.2.3, and what large providers
    /// make of them.
    fn mail_verdict(self, step: Step) -> Verdict {
        // Login wanted (RFC 4954), or our own sender address is at fault.
        if matches!(self.code, 530 | 534 | 535 | 538)
            || matches!(self.status, Some((1, 7 | 8) | (7, 8 | 9 | 11)))
        {
            return Verdict::Host;
        }
        match self.status {
            Some((1, _) | (2, 1) | (4, 1 | 4) | (6, 7..=10)) => {
                return Verdict::Address(Refusal::NoSuchAddress);
            }
            Some((2, 2)) => return Verdict::Address(Refusal::MailboxFull),
            Some(_) | None => {}
        }
        match (step, self.code) {
            // Nothing was said of the recipient yet: it is we who are not wanted.
            (Step::Sender, _) => Verdict::Host,
            (_, 552) if self.status.is_none() => Verdict::Address(Refusal::MailboxFull),
            (_, 551 | 556) => Verdict::Address(Refusal::NoSuchAddress),
            (Step::Recipient, 501 | 550 | 553) if !matches!(self.status, Some((7, _))) => {
                Verdict::Address(Refusal::NoSuchAddress)
            }
            _ => Verdict::Address(Refusal::Policy),
        }
    }
}

impl Progress {
    pub(super) fn new() -> Progress {
        Progress(Mutex::new(Step::Slot))
    }

    pub(super) fn at(&self, step: Step) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    pub(super) fn step(&self) -> Step {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Slot => "waiting for a free connection",
            Step::Connect => "connecting",
            Step::Tls => "the TLS handshake",
            Step::Greeting => "the greeting",
            Step::StartTls => "STARTTLS",
            Step::Login => "the login",
            Step::Noop => "NOOP",
            Step::Reset => "RSET",
            Step::Sender => "MAIL",
            Step::Recipient => "RCPT",
            Step::Data => "DATA",
            Step::Content => "the end of the mail",
        })
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        match self.status {
            Some((subject, detail)) => write!(f, " {}.{subject}.{detail}", self.code / 100),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(step: Step, code: u16, words: &str) -> SendOutcome {
        Fault::Reply { step, reply: Reply::new(code, words) }.outcome("mx")
    }

    #[test]
    fn final_answers_are_sorted_by_their_status() {
        use Refusal::{MailboxFull, NoSuchAddress, Policy};
        let cases = [
            (Step::Recipient, 550, "5.1.1 <nora@example.org>: unknown", NoSuchAddress),
            (Step::Recipient, 550, "5.1.2 bad domain", NoSuchAddress),
            (Step::Recipient, 550, "5.1.10 null MX", NoSuchAddress),
            (Step::Recipient, 550, "5.2.1 disabled", NoSuchAddress),
            (Step::Recipient, 550, "5.4.1 recipient address rejected", NoSuchAddress),
            (Step::Recipient, 550, "no such user here", NoSuchAddress),
            (Step::Recipient, 550, "5.5.0 mailbox unavailable", NoSuchAddress),
            (Step::Recipient, 553, "what is this", NoSuchAddress),
            (Step::Recipient, 556, "domain takes no mail", NoSuchAddress),
            (Step::Recipient, 553, "5.6.7 no SMTPUTF8", NoSuchAddress),
            (Step::Recipient, 552, "5.2.2 full", MailboxFull),
            (Step::Content, 552, "storage exceeded", MailboxFull),
            (Step::Content, 552, "5.3.4 message too big", Policy),
            (Step::Recipient, 550, "5.7.1 no", Policy),
            (Step::Recipient, 554, "no", Policy),
            (Step::Data, 554, "no valid recipients", Policy),
            (Step::Content, 550, "looks like spam", Policy),
            (Step::Content, 554, "5.7.1 looks like spam", Policy),
            (Step::Content, 550, "5.1.1 unknown after all", NoSuchAddress),
        ];
        for (step, code, words, refusal) in cases {
            let got = verdict(step, code, words);
            assert_eq!(got, SendOutcome::Refused(refusal), "{step} {code} {words}");
        }
    }

    #[test]
    fn what_is_our_own_fault_goes_to_the_host() {
        for (step, code, words) in [
            (Step::Login, 535, "5.7.8 wrong"),
            (Step::Login, 504, "mechanism"),
            (Step::Sender, 530, "5.7.0 authentication required"),
            (Step::Sender, 550, "5.7.1 not your address"),
            (Step::Sender, 553, "sender"),
            (Step::Recipient, 530, "log in first"),
            (Step::Recipient, 550, "5.1.8 sender's domain does not exist"),
        ] {
            let got = verdict(step, code, words);
            assert!(matches!(got, SendOutcome::Misconfigured { .. }), "{step} {code} {got:?}");
        }
    }

    #[test]
    fn no_words_of_the_server_are_kept() {
        let fault = Fault::Reply {
            step: Step::Recipient,
            reply: Reply::new(550, "5.7.1 <nora@example.org>: rejected"),
        };
        assert_eq!(fault.to_string(), "it answered 550 5.7.1 to RCPT");
        assert!(!format!("{fault:?}").contains("nora"));
    }

    #[test]
    fn a_status_of_another_class_is_none() {
        assert_eq!(Reply::new(550, "4.1.1 x").status, None);
        assert_eq!(Reply::new(550, "5.1 x").status, None);
        assert_eq!(Reply::new(550, "5.1.1.1 x").status, None);
        assert_eq!(Reply::new(550, "").status, None);
        assert_eq!(Reply::new(450, "4.2.2").status, Some((2, 2)));
    }
}
