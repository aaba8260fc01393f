//! What the pretend Telegram knows: users, their private chats with the bot, groups, links, files.
//!
//! Everything here is changed under one lock that is never held across an await. Times are in
//! milliseconds since 1970 by the world's clock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::commands::Commands;
use super::files::Files;
use super::group::{Group, Kind};
use super::html::Formatted;
use super::markup::{Button, Key};
use super::refusal::{self, Refusal};
use super::updates::Updates;
use crate::sandbox::clock::Clock;
use crate::sandbox::line::Line;

/// How long a bot may write to somebody who asked to join.
pub const JOIN_WINDOW: Duration = Duration::from_secs(5 * 60);
/// How long the server keeps a join request.
pub const REQUEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a bot may delete somebody's message in a private chat.
pub const DELETE_WINDOW: Duration = Duration::from_secs(48 * 60 * 60);
/// The user that anonymous administrators write as.
pub const ANONYMOUS_ADMIN: u64 = 1_087_968_824;

#[derive(Debug)]
pub struct Model {
    pub clock: Arc<Clock>,
    pub bot: Bot,
    pub users: HashMap<u64, User>,
    pub groups: BTreeMap<i64, Group>,
    /// Which group an invite link leads to.
    pub links: HashMap<String, i64>,
    pub updates: Updates,
    /// Pressed buttons that were not answered yet, by query id.
    pub queries: HashMap<String, Query>,
    /// Guard-bot queries that were not answered yet: group and user.
    pub join_queries: HashMap<String, (i64, u64)>,
    pub webhook: Option<String>,
    pub commands: Commands,
    pub files: Files,
    pub violations: Vec<String>,
    next_message: i32,
    next_serial: u64,
}

#[derive(Clone, Debug)]
pub struct Bot {
    pub id: u64,
    pub username: String,
    pub name: String,
    pub token: String,
}

/// Somebody with a Telegram account.
#[derive(Debug)]
pub struct User {
    pub id: u64,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language: Option<String>,
    pub is_bot: bool,
    /// With a plus.
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The bot has seen them: its requests find them.
    pub met: bool,
    /// They wrote to the bot themselves: it may write to them.
    pub started: bool,
    pub blocked: bool,
    /// The account was deleted.
    pub gone: bool,
    pub in_too_many_chats: bool,
    /// Forwarded messages of theirs show their name only.
    pub hides_forwards: bool,
    pub chat: PrivateChat,
}

/// The chat between a user and the bot.
#[derive(Debug)]
pub struct PrivateChat {
    pub messages: BTreeMap<i32, Message>,
    pub keyboard: Option<ReplyKeyboard>,
    pub toast: Option<Toast>,
    /// Shown as typing until then.
    pub typing_until_ms: i64,
    pub unread: VecDeque<Line>,
    /// Rings whenever anything in this chat changes.
    pub changed: Arc<Notify>,
}

#[derive(Clone, Debug)]
pub struct ReplyKeyboard {
    /// The message it came with.
    pub message: i32,
    pub rows: Vec<Vec<Key>>,
    /// Gone as soon as it was used.
    pub one_time: bool,
}

#[derive(Clone, Debug)]
pub struct Toast {
    /// Grows with each.
    pub id: u64,
    pub text: String,
    pub alert: bool,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub id: i32,
    pub author: Author,
    pub at_ms: i64,
    pub edited_ms: Option<i64>,
    pub body: Formatted,
    pub content: Content,
    pub buttons: Vec<Vec<Button>>,
    /// The `forward_origin`.
    pub origin: Option<Value>,
    pub reply_to: Option<i32>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Author {
    Bot,
    User(u64),
    /// An administrator in the group's name.
    Group,
}

#[derive(Clone, Debug)]
pub enum Content {
    Text,
    Contact {
        phone: String,
        name: String,
        user: Option<u64>,
    },
    /// A file: its id.
    Document {
        file: String,
        name: String,
    },
    /// What Telegram itself says in the chat: in words, and its fields in the Bot API.
    Service {
        words: String,
        fields: Value,
    },
    /// Something without text of its own: what it is, and its fields in the Bot API.
    Other {
        name: &'static str,
        fields: Value,
    },
}

#[derive(Debug)]
pub struct Query {
    pub user: u64,
    /// What it says on the button, for complaints.
    pub data: String,
}

impl User {
    pub fn new(id: u64, first_name: &str) -> User {
        User {
            id,
            first_name: first_name.to_owned(),
            last_name: None,
            username: None,
            language: Some("en".to_owned()),
            is_bot: false,
            phone: None,
            email: None,
            met: false,
            started: false,
            blocked: false,
            gone: false,
            in_too_many_chats: false,
            hides_forwards: false,
            chat: PrivateChat {
                messages: BTreeMap::new(),
                keyboard: None,
                toast: None,
                typing_until_ms: 0,
                unread: VecDeque::new(),
                changed: Arc::default(),
            },
        }
    }

