//! The bare loop: what the work comes to without any framework.
//!
//! It asks for updates, writes one line for each step into a journal that is synced for many at
//! once, and makes the same calls and the same mails as the bot does, with the same words, over
//! sockets of its own that it keeps. There are no rules in it, no limits, no counts, no retries,
//! no secrets and no way back after a crash: it is the yardstick, not a bot.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{LocalSet, spawn_local};

use crate::applicant::PASSWORD;
use crate::plan::{HELLO, HOW, LETTER, NOTED, Plan, SENT, SHALL_I, Stage, WELCOME, WHERE};

/// As many connections to the mail server as the bot has at most.
const MAILS_AT_ONCE: usize = 8;

/// Runs until it is killed.
pub fn run(plan: &Path) {
    let plan = Plan::read(plan);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    LocalSet::new().block_on(&runtime.expect("a runtime"), serve(Rc::new(Loop::of(plan))));
}

struct Loop {
    plan: Plan,
    telegram: Http,
    twilio: Http,
    mails: Semaphore,
    smtp: RefCell<Vec<Wire>>,
    journal: Journal,
    people: RefCell<HashMap<u64, Stage>>,
    /// The last message with buttons in each chat.
    keyboards: RefCell<HashMap<u64, i64>>,
    codes: Cell<u32>,
}

#[derive(Deserialize)]
struct Update {
    update_id: i64,
    chat_join_request: Option<Request>,
    message: Option<Message>,
    callback_query: Option<Press>,
}

#[derive(Deserialize)]
struct Request {
    from: User,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

#[derive(Deserialize)]
struct Message {
    message_id: i64,
    from: User,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Press {
    id: String,
    from: User,
    data: String,
}

async fn serve(own: Rc<Loop>) {
    let mut offset = 0;
    loop {
        let question = json!({
            "offset": offset,
            "limit": 100,
            "timeout": if offset == 0 { 0 } else { 25 },
            "allowed_updates": ["message", "callback_query", "chat_join_request"],
        });
        #[derive(Deserialize)]
        struct Answer {
            result: Vec<Update>,
        }
        let answer = own.telegram.post(&own.path("getUpdates"), "", JSON, &bytes(&question)).await;
        let answer: Answer = serde_json::from_slice(&answer).expect("updates");
        // Zero is for the first question alone, which is answered at once.
        offset = offset.max(1);
        for update in answer.result {
            offset = offset.max(update.update_id + 1);
            spawn_local(Rc::clone(&own).takes(update));
        }
    }
}

impl Loop {
    fn of(plan: Plan) -> Loop {
        Loop {
            telegram: Http::to(plan.telegram),
            twilio: Http::to(plan.twilio),
            mails: Semaphore::new(MAILS_AT_ONCE),
            smtp: RefCell::default(),
            journal: Journal::begins(&plan.journal),
            people: RefCell::default(),
            keyboards: RefCell::default(),
            codes: Cell::new(100_000),
            plan,
        }
    }

    fn path(&self, method: &str) -> String {
        format!("/bot{}/{method}", self.plan.token)
    }

    /// One step: down in the journal first, then what follows from it.
    async fn takes(self: Rc<Self>, update: Update) {
        if let Some(request) = update.chat_join_request {
            let user = request.from.id;
            self.goes(user, Stage::Password).await;
            self.says(user, HELLO, Value::Null).await;
        } else if let Some(message) = update.message {
            let user = message.from.id;
            self.reads(user, message.message_id, message.text.unwrap_or_default()).await;
        } else if let Some(press) = update.callback_query {
            self.is_pressed(press.from.id, &press.id, &press.data).await;
        }
    }

    async fn reads(&self, user: u64, message: i64, text: String) {
        match self.stage(user) {
            Some(Stage::Password) if text == PASSWORD => {
                self.goes(user, Stage::Channel).await;
                self.deletes(user, message).await;
                self.asks(user, HOW, &[("✉️ By e-mail", "email"), ("💬 By SMS", "sms")]).await;
            }
            Some(Stage::Address { by_sms }) => {
                let question = format!("{} {text}?", SHALL_I);
                self.goes(user, Stage::Confirms { to: text, by_sms }).await;
                self.deletes(user, message).await;
                if by_sms {
                    // One message cannot take that keyboard away and have buttons.
                    self.says(user, NOTED, json!({"remove_keyboard": true})).await;
                } else {
                    self.retires(user).await;
                }
                self.asks(user, &question, &[("Send the code", "send"), ("Another one", "other")])
                    .await;
            }
            Some(Stage::Code { code }) if text == code => {
                self.goes(user, Stage::Code { code }).await;
                self.people.borrow_mut().remove(&user);
                self.deletes(user, message).await;
                self.retires(user).await;
                let request = json!({"chat_id": self.plan.group, "user_id": user});
                self.calls("approveChatJoinRequest", &request).await;
                self.says(user, WELCOME, Value::Null).await;
            }
            _ => {}
        }
    }

