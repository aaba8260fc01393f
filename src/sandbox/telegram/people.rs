//! What people do in the chat with the bot: write, press, share, edit, block. Each makes the update
//! that the real server would send.

use serde_json::{Value, json};

use super::group::{Group, Kind as GroupKind, Standing};
use super::html::{self, Formatted};
use super::json;
use super::markup::{Does, KeyDoes};
use super::model::{Author, Content, Message, Model, Query, User};

/// Why a person cannot do what was asked of them, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Impossible(pub String);

/// What a link did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The bot's chat opened and this message went to it.
    Started { message: i32 },
    /// They are in the group now.
    Joined { group: i64 },
    /// They asked to join.
    Requested { group: i64 },
}

/// Something to send that has no text of its own to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Sticker,
    Photo,
    /// A photo with words below it.
    Captioned(String),
    Voice,
    Video,
    Document,
    Location,
    Dice,
}

pub type Done<T> = Result<T, Impossible>;

impl Model {
    /// Types a message to the bot.
    pub fn says(&mut self, user: u64, text: &str) -> Done<i32> {
        check_length(text)?;
        self.writes(user, typed(text), Content::Text, None, None)
    }

    /// Passes on what somebody else wrote.
    pub fn forwards(&mut self, user: u64, from: Value, text: &str) -> Done<i32> {
        let origin = json!({"type": "user", "date": self.clock.now_s() - 60, "sender_user": from});
        self.writes(user, typed(text), Content::Text, Some(origin), None)
    }

    /// Passes on what this person wrote.
    pub fn forwards_message_of(&mut self, user: u64, other: u64, text: &str) -> Done<i32> {
        let origin = self.origin(other)?;
        self.writes(user, typed(text), Content::Text, Some(origin), None)
    }

    pub fn sends(&mut self, user: u64, kind: &Kind) -> Done<i32> {
        let serial = self.serial();
        let (content, caption) = kind.content(serial);
        self.writes(user, typed(caption), content, None, None)
    }

    /// Presses the reply keyboard's button that shares one's own number.
    pub fn shares_contact(&mut self, user: u64) -> Done<i32> {
        let known = self.person(user)?;
        let Some(keyboard) = &known.chat.keyboard else {
            return impossible(format!("{} sees no keyboard with a share button", known.name()));
        };
        if !keyboard.rows.iter().flatten().any(|key| key.does == KeyDoes::ShareContact) {
            return impossible(format!("no key of {}'s keyboard shares a contact", known.name()));
        }
        let reply_to = keyboard.message;
        let contact = self.contact(user)?;
        let sent = self.writes(user, Formatted::default(), contact, None, Some(reply_to))?;
        self.person_mut(user)?.chat.keyboard = None;
        Ok(sent)
    }

    /// Sends a contact card from the address book; `forwarded`: somebody else had sent it.
    pub fn sends_contact_of(&mut self, user: u64, other: u64, forwarded: bool) -> Done<i32> {
        let contact = self.contact(other)?;
        let origin = if forwarded { Some(self.origin(other)?) } else { None };
        self.writes(user, Formatted::default(), contact, origin, None)
    }

    fn contact(&self, of: u64) -> Done<Content> {
        let of = self.person(of)?;
        let Some(phone) = &of.phone else {
            return impossible(format!("{} has no phone number", of.name()));
        };
        // Apps leave the plus out.
        let phone = phone.trim_start_matches('+').to_owned();
        Ok(Content::Contact { phone, name: of.first_name.clone(), user: Some(of.id) })
    }

    /// The `forward_origin` of what this person wrote a minute ago.
    fn origin(&self, author: u64) -> Done<Value> {
        let known = self.person(author)?;
        let date = self.clock.now_s() - 60;
        Ok(if known.hides_forwards {
            json!({"type": "hidden_user", "date": date, "sender_user_name": known.name()})
        } else {
            json!({"type": "user", "date": date, "sender_user": self.who(author)})
        })
    }

    pub(super) fn writes(
        &mut self,
        user: u64,
        body: Formatted,
        content: Content,
        origin: Option<Value>,
        reply_to: Option<i32>,
    ) -> Done<i32> {
        let known = self.person(user)?;
        if known.blocked {
            return impossible(format!("{} has blocked the bot", known.name()));
        }
        let id = self.message_id();
        let message = Message {
            id,
            author: Author::User(user),
            at_ms: self.clock.now_ms(),
            edited_ms: None,
            body,
            content,
            buttons: Vec::new(),
            origin,
            reply_to,
        };
        let known = self.person_mut(user)?;
        known.met = true;
        known.started = true;
        known.chat.messages.insert(id, message.clone());
        known.chat.changed.notify_waiters();
        let update = self.private_message(self.person(user)?, &message);
        self.updates.push("message", &update);
        Ok(id)
    }

