//! How users, chats, messages and members look in the Bot API.

use serde_json::{Value, json};

use super::group::{Admin, Group, InviteLink, Kind, Standing};
use super::markup;
use super::model::{ANONYMOUS_ADMIN, Author, Bot, Content, Message, Model, User};
use super::rights::Permissions;

pub fn user(user: &User) -> Value {
    let mut json = json!({"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name});
    optional(&mut json, "last_name", user.last_name.as_deref());
    optional(&mut json, "username", user.username.as_deref());
    optional(&mut json, "language_code", user.language.as_deref());
    json
}

/// The bot as others see it.
pub fn bot(bot: &Bot) -> Value {
    json!({"id": bot.id, "is_bot": true, "first_name": bot.name, "username": bot.username})
}

/// The bot as getMe shows it.
pub fn me(me: &Bot) -> Value {
    let mut json = bot(me);
    json["can_join_groups"] = true.into();
    for no in [
        "can_read_all_group_messages",
        "supports_guest_queries",
        "supports_inline_queries",
        "can_connect_to_business",
        "has_main_web_app",
        "has_topics_enabled",
        "allows_users_to_create_topics",
        "can_manage_bots",
        "supports_join_request_queries",
    ] {
        json[no] = false.into();
    }
    json
}

pub fn private_chat(user: &User) -> Value {
    let mut json = json!({"id": user.id, "type": "private", "first_name": user.first_name});
    optional(&mut json, "last_name", user.last_name.as_deref());
    optional(&mut json, "username", user.username.as_deref());
    json
}

pub fn group_chat(group: &Group) -> Value {
    let mut json = json!({"id": group.id, "type": group.kind.name(), "title": group.title});
    optional(&mut json, "username", group.username.as_deref());
    json
}

pub fn private_chat_in_full(user: &User) -> Value {
    let mut json = private_chat(user);
    full(&mut json);
    json
}

/// `for_admin`: with what only administrators see. `for_inviter`: with the primary link.
pub fn group_in_full(group: &Group, for_admin: bool, for_inviter: bool) -> Value {
    let mut json = group_chat(group);
    full(&mut json);
    json["permissions"] = group.permissions.json().into();
    if group.join_by_request {
        json["join_by_request"] = true.into();
    }
    if let Some(name) = &group.username {
        json["active_usernames"] = json!([name]);
        json["join_to_send_messages"] = true.into();
    }
    if group.kind == Kind::Channel
        && let Some(fields) = json.as_object_mut()
    {
        fields.remove("permissions");
    }
    if for_admin && group.kind == Kind::Super {
        json["has_visible_history"] = true.into();
    }
    if for_inviter {
        json["invite_link"] = group.primary_link.as_str().into();
    }
    json
}

fn full(json: &mut Value) {
    json["accent_color_id"] = 4.into();
    json["max_reaction_count"] = 11.into();
    json["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true,
        "premium_subscription": true, "gifts_from_channels": true,
    });
}

/// The user whom the messages of anonymous administrators come from.
pub fn anonymous_admin() -> Value {
    json!({
        "id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group",
        "username": "GroupAnonymousBot",
    })
}

/// Somebody in a group of this kind; `who` is their JSON.
pub fn member(who: Value, standing: &Standing, kind: Kind) -> Value {
    match standing {
        Standing::Owner { anonymous } => {
            json!({"status": "creator", "user": who, "is_anonymous": anonymous})
        }
        Standing::Admin(admin) => administrator(who, admin, kind),
        Standing::Member => json!({"status": "member", "user": who}),
        Standing::Restricted { member, permissions, until } => {
            restricted(who, *member, *permissions, *until)
        }
        Standing::Left => json!({"status": "left", "user": who}),
        Standing::Banned { until } => {
            json!({"status": "kicked", "user": who, "until_date": until})
        }
    }
}

fn restricted(who: Value, member: bool, permissions: Permissions, until: i64) -> Value {
    let mut json: Value = permissions.json().into();
    json["status"] = "restricted".into();
    json["user"] = who;
    json["is_member"] = member.into();
    json["until_date"] = until.into();
    json
}

fn administrator(who: Value, admin: &Admin, kind: Kind) -> Value {
    let mut rights = admin.rights.json();
    let none = match kind {
        Kind::Basic => ["can_post_messages", "can_manage_topics"].as_slice(),
        Kind::Super => &["can_post_messages"],
        Kind::Channel => &["can_pin_messages", "can_manage_topics", "can_manage_tags"],
    };
    for right in none {
        rights.remove(*right);
    }
    let mut json: Value = rights.into();
    json["status"] = "administrator".into();
    json["user"] = who;
    json["can_be_edited"] = false.into();
    json["is_anonymous"] = admin.anonymous.into();
    optional(&mut json, "custom_title", admin.title.as_deref());
    json
}

/// An invite link as the bot sees it: of one that somebody else made, only the beginning.
pub fn link(model: &Model, link: &InviteLink) -> Value {
    let mut json = json!({
        "invite_link": if link.creator == model.bot.id { link.url.clone() } else { cut(&link.url) },
        "creator": model.who(link.creator),
        "creates_join_request": link.creates_join_request,
        "is_primary": link.is_primary,
        "is_revoked": link.is_revoked,
    });
    optional(&mut json, "name", link.name.as_deref());
    optional(&mut json, "expire_date", link.expire_date);
    optional(&mut json, "member_limit", link.member_limit);
    json
}

fn cut(url: &str) -> String {
    let secret = url.rsplit(['/', '+']).next().unwrap_or_default();
    let kept = url.len() - secret.len() + secret.len().div_ceil(2);
    format!("{}...", &url[..kept])
}

impl Model {
    /// The bot or a user, as `from` and the like show them.
    pub fn who(&self, id: u64) -> Value {
        match self.users.get(&id) {
            Some(known) => user(known),
            None if id == ANONYMOUS_ADMIN => anonymous_admin(),
            None => bot(&self.bot),
        }
    }

    /// A message in somebody's private chat.
    pub fn private_message(&self, owner: &User, message: &Message) -> Value {
        let reply_to = message.reply_to.and_then(|id| owner.chat.messages.get(&id));
        let reply_to = reply_to.map(|message| self.message(private_chat(owner), message));
        let mut json = self.message(private_chat(owner), message);
        optional(&mut json, "reply_to_message", reply_to);
        json
    }

    pub fn group_message(&self, group: &Group, message: &Message) -> Value {
        let reply_to = message.reply_to.and_then(|id| group.messages.get(&id));
        let reply_to = reply_to.map(|message| self.message(group_chat(group), message));
        let mut json = self.message(group_chat(group), message);
        optional(&mut json, "reply_to_message", reply_to);
        json
    }

    fn message(&self, chat: Value, message: &Message) -> Value {
        let mut json = json!({"message_id": message.id, "date": message.at_ms.div_euclid(1000)});
        match message.author {
            Author::Bot => json["from"] = bot(&self.bot),
            Author::User(id) => json["from"] = self.who(id),
            Author::Group => {
                json["from"] = anonymous_admin();
                json["sender_chat"] = chat.clone();
            }
        }
        json["chat"] = chat;
        optional(&mut json, "edit_date", message.edited_ms.map(|ms| ms.div_euclid(1000)));
        optional(&mut json, "forward_origin", message.origin.clone());
        match &message.content {
            Content::Text => {
                json["text"] = message.body.text.as_str().into();
                if !message.body.entities.is_empty() {
                    json["entities"] = message.body.entities.clone().into();
                }
            }
            Content::Contact { phone, name, user } => {
                json["contact"] = json!({"phone_number": phone, "first_name": name});
                optional(&mut json["contact"], "user_id", *user);
            }
            Content::Document { file, .. } => {
                json["document"] = self.files.document(file);
                captioned(&mut json, message);
            }
            Content::Service { fields, .. } => extend(&mut json, fields),
            Content::Other { fields, .. } => {
                extend(&mut json, fields);
                captioned(&mut json, message);
            }
        }
        optional(&mut json, "reply_markup", markup::json(&message.buttons));
        json
    }
}

fn extend(json: &mut Value, fields: &Value) {
    if let (Value::Object(json), Value::Object(fields)) = (json, fields) {
        json.extend(fields.clone());
    }
}

fn captioned(json: &mut Value, message: &Message) {
    if message.body.text.is_empty() {
        return;
    }
    json["caption"] = message.body.text.as_str().into();
    if !message.body.entities.is_empty() {
        json["caption_entities"] = message.body.entities.clone().into();
    }
}

fn optional(json: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        json[name] = value.into();
    }
}
