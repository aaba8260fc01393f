//! Reads raw updates: what happened, to whom.
//!
//! The tree (`tree`) is the table of contents: one branch for each kind of update, the first
//! that fits wins. Reading is total and logs nothing; what does not concern us becomes
//! [`Reading::Nothing`] with the reason.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use dptree::Handler;
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use teloxide::dispatching::{DpHandlerDescription, UpdateFilterExt};
use teloxide::types::{
    CallbackQuery, Chat, ChatJoinRequest, ChatMemberKind, ChatMemberUpdated, Message, MessageKind,
    MessageOrigin, User,
};

use super::client::WANTED_UPDATES;
use crate::administration::desk;
use crate::administration::door::COMMANDS;
use crate::administration::rights::BotRights;
use crate::verification::code::looks_like_login_code;
use crate::verification::event::{Event, File, Link, What};
use crate::verification::{ChatId, GateId, Hidden, Language, MessageId, Name, Timestamp, UserId};

/// Telegram's own account, which sends login codes.
const TELEGRAM: u64 = 777_000;
/// Whom anonymous administrators act as.
const ANONYMOUS_ADMIN: u64 = 1_087_968_824;
/// Telegram's limit for a message, in characters.
const LONGEST_TEXT: usize = 4096;
/// Telegram's limit for a button's data, in bytes.
const LONGEST_DATA: usize = 64;
/// Telegram's limit for a command's name, in characters.
const LONGEST_COMMAND: usize = 32;
/// Telegram's limit for a deep link's parameter, in characters.
const LONGEST_PARAMETER: usize = 64;

/// One update, read.
#[derive(Debug)]
pub struct Update {
    /// Telegram's number; not always growing (it jumps after a quiet week).
    pub id: u32,
    /// When it happened by Telegram's clock, where the update says.
    pub date: Option<Timestamp>,
    pub reading: Reading,
}

/// What an update says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Something happened about one person.
    Event(Event),
    /// Something that concerns a group's desk: the bot's own standing, a join or leave message.
    Desk(desk::Event),
    /// A group has a new title.
    Titled { gate: GateId, title: String },
    /// A group became a supergroup and has a new chat id since.
    Migrated { from: GateId, to: GateId },
    /// It does not concern us, for this reason.
    Nothing(&'static str),
}

impl Reading {
    /// A short name without anything personal, for metrics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Reading::Event(event) => event.what.name(),
            Reading::Desk(_) => "desk",
            Reading::Titled { .. } => "titled",
            Reading::Migrated { .. } => "migrated",
            Reading::Nothing(_) => "skipped",
        }
    }
}

/// Reads one update. `None` only if not even its number can be read.
#[must_use]
pub fn read(raw: &RawValue) -> Option<Update> {
    #[derive(Deserialize)]
    struct Number {
        update_id: u32,
    }
    let Number { update_id: id } = serde_json::from_str(raw.get()).ok()?;
    // The types below us were written for good JSON; a panic in there must cost one update only.
    let (date, reading) = catch_unwind(AssertUnwindSafe(|| read_kind(raw.get())))
        .unwrap_or((None, Reading::Nothing("unreadable: reading it panicked")));
    Some(Update { id, date, reading })
}

fn read_kind(raw: &str) -> (Option<Timestamp>, Reading) {
    let Ok(Value::Object(mut whole)) = serde_json::from_str(raw) else {
        return (None, Reading::Nothing("unreadable"));
    };
    match WANTED_UPDATES.iter().find_map(|kind| whole.remove_entry(*kind)) {
        Some((kind, content)) => (date_of(&content), read_content(&kind, content)),
        None => (None, Reading::Nothing("of no kind that we asked for")),
    }
}

/// A pressed button has no date of its own: the one inside it is its message's.
fn date_of(content: &Value) -> Option<Timestamp> {
    let date = |name: &str| content.get(name).and_then(Value::as_i64);
    let seconds = date("edit_date").or_else(|| date("date")).filter(|seconds| *seconds > 0)?;
    Some(Timestamp(seconds.saturating_mul(1000)))
}

