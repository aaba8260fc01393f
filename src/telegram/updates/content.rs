//! What an update holds: its parts, read once, into teloxide's types.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde_json::value::{RawValue, to_raw_value};
use teloxide::types::{CallbackQuery, ChatJoinRequest, ChatMemberUpdated, Message};

use crate::verification::event::Link;
use crate::verification::{Timestamp, UserId};

/// The parts of an object, each read only where it is needed.
pub(super) type Fields<'a> = BTreeMap<&'a str, &'a RawValue>;

/// What an update holds. The tree hands it from branch to branch, so it has to be cheap to clone.
#[derive(Clone)]
pub(super) enum Content {
    Message(Arc<Message>),
    EditedMessage(Arc<Message>),
    CallbackQuery(Arc<CallbackQuery>),
    ChatJoinRequest(Arc<ChatJoinRequest>),
    MyChatMember(Arc<ChatMemberUpdated>),
    ChatMember(Arc<ChatMemberUpdated>),
}

/// What is read past teloxide's types.
#[derive(Clone)]
pub(super) struct Apart {
    /// The guard-bot query of a join request (Bot API 10.1), which teloxide 0.17 drops.
    pub query_id: Option<String>,
    /// The invite link of a join request, or the one by which somebody came in.
    pub link: Option<Link>,
}

/// Parts that we do not need, and in which something newer than teloxide would make it drop the
/// whole text: a text with a `date_time` entity (Bot API 9.5) would be no text at all. Buttons are
/// also what takes longest to read.
const TRIMMINGS: [&str; 7] = [
    "entities",
    "caption_entities",
    "external_reply",
    "invite_link",
    "link_preview_options",
    "reply_markup",
    "reply_to_message",
];

/// A pressed button has no date of its own: the one inside it is its message's.
pub(super) fn date_of(fields: &Fields) -> Option<Timestamp> {
    let date = |name: &str| part::<i64>(fields, name);
    let seconds = date("edit_date").or_else(|| date("date")).filter(|seconds| *seconds > 0)?;
    Some(Timestamp(seconds.saturating_mul(1000)))
}

impl Content {
    /// Reads what an update of this kind holds. `None`: teloxide cannot.
    pub fn read(kind: &str, fields: Fields) -> Option<Content> {
        // What is quoted, and the message of a pressed button.
        let within = ["quote", "message"].map(|name| (name, part(&fields, name).and_then(trimmed)));
        let mut fields: Fields = fields;
        trim(&mut fields);
        for (name, lean) in &within {
            if let Some(lean) = lean {
                fields.insert(name, lean);
            }
        }
        match kind {
            "message" => whole(fields).map(Content::Message),
            "edited_message" => whole(fields).map(Content::EditedMessage),
            "callback_query" => whole(fields).map(Content::CallbackQuery),
            "chat_join_request" => whole(fields).map(Content::ChatJoinRequest),
            "my_chat_member" => whole(fields).map(Content::MyChatMember),
            "chat_member" => whole(fields).map(Content::ChatMember),
            _ => None,
        }
    }

    pub fn message(self) -> Option<Arc<Message>> {
        if let Content::Message(message) = self { Some(message) } else { None }
    }

    pub fn edited_message(self) -> Option<Arc<Message>> {
        if let Content::EditedMessage(message) = self { Some(message) } else { None }
    }

    pub fn callback_query(self) -> Option<Arc<CallbackQuery>> {
        if let Content::CallbackQuery(query) = self { Some(query) } else { None }
    }

    pub fn chat_join_request(self) -> Option<Arc<ChatJoinRequest>> {
        if let Content::ChatJoinRequest(request) = self { Some(request) } else { None }
    }

    pub fn my_chat_member(self) -> Option<Arc<ChatMemberUpdated>> {
        if let Content::MyChatMember(change) = self { Some(change) } else { None }
    }

    pub fn chat_member(self) -> Option<Arc<ChatMemberUpdated>> {
        if let Content::ChatMember(change) = self { Some(change) } else { None }
    }
}

/// One part of an object, if it is there and of this type.
pub(super) fn part<'a, T: Deserialize<'a>>(fields: &Fields<'a>, name: &str) -> Option<T> {
    fields.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok())
}

fn whole<T: DeserializeOwned>(fields: Fields) -> Option<Arc<T>> {
    let fields = fields.into_iter().map(|(name, raw)| (BorrowedStrDeserializer::new(name), raw));
    T::deserialize(MapDeserializer::new(fields)).ok().map(Arc::new)
}

fn trim(fields: &mut Fields) {
    fields.retain(|name, _| !TRIMMINGS.contains(name));
}

fn trimmed(mut fields: Fields) -> Option<Box<RawValue>> {
    trim(&mut fields);
    to_raw_value(&fields).ok()
}

impl Apart {
    pub fn of(fields: &Fields) -> Apart {
        Apart {
            query_id: part(fields, "query_id"),
            link: part(fields, "invite_link").and_then(|link| invite_link(&link)),
        }
    }
}

/// An `invite_link` object, as far as it concerns us.
fn invite_link(link: &Fields) -> Option<Link> {
    let creator: Option<Fields> = part(link, "creator");
    Some(Link {
        url: part(link, "invite_link")?,
        name: part(link, "name"),
        creator: creator.and_then(|creator| part(&creator, "id")).map(UserId),
        asks: part(link, "creates_join_request").unwrap_or_default(),
        primary: part(link, "is_primary").unwrap_or_default(),
    })
}
