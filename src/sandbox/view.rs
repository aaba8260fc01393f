//! The world as the demo's page shows it: one JSON value with everybody's chats, the group, the
//! mails and the SMS.

use serde_json::{Value, json};

use super::outside::{FIRST_GROUP, Outside};
use super::smtp::Mail;
use super::telegram::group::{Group, Standing};
use super::telegram::html::escape;
use super::telegram::markup::{Button, Does, KeyDoes};
use super::telegram::model::{Author, Content, Message, Model, User};
use super::twilio::Sms;

/// The whole world. `hints` is passed through.
pub fn world(outside: &Outside, hints: &Value) -> Value {
    // Before anything is looked at: what changes meanwhile is then fetched once more.
    let version = *outside.version.borrow();
    let now = outside.clock.now_ms();
    let mails: Vec<Value> = outside.smtp.mails().iter().map(|mail| shown_mail(mail)).collect();
    let sms: Vec<Value> = outside.twilio.messages().iter().map(|sms| shown_sms(sms)).collect();
    let model = outside.telegram.model();
    let group = model.groups.get(&FIRST_GROUP);
    let mut people: Vec<&User> = model.users.values().filter(|user| !user.is_bot).collect();
    people.sort_by_key(|user| user.id);
    let is_admin = |user: &&User| group.is_some_and(|group| group.rights(user.id).is_some());
    let (admins, applicants): (Vec<&User>, Vec<&User>) = people.into_iter().partition(is_admin);
    let show = |people: Vec<&User>| -> Vec<Value> {
        people.into_iter().map(|user| person(user, group, now)).collect()
    };
    json!({
        "version": version,
        "now": now,
        "bot": {"username": model.bot.username, "name": model.bot.name},
        "group": group.map(|group| shown_group(&model, group)),
        "hints": hints,
        "applicants": show(applicants),
        "admins": show(admins),
        "mails": mails,
        "sms": sms,
    })
}

fn shown_group(model: &Model, group: &Group) -> Value {
    let name = |id: u64| model.person(id).map_or_else(|_| model.bot.name.clone(), User::name);
    let present = group.members.iter().filter(|(_, standing)| standing.is_present());
    let members: Vec<Value> = present
        .map(|(id, standing)| {
            let role = match standing {
                _ if *id == model.bot.id => "bot",
                Standing::Owner { .. } | Standing::Admin(_) => "admin",
                Standing::Member
                | Standing::Restricted { .. }
                | Standing::Left
                | Standing::Banned { .. } => "member",
            };
            json!({"id": id, "name": name(*id), "role": role})
        })
        .collect();
    let requests: Vec<Value> =
        group.requests.keys().map(|id| json!({"user": id, "name": name(*id)})).collect();
    json!({
        "id": group.id, "title": group.title, "members": members, "requests": requests,
        "invite_link": group.primary_link,
    })
}

fn person(user: &User, group: Option<&Group>, now: i64) -> Value {
    let share = user.chat.keyboard.as_ref().and_then(|keyboard| {
        keyboard
            .rows
            .iter()
            .flatten()
            .find(|key| key.does == KeyDoes::ShareContact)
            .map(|key| &key.text)
    });
    let toast = user.chat.toast.as_ref();
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
        "chat": user.chat.messages.values().map(message).collect::<Vec<_>>(),
        "reply_keyboard": share.map(|label| json!({"share_contact": label})),
        "toast": toast.map(|t| json!({"id": t.id, "text": t.text, "alert": t.alert})),
    })
}

fn message(message: &Message) -> Value {
    let from = match message.author {
        Author::Bot => "bot",
        Author::User(_) | Author::Group => "user",
    };
    let (html, contact) = match &message.content {
        Content::Text => (message.body.html.clone(), Value::Null),
        Content::Contact { phone, name, .. } => {
            (String::new(), json!({"name": name, "phone": format!("+{phone}")}))
        }
        Content::Document { name, .. } => {
            let html = format!("<i>{}</i> {}", escape(name), message.body.html);
            (html.trim_end().to_owned(), Value::Null)
        }
        Content::Service { words, .. } => (escape(words), Value::Null),
        Content::Other { name, .. } => {
            let html = format!("<i>{name}</i> {}", message.body.html);
            (html.trim_end().to_owned(), Value::Null)
        }
    };
    let forwarded = message.origin.as_ref().map(|origin| {
        let from = origin["sender_user"]["first_name"].as_str().unwrap_or_default();
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
        "buttons": buttons, "contact": contact, "edited": message.edited_ms.is_some(),
        "at": message.at_ms,
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