    pub fn edits(&mut self, user: u64, id: i32, text: &str) -> Done<()> {
        check_length(text)?;
        let now = self.clock.now_ms();
        let known = self.person_mut(user)?;
        let message = known.chat.messages.get_mut(&id);
        let Some(message) = message.filter(|m| m.author == Author::User(user)) else {
            return impossible(format!("{} has no message {id} to edit", known.name()));
        };
        message.body = typed(text);
        message.edited_ms = Some(now);
        let message = message.clone();
        known.chat.changed.notify_waiters();
        let update = self.private_message(self.person(user)?, &message);
        self.updates.push("edited_message", &update);
        Ok(())
    }

    /// Presses a button; `message` need not show it any more, nor exist. Returns the query's id.
    pub fn presses(&mut self, user: u64, message: i32, data: &str) -> Done<String> {
        let known = self.person(user)?;
        if known.blocked {
            return impossible(format!("{} has blocked the bot", known.name()));
        }
        let shown = match known.chat.messages.get(&message) {
            Some(found) => self.private_message(known, found),
            None => json!({"message_id": message, "date": 0, "chat": json::private_chat(known)}),
        };
        Ok(self.asks_by_button(user, shown, data))
    }

    /// The press on a button of a message, as the bot hears of it. Returns the query's id.
    pub(super) fn asks_by_button(&mut self, user: u64, message: Value, data: &str) -> String {
        let who = self.who(user);
        let serial = self.serial();
        let id = (user.wrapping_mul(1 << 20).wrapping_add(serial) & i64::MAX as u64).to_string();
        self.queries.insert(id.clone(), Query { user, data: data.to_owned() });
        let update = json!({
            "id": id, "from": who, "message": message,
            "chat_instance": format!("-{user}{user}"), "data": data,
        });
        self.updates.push("callback_query", &update);
        id
    }

    /// Takes a message out of the chat with the bot, for both.
    pub fn deletes(&mut self, user: u64, message: i32) -> Done<()> {
        let known = self.person_mut(user)?;
        if known.chat.messages.remove(&message).is_none() {
            return impossible(format!("{} has no message {message}", known.name()));
        }
        known.chat.changed.notify_waiters();
        Ok(())
    }

    /// The button with this label on the newest message that has any.
    pub fn find_button(&self, user: u64, label: &str) -> Done<(i32, Does)> {
        let known = self.person(user)?;
        find_button(&known.name(), known.chat.messages.values(), label)
    }

    pub fn blocks(&mut self, user: u64, blocked: bool) -> Done<()> {
        let known = self.person_mut(user)?;
        if known.blocked == blocked {
            return Ok(());
        }
        known.blocked = blocked;
        known.met = true;
        if !blocked {
            known.started = true;
        }
        known.chat.changed.notify_waiters();
        let known = self.person(user)?;
        let (from, to) = if blocked {
            (Standing::Member, Standing::BANNED)
        } else {
            (Standing::BANNED, Standing::Member)
        };
        let bot = json::bot(&self.bot);
        let update = json!({
            "chat": json::private_chat(known), "from": json::user(known),
            "date": self.clock.now_s(),
            "old_chat_member": json::member(bot.clone(), &from, GroupKind::Super),
            "new_chat_member": json::member(bot, &to, GroupKind::Super),
        });
        self.updates.push("my_chat_member", &update);
        Ok(())
    }

    /// Follows a link to the bot or into a group.
    pub fn opens(&mut self, user: u64, link: &str) -> Done<Opened> {
        let link = &link.replacen("http://", "https://", 1);
        if let Some(group) = self.links.get(link).copied() {
            return self.opens_invite(user, group, link);
        }
        let bot = format!("https://t.me/{}", self.bot.username);
        let rest = link.strip_prefix(&bot);
        let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('?')) else {
            let name = link.strip_prefix("https://t.me/").unwrap_or_default();
            let named = |group: &&Group| group.username.as_deref() == Some(name);
            return match self.groups.values().find(named).map(|group| group.id) {
                Some(group) => self.joins(user, group),
                None => impossible(format!("{link} leads nowhere in this world")),
            };
        };
        if rest.starts_with("?startgroup") {
            return impossible("this link wants to know a group to add the bot to");
        }
        let parameter = rest.strip_prefix("?start=").unwrap_or_default();
        let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if parameter.len() > 64 || !parameter.bytes().all(valid) {
            return impossible("a start parameter has at most 64 of A-Z a-z 0-9 _ -");
        }
        let text = format!("/start {parameter}");
        Ok(Opened::Started { message: self.says(user, text.trim())? })
    }

    pub fn person(&self, id: u64) -> Done<&User> {
        self.users.get(&id).ok_or_else(|| nobody(id))
    }

    pub fn person_mut(&mut self, id: u64) -> Done<&mut User> {
        self.users.get_mut(&id).ok_or_else(|| nobody(id))
    }
}