    async fn is_pressed(&self, user: u64, query: &str, data: &str) {
        match self.stage(user) {
            Some(Stage::Channel) => {
                let by_sms = data == "sms";
                self.goes(user, Stage::Address { by_sms }).await;
                self.answers(query).await;
                self.retires(user).await;
                if by_sms {
                    let share = json!([[{"text": "Share my number", "request_contact": true}]]);
                    let share = json!({"keyboard": share, "resize_keyboard": true});
                    self.says(user, WHERE, share).await;
                } else {
                    self.asks(user, WHERE, &[("By SMS instead", "sms")]).await;
                }
            }
            Some(Stage::Confirms { to, by_sms }) => {
                let code = self.codes.get() + 1;
                self.codes.set(code);
                let code = code.to_string();
                self.goes(user, Stage::Code { code: code.clone() }).await;
                self.answers(query).await;
                let message = self.keyboards.borrow_mut().remove(&user);
                let sending = json!({
                    "chat_id": user, "message_id": message, "text": "Thank you.", "parse_mode": "HTML",
                });
                self.calls("editMessageText", &sending).await;
                match by_sms {
                    true => self.texts(&to, &code).await,
                    false => self.mails(&to, &code).await,
                }
                self.asks(user, SENT, &[("Resend", "resend"), ("Another one", "other")]).await;
            }
            _ => self.answers(query).await,
        }
    }

    fn stage(&self, user: u64) -> Option<Stage> {
        self.people.borrow().get(&user).cloned()
    }

    /// Durable from here on.
    async fn goes(&self, user: u64, stage: Stage) {
        let line = format!("{user} {stage:?} {:200}\n", "as much as a record of somebody takes");
        self.people.borrow_mut().insert(user, stage);
        self.journal.keeps(line).await;
    }

    async fn says(&self, user: u64, text: &str, markup: Value) -> i64 {
        let mut message = json!({
            "chat_id": user,
            "text": format!("<b>Rust Berlin</b>\n\n{text}"),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": true},
        });
        if !markup.is_null() {
            message["reply_markup"] = markup;
        }
        #[derive(Deserialize)]
        struct Answer {
            result: Sent,
        }
        #[derive(Deserialize)]
        struct Sent {
            message_id: i64,
        }
        let answer = self.calls("sendMessage", &message).await;
        let answer: Answer = serde_json::from_slice(&answer).expect("the sent message");
        answer.result.message_id
    }

    /// Says something that has buttons.
    async fn asks(&self, user: u64, text: &str, labels: &[(&str, &str)]) {
        let message = self.says(user, text, buttons(labels)).await;
        self.keyboards.borrow_mut().insert(user, message);
    }

    async fn deletes(&self, user: u64, message: i64) {
        self.calls("deleteMessage", &json!({"chat_id": user, "message_id": message})).await;
    }

    async fn retires(&self, user: u64) {
        let message = self.keyboards.borrow_mut().remove(&user);
        let without = json!({"chat_id": user, "message_id": message});
        self.calls("editMessageReplyMarkup", &without).await;
    }

    async fn answers(&self, query: &str) {
        self.calls("answerCallbackQuery", &json!({"callback_query_id": query})).await;
    }

    async fn calls(&self, method: &str, payload: &Value) -> Vec<u8> {
        self.telegram.post(&self.path(method), "", JSON, &bytes(payload)).await
    }

    async fn texts(&self, to: &str, code: &str) {
        let path = format!("/2010-04-01/Accounts/{}/Messages.json", self.plan.account);
        let head = format!("authorization: Basic {}\r\n", self.plan.login);
        let to = to.replace('+', "%2B");
        let body = format!(
            "To={to}&From=%2B4915112345678&ValidityPeriod=600&Body=Code+{code}+for+Rust+Berlin"
        );
        let form = "application/x-www-form-urlencoded";
        self.twilio.post(&path, &head, form, body.as_bytes()).await;
    }