fn read_content(kind: &str, mut content: Value) -> Reading {
    let apart = Apart::take(&mut content);
    // Through text once more: from a `Value`, teloxide reads no kind at all.
    let lean = json!({"update_id": 0, kind: content}).to_string();
    let Ok(update) = serde_json::from_str::<TelegramUpdate>(&lean) else {
        return Reading::Nothing("unreadable");
    };
    // Nothing in the tree waits, so it is done at the first look.
    match TREE.dispatch(dptree::deps![update, apart]).now_or_never() {
        Some(ControlFlow::Break(reading)) => reading,
        Some(ControlFlow::Continue(_)) | None => Reading::Nothing("unreadable"),
    }
}

type Tree = Handler<'static, Reading, DpHandlerDescription>;

static TREE: LazyLock<Tree> = LazyLock::new(tree);

#[rustfmt::skip]
fn tree() -> Tree {
    dptree::entry()
        .branch(TelegramUpdate::filter_message()
            .branch(dptree::filter_map(in_private)
                .branch(dptree::filter(holds_login_code).endpoint(wrote_login_code))
                .branch(dptree::filter_map(command)     .endpoint(commanded))
                .branch(dptree::filter_map(contact)     .endpoint(shared_contact))
                .branch(dptree::filter_map(text)        .endpoint(wrote))
                .branch(dptree::filter_map(document)    .endpoint(sent_file))
                .branch(dptree::filter_map(picked_chat) .endpoint(shared_chat))
                .branch(dptree::filter(is_content)      .endpoint(sent_other))
                .branch(nothing("a service message in a private chat")))
            .branch(dptree::filter_map(migration)       .endpoint(migrated))
            .branch(dptree::filter_map(new_title)       .endpoint(titled))
            .branch(dptree::filter(came_or_went)        .endpoint(service_message))
            .branch(nothing("a message in a group or of a bot")))
        .branch(TelegramUpdate::filter_edited_message()
            .branch(dptree::filter_map(in_private)
                .branch(dptree::filter(holds_login_code).endpoint(wrote_login_code))
                .branch(dptree::filter(moves_by_itself) .chain(nothing("a moving location")))
                .branch(dptree::endpoint(edited)))
            .branch(nothing("an edit in a group or of a bot")))
        .branch(TelegramUpdate::filter_callback_query()
            .branch(dptree::filter_map(button)          .endpoint(pressed))
            .branch(nothing("a button in a group or pressed by a bot")))
        .branch(TelegramUpdate::filter_chat_join_request().endpoint(asked_to_join))
        .branch(TelegramUpdate::filter_my_chat_member()
            .branch(dptree::filter(is_private)          .endpoint(blocked_or_not))
            .branch(dptree::endpoint(rights_changed)))
        .branch(TelegramUpdate::filter_chat_member()    .endpoint(joined_or_left))
        .branch(nothing("unreadable"))
}

type TelegramUpdate = teloxide::types::Update;

/// What is read past teloxide's types.
#[derive(Clone)]
struct Apart {
    /// The guard-bot query of a join request (Bot API 10.1), which teloxide 0.17 drops.
    query_id: Option<String>,
    /// The invite link of a join request, or the one by which somebody came in.
    link: Option<Link>,
}

/// Parts that we do not need, and in which something newer than teloxide would make it drop the
/// whole text: a text with a `date_time` entity (Bot API 9.5) would be no text at all.
const TRIMMINGS: [&str; 7] = [
    "entities",
    "caption_entities",
    "external_reply",
    "invite_link",
    "link_preview_options",
    "reply_markup",
    "reply_to_message",
];

/// Somebody's message in their private chat with the bot.
#[derive(Clone)]
struct Private {
    user: UserId,
    language: Option<Language>,
    chat: ChatId,
    message: MessageId,
    name: Name,
    /// Somebody else's words.
    forwarded: bool,
    /// Whose, where Telegram tells.
    origin: Option<UserId>,
}

#[derive(Clone)]
struct Command {
    /// Empty if it is none that Telegram would offer.
    name: String,
    parameter: Option<String>,
    rest: Hidden,
}

#[derive(Clone)]
struct Picked {
    request: i32,
    chat: ChatId,
    title: Option<String>,
}

#[derive(Clone)]
struct Words(Hidden);

