//! Codes by SMS: Twilio's Messages resource, over HTTPS.
//!
//! Twilio knows no idempotency key: what may have been taken is never tried again by itself. Of
//! an error only its code is kept; the words that come with it quote the number.

mod codes;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tracing::info;

use self::codes::Verdict;
use super::{DeliveryError, SendOutcome, names_loopback};
use crate::verification::event::Refusal;
use crate::verification::spending::{Money, Paid};

/// The longest answer that is read, in bytes; real ones have about 1,000.
const ANSWER_LENGTH: usize = 64 * 1024;
/// The longest wait that Twilio may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The `[sms]` table.
#[derive(Clone, Debug)]
pub struct SmsSettings {
    /// `AC…`
    pub account_sid: String,
    pub auth: SmsAuth,
    pub sender: SmsSender,
    /// `https://api.twilio.com`; `http` only to loopback.
    pub api_url: Url,
    /// Dial codes (`+49`). Looked at by the rules, not here.
    pub allowed_countries: Vec<String>,
}

/// What we log in with.
#[derive(Clone, Debug)]
pub enum SmsAuth {
    /// The account's own token.
    Token(SecretString),
    /// An API key: `SK…` and its secret.
    ApiKey { sid: String, secret: SecretString },
}

/// Who the SMS come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsSender {
    /// A number in E.164 form, or a name where the country allows one.
    From(String),
    /// `MG…`
    MessagingService(String),
}

/// How long a request may take.
#[derive(Clone, Debug)]
pub struct SmsLimits {
    /// For name resolution, TCP and TLS. Kept below `request`, so that a connection that never
    /// came about is told from a request that was never answered.
    pub connect: Duration,
    /// For the request as a whole, connecting included.
    pub request: Duration,
}

impl Default for SmsLimits {
    fn default() -> SmsLimits {
        SmsLimits { connect: Duration::from_secs(5), request: Duration::from_secs(20) }
    }
}

/// One SMS. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// E.164, with its `+`.
    pub to: String,
    pub body: String,
    /// After this Twilio drops it unsent: what is left of the code's life. 1 s to 10 h.
    pub validity: Duration,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").finish_non_exhaustive()
    }
}

/// Sends SMS. A cheap handle: clones share their connections.
#[derive(Clone)]
pub struct Texter {
    client: Client,
    /// `…/2010-04-01/Accounts/AC…`
    account: Url,
    user: String,
    secret: SecretString,
    with_api_key: bool,
    sender: (&'static str, String),
    /// Host and port of the API, for people.
    server: String,
}

impl fmt::Debug for Texter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texter").field("server", &self.server).finish_non_exhaustive()
    }
}

/// A message as Twilio describes it after having made it.
#[derive(Deserialize)]
struct Made {
    sid: String,
    status: Option<String>,
    error_code: Option<u32>,
    /// `-0.00750`; mostly not known yet.
    #[serde(default)]
    price: Option<String>,
    /// ISO 4217.
    #[serde(default)]
    price_unit: Option<String>,
}

impl Made {
    /// What it costs, if that is known already.
    fn paid(&self) -> Option<Paid> {
        let price = self.price.as_deref()?.trim();
        let amount = Money::parse(price.strip_prefix('-').unwrap_or(price))?;
        Some(Paid { amount, currency: self.price_unit.clone()? })
    }
}

/// Twilio's error body; `message` and `more_info` are left where they are.
#[derive(Deserialize)]
struct Problem {
    code: Option<u32>,
}

#[derive(Deserialize)]
struct Account {
    status: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Texter {
    /// Connects nowhere yet.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::Settings`] for an API address that cannot be used or would send the
    /// credentials in clear text over a network.
    pub fn new(settings: &SmsSettings) -> Result<Texter, DeliveryError> {
        Texter::with_limits(settings, SmsLimits::default())
    }

    /// As [`Texter::new`], with other limits.
    ///
    /// # Errors
    ///
    /// As [`Texter::new`].
    pub fn with_limits(settings: &SmsSettings, limits: SmsLimits) -> Result<Texter, DeliveryError> {
        let url = &settings.api_url;
        let host = url.host_str().unwrap_or_default();
        let local = names_loopback(host);
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            let problem = format!("{host} must be reached by https; http is for loopback only");
            return Err(wrong("sms.api_url", problem));
        }
        let mut account = url.clone();
        account
            .path_segments_mut()
            .map_err(|()| wrong("sms.api_url", "no address of an API; leave it out for Twilio's"))?
            .pop_if_empty()
            .extend(["2010-04-01", "Accounts", &settings.account_sid]);

        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect.min(limits.request / 2))
            .timeout(limits.request)
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
        if local {
            // A proxy elsewhere would take "loopback" for its own.
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| wrong("sms", format!("no HTTP client ({})", error.without_url())))?;