    pub fn name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }

    pub fn id_as_chat(&self) -> i64 {
        i64::try_from(self.id).unwrap_or(i64::MAX)
    }
}

impl PrivateChat {
    /// The bot did something here that the person can see.
    pub fn shows(&mut self, line: Option<Line>) {
        self.unread.extend(line);
        self.changed.notify_waiters();
    }
}

impl Message {
    /// What stands there to be read, a file by its name.
    pub fn words(&self) -> String {
        match &self.content {
            Content::Text => self.body.text.clone(),
            Content::Contact { phone, name, .. } => format!("(contact) {name} {phone}"),
            Content::Document { name, .. } => self.captioned(&format!("file {name}")),
            Content::Service { words, .. } => words.clone(),
            Content::Other { name, .. } => self.captioned(name),
        }
    }

    fn captioned(&self, what: &str) -> String {
        format!("({what}) {}", self.body.text).trim_end().to_owned()
    }

    /// Telegram's own word that the group was made: it stays for ever.
    pub fn is_creation(&self) -> bool {
        match &self.content {
            Content::Service { fields, .. } => fields.get("supergroup_chat_created").is_some(),
            Content::Text
            | Content::Contact { .. }
            | Content::Document { .. }
            | Content::Other { .. } => false,
        }
    }

    pub fn labels(&self) -> Vec<Vec<String>> {
        super::markup::labels(&self.buttons)
    }
}

impl Model {
    pub fn new(clock: Arc<Clock>, bot: Bot) -> Model {
        Model {
            clock,
            bot,
            users: HashMap::new(),
            groups: BTreeMap::new(),
            links: HashMap::new(),
            updates: Updates::new(),
            queries: HashMap::new(),
            join_queries: HashMap::new(),
            webhook: None,
            commands: Commands::default(),
            files: Files::default(),
            violations: Vec::new(),
            next_message: 1,
            next_serial: 1,
        }
    }

    /// Forgets everybody who owns no group, and whatever was said.
    pub fn begins_anew(&mut self) {
        let owners: Vec<u64> = self.groups.values().filter_map(Group::owner).collect();
        let bot = self.bot.id;
        self.users.retain(|id, _| owners.contains(id));
        for group in self.groups.values_mut() {
            group.members.retain(|id, _| owners.contains(id) || *id == bot);
            group.requests.clear();
            group.messages.clear();
            group.links.retain(|_, link| link.is_primary);
        }
        let groups = &self.groups;
        self.links.retain(|url, id| groups.get(id).is_some_and(|g| g.links.contains_key(url)));
        self.queries.clear();
        self.join_queries.clear();
    }

    /// A number that was never given out before.
    pub fn serial(&mut self) -> u64 {
        self.next_serial += 1;
        self.next_serial
    }

    /// The id of the next message in any private chat: a bot counts them all together.
    pub fn message_id(&mut self) -> i32 {
        self.next_message += 1;
        self.next_message
    }

    /// The id of the next message in this group: a supergroup counts its own.
    pub fn group_message_id(&mut self, group: i64) -> i32 {
        match self.groups.get_mut(&group) {
            Some(group) if group.kind != Kind::Basic => {
                group.last_message += 1;
                group.last_message
            }
            Some(_) | None => self.message_id(),
        }
    }

    /// Ends every restriction and every ban whose time is over.
    pub fn lapse(&mut self) {
        let now = self.clock.now_s();
        self.groups.values_mut().for_each(|group| group.lapse(now));
    }

    pub fn user(&self, id: u64) -> Result<&User, Refusal> {
        self.users.get(&id).filter(|user| user.met).ok_or_else(refusal::user_not_found)
    }

    /// Whether a join request of this user lets the bot write to them.
    pub fn window_is_open(&self, user: u64) -> bool {
        let now = self.clock.now_ms();
        let window = JOIN_WINDOW.as_millis() as i64;
        self.groups.values().any(|group| {
            group.may_invite(self.bot.id)
                && group.requests.get(&user).is_some_and(|request| now - request.at_ms <= window)
        })
    }
}