#[derive(Clone)]
struct Card {
    phone: Hidden,
    own: bool,
}

#[derive(Clone)]
struct Migration {
    from: GateId,
    to: GateId,
}

#[derive(Clone)]
struct NewTitle {
    gate: GateId,
    title: String,
}

#[derive(Clone)]
struct Button {
    user: UserId,
    language: Option<Language>,
    name: Name,
    chat: ChatId,
    message: Option<MessageId>,
    query: String,
    data: String,
}

fn nothing(why: &'static str) -> Tree {
    dptree::endpoint(move || async move { Reading::Nothing(why) })
}

// Messages in a private chat.

fn in_private(message: Message) -> Option<Private> {
    let sender = message.from.as_ref().filter(|sender| !sender.is_bot)?;
    message.chat.is_private().then(|| Private {
        user: UserId(sender.id.0),
        language: language(sender),
        chat: ChatId(message.chat.id.0),
        message: MessageId(message.id.0),
        name: name(sender),
        forwarded: message.forward_origin().is_some() || message.via_bot.is_some(),
        origin: origin(&message),
    })
}

/// In the text, in a caption, in what a reply quotes, on a contact card or in a poll; or anything forwarded from Telegram's own
/// account.
fn holds_login_code(message: Message) -> bool {
    let quote = message.quote().map(|quote| quote.text.as_str());
    let card = message.contact();
    let named = card.map(|card| card.first_name.as_str());
    let number = card.map(|card| card.phone_number.as_str());
    let asked = message.poll().map(|poll| poll.question.as_str());
    let said = [message.text(), message.caption(), quote, named, number, asked];
    let from_telegram = message.forward_from_user().is_some_and(|user| user.id.0 == TELEGRAM);
    from_telegram || said.into_iter().flatten().any(looks_like_login_code)
}

async fn wrote_login_code(at: Private) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::WroteLoginCode { chat, message })
}

/// `/start`, `/start parameter`, `/help@bot` …
fn command(message: Message, at: Private) -> Option<Command> {
    let rest = message.text()?.trim_start().strip_prefix('/').filter(|_| !at.forwarded)?;
    let (name, arguments) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let name = name.split('@').next().unwrap_or_default();
    let parameter = arguments.trim();
    // What Telegram would not take for a name may be anything, a secret too: it is not kept.
    let is_name = name.len() <= LONGEST_COMMAND
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let is_parameter = (1..=LONGEST_PARAMETER).contains(&parameter.len())
        && parameter.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let name = if is_name { name.to_ascii_lowercase() } else { String::new() };
    // What follows is kept only where somebody reads it: it may be a secret too.
    let rest = if COMMANDS.contains(&name.as_str()) { parameter } else { "" };
    Some(Command {
        parameter: is_parameter.then(|| parameter.to_owned()),
        rest: Hidden::new(rest),
        name,
    })
}

async fn commanded(at: Private, Command { name, parameter, rest }: Command) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(match name.as_str() {
        "start" => What::Started { chat, message, parameter },
        _ => What::Commanded { chat, message, command: name, rest },
    })
}

fn contact(message: Message, at: Private) -> Option<Card> {
    let contact = message.contact()?;
    let own = contact.user_id.is_some_and(|id| id.0 == at.user.0) && !at.forwarded;
    Some(Card { phone: Hidden::new(contact.phone_number.as_str()), own })
}

async fn shared_contact(at: Private, Card { phone, own }: Card) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SharedContact { chat, message, phone, own })
}

fn text(message: Message) -> Option<Words> {
    let text = message.text()?;
    (text.chars().count() <= LONGEST_TEXT).then(|| Words(Hidden::new(text)))
}

async fn wrote(at: Private, Words(text): Words) -> Reading {
    let (chat, message, forwarded, origin) = (at.chat, at.message, at.forwarded, at.origin);
    at.event(What::Wrote { chat, message, text, forwarded, origin })
}

/// Whether somebody sent it, rather than Telegram noting that something happened. Kinds that
/// teloxide does not know are `Empty`.
fn is_content(message: Message) -> bool {
    matches!(message.kind, MessageKind::Common(_) | MessageKind::Dice(_) | MessageKind::Empty {})
}