        let (user, secret, with_api_key) = match &settings.auth {
            SmsAuth::Token(token) => (settings.account_sid.clone(), token.clone(), false),
            SmsAuth::ApiKey { sid, secret } => (sid.clone(), secret.clone(), true),
        };
        let sender = match &settings.sender {
            SmsSender::From(number) => ("From", number.clone()),
            SmsSender::MessagingService(sid) => ("MessagingServiceSid", sid.clone()),
        };
        let server = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Texter { client, account, user, secret, with_api_key, sender, server })
    }

    /// Sends one SMS, in at most [`SmsLimits::request`].
    pub async fn send(&self, sms: &Sms) -> SendOutcome {
        let validity = sms.validity.as_secs().clamp(1, 36_000).to_string();
        let form = [
            ("To", sms.to.as_str()),
            (self.sender.0, self.sender.1.as_str()),
            ("Body", sms.body.as_str()),
            ("ValidityPeriod", validity.as_str()),
        ];
        let request = self.client.post(self.url("/Messages.json")).form(&form);
        let request = request.basic_auth(&self.user, Some(self.secret.expose_secret()));
        match request.send().await {
            Ok(response) => self.sort(response).await,
            Err(error) => self.unanswered(&error),
        }
    }

    /// Asks for the account, or with an API key that may not see it, for something that it may.
    /// Sends nothing.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::Sms`], with the remedy.
    pub async fn check(&self) -> Result<String, DeliveryError> {
        let response = self.fetch(self.url(".json")).await?;
        let status = response.status();
        if status.is_success() {
            return self.describe(response).await;
        }
        let denied = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if !(denied && self.with_api_key) {
            return Err(self.rejected(response).await);
        }
        // Only a Main key may look at the account; a Standard key may do all the rest.
        let mut url = self.url("/Messages.json");
        url.query_pairs_mut().append_pair("PageSize", "1");
        let response = self.fetch(url).await?;
        if response.status().is_success() {
            Ok(format!("{}, API key accepted", self.server))
        } else {
            Err(self.rejected(response).await)
        }
    }

    async fn fetch(&self, url: Url) -> Result<Response, DeliveryError> {
        let request = self.client.get(url);
        let request = request.basic_auth(&self.user, Some(self.secret.expose_secret()));
        request.send().await.map_err(|error| {
            let problem = if error.is_connect() {
                format!("no connection ({})", cause(&error))
            } else if error.is_timeout() {
                "no answer in time".to_owned()
            } else {
                "the connection broke".to_owned()
            };
            let remedy = "check sms.api_url, this machine's name server and the firewall";
            self.failed(problem, remedy, true)
        })
    }

    async fn describe(&self, response: Response) -> Result<String, DeliveryError> {
        let account: Option<Account> = parse(response).await;
        let Some(account) = account else {
            let problem = "the answer is not Twilio's".to_owned();
            return Err(self.failed(problem, "check sms.api_url", false));
        };
        if account.status != "active" {
            let problem = "the account is not active".to_owned();
            return Err(self.failed(problem, "open it in Twilio's console", false));
        }
        let trial = match account.kind.as_deref() {
            Some("Trial") => " (a trial: it writes to verified numbers only)",
            Some(_) | None => "",
        };
        Ok(format!("{}, account active{trial}", self.server))
    }

    async fn rejected(&self, response: Response) -> DeliveryError {
        let status = response.status();
        let problem: Option<Problem> = parse(response).await;
        let shown = answer(status, problem.and_then(|problem| problem.code));
        let remedy = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "check sms.account_sid and sms.auth_token, or sms.api_key_sid and \
                 sms.api_key_secret"
            }
            StatusCode::NOT_FOUND => "check sms.account_sid and sms.api_url",
            _ if status.is_redirection() => "check sms.api_url: redirects are not followed",
            _ => "look it up at https://www.twilio.com/docs/api/errors, or try again later",
        };
        let retryable = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        self.failed(format!("it answered {shown}"), remedy, retryable)
    }

    fn failed(&self, problem: String, remedy: &'static str, retryable: bool) -> DeliveryError {
        DeliveryError::Sms { server: self.server.clone(), problem, remedy, retryable }
    }

    /// Sorts a request that got no answer.
    fn unanswered(&self, error: &reqwest::Error) -> SendOutcome {
        let server = &self.server;
        if error.is_connect() {
            let why = format!("Twilio at {server}: no connection ({})", cause(error));
            SendOutcome::NotSent { why, retry_after: None }
        } else if error.is_builder() {
            let why = format!("Twilio at {server}: no request can be made from the settings");
            SendOutcome::Misconfigured { why }
        } else if error.is_timeout() {
            SendOutcome::Unknown { why: format!("Twilio at {server}: no answer in time") }
        } else {
            let why = format!("Twilio at {server}: the connection broke before the answer");
            SendOutcome::Unknown { why }
        }
    }

    async fn sort(&self, response: Response) -> SendOutcome {
        let status = response.status();
        let retry_after = retry_after(&response);
        if status.is_success() {
            let made: Option<Made> = parse(response).await;
            return self.sort_made(status, made);
        }
        if status.is_server_error() {
            // Not even the error code is of use: it may have been sent before it went wrong.
            let why = format!("Twilio at {} answered {}", self.server, status.as_u16());
            return SendOutcome::Unknown { why };
        }
        let problem: Option<Problem> = parse(response).await;
        let code = problem.and_then(|problem| problem.code);
        let why = format!("Twilio at {} answered {}", self.server, answer(status, code));
        let verdict = match (status, code.and_then(codes::verdict)) {
            (StatusCode::TOO_MANY_REQUESTS, _) => Verdict::Later,
            (StatusCode::UNAUTHORIZED, _) => Verdict::Host,
            (_, Some(verdict)) => verdict,
            (StatusCode::REQUEST_TIMEOUT, None) => Verdict::Later,
            // An unknown code about the request's content: more likely theirs than ours, and one
            // odd number must not look like a broken channel.
            (StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY, None) => {
                Verdict::Address(Refusal::Policy)
            }
            (_, None) => Verdict::Host,
        };
        settle(verdict, why, retry_after)
    }

    fn sort_made(&self, status: StatusCode, made: Option<Made>) -> SendOutcome {
        let server = &self.server;
        let Some(made) = made.filter(|made| !made.sid.is_empty()) else {
            let why = format!("Twilio at {server} answered {} without a message", status.as_u16());
            return SendOutcome::Unknown { why };
        };
        let failed = matches!(made.status.as_deref(), Some("failed" | "undelivered" | "canceled"));
        match made.error_code {
            None if !failed => made.paid().map_or(SendOutcome::Sent, SendOutcome::SentFor),
            None => {
                let why = format!("Twilio at {server} took the SMS and could not send it");
                SendOutcome::NotSent { why, retry_after: None }
            }
            Some(code) => {
                let why = format!("Twilio at {server} took the SMS with error {code}");
                // An unknown error on a message that was made: it may still be on its way.
                settle(codes::verdict(code).unwrap_or(Verdict::Unclear), why, None)
            }
        }
    }

    /// Whether people can answer the sender: not if that is a mere name.
    #[must_use]
    pub fn takes_answers(&self) -> bool {
        let (field, sender) = &self.sender;
        // Numbers of a few digits are short codes.
        *field != "From" || sender.bytes().all(|b| b.is_ascii_digit() || b == b'+')
    }

    fn url(&self, rest: &str) -> Url {
        let mut url = self.account.clone();
        url.set_path(&format!("{}{rest}", self.account.path()));
        url
    }
}

fn wrong(key: &'static str, problem: impl Into<String>) -> DeliveryError {
    DeliveryError::Settings { key, problem: problem.into() }
}

fn settle(verdict: Verdict, why: String, retry_after: Option<Duration>) -> SendOutcome {
    match verdict {
        Verdict::Address(refusal) => {
            info!(why, "an SMS was refused");
            SendOutcome::Refused(refusal)
        }
        Verdict::Host => SendOutcome::Misconfigured { why },
        Verdict::Later => SendOutcome::NotSent { why, retry_after },
        Verdict::Unclear => SendOutcome::Unknown { why },
    }
}

/// `401, error 20003`
fn answer(status: StatusCode, code: Option<u32>) -> String {
    match code {
        Some(code) => format!("{}, error {code}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// The innermost reason of a failed connection; it names no address but the server's.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Retry-After in seconds; a date is not read.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    let seconds = value.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Reads an answer's JSON. `None`: it is cut off, too long, or something else.
async fn parse<T: serde::de::DeserializeOwned>(mut response: Response) -> Option<T> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > ANSWER_LENGTH {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).ok()
}
