//! What people do: write, press, share, edit, block, ask to join, leave. Each makes the update
//! that the real server would send.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::html::{self, Formatted};
use super::json;
use super::markup::Does;
use super::membership::link_json;
use super::model::{Author, Content, Group, JoinRequest, Message, Model, Query, REQUEST_LIFE};
use super::model::{Rights, Standing, User};

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

type Done<T> = Result<T, Impossible>;

impl Model {
    /// Types a message to the bot.
    pub fn says(&mut self, user: u64, text: &str) -> Done<i32> {
        check_length(text)?;
        self.writes(user, typed(text), Content::Text, None, None)
    }

    /// Passes on what somebody else wrote.
    pub fn forwards(&mut self, user: u64, from: Value, text: &str) -> Done<i32> {
        let origin = self.origin(from);
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
        if !keyboard.rows.iter().flatten().any(|key| key.shares_contact) {
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
        let origin = forwarded.then(|| self.origin(self.who(other)));
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

    fn origin(&self, sender: Value) -> Value {
        json!({"type": "user", "date": self.clock.now_s() - 60, "sender_user": sender})
    }

    fn writes(
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
        let who = json::user(known);
        let serial = self.serial();
        let id = (user.wrapping_mul(1 << 20).wrapping_add(serial) & i64::MAX as u64).to_string();
        self.queries.insert(id.clone(), Query { user, data: data.to_owned() });
        let update = json!({
            "id": id, "from": who, "message": shown,
            "chat_instance": format!("-{user}{user}"), "data": data,
        });
        self.updates.push("callback_query", &update);
        Ok(id)
    }

    /// The button with this label on the newest message that has any.
    pub fn find_button(&self, user: u64, label: &str) -> Done<(i32, Does)> {
        let known = self.person(user)?;
        let newest = known.chat.messages.values().rev().find(|m| !m.buttons.is_empty());
        let Some(message) = newest else {
            return impossible(format!("{} sees no button at all", known.name()));
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
                    "{} sees no button [{label}], but {} below «{}»",
                    known.name(),
                    there.join(" "),
                    message.body.text.lines().next().unwrap_or_default(),
                ))
            }
        }
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
            (Standing::Member { via: None }, Standing::Banned)
        } else {
            (Standing::Banned, Standing::Member { via: None })
        };
        let bot = json::bot(&self.bot);
        let update = json!({
            "chat": json::private_chat(known), "from": json::user(known),
            "date": self.clock.now_s(),
            "old_chat_member": json::member(bot.clone(), &from),
            "new_chat_member": json::member(bot, &to),
        });
        self.updates.push("my_chat_member", &update);
        Ok(())
    }

    /// Asks to join, through a link or without one.
    pub fn asks_to_join(&mut self, user: u64, group: i64, link: Option<&str>) -> Done<()> {
        let now = self.clock.now_ms();
        let who = json::user(self.person(user)?);
        let bot = self.bot.id;
        let known = self.some_group(group)?;
        match known.standing(user) {
            Standing::Banned => return impossible("they are banned from the group"),
            standing if standing.is_present() => {
                return impossible("they are in the group already");
            }
            _ => {}
        }
        let life = REQUEST_LIFE.as_millis() as i64;
        if known.requests.get(&user).is_some_and(|request| now - request.at_ms < life) {
            return impossible("they have asked to join already");
        }
        let request = JoinRequest { at_ms: now, link: link.map(str::to_owned) };
        known.requests.insert(user, request);
        known.changed.notify_waiters();
        if !known.may_invite(bot) {
            return Ok(());
        }
        let (chat, guarded) = (json::group_chat(known), known.guarded);
        let mut update = json!({
            "chat": chat, "from": who, "user_chat_id": user, "date": now.div_euclid(1000),
        });
        if let Some(link) = link_json(self, &self.groups[&group], link) {
            update["invite_link"] = link;
        }
        if guarded {
            let id = format!("guard{}", self.serial());
            self.join_queries.insert(id.clone(), (group, user));
            update["query_id"] = id.into();
        }
        let known = self.person_mut(user)?;
        known.met = true;
        known.chat.changed.notify_waiters();
        self.updates.push("chat_join_request", &update);
        Ok(())
    }

    /// Takes a join request back. Telegram tells the bot nothing.
    pub fn withdraws_request(&mut self, user: u64, group: i64) -> Done<()> {
        let group = self.some_group(group)?;
        if group.requests.remove(&user).is_none() {
            return impossible("they have not asked to join");
        }
        group.changed.notify_waiters();
        Ok(())
    }

    pub fn leaves(&mut self, user: u64, group: i64) -> Done<()> {
        if !self.some_group(group)?.standing(user).is_present() {
            return impossible("they are not in the group");
        }
        self.change_standing(group, user, user, Standing::Left, false);
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
            return impossible(format!("{link} leads nowhere in this world"));
        };
        let parameter = rest.strip_prefix("?start=").unwrap_or_default();
        let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if parameter.len() > 64 || !parameter.bytes().all(valid) {
            return impossible("a start parameter has at most 64 of A-Z a-z 0-9 _ -");
        }
        let text = format!("/start {parameter}");
        Ok(Opened::Started { message: self.says(user, text.trim())? })
    }

    fn opens_invite(&mut self, user: u64, group: i64, url: &str) -> Done<Opened> {
        let now = self.clock.now_s();
        let known = self.some_group(group)?;
        let Some(link) = known.links.get(url).filter(|link| !link.is_revoked) else {
            return impossible("the invite link was revoked");
        };
        if link.expire_date.is_some_and(|date| date <= now) {
            return impossible("the invite link has expired");
        }
        if link.creates_join_request {
            self.asks_to_join(user, group, Some(url))?;
            return Ok(Opened::Requested { group });
        }
        let via = Standing::Member { via: Some(url.to_owned()) };
        let came = known.members.values().filter(|standing| **standing == via).count();
        if link.member_limit.is_some_and(|limit| came >= limit as usize) {
            return impossible("the invite link was used up");
        }
        match known.standing(user) {
            Standing::Banned => return impossible("they are banned from the group"),
            standing if standing.is_present() => {
                return impossible("they are in the group already");
            }
            _ => {}
        }
        self.person_mut(user)?.met = true;
        self.change_standing(group, user, user, via, false);
        Ok(Opened::Joined { group })
    }

    /// Writes in a group that they are in; `anonymous`: in the group's name.
    pub fn writes_in_group(
        &mut self,
        user: u64,
        group: i64,
        text: &str,
        anonymous: bool,
    ) -> Done<i32> {
        let (bot, now) = (self.bot.id, self.clock.now_ms());
        let known = self.some_group(group)?;
        if !known.standing(user).is_present() {
            return impossible("they are not in the group");
        }
        known.next_message += 1;
        let id = known.next_message;
        let message = Message {
            id,
            author: if anonymous { Author::Group } else { Author::User(user) },
            at_ms: now,
            edited_ms: None,
            body: typed(text),
            content: Content::Text,
            buttons: Vec::new(),
            origin: None,
            reply_to: None,
        };
        known.messages.insert(id, message.clone());
        known.changed.notify_waiters();
        let seen = known.rights(bot).is_some()
            || (text.starts_with('/') && known.standing(bot).is_present());
        self.person_mut(user)?.met = true;
        if seen {
            let update = self.group_message(&self.groups[&group], &message);
            self.updates.push("message", &update);
        }
        Ok(id)
    }

    /// The group's owner makes the bot what it now is there.
    pub fn appoints_bot(&mut self, group: i64, standing: Standing) -> Done<()> {
        let bot = self.bot.id;
        let owner = self.some_group(group)?.owner().unwrap_or(bot);
        self.change_standing(group, bot, owner, standing, false);
        Ok(())
    }

    /// The group becomes a supergroup under another id; returns that.
    pub fn migrates(&mut self, group: i64) -> Done<i64> {
        let new_id = self.groups.keys().next().copied().unwrap_or_default() - 1;
        let date = self.clock.now_s();
        let owner = self.some_group(group)?.owner().unwrap_or_default();
        let from = self.who(owner);
        let old = self.some_group(group)?;
        old.migrated_to = Some(new_id);
        old.next_message += 1;
        let new = Group {
            id: new_id,
            title: old.title.clone(),
            primary_link: old.primary_link.clone(),
            members: old.members.clone(),
            requests: std::mem::take(&mut old.requests),
            links: old.links.clone(),
            messages: BTreeMap::new(),
            guarded: old.guarded,
            migrated_to: None,
            next_message: 1,
            changed: Arc::default(),
        };
        let mut old_chat = json::group_chat(old);
        old_chat["type"] = "group".into();
        let last = json!({
            "message_id": old.next_message, "from": from, "chat": old_chat, "date": date,
            "migrate_to_chat_id": new_id,
        });
        let first = json!({
            "message_id": 1, "from": from, "chat": json::group_chat(&new), "date": date,
            "migrate_from_chat_id": group,
        });
        for url in new.links.keys() {
            self.links.insert(url.clone(), new_id);
        }
        self.groups.insert(new_id, new);
        self.updates.push("message", &last);
        self.updates.push("message", &first);
        Ok(new_id)
    }

    /// The bot as an administrator with or without the right to invite.
    pub fn bot_admin(can_invite_users: bool) -> Standing {
        Standing::Admin(Rights { can_invite_users, ..Rights::ALL })
    }

    pub fn person(&self, id: u64) -> Done<&User> {
        self.users.get(&id).ok_or_else(|| nobody(id))
    }

    pub fn person_mut(&mut self, id: u64) -> Done<&mut User> {
        self.users.get_mut(&id).ok_or_else(|| nobody(id))
    }

    fn some_group(&mut self, id: i64) -> Done<&mut Group> {
        self.groups.get_mut(&id).ok_or_else(|| Impossible(format!("there is no group {id}")))
    }
}

fn nobody(id: u64) -> Impossible {
    Impossible(format!("there is no user {id}"))
}

fn impossible<T>(why: impl Into<String>) -> Done<T> {
    Err(Impossible(why.into()))
}

fn check_length(text: &str) -> Done<()> {
    if text.trim().is_empty() || text.chars().count() > 4096 {
        return impossible("a message has 1 to 4,096 characters");
    }
    Ok(())
}

/// What a person typed: plain text, in which Telegram marks a command.
fn typed(text: &str) -> Formatted {
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