    async fn mails(&self, to: &str, code: &str) {
        let _turn = self.mails.acquire().await.expect("never closed");
        let kept = self.smtp.borrow_mut().pop();
        let mut wire = match kept {
            Some(wire) => wire,
            None => {
                let mut wire = Wire::to(self.plan.smtp).await;
                wire.reply().await;
                wire.asks("EHLO bare.example.org\r\n").await;
                wire
            }
        };
        wire.asks("MAIL FROM:<gate@example.org>\r\n").await;
        wire.asks(&format!("RCPT TO:<{to}>\r\n")).await;
        wire.asks("DATA\r\n").await;
        let letter = LETTER.replace("‹to›", to).replace("‹code›", code).replace('\n', "\r\n");
        wire.asks(&letter).await;
        self.smtp.borrow_mut().push(wire);
    }
}

const JSON: &str = "application/json";

fn buttons(of: &[(&str, &str)]) -> Value {
    let row = of.iter().map(|(label, data)| json!({"text": label, "callback_data": data}));
    json!({"inline_keyboard": [row.collect::<Vec<_>>()]})
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("JSON")
}

/// Kept connections to one HTTP server.
struct Http {
    address: SocketAddr,
    idle: RefCell<Vec<Wire>>,
}

impl Http {
    fn to(address: SocketAddr) -> Http {
        Http { address, idle: RefCell::default() }
    }

    /// The body of the answer.
    async fn post(&self, path: &str, head: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let kept = self.idle.borrow_mut().pop();
        let mut wire = match kept {
            Some(wire) => wire,
            None => Wire::to(self.address).await,
        };
        let (host, length) = (self.address, body.len());
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\n{head}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        )
        .into_bytes();
        request.extend(body);
        let answer = wire.exchange(&request).await.expect("an answer");
        self.idle.borrow_mut().push(wire);
        answer
    }
}

/// One connection and what was read of it.
struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    async fn to(address: SocketAddr) -> Wire {
        let stream = TcpStream::connect(address).await.expect("a server");
        stream.set_nodelay(true).expect("a socket");
        Wire { stream, buffer: Vec::with_capacity(4096) }
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some((from, to)) = body_of(&self.buffer)
                && self.buffer.len() >= to
            {
                return Ok(self.buffer[from..to].to_vec());
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// An SMTP command and its reply.
    async fn asks(&mut self, command: &str) {
        self.stream.write_all(command.as_bytes()).await.expect("a mail server");
        self.reply().await;
    }

    async fn reply(&mut self) {
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("a mail server");
            assert!(read > 0, "the mail server hung up");
            let text = String::from_utf8_lossy(&self.buffer);
            let last = text.strip_suffix("\r\n").and_then(|text| text.lines().last());
            if let Some(last) = last.filter(|last| last.as_bytes().get(3) != Some(&b'-')) {
                assert!(last.starts_with(['2', '3']), "the mail server says {last}");
                return;
            }
        }
    }
}

/// Where the body of a response with a length begins and ends.
fn body_of(buffer: &[u8]) -> Option<(usize, usize)> {
    let head = buffer.windows(4).position(|end| end == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let from = head + 4;
    Some((from, from + length?.parse::<usize>().ok()?))
}

/// Lines that are synced before anybody goes on, many at once.
struct Journal {
    lines: mpsc::Sender<(String, oneshot::Sender<()>)>,
}

static COMMITS: AtomicU64 = AtomicU64::new(0);
static SYNCS: AtomicU64 = AtomicU64::new(0);

impl Journal {
    fn begins(path: &Path) -> Journal {
        let mut file = File::create(path).expect("a journal");
        let (lines, waiting) = mpsc::channel::<(String, oneshot::Sender<()>)>();
        std::thread::spawn(move || {
            while let Ok(first) = waiting.recv() {
                let group: Vec<_> = std::iter::once(first).chain(waiting.try_iter()).collect();
                let text: String = group.iter().map(|(line, _)| line.as_str()).collect();
                file.write_all(text.as_bytes()).expect("room on the disk");
                file.sync_data().expect("a disk");
                COMMITS.fetch_add(group.len() as u64, Ordering::Relaxed);
                SYNCS.fetch_add(1, Ordering::Relaxed);
                for (_, done) in group {
                    let _ = done.send(());
                }
            }
        });
        std::thread::spawn(|| {
            for _question in io::stdin().lock().lines() {
                println!("{} {}", COMMITS.load(Ordering::Relaxed), SYNCS.load(Ordering::Relaxed));
            }
        });
        Journal { lines }
    }

    async fn keeps(&self, line: String) {
        let (done, synced) = oneshot::channel();
        self.lines.send((line, done)).expect("the journal goes on");
        synced.await.expect("the journal goes on");
    }
}