/// The button with this label, or the only one that contains it, on the newest message that has
/// any.
pub(super) fn find_button<'a>(
    who: &str,
    messages: impl DoubleEndedIterator<Item = &'a Message>,
    label: &str,
) -> Done<(i32, Does)> {
    let Some(message) = messages.rev().find(|m| !m.buttons.is_empty()) else {
        return impossible(format!("{who} sees no button at all"));
    };
    let buttons = || message.buttons.iter().flatten();
    let exact = buttons().find(|button| button.text == label);
    let mut alike = buttons().filter(|button| button.text.contains(label));
    let found = exact.or_else(|| alike.next().filter(|_| alike.next().is_none()));
    match found {
        Some(button) => Ok((message.id, button.does.clone())),
        None => {
            let there: Vec<String> = buttons().map(|b| format!("[{}]", b.text)).collect();
            impossible(format!(
                "{who} sees no button [{label}], but {} below «{}»",
                there.join(" "),
                message.body.text.lines().next().unwrap_or_default(),
            ))
        }
    }
}

fn nobody(id: u64) -> Impossible {
    Impossible(format!("there is no user {id}"))
}

pub fn impossible<T>(why: impl Into<String>) -> Done<T> {
    Err(Impossible(why.into()))
}

pub(super) fn check_length(text: &str) -> Done<()> {
    if text.trim().is_empty() || text.chars().count() > 4096 {
        return impossible("a message has 1 to 4,096 characters");
    }
    Ok(())
}

/// What a person typed: plain text, in which Telegram marks a command.
pub(super) fn typed(text: &str) -> Formatted {
    let mut body = html::plain(text);
    if body.text.starts_with('/') {
        let command = body.text.split_whitespace().next().unwrap_or_default();
        let length = command.encode_utf16().count();
        if length > 1 {
            body.entities.push(json!({"type": "bot_command", "offset": 0, "length": length}));
        }
    }
    body
}

impl Kind {
    fn content(&self, serial: u64) -> (Content, &str) {
        let file = |kind: &str| {
            json!({
                "file_id": format!("{kind}-{serial:016}"),
                "file_unique_id": format!("{kind}{serial:08}"), "file_size": 4096,
            })
        };
        let with = |mut json: Value, more: Value| {
            if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
                json.extend(more);
            }
            json
        };
        let photo = || json!([with(file("photo"), json!({"width": 90, "height": 60}))]);
        let (name, fields, caption) = match self {
            Kind::Sticker => {
                let more = json!({
                    "type": "regular", "width": 512, "height": 512, "is_animated": false,
                    "is_video": false, "emoji": "🦀", "set_name": "crabs",
                });
                ("sticker", json!({"sticker": with(file("sticker"), more)}), "")
            }
            Kind::Photo => ("photo", json!({"photo": photo()}), ""),
            Kind::Captioned(caption) => ("photo", json!({"photo": photo()}), caption.as_str()),
            Kind::Voice => {
                let more = json!({"duration": 3, "mime_type": "audio/ogg"});
                ("voice", json!({"voice": with(file("voice"), more)}), "")
            }
            Kind::Video => {
                let more = json!({
                    "width": 320, "height": 240, "duration": 3, "mime_type": "video/mp4",
                });
                ("video", json!({"video": with(file("video"), more)}), "")
            }
            Kind::Document => {
                let more = json!({"file_name": "cv.pdf", "mime_type": "application/pdf"});
                ("document", json!({"document": with(file("document"), more)}), "")
            }
            Kind::Location => {
                ("location", json!({"location": {"latitude": 52.52, "longitude": 13.405}}), "")
            }
            Kind::Dice => ("dice", json!({"dice": {"emoji": "🎲", "value": 4}}), ""),
        };
        (Content::Other { name, fields }, caption)
    }
}
