//! Reads raw updates: what happened, to whom.
//!
//! The tree (`tree`) is the table of contents: one branch for each kind of update, the usual ones
//! first; the first that fits wins. Reading is total and logs nothing; what does not concern us
//! becomes [`Reading::Nothing`] with the reason.

mod content;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use dptree::Handler;
use futures_util::FutureExt;
use serde_json::value::RawValue;
use teloxide::dispatching::DpHandlerDescription;
use teloxide::types::{
    CallbackQuery, Chat, ChatJoinRequest, ChatMemberKind, ChatMemberUpdated, Message, MessageKind,
    MessageOrigin, User,
};

use super::client::WANTED_UPDATES;
use crate::administration::desk;
use crate::administration::door::COMMANDS;
use crate::administration::rights::BotRights;
use crate::verification::code::looks_like_login_code;
use crate::verification::event::{Event, File, What};
use crate::verification::{ChatId, GateId, Hidden, Language, MessageId, Name, Timestamp, UserId};
use content::{Apart, Content, Fields, date_of, part};

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
    let whole: Fields = serde_json::from_str(raw.get()).ok()?;
    let id = part(&whole, "update_id")?;
    // The types below us were written for good JSON; a panic in there must cost one update only.
    let (date, reading) = catch_unwind(AssertUnwindSafe(|| read_kind(&whole)))
        .unwrap_or((None, Reading::Nothing("unreadable: reading it panicked")));
    Some(Update { id, date, reading })
}

fn read_kind(whole: &Fields) -> (Option<Timestamp>, Reading) {
    let Some((kind, raw)) = WANTED_UPDATES.iter().find_map(|kind| whole.get_key_value(kind)) else {
        return (None, Reading::Nothing("of no kind that we asked for"));
    };
    match serde_json::from_str(raw.get()) {
        Ok(fields) => (date_of(&fields), read_content(kind, fields)),
        Err(_) => (None, Reading::Nothing("unreadable")),
    }
}

fn read_content(kind: &str, fields: Fields) -> Reading {
    let apart = Apart::of(&fields);
    let Some(content) = Content::read(kind, fields) else {
        return Reading::Nothing("unreadable");
    };
    // Nothing in the tree waits, so it is done at the first look.
    match TREE.dispatch(dptree::deps![content, apart]).now_or_never() {
        Some(ControlFlow::Break(reading)) => reading,
        Some(ControlFlow::Continue(_)) | None => Reading::Nothing("unreadable"),
    }
}

type Tree = Handler<'static, Reading, DpHandlerDescription>;

static TREE: LazyLock<Tree> = LazyLock::new(tree);

#[rustfmt::skip]
fn tree() -> Tree {
    dptree::entry()
        .branch(dptree::filter_map(Content::message)
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
        .branch(dptree::filter_map(Content::callback_query)
            .branch(dptree::filter_map(button)          .endpoint(pressed))
            .branch(nothing("a button in a group or pressed by a bot")))
        .branch(dptree::filter_map(Content::chat_join_request).endpoint(asked_to_join))
        .branch(dptree::filter_map(Content::chat_member)    .endpoint(joined_or_left))
        .branch(dptree::filter_map(Content::my_chat_member)
            .branch(dptree::filter(is_private)          .endpoint(blocked_or_not))
            .branch(dptree::endpoint(rights_changed)))
        .branch(dptree::filter_map(Content::edited_message)
            .branch(dptree::filter_map(in_private)
                .branch(dptree::filter(holds_login_code).endpoint(wrote_login_code))
                .branch(dptree::filter(moves_by_itself) .chain(nothing("a moving location")))
                .branch(dptree::endpoint(edited)))
            .branch(nothing("an edit in a group or of a bot")))
        .branch(nothing("unreadable"))
}

/// Somebody's message in their private chat with the bot.
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

fn in_private(message: Arc<Message>) -> Option<Arc<Private>> {
    let sender = message.from.as_ref().filter(|sender| !sender.is_bot)?;
    let private = || Private {
        user: UserId(sender.id.0),
        language: language(sender),
        chat: ChatId(message.chat.id.0),
        message: MessageId(message.id.0),
        name: name(sender),
        forwarded: message.forward_origin().is_some() || message.via_bot.is_some(),
        origin: origin(&message),
    };
    message.chat.is_private().then(|| Arc::new(private()))
}

/// In the text, in a caption, in what a reply quotes, on a contact card or in a poll; or anything forwarded from Telegram's own
/// account.
fn holds_login_code(message: Arc<Message>) -> bool {
    let quote = message.quote().map(|quote| quote.text.as_str());
    let card = message.contact();
    let named = card.map(|card| card.first_name.as_str());
    let number = card.map(|card| card.phone_number.as_str());
    let asked = message.poll().map(|poll| poll.question.as_str());
    let said = [message.text(), message.caption(), quote, named, number, asked];
    let from_telegram = message.forward_from_user().is_some_and(|user| user.id.0 == TELEGRAM);
    from_telegram || said.into_iter().flatten().any(looks_like_login_code)
}

async fn wrote_login_code(at: Arc<Private>) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::WroteLoginCode { chat, message })
}

