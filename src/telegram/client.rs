//! The Bot API over HTTPS: every call goes through `Client::call`, which measures it, bounds it
//! in time and sorts what went wrong into a [`Fault`].
//!
//! teloxide's payload types say what is sent. Its own sender is not used: it sleeps ten seconds
//! on a 5xx, and its errors hold the raw answer and the URL with the token.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use reqwest::Url;
use reqwest::multipart::Form;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use teloxide::payloads::{
    GetChat, GetChatMember, GetMe, GetWebhookInfo, SetMyCommands, SetMyCommandsSetters,
};
use teloxide::requests::Payload;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};
use thiserror::Error;
use tokio::sync::Semaphore;

use super::faults::{Fault, Refused};
use super::wire::{Answer, Wire, read};
use crate::texts::Texts;
use crate::verification::{GateId, Language, UserId};

/// How long a call may take, from the first byte sent to the last one read, unless told otherwise.
pub const CALL_TIME: Duration = Duration::from_secs(20);
/// Telegram hands out at most so many updates at once.
const BATCH: u8 = 100;
/// How many calls are on their way at a time, not counting the question for updates and files. Each
/// takes a connection with some 40 KB of memory, and Telegram takes no more than 30 messages a second.
const CALLS_AT_ONCE: usize = 48;

/// The kinds of updates that we ask for; `chat_member` comes only to those who name it.
pub const WANTED_UPDATES: [&str; 6] = [
    "message",
    "edited_message",
    "callback_query",
    "chat_join_request",
    "my_chat_member",
    "chat_member",
];

/// A handle on the Bot API. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    wire: Wire,
    api_url: Url,
    token: Arc<SecretString>,
    /// The beginning of every call's address: it ends with the token.
    calls: Arc<SecretString>,
    places: Arc<Semaphore>,
    observer: Option<Observer>,
    call_time: Duration,
}

/// One call that has ended, for metrics.
#[derive(Copy, Clone, Debug)]
pub struct Call {
    /// As in the Bot API, in PascalCase: `SendMessage`.
    pub method: &'static str,
    pub took: Duration,
    /// `ok` or a [`Fault::class`].
    pub outcome: &'static str,
}

/// Who is told of each call.
pub type Observer = Arc<dyn Fn(Call) + Send + Sync>;

#[derive(Debug, Error)]
pub enum ClientError {
    #[error("telegram.api_url cannot be used as the beginning of an address: give http(s)://host")]
    ApiUrl,
    #[error("no HTTPS client could be made: {0}")]
    Http(String),
}

/// The bot itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub id: UserId,
    /// Without `@`.
    pub username: String,
    pub name: String,
}

