//! How users, chats, messages and members look in the Bot API.

use serde_json::{Map, Value, json};

use super::markup;
use super::model::{ANONYMOUS_ADMIN, Author, Bot, Content, Group, InviteLink, Message, Model};
use super::model::{Rights, Standing, User};

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
    json!({"id": group.id, "type": "supergroup", "title": group.title})
}

pub fn private_chat_in_full(user: &User) -> Value {
    let mut json = private_chat(user);
    full(&mut json);
    json
}

/// `for_admin`: with the primary link.
pub fn group_in_full(group: &Group, for_admin: bool) -> Value {
    let mut json = group_chat(group);
    full(&mut json);
    json["join_by_request"] = true.into();
    json["has_visible_history"] = true.into();
    json["permissions"] = permissions(true);
    if for_admin {
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

fn permissions(all: bool) -> Value {
    let mut json = Map::new();
    for may in [
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_polls",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_react_to_messages",
        "can_edit_tag",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
    ] {
        json.insert(may.to_owned(), all.into());
    }
    json.into()
}

/// Somebody in a group; `who` is their JSON.
pub fn member(who: Value, standing: &Standing) -> Value {
    match standing {
        Standing::Owner => json!({"status": "creator", "user": who, "is_anonymous": false}),
        Standing::Admin(rights) => administrator(who, *rights),
        Standing::Member { .. } => json!({"status": "member", "user": who}),
        Standing::Restricted { member } => {
            let mut json = permissions(false);
            json["status"] = "restricted".into();
            json["user"] = who;
            json["is_member"] = (*member).into();
            json["until_date"] = 0.into();
            json
        }
        Standing::Left => json!({"status": "left", "user": who}),
        Standing::Banned => json!({"status": "kicked", "user": who, "until_date": 0}),
    }
}

fn administrator(who: Value, rights: Rights) -> Value {
    json!({
        "status": "administrator", "user": who, "can_be_edited": false, "is_anonymous": false,
        "can_manage_chat": true,
        "can_delete_messages": rights.can_delete_messages,
        "can_restrict_members": rights.can_restrict_members,
        "can_invite_users": rights.can_invite_users,
        "can_manage_video_chats": false, "can_promote_members": false,
        "can_change_info": false, "can_pin_messages": false, "can_manage_topics": false,
        "can_post_stories": false, "can_edit_stories": false, "can_delete_stories": false,
    })
}

pub fn link(model: &Model, link: &InviteLink) -> Value {
    let mut json = json!({
        "invite_link": link.url,
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

impl Model {
    /// The bot or a user, as `from` and the like show them.
    pub fn who(&self, id: u64) -> Value {
        match self.users.get(&id) {
            Some(known) => user(known),
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
        self.message(group_chat(group), message)
    }

    fn message(&self, chat: Value, message: &Message) -> Value {
        let mut json = json!({"message_id": message.id, "date": message.at_ms.div_euclid(1000)});
        match message.author {
            Author::Bot => json["from"] = bot(&self.bot),
            Author::User(id) => json["from"] = self.who(id),
            Author::Group => {
                json["from"] = json!({
                    "id": ANONYMOUS_ADMIN, "is_bot": true, "first_name": "Group",
                    "username": "GroupAnonymousBot",
                });
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
            Content::Other { fields, .. } => {
                if let Value::Object(fields) = fields.clone() {
                    json.as_object_mut().into_iter().for_each(|all| all.extend(fields.clone()));
                }
                if !message.body.text.is_empty() {
                    json["caption"] = message.body.text.as_str().into();
                }
            }
        }
        optional(&mut json, "reply_markup", markup::json(&message.buttons));
        json
    }
}

fn optional(json: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        json[name] = value.into();
    }
}
