//! The world as the demo's page shows it: one JSON value with everybody's chats, the groups, the
//! mails and the SMS.

use serde_json::{Value, json};

use super::group_view;
use super::outside::{FIRST_GROUP, Outside};
use super::smtp::Mail;
use super::telegram::html::escape;
use super::telegram::markup::{Button, Does, Key, KeyDoes};
use super::telegram::model::{Author, Content, Message, Model, User};
use super::twilio::Sms;

/// The whole world. `hints` is passed through.
pub fn world(outside: &Outside, hints: &Value) -> Value {
    // Before anything is looked at: what changes meanwhile is then fetched once more.
    let version = *outside.version.borrow();
    let now = outside.clock.now_ms();
    let mails: Vec<Value> = outside.smtp.mails().iter().map(|mail| shown_mail(mail)).collect();
    let sms: Vec<Value> = outside.twilio.messages().iter().map(|sms| shown_sms(sms)).collect();
    let mut model = outside.telegram.model();
    model.lapse();
    let model = &*model;
    let mut people: Vec<&User> = model.users.values().filter(|user| !user.is_bot).collect();
    people.sort_by_key(|user| user.id);
    let is_admin = |user: &&User| {
        let mut groups = model.groups.values().filter(|group| group.migrated_to.is_none());
        groups.any(|group| group.rights(user.id).is_some())
    };
    let (admins, applicants): (Vec<&User>, Vec<&User>) = people.into_iter().partition(is_admin);
    let show = |people: Vec<&User>| -> Vec<Value> {
        people.into_iter().map(|user| person(model, user, now)).collect()
    };
    let groups = group_view::groups(model);
    json!({
        "version": version,
        "now": now,
        "bot": {"id": model.bot.id, "username": model.bot.username, "name": model.bot.name},
        "group": groups.first(),
        "groups": groups,
        "hints": hints,
        "applicants": show(applicants),
        "admins": show(admins),
        "mails": mails,
        "sms": sms,
    })
}

fn person(model: &Model, user: &User, now: i64) -> Value {
    let group = model.groups.get(&FIRST_GROUP);
    let toast = user.chat.toast.as_ref();
    let commands = model.commands_for(user.id, None).iter();
    let commands: Vec<Value> =
        commands.map(|c| json!({"name": c.command, "description": c.description})).collect();
    json!({
        "id": user.id,
        "name": user.name(),
        "language": user.language,
        "phone": user.phone,
        "email": user.email,
        "member": group.is_some_and(|group| group.standing(user.id).is_present()),
        "requested": group.is_some_and(|group| group.requests.contains_key(&user.id)),
        "blocked": user.blocked,
        "typing": user.chat.typing_until_ms > now,
        "chat": user.chat.messages.values().map(|m| message(model, m)).collect::<Vec<_>>(),
        "reply_keyboard": keyboard(model, user),
        "commands": commands,
        "toast": toast.map(|t| json!({"id": t.id, "text": t.text, "alert": t.alert})),
    })
}

/// The rows of keys, and by itself the label of the one that shares the own number.
fn keyboard(model: &Model, user: &User) -> Option<Value> {
    let keyboard = user.chat.keyboard.as_ref()?;
    let share = keyboard.rows.iter().flatten().find(|key| key.does == KeyDoes::ShareContact);
    let shown = |key: &Key| {
        let (does, groups) = match key.does {
            KeyDoes::Say => ("say", None),
            KeyDoes::ShareContact => ("contact", None),
            KeyDoes::ShareChat(_) => ("chat", model.groups_for_key(user.id, &key.text).ok()),
            KeyDoes::ShareUsers(_) => ("users", None),
        };
        json!({"text": key.text, "does": does, "groups": groups})
    };
    let rows: Vec<Vec<Value>> =
        keyboard.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    Some(json!({"share_contact": share.map(|key| &key.text), "rows": rows}))
}

/// A message of any chat. `from`: `bot`, `user`, or `service` for what Telegram says itself.
pub(super) fn message(model: &Model, message: &Message) -> Value {
    let from = match (&message.content, message.author) {
        (Content::Service { .. }, _) => "service",
        (_, Author::Bot) => "bot",
        (_, Author::User(_) | Author::Group) => "user",
    };
    let (html, contact) = match &message.content {
        Content::Text | Content::Document { .. } => (message.body.html.clone(), Value::Null),
        Content::Contact { phone, name, .. } => {
            (String::new(), json!({"name": name, "phone": format!("+{phone}")}))
        }
        Content::Service { words, .. } => (escape(words), Value::Null),
        Content::Other { name, .. } => {
            let html = format!("<i>{name}</i> {}", message.body.html);
            (html.trim_end().to_owned(), Value::Null)
        }
    };
    let file = match &message.content {
        Content::Document { file, name } => {
            let size = model.files.get(file).map_or(0, |file| file.bytes.len());
            json!({"name": name, "size": size})
        }
        Content::Text
        | Content::Contact { .. }
        | Content::Service { .. }
        | Content::Other { .. } => Value::Null,
    };
    let forwarded = message.origin.as_ref().map(|origin| {
        let from = origin["sender_user"]["first_name"].as_str();
        let from = from.or(origin["sender_user_name"].as_str()).unwrap_or_default();
        format!("<i>Forwarded from {}</i>\n", escape(from))
    });
    let button = |button: &Button| match &button.does {
        Does::Send(data) => json!({"text": button.text, "data": data, "url": null}),
        Does::Open(url) => json!({"text": button.text, "data": null, "url": url}),
    };
    let buttons: Vec<Vec<Value>> =
        message.buttons.iter().map(|row| row.iter().map(button).collect()).collect();
    json!({
        "id": message.id, "from": from, "html": forwarded.unwrap_or_default() + &html,
        "buttons": buttons, "contact": contact, "file": file,
        "edited": message.edited_ms.is_some(), "at": message.at_ms,
    })
}

fn shown_mail(mail: &Mail) -> Value {
    json!({
        "id": mail.id, "to": mail.to, "from": mail.from, "subject": mail.subject,
        "text": mail.text, "html": mail.html, "at": mail.at_ms,
    })
}

fn shown_sms(sms: &Sms) -> Value {
    json!({"id": sms.id, "to": sms.to, "from": sms.from, "body": sms.body, "at": sms.at_ms})
}