/// `/start`, `/start parameter`, `/help@bot` …
fn command(message: Arc<Message>, at: Arc<Private>) -> Option<Command> {
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

async fn commanded(at: Arc<Private>, Command { name, parameter, rest }: Command) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(match name.as_str() {
        "start" => What::Started { chat, message, parameter },
        _ => What::Commanded { chat, message, command: name, rest },
    })
}

fn contact(message: Arc<Message>, at: Arc<Private>) -> Option<Card> {
    let contact = message.contact()?;
    let own = contact.user_id.is_some_and(|id| id.0 == at.user.0) && !at.forwarded;
    Some(Card { phone: Hidden::new(contact.phone_number.as_str()), own })
}

async fn shared_contact(at: Arc<Private>, Card { phone, own }: Card) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SharedContact { chat, message, phone, own })
}

fn text(message: Arc<Message>) -> Option<Words> {
    let text = message.text()?;
    (text.chars().count() <= LONGEST_TEXT).then(|| Words(Hidden::new(text)))
}

async fn wrote(at: Arc<Private>, Words(text): Words) -> Reading {
    let (chat, message, forwarded, origin) = (at.chat, at.message, at.forwarded, at.origin);
    at.event(What::Wrote { chat, message, text, forwarded, origin })
}

/// Whether somebody sent it, rather than Telegram noting that something happened. Kinds that
/// teloxide does not know are `Empty`.
fn is_content(message: Arc<Message>) -> bool {
    matches!(message.kind, MessageKind::Common(_) | MessageKind::Dice(_) | MessageKind::Empty {})
}

async fn sent_other(at: Arc<Private>) -> Reading {
    let (chat, message, origin) = (at.chat, at.message, at.origin);
    at.event(What::SentOther { chat, message, origin })
}

/// Somebody's own file; a forwarded one is like anything else that was forwarded.
fn document(message: Arc<Message>, at: Arc<Private>) -> Option<File> {
    let document = message.document().filter(|_| !at.forwarded)?;
    Some(File {
        id: document.file.id.0.clone(),
        name: document.file_name.clone(),
        size: Some(u64::from(document.file.size)).filter(|size| *size < u64::from(u32::MAX)),
    })
}

async fn sent_file(at: Arc<Private>, file: File) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SentFile { chat, message, file })
}

fn picked_chat(message: Arc<Message>) -> Option<Picked> {
    let shared = message.shared_chat()?;
    Some(Picked {
        request: shared.request_id.0,
        chat: ChatId(shared.chat_id.0),
        title: shared.title.clone(),
    })
}

async fn shared_chat(at: Arc<Private>, Picked { request, chat: picked, title }: Picked) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::SharedChat { chat, message, request, picked, title })
}

/// A live location is edited all the time without anybody doing anything.
fn moves_by_itself(message: Arc<Message>) -> bool {
    message.location().is_some()
}

async fn edited(at: Arc<Private>) -> Reading {
    let (chat, message) = (at.chat, at.message);
    at.event(What::Edited { chat, message })
}

// Messages in a group.

fn migration(message: Arc<Message>) -> Option<Migration> {
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

fn new_title(message: Arc<Message>) -> Option<NewTitle> {
    let title = message.new_chat_title()?.to_owned();
    Some(NewTitle { gate: GateId(message.chat.id.0), title })
}

async fn titled(NewTitle { gate, title }: NewTitle) -> Reading {
    Reading::Titled { gate, title }
}

fn came_or_went(message: Arc<Message>) -> bool {
    matches!(message.kind, MessageKind::NewChatMembers(_) | MessageKind::LeftChatMember(_))
}

async fn service_message(message: Arc<Message>) -> Reading {
    let what = desk::What::ServiceMessage { message: MessageId(message.id.0) };
    Reading::Desk(desk::Event { desk: GateId(message.chat.id.0), what })
}

// Buttons.

fn button(query: Arc<CallbackQuery>) -> Option<Button> {
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

async fn asked_to_join(request: Arc<ChatJoinRequest>, apart: Apart) -> Reading {
    let what = What::JoinRequested {
        gate: GateId(request.chat.id.0),
        chat: ChatId(request.user_chat_id.0),
        title: request.chat.title().unwrap_or_default().to_owned(),
        link: apart.link.map(|link| link.url),
        query_id: apart.query_id,
        asked: Some(Timestamp(request.date.timestamp_millis())),
    };
    Reading::Event(event_of(&request.from, what))
}

fn is_private(change: Arc<ChatMemberUpdated>) -> bool {
    change.chat.is_private()
}

async fn blocked_or_not(change: Arc<ChatMemberUpdated>) -> Reading {
    if change.new_chat_member.is_present() {
        return Reading::Nothing("the bot was unblocked");
    }
    Reading::Event(event_of(&change.from, What::Unreachable))
}

async fn rights_changed(change: Arc<ChatMemberUpdated>) -> Reading {
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

async fn joined_or_left(change: Arc<ChatMemberUpdated>, Apart { link, .. }: Apart) -> Reading {
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
    fn event(&self, what: What) -> Reading {
        let Private { user, language, name, .. } = self;
        let (language, name) = (language.clone(), Some(name.clone()));
        Reading::Event(Event { user: *user, language, name, what })
    }
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