async fn sent_other(at: Private) -> Reading {
    let (chat, message, origin) = (at.chat, at.message, at.origin);
    at.event(What::SentOther { chat, message, origin })
}

/// Somebody's own file; a forwarded one is like anything else that was forwarded.
fn document(message: Message, at: Private) -> Option<File> {
    let document = message.document().filter(|_| !at.forwarded)?;
    Some(File {
        id: document.file.id.0.clone(),
        name: document.file_name.clone(),
        size: Some(u64::from(document.file.size)).filter(|size| *size < u64::from(u32::MAX)),
    })
}

async fn sent_file(at: Private, file: File) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SentFile { chat, message, file })
}

fn picked_chat(message: Message) -> Option<Picked> {
    let shared = message.shared_chat()?;
    Some(Picked {
        request: shared.request_id.0,
        chat: ChatId(shared.chat_id.0),
        title: shared.title.clone(),
    })
}

async fn shared_chat(at: Private, Picked { request, chat: picked, title }: Picked) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SharedChat { chat, message, request, picked, title })
}

/// A live location is edited all the time without anybody doing anything.
fn moves_by_itself(message: Message) -> bool {
    message.location().is_some()
}

async fn edited(at: Private) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::Edited { chat, message })
}

// Messages in a group.

fn migration(message: Message) -> Option<Migration> {
    let here = GateId(message.chat.id.0);
    match (message.migrate_to_chat_id(), message.migrate_from_chat_id()) {
        (Some(to), _) => Some(Migration { from: here, to: GateId(to.0) }),
        (None, Some(from)) => Some(Migration { from: GateId(from.0), to: here }),
        (None, None) => None,
    }
}

async fn migrated(Migration { from, to }: Migration) -> Reading {
    Reading::Migrated { from, to }
}

fn new_title(message: Message) -> Option<NewTitle> {
    let title = message.new_chat_title()?.to_owned();
    Some(NewTitle { gate: GateId(message.chat.id.0), title })
}

async fn titled(NewTitle { gate, title }: NewTitle) -> Reading {
    Reading::Titled { gate, title }
}

fn came_or_went(message: Message) -> bool {
    matches!(message.kind, MessageKind::NewChatMembers(_) | MessageKind::LeftChatMember(_))
}

async fn service_message(message: Message) -> Reading {
    let what = desk::What::ServiceMessage { message: MessageId(message.id.0) };
    Reading::Desk(desk::Event { desk: GateId(message.chat.id.0), what })
}

// Buttons.

fn button(query: CallbackQuery) -> Option<Button> {
    let sender = &query.from;
    let chat = query.message.as_ref().map(|message| message.chat());
    let here = chat.is_none_or(Chat::is_private) && !sender.is_bot;
    here.then(|| Button {
        user: UserId(sender.id.0),
        language: language(sender),
        name: name(sender),
        // Below an inline message there is no chat; a private one has the user's id.
        chat: chat.map_or(ChatId(sender.id.0.cast_signed()), |chat| ChatId(chat.id.0)),
        message: query.message.as_ref().map(|message| MessageId(message.id().0)),
        query: query.id.0.clone(),
        data: query.data.clone().filter(|data| data.len() <= LONGEST_DATA).unwrap_or_default(),
    })
}

async fn pressed(button: Button) -> Reading {
    let Button { user, language, name, chat, message, query, data } = button;
    let what = What::Pressed { chat, message, query, data };
    Reading::Event(Event { user, language, name: Some(name), what })
}

// Groups, and who is in them.

async fn asked_to_join(request: ChatJoinRequest, Apart { query_id, link }: Apart) -> Reading {
    let what = What::JoinRequested {
        gate: GateId(request.chat.id.0),
        chat: ChatId(request.user_chat_id.0),
        title: request.chat.title().unwrap_or_default().to_owned(),
        link: link.map(|link| link.url),
        query_id,
        asked: Some(Timestamp(request.date.timestamp_millis())),
    };
    Reading::Event(event_of(&request.from, what))
}

fn is_private(change: ChatMemberUpdated) -> bool {
    change.chat.is_private()
}

