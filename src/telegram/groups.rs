//! What Telegram says of a group and of those in it.

use serde::{Deserialize, Serialize};
use teloxide::payloads::GetChat;
use teloxide::requests::Payload;
use teloxide::types::Recipient;

use super::client::{ChatMember, Client, group, member_query};
use super::faults::Fault;
use crate::administration::rights::{BotRights, Examination, Examined, Rights};
use crate::verification::{ChatId, GateId, UserId};

#[derive(Deserialize)]
struct Chat {
    #[serde(default)]
    title: String,
    #[serde(rename = "type")]
    kind: String,
    username: Option<String>,
    #[serde(default)]
    join_by_request: bool,
    #[serde(default)]
    permissions: Permissions,
}

#[derive(Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    can_invite_users: bool,
}

#[derive(Deserialize)]
struct Administrator {
    status: String,
    user: User,
    #[serde(default)]
    can_invite_users: bool,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    is_bot: bool,
    first_name: String,
}

impl Client {
    /// What `user` may do in a group now. A group that has moved is asked under its new id.
    ///
    /// # Errors
    /// A [`Fault`] that says nothing about the user: it may be asked again.
    pub async fn rights(&self, gate: GateId, user: UserId) -> Result<Rights, Fault> {
        let asked = self.in_group(gate, |to| {
            let mut payload = member_query(gate.0, user);
            payload.chat_id = to;
            payload
        });
        let member: ChatMember = match asked.await {
            Ok(member) => member,
            Err(Fault::NotMember { .. }) => return Ok(Rights::None),
            Err(fault) if fault.is_absence() => return Ok(Rights::NoGroup),
            Err(fault) => return Err(fault),
        };
        Ok(match member.status.as_str() {
            "creator" => Rights::Admin,
            "administrator" if member.can_invite_users => Rights::Admin,
            "administrator" => Rights::Lesser,
            _ => Rights::None,
        })
    }

    /// What the bot, `me`, may do in a group.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn own_rights(&self, gate: GateId, me: UserId) -> Result<BotRights, Fault> {
        let member: ChatMember = self.call(&member_query(gate.0, me)).await?;
        Ok(rights_in(&member))
    }

    /// Looks at a group for everything that can be set up wrongly in it. `me`: the bot.
    ///
    /// # Errors
    /// A [`Fault`] that says nothing about the group: it may be asked again.
    pub async fn examine(&self, gate: GateId, me: UserId) -> Result<Examined, Fault> {
        let chat: Chat = match self.call(&GetChat::new(group(gate.0))).await {
            Ok(chat) => chat,
            Err(Fault::Migrated { to, .. }) => return Ok(Examined::Moved(ChatId(to))),
            Err(fault) if fault.is_absence() => return Ok(Examined::NotThere),
            Err(fault) => return Err(fault),
        };
        let bot = match self.own_rights(gate, me).await {
            Ok(rights) => rights,
            // Of the old group it may still say how it is, and not who is in it.
            Err(Fault::Migrated { to, .. }) => return Ok(Examined::Moved(ChatId(to))),
            Err(Fault::NotMember { .. }) => return Ok(Examined::NotThere),
            Err(fault) if fault.is_absence() => return Ok(Examined::NotThere),
            Err(fault) => return Err(fault),
        };
        if !bot.present {
            return Ok(Examined::NotThere);
        }
        let admins: Vec<Administrator> = match self.call(&GetAdministrators::of(gate)).await {
            Ok(admins) => admins,
            Err(Fault::Migrated { to, .. }) => return Ok(Examined::Moved(ChatId(to))),
            // A basic group may keep them to itself.
            Err(Fault::Malformed { .. } | Fault::NoRights { .. }) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let rivals = admins.into_iter().filter(|admin| {
            admin.user.is_bot
                && admin.user.id != me.0
                && (admin.can_invite_users || admin.status == "creator")
        });
        Ok(Examined::Group(Examination {
            title: chat.title,
            bot,
            basic: chat.kind != "supergroup",
            public: chat.username.is_some(),
            approves_new: chat.join_by_request,
            members_add: chat.permissions.can_invite_users,
            other_bots: rivals.map(|admin| admin.user.first_name).collect(),
        }))
    }
}

/// `getChatAdministrators`; teloxide's own payload cannot ask for other bots (Bot API 10.1).
#[derive(Serialize)]
struct GetAdministrators {
    chat_id: Recipient,
    return_bots: bool,
}

impl GetAdministrators {
    fn of(gate: GateId) -> GetAdministrators {
        GetAdministrators { chat_id: group(gate.0), return_bots: true }
    }
}

impl Payload for GetAdministrators {
    type Output = serde::de::IgnoredAny;
    const NAME: &'static str = "GetChatAdministrators";
}

fn rights_in(member: &ChatMember) -> BotRights {
    let owner = member.status == "creator";
    let admin = owner || member.status == "administrator";
    BotRights {
        present: admin
            || member.status == "member"
            || (member.status == "restricted" && member.is_member),
        admin,
        can_invite: owner || (admin && member.can_invite_users),
        can_restrict: owner || (admin && member.can_restrict_members),
        can_delete: owner || (admin && member.can_delete_messages),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::script::{Answer, Script};
    use super::*;

    /// Whatever it is asked first that it does not answer under the old id any more.
    #[tokio::test]
    async fn a_group_that_moved_while_it_is_looked_at_is_followed() {
        let chat = || Answer::ok(json!({"id": -5, "type": "group", "title": "Chess Club"}));
        let own = || {
            let bot = json!({"id": 7, "is_bot": true, "first_name": "Gate"});
            Answer::ok(json!({"status": "administrator", "user": bot, "can_invite_users": true}))
        };
        let moved = || Answer::moved(-1005);
        for answers in [vec![moved()], vec![chat(), moved()], vec![chat(), own(), moved()]] {
            let script = Script::new(answers);
            let examined = script.client().await.examine(GateId(-5), UserId(7)).await.unwrap();
            let calls = script.calls();
            assert_eq!(examined, Examined::Moved(ChatId(-1005)), "{calls:?}");
        }
    }
}
