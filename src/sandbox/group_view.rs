//! The groups as the demo's page shows them.

use serde_json::{Value, json};

use super::telegram::group::{Group, InviteLink, Standing};
use super::telegram::model::{Author, Message, Model};
use super::view::message;

/// All groups, oldest first; those that have become another are left out.
pub fn groups(model: &Model) -> Vec<Value> {
    let living = model.groups.values().filter(|group| group.migrated_to.is_none());
    let mut living: Vec<&Group> = living.collect();
    living.sort_by_key(|group| group.made);
    living.into_iter().map(|group| shown(model, group)).collect()
}

fn shown(model: &Model, group: &Group) -> Value {
    let present = group.members.iter().filter(|(_, standing)| standing.is_present());
    let members: Vec<Value> =
        present.map(|(id, standing)| member(model, group, *id, standing)).collect();
    let requests: Vec<Value> =
        group.requests.keys().map(|id| json!({"user": id, "name": model.name_of(*id)})).collect();
    let now = model.clock.now_s();
    let links = group.links.values().filter(|link| link.is_alive(now));
    let links: Vec<Value> = links.map(|link| shown_link(model, link)).collect();
    let rights = group.rights(model.bot.id).map(|rights| rights.json());
    json!({
        "id": group.id, "title": group.title, "kind": group.kind.name(),
        "username": group.username, "members": members, "requests": requests,
        "invite_link": group.primary_link, "links": links,
        "approves": group.join_by_request,
        "members_may_add": group.permissions.can_invite_users,
        "bot": {
            "present": group.standing(model.bot.id).is_present(),
            "rights": rights,
        },
        "chat": group.messages.values().map(|m| post(model, group, m)).collect::<Vec<_>>(),
    })
}

fn member(model: &Model, group: &Group, id: u64, standing: &Standing) -> Value {
    let muted = !group.permissions_of(id).can_send_messages;
    let role = match standing {
        _ if id == model.bot.id => "bot",
        Standing::Owner { .. } | Standing::Admin(_) => "admin",
        Standing::Member
        | Standing::Restricted { .. }
        | Standing::Left
        | Standing::Banned { .. } => "member",
    };
    json!({
        "id": id, "name": model.name_of(id), "role": role, "muted": muted,
        "anonymous": standing.is_anonymous(),
    })
}

fn shown_link(model: &Model, link: &InviteLink) -> Value {
    json!({
        "url": link.url, "name": link.name, "by": model.name_of(link.creator),
        "primary": link.is_primary, "asks": link.creates_join_request,
    })
}

/// A message with its author, as everybody in the group sees it.
fn post(model: &Model, group: &Group, of: &Message) -> Value {
    let (id, name) = match of.author {
        Author::Bot => (model.bot.id, model.bot.name.clone()),
        Author::User(id) => (id, model.name_of(id)),
        Author::Group => (0, group.title.clone()),
    };
    let answered = of.reply_to.and_then(|id| group.messages.get(&id)).map(Message::words);
    let mut post = message(model, of);
    post["author"] = json!({"id": id, "name": name});
    post["answers"] = answered.into();
    post
}