async fn blocked_or_not(change: ChatMemberUpdated) -> Reading {
    if change.new_chat_member.is_present() {
        return Reading::Nothing("the bot was unblocked");
    }
    Reading::Event(event_of(&change.from, What::Unreachable))
}

async fn rights_changed(change: ChatMemberUpdated) -> Reading {
    let member = &change.new_chat_member;
    let none = BotRights { present: member.is_present(), ..BotRights::default() };
    let rights = match &member.kind {
        ChatMemberKind::Owner(_) => BotRights {
            present: true,
            admin: true,
            can_invite: true,
            can_restrict: true,
            can_delete: true,
        },
        ChatMemberKind::Administrator(admin) => BotRights {
            present: true,
            admin: true,
            can_invite: admin.can_invite_users,
            can_restrict: admin.can_restrict_members,
            can_delete: admin.can_delete_messages,
        },
        ChatMemberKind::Member(_)
        | ChatMemberKind::Restricted(_)
        | ChatMemberKind::Left
        | ChatMemberKind::Banned(_) => none,
    };
    let by = &change.from;
    let what = desk::What::BotStanding {
        by: UserId(by.id.0),
        anonymous: by.id.0 == ANONYMOUS_ADMIN,
        language: language(by),
        name: Some(name(by)),
        title: change.chat.title().unwrap_or_default().to_owned(),
        channel: change.chat.is_channel(),
        rights,
    };
    Reading::Desk(desk::Event { desk: GateId(change.chat.id.0), what })
}

async fn joined_or_left(change: ChatMemberUpdated, Apart { link, .. }: Apart) -> Reading {
    let gate = GateId(change.chat.id.0);
    let person = &change.new_chat_member.user;
    let (before, after) =
        (change.old_chat_member.is_present(), change.new_chat_member.is_present());
    let what = match (before, after) {
        _ if person.is_bot => return Reading::Nothing("a bot came or went"),
        (false, true) => What::Joined { gate, by: Some(UserId(change.from.id.0)), link },
        (true, false) => What::Left { gate },
        (true, true) | (false, false) => return Reading::Nothing("nobody came or went"),
    };
    Reading::Event(event_of(person, what))
}

impl Private {
    fn event(self, what: What) -> Reading {
        let Private { user, language, name, .. } = self;
        Reading::Event(Event { user, language, name: Some(name), what })
    }
}

impl Apart {
    /// Takes out of an update's content what teloxide must not see.
    fn take(content: &mut Value) -> Apart {
        let words = |value: &Value| value.as_str().map(str::to_owned);
        let apart = Apart {
            query_id: content.get("query_id").and_then(words),
            link: content.get("invite_link").and_then(invite_link),
        };
        if let Some(fields) = content.as_object_mut() {
            for trimming in TRIMMINGS {
                fields.remove(trimming);
            }
            if let Some(Value::Object(quote)) = fields.get_mut("quote") {
                quote.remove("entities");
            }
        }
        apart
    }
}

/// An `invite_link` object, as far as it concerns us.
fn invite_link(link: &Value) -> Option<Link> {
    let words = |key: &str| link.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| link.get(key).and_then(Value::as_bool).unwrap_or_default();
    let creator = link.get("creator").and_then(|creator| creator.get("id"));
    Some(Link {
        url: words("invite_link")?,
        name: words("name"),
        creator: creator.and_then(Value::as_u64).map(UserId),
        asks: flag("creates_join_request"),
        primary: flag("is_primary"),
    })
}

fn origin(message: &Message) -> Option<UserId> {
    match message.forward_origin()? {
        MessageOrigin::User { sender_user, .. } => Some(UserId(sender_user.id.0)),
        MessageOrigin::HiddenUser { .. }
        | MessageOrigin::Chat { .. }
        | MessageOrigin::Channel { .. } => None,
    }
}

/// Something that an update says of this user.
fn event_of(user: &User, what: What) -> Event {
    let (language, name) = (language(user), Some(name(user)));
    Event { user: UserId(user.id.0), language, name, what }
}

fn name(user: &User) -> Name {
    Name { full: user.full_name(), username: user.username.clone() }
}

fn language(user: &User) -> Option<Language> {
    user.language_code.as_deref().map(Language::new)
}

#[cfg(test)]
mod tests;