/// A group as Telegram knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatFacts {
    pub title: String,
    pub kind: ChatKind,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    Private,
    Group,
    Supergroup,
    Channel,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api_url", &self.api_url.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// `api_url`: the beginning of every address, `https://api.telegram.org` or a server of one's
    /// own.
    ///
    /// # Errors
    /// When the URL is no base for others, or TLS cannot be set up.
    pub fn new(token: &SecretString, api_url: &Url) -> Result<Client, ClientError> {
        if api_url.cannot_be_a_base() {
            return Err(ClientError::ApiUrl);
        }
        let wire = Wire::to(api_url, CALL_TIME).map_err(ClientError::Http)?;
        let mut calls = api_url.clone();
        if let Ok(mut path) = calls.path_segments_mut() {
            path.pop_if_empty().push(&format!("bot{}", token.expose_secret())).push("");
        }
        Ok(Client {
            wire,
            api_url: api_url.clone(),
            token: Arc::new(token.clone()),
            calls: Arc::new(SecretString::from(calls.as_str())),
            places: Arc::new(Semaphore::new(CALLS_AT_ONCE)),
            observer: None,
            call_time: CALL_TIME,
        })
    }

    /// The same, telling `observer` of each call.
    #[must_use]
    pub fn observed_by(self, observer: Observer) -> Client {
        Client { observer: Some(observer), ..self }
    }

    /// The same, giving each call so long, from the first byte sent to the last one read.
    #[must_use]
    pub fn within(self, call_time: Duration) -> Client {
        Client { call_time, ..self }
    }

    /// Who the token belongs to.
    ///
    /// # Errors
    /// A [`Fault`]; `Unauthorized` for a wrong token.
    pub async fn me(&self) -> Result<Me, Fault> {
        #[derive(Deserialize)]
        struct Bot {
            id: u64,
            #[serde(default)]
            username: String,
            first_name: String,
        }
        let bot: Bot = self.call(&GetMe::new()).await?;
        Ok(Me { id: UserId(bot.id), username: bot.username, name: bot.first_name })
    }

    /// Where Telegram sends this bot's updates instead of handing them out, if it does: scheme and
    /// host only, since the path may hold a secret.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn webhook_url(&self) -> Result<Option<String>, Fault> {
        #[derive(Deserialize)]
        struct Webhook {
            #[serde(default)]
            url: String,
        }
        let webhook: Webhook = self.call(&GetWebhookInfo::new()).await?;
        let origin = Url::parse(&webhook.url).map(|url| url.origin().ascii_serialization());
        Ok((!webhook.url.is_empty()).then(|| origin.unwrap_or_else(|_| "unknown".to_owned())))
    }

    /// Waits up to `timeout_s` seconds for updates, and `grace` beyond that for the answer, and
    /// hands them out as they arrived. `offset` confirms all updates before it: they never come
    /// again.
    ///
    /// # Errors
    /// A [`Fault`]; `Conflict` if somebody else fetches them.
    pub async fn updates(
        &self,
        offset: Option<u32>,
        timeout_s: u32,
        grace: Duration,
    ) -> Result<Vec<Box<RawValue>>, Fault> {
        let payload = GetRawUpdates {
            offset,
            limit: BATCH,
            timeout: timeout_s,
            allowed_updates: WANTED_UPDATES,
        };
        self.call_within(&payload, Duration::from_secs(timeout_s.into()) + grace).await
    }

    /// Puts the bot's commands into its menu in private chats, in every language.
    ///
    /// # Errors
    /// A [`Fault`]; nothing depends on this call.
    pub async fn set_commands(&self, texts: &Texts) -> Result<(), Fault> {
        let commands = |language: &Language| {
            let commands = texts.commands(language).into_iter();
            let commands = commands.map(|(name, does)| BotCommand::new(name, does));
            SetMyCommands::new(commands).scope(BotCommandScope::AllPrivateChats)
        };
        let _: bool = self.call(&commands(&Language::default())).await?;
        for language in texts.languages() {
            // Telegram knows two-letter codes only.
            if language.as_str().len() == 2 {
                let payload = commands(&language).language_code(language.as_str());
                let _: bool = self.call(&payload).await?;
            }
        }
        Ok(())
    }

    /// What Telegram says of a group.
    ///
    /// # Errors
    /// A [`Fault`]; `NoChat` if the bot is not in it, `Migrated` if it has a new id.
    pub async fn chat(&self, gate: GateId) -> Result<ChatFacts, Fault> {
        #[derive(Deserialize)]
        struct Chat {
            #[serde(default)]
            title: String,
            #[serde(rename = "type")]
            kind: ChatKind,
        }
        let chat: Chat = self.call(&GetChat::new(group(gate.0))).await?;
        Ok(ChatFacts { title: chat.title, kind: chat.kind })
    }

    /// Makes one call. `T`: as much of the answer as is of interest; the less it asks for, the
    /// fewer future answers it trips over. It may have to wait for its place among the others; the
    /// time that it is given begins after that.
    pub(super) async fn call<P, T>(&self, payload: &P) -> Result<T, Fault>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        // Never closed, so never an error.
        let _place = self.places.acquire().await;
        self.call_within(payload, self.call_time).await
    }

    async fn call_within<P, T>(&self, payload: &P, within: Duration) -> Result<T, Fault>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        let begun = Instant::now();
        let result = match serde_json::to_vec(payload) {
            // Boxed: it is large, and whoever calls would be as large.
            Ok(body) => self.exchange(P::NAME, body, within).boxed().await,
            Err(_) => Err(malformed(P::NAME, "the call cannot be written as JSON")),
        };
        let result = result.and_then(|answer| understand(P::NAME, &answer));
        if let Some(observer) = &self.observer {
            let outcome = result.as_ref().map_or_else(Fault::class, |_| "ok");
            observer(Call { method: P::NAME, took: begun.elapsed(), outcome });
        }
        result
    }

    async fn exchange(
        &self,
        method: &'static str,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Fault> {
        self.wire.post(method, &self.url_of(method), body, within).await
    }

    /// The content of a file that Telegram keeps, of at most `most` bytes.
    pub(super) async fn download(
        &self,
        method: &'static str,
        path: &str,
        most: usize,
    ) -> Result<Vec<u8>, Fault> {
        let mut url = self.api_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let token = format!("bot{}", self.token.expose_secret());
            segments.pop_if_empty().push("file").push(&token).extend(path.split('/'));
        }
        let lost = |error| Fault::of_transport(method, error);
        let request = self.wire.http().get(url).timeout(CALL_TIME);
        let mut response = request.send().await.map_err(lost)?;
        if !response.status().is_success() {
            let refused = Refused::default();
            return Err(Fault::of_refusal(method, response.status().as_u16(), &refused));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if bytes.len() + chunk.len() > most {
                return Err(malformed(method, "the file is too large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// A call that carries a file.
    pub(super) async fn upload<T: DeserializeOwned>(
        &self,
        method: &'static str,
        form: Form,
    ) -> Result<T, Fault> {
        let lost = |error| Fault::of_transport(method, error);
        let request = self.wire.http().post(self.url_of(method)).timeout(CALL_TIME);
        let answer = read(request.multipart(form).send()).await.map_err(lost)?;
        understand(method, &answer)
    }

    fn url_of(&self, method: &str) -> String {
        [self.calls.expose_secret(), method].concat()
    }
}

fn understand<T: DeserializeOwned>(method: &'static str, answer: &Answer) -> Result<T, Fault> {
    #[derive(Deserialize)]
    struct Success<T> {
        ok: bool,
        result: T,
    }
    match serde_json::from_slice(&answer.body) {
        Ok(Success { ok: true, result }) => Ok(result),
        Ok(Success { ok: false, .. }) | Err(_) => Err(no_success(method, answer)),
    }
}

fn no_success(method: &'static str, Answer { status, body }: &Answer) -> Fault {
    #[derive(Deserialize)]
    struct Verdict {
        ok: bool,
    }
    match serde_json::from_slice(body) {
        Ok(Verdict { ok: true }) => malformed(method, "it answered with something unknown"),
        Ok(Verdict { ok: false }) => {
            let refused: Refused = serde_json::from_slice(body).unwrap_or_default();
            Fault::of_refusal(method, *status, &refused)
        }
        // Not from the Bot API: a proxy, a portal, a server under repair.
        Err(_) => match status {
            401 | 429 => Fault::of_refusal(method, *status, &Refused::default()),
            _ => Fault::Retry { method, why: format!("it answered {status} without JSON") },
        },
    }
}

fn malformed(method: &'static str, why: &str) -> Fault {
    Fault::Malformed { method, why: why.to_owned() }
}

/// The chat id of a group as teloxide's payloads take it.
pub(super) fn group(chat_id: i64) -> Recipient {
    Recipient::Id(teloxide::types::ChatId(chat_id))
}

pub(super) fn member_query(chat_id: i64, user: UserId) -> GetChatMember {
    GetChatMember::new(group(chat_id), teloxide::types::UserId(user.0))
}

/// As much of a `ChatMember` as matters here.
#[derive(Deserialize)]
pub(super) struct ChatMember {
    pub status: String,
    #[serde(default)]
    pub is_member: bool,
    #[serde(default)]
    pub can_invite_users: bool,
    #[serde(default)]
    pub can_restrict_members: bool,
    #[serde(default)]
    pub can_delete_messages: bool,
}

/// `getUpdates` whose answer stays raw: teloxide's types drop what they do not know.
#[derive(Serialize)]
struct GetRawUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u32>,
    limit: u8,
    timeout: u32,
    allowed_updates: [&'static str; WANTED_UPDATES.len()],
}

impl Payload for GetRawUpdates {
    type Output = Vec<Box<RawValue>>;
    const NAME: &'static str = "GetUpdates";
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;
    use serde_json::json;

    use super::super::script::{Answer, Script};
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);
    const TOKEN: &str = "123456:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";

    #[tokio::test]
    async fn getme_says_who_the_bot_is() {
        let script = Script::new([Answer::ok(
            json!({"id": 7, "is_bot": true, "first_name": "Gate", "username": "gate_bot"}),
        )]);
        let me = script.client().await.me().await.unwrap();
        assert_eq!(
            me,
            Me { id: UserId(7), username: "gate_bot".to_owned(), name: "Gate".to_owned() }
        );
        assert_eq!(script.calls(), [("GetMe".to_owned(), json!({}))]);
    }

    #[tokio::test]
    async fn updates_come_raw_and_with_all_wanted_kinds() {
        let update = json!({"update_id": 5, "something_new": {"query_id": "q"}});
        let script = Script::new([Answer::ok(json!([update])), Answer::ok(json!([]))]);
        let client = script.client().await;
        let updates = client.updates(None, 0, GRACE).await.unwrap();
        assert_eq!(updates.len(), 1);
        assert_eq!(updates[0].get(), update.to_string());
        assert!(client.updates(Some(6), 0, GRACE).await.unwrap().is_empty());
        let [(method, first), (_, second)] = &script.calls()[..] else { panic!() };
        assert_eq!(method, "GetUpdates");
        assert_eq!(first["allowed_updates"], json!(WANTED_UPDATES));
        assert_eq!(first.get("offset"), None);
        assert_eq!(second["offset"], 6);
    }

    #[tokio::test]
    async fn a_webhook_is_shown_without_its_path() {
        let script = Script::new([
            Answer::ok(json!({"url": "https://bots.example.org/secret/path", "pending": 3})),
            Answer::ok(json!({"url": ""})),
        ]);
        let client = script.client().await;
        assert_eq!(client.webhook_url().await, Ok(Some("https://bots.example.org".to_owned())));
        assert_eq!(client.webhook_url().await, Ok(None));
    }

    #[tokio::test]
    async fn rights_and_titles_are_read() {
        let script = Script::new([
            Answer::ok(json!({"status": "administrator", "can_invite_users": true, "user": {}})),
            Answer::ok(json!({"status": "administrator", "can_invite_users": false})),
            Answer::ok(json!({"status": "creator"})),
            Answer::ok(json!({"status": "member", "can_invite_users": true})),
            Answer::ok(json!({"id": -100, "title": "Rust Berlin", "type": "supergroup"})),
        ]);
        let client = script.client().await;
        let mut rights = Vec::new();
        for _ in 0..4 {
            let own = client.own_rights(GateId(-100), UserId(7)).await.unwrap();
            rights.push((own.admin, own.can_invite));
        }
        assert_eq!(rights, [(true, true), (true, false), (true, true), (false, false)]);
        let facts = client.chat(GateId(-100)).await.unwrap();
        assert_eq!(facts.title, "Rust Berlin");
        assert_eq!(facts.kind, ChatKind::Supergroup);
        assert_eq!(script.calls()[0].1, json!({"chat_id": -100, "user_id": 7}));
    }

    #[tokio::test]
    async fn commands_are_set_in_every_language() {
        let script = Script::new([true, true, true].map(|ok| Answer::ok(json!(ok))));
        script.client().await.set_commands(&Texts::load().unwrap()).await.unwrap();
        let calls = script.calls();
        let languages: Vec<_> =
            calls.iter().map(|(_, sent)| sent["language_code"].as_str()).collect();
        assert_eq!(languages, [None, Some("de"), Some("en")]);
        for (method, sent) in &calls {
            assert_eq!(method, "SetMyCommands");
            assert_eq!(sent["scope"]["type"], "all_private_chats");
            assert_eq!(sent["commands"].as_array().unwrap().len(), 5);
        }
        assert_eq!(calls[1].1["commands"][3]["description"], "Aufhören");
    }

    #[tokio::test]
    async fn failures_are_sorted_at_once_and_counted() {
        let script = Script::new([
            Answer::refused(502, "Bad Gateway"),
            Answer::Raw(503, "<html>repair</html>".to_owned()),
            Answer::Raw(200, "captive portal".to_owned()),
            Answer::Raw(200, json!({"ok": true, "result": {"no": "id"}}).to_string()),
            Answer::paused(3),
            Answer::refused(401, "Unauthorized"),
            Answer::refused(409, "Conflict: can't use getUpdates method while webhook is active"),
            Answer::Reset,
        ]);
        let (seen, outcomes) = std::sync::mpsc::channel();
        let observer: Observer = Arc::new(move |call: Call| {
            assert!(call.took < CALL_TIME);
            seen.send((call.method, call.outcome)).unwrap();
        });
        let client = script.client().await.observed_by(observer);
        for _ in 0..8 {
            client.me().await.unwrap_err();
        }
        let classes: Vec<_> = outcomes.try_iter().collect();
        let expected = [
            "unreachable",
            "unreachable",
            "unreachable",
            "malformed",
            "rate_limited",
            "unauthorized",
            "conflict",
            "unreachable",
        ];
        assert_eq!(classes, expected.map(|class| ("GetMe", class)));
    }

    #[tokio::test]
    async fn calls_wait_for_each_other_and_the_question_for_updates_for_none() {
        let bot = json!({"id": 7, "first_name": "Gate"});
        let silent = (0..CALLS_AT_ONCE).map(|_| Answer::Silence);
        let script = Script::new(silent.chain([Answer::ok(json!([])), Answer::ok(bot)]));
        let client = script.client().await;
        let call = || {
            let client = client.clone();
            tokio::spawn(async move { client.me().await })
        };
        let under_way: Vec<_> = (0..CALLS_AT_ONCE).map(|_| call()).collect();
        let waiting = call();
        while script.seen() < CALLS_AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert!(client.updates(None, 0, GRACE).await.unwrap().is_empty());
        under_way[0].abort();
        assert_eq!(waiting.await.unwrap().unwrap().id, UserId(7));
        assert_eq!(script.calls()[CALLS_AT_ONCE].0, "GetUpdates");
    }

    #[tokio::test]
    async fn no_fault_and_no_debug_shows_the_token() {
        let client =
            |url: &str| Client::new(&SecretString::from(TOKEN), &Url::parse(url).unwrap()).unwrap();
        // A port that was free a moment ago: nobody listens there.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let alone = client(&format!("http://{free}/"));
        let refused = alone.me().await.unwrap_err();
        assert!(refused.to_string().contains("no connection"), "{refused}");

        let script = Script::new([Answer::Silence]);
        let silent = script.client().await;
        let late: Result<IgnoredAny, Fault> =
            silent.call_within(&GetMe::new(), Duration::from_millis(20)).await;
        let late = late.unwrap_err();
        assert!(late.to_string().contains("no answer in time"), "{late}");

        assert!(refused.is_retryable() && late.is_retryable());
        let shown = format!("{refused} {refused:?} {late} {late:?} {alone:?} {silent:?}");
        for part in ["AAF7", "123456", "token/", "GetMe/", "bot1"] {
            assert!(!shown.contains(part), "{shown}");
        }
        let url = client("https://api.example.org/base/").url_of("GetMe");
        assert_eq!(url, format!("https://api.example.org/base/bot{TOKEN}/GetMe"));
    }
}
