//! What the bot does with a group: join requests, members, invite links.

use serde_json::{Value, json};

use super::json;
use super::methods::{Answer, Place};
use super::model::{Group, InviteLink, Model, REQUEST_LIFE, Standing};
use super::params::{AnswerChatJoinRequestQuery, ChatRef, CreateChatInviteLink};
use super::params::{GetChatAdministrators, OfChat, OfMember, RevokeChatInviteLink};
use super::refusal::{self, Refusal};

impl Model {
    pub(super) fn approve_chat_join_request(&mut self, params: &OfMember) -> Answer {
        let (group, bot) = (self.group_id(&params.chat_id)?, self.bot.id);
        self.may_decide(group)?;
        self.approve(group, params.user_id, bot)?;
        Ok(true.into())
    }

    pub(super) fn decline_chat_join_request(&mut self, params: &OfMember) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        self.may_decide(group)?;
        self.decline(group, params.user_id)?;
        Ok(true.into())
    }

    pub(super) fn answer_chat_join_request_query(
        &mut self,
        params: &AnswerChatJoinRequestQuery,
    ) -> Answer {
        let result = params.result.as_str();
        if !["approve", "decline", "queue"].contains(&result) {
            return Err(Refusal::violation("unsupported chat join request query result"));
        }
        let (group, user) = self
            .join_queries
            .remove(&params.chat_join_request_query_id)
            .ok_or_else(refusal::query_is_too_old)?;
        let bot = self.bot.id;
        match result {
            "approve" => self.approve(group, user, bot)?,
            "decline" => self.decline(group, user)?,
            _ => {}
        }
        Ok(true.into())
    }

    /// Lets somebody in who asked. `by`: the administrator who does it.
    ///
    /// # Errors
    /// As the real server words them.
    pub fn approve(&mut self, group: i64, user: u64, by: u64) -> Result<(), Refusal> {
        let known = self.user(user)?;
        let (gone, full) = (known.gone, known.in_too_many_chats);
        self.open_request(group, user)?;
        if gone {
            return Err(Refusal::bad_request("INPUT_USER_DEACTIVATED"));
        }
        if full {
            return Err(Refusal::bad_request("USER_CHANNELS_TOO_MUCH"));
        }
        let request = self.groups.get_mut(&group).and_then(|g| g.requests.remove(&user));
        let link = request.and_then(|request| request.link);
        let without_link = link.is_none();
        self.change_standing(group, user, by, Standing::Member { via: link }, without_link);
        Ok(())
    }

    /// Turns somebody down who asked.
    ///
    /// # Errors
    /// As the real server words them.
    pub fn decline(&mut self, group: i64, user: u64) -> Result<(), Refusal> {
        self.user(user)?;
        self.open_request(group, user)?;
        let group = self.groups.get_mut(&group).ok_or_else(refusal::chat_not_found)?;
        group.requests.remove(&user);
        group.changed.notify_waiters();
        if let Some(user) = self.users.get_mut(&user) {
            user.chat.shows(None);
        }
        Ok(())
    }

    /// A request that is still there. The server drops old ones by itself.
    fn open_request(&mut self, group: i64, user: u64) -> Result<(), Refusal> {
        let now = self.clock.now_ms();
        let group = self.groups.get_mut(&group).ok_or_else(refusal::chat_not_found)?;
        if group.standing(user).is_present() {
            return Err(Refusal::bad_request("USER_ALREADY_PARTICIPANT"));
        }
        let life = REQUEST_LIFE.as_millis() as i64;
        group.requests.retain(|_, request| now - request.at_ms < life);
        if !group.requests.contains_key(&user) {
            return Err(Refusal::bad_request("HIDE_REQUESTER_MISSING"));
        }
        Ok(())
    }

    fn may_decide(&mut self, group: i64) -> Result<(), Refusal> {
        let bot = self.bot.id;
        if self.group(group)?.may_invite(bot) { Ok(()) } else { Err(refusal::admin_required()) }
    }

    /// Makes somebody what they now are in a group, and tells the bot as the real server would.
    pub fn change_standing(
        &mut self,
        group: i64,
        user: u64,
        by: u64,
        now: Standing,
        via_request: bool,
    ) {
        let bot = self.bot.id;
        let (actor, who) = (self.who(by), self.who(user));
        let Some(model) = self.groups.get_mut(&group) else { return };
        let before = model.standing(user);
        let bot_was_admin = model.rights(bot).is_some();
        model.members.insert(user, now.clone());
        if now.is_present() {
            model.requests.remove(&user);
        }
        model.changed.notify_waiters();
        let came = !before.is_present() && now.is_present();
        let went = before.is_present() && !now.is_present();
        let service = (came || went).then(|| {
            model.next_message += 1;
            model.next_message
        });
        if let Some(user) = self.users.get_mut(&user) {
            user.chat.shows(None);
        }
        let Some(model) = self.groups.get(&group) else { return };
        let date = self.clock.now_s();
        let chat = json::group_chat(model);
        let mut change = json!({
            "chat": chat, "from": actor, "date": date,
            "old_chat_member": json::member(who.clone(), &before),
            "new_chat_member": json::member(who.clone(), &now),
        });
        if let Standing::Member { via: Some(url) } = &now
            && let Some(link) = model.links.get(url)
        {
            change["invite_link"] = json::link(self, link);
        }
        if via_request {
            change["via_join_request"] = true.into();
        }
        let message = service.map(|id| {
            let mut message = json!({"message_id": id, "from": actor, "chat": chat, "date": date});
            if came {
                message["from"] = who.clone();
                message["new_chat_participant"] = who.clone();
                message["new_chat_member"] = who.clone();
                message["new_chat_members"] = json!([who]);
            } else {
                message["left_chat_participant"] = who.clone();
                message["left_chat_member"] = who;
            }
            message
        });
        if user == bot {
            self.updates.push("my_chat_member", &change);
        } else if bot_was_admin {
            if let Some(message) = message {
                self.updates.push("message", &message);
            }
            self.updates.push("chat_member", &change);
        }
    }

    pub(super) fn get_chat(&mut self, params: &OfChat) -> Answer {
        let bot = self.bot.id;
        match self.place(&params.chat_id)? {
            Place::Private(user) => Ok(json::private_chat_in_full(
                self.user(user).map_err(|_| refusal::chat_not_found())?,
            )),
            Place::Group(group) => {
                let group = self.group(group)?;
                Ok(json::group_in_full(group, group.may_invite(bot)))
            }
        }
    }

    pub(super) fn get_chat_member(&mut self, params: &OfMember) -> Answer {
        let id = params.user_id;
        let group = self.group_id(&params.chat_id)?;
        let standing = self.group(group)?.standing(id);
        if id != self.bot.id && !self.users.contains_key(&id) {
            return Err(Refusal::bad_request("PARTICIPANT_ID_INVALID"));
        }
        Ok(json::member(self.who(id), &standing))
    }

    pub(super) fn get_chat_administrators(&mut self, params: &GetChatAdministrators) -> Answer {
        let bots = params.return_bots == Some(true);
        let own = self.bot.id;
        let group = self.group_id(&params.chat_id)?;
        let group = self.group(group)?;
        let admins: Vec<(u64, Standing)> = group
            .members
            .iter()
            .filter(|(_, standing)| matches!(standing, Standing::Owner | Standing::Admin(_)))
            .map(|(id, standing)| (*id, standing.clone()))
            .collect();
        let shown = admins.iter().filter(|(id, _)| {
            *id == own || bots || self.users.get(id).is_some_and(|user| !user.is_bot)
        });
        Ok(shown.map(|(id, standing)| json::member(self.who(*id), standing)).collect())
    }

    pub(super) fn create_chat_invite_link(&mut self, params: CreateChatInviteLink) -> Answer {
        let CreateChatInviteLink { chat_id, name, expire_date, member_limit, creates_join_request } =
            params;
        let creates_join_request = creates_join_request == Some(true);
        if name.as_ref().is_some_and(|name| name.chars().count() > 32) {
            return Err(Refusal::violation("INVITE_LINK_NAME_TOO_LONG"));
        }
        if member_limit.is_some_and(|limit| !(1..=99_999).contains(&limit)) {
            return Err(Refusal::violation("USAGE_LIMIT_INVALID"));
        }
        if creates_join_request && member_limit.is_some() {
            return Err(Refusal::violation(
                "Member limit can't be specified for links requiring administrator approval",
            ));
        }
        if expire_date.is_some_and(|date| date <= self.clock.now_s()) {
            return Err(Refusal::bad_request("EXPIRE_DATE_INVALID"));
        }
        let group = self.group_id(&chat_id)?;
        let (bot, serial) = (self.bot.id, self.serial());
        let model = self.group(group)?;
        if !model.may_invite(bot) {
            return Err(refusal::not_enough_rights_for_links());
        }
        let link = InviteLink {
            url: format!("https://t.me/+sandbox{serial:09}"),
            creator: bot,
            name,
            creates_join_request,
            is_primary: false,
            is_revoked: false,
            expire_date,
            member_limit,
        };
        model.links.insert(link.url.clone(), link.clone());
        self.links.insert(link.url.clone(), group);
        Ok(json::link(self, &link))
    }

    pub(super) fn revoke_chat_invite_link(&mut self, params: &RevokeChatInviteLink) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        let bot = self.bot.id;
        let model = self.group(group)?;
        if !model.may_invite(bot) {
            return Err(refusal::not_enough_rights_for_links());
        }
        let link = model
            .links
            .get_mut(&params.invite_link)
            .filter(|link| link.creator == bot)
            .ok_or_else(|| Refusal::bad_request("INVITE_HASH_EXPIRED"))?;
        link.is_revoked = true;
        let link = link.clone();
        Ok(json::link(self, &link))
    }

    pub(super) fn leave_chat(&mut self, params: &OfChat) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        self.group(group)?;
        let bot = self.bot.id;
        self.change_standing(group, bot, bot, Standing::Left, false);
        Ok(true.into())
    }

    fn group_id(&self, chat: &ChatRef) -> Result<i64, Refusal> {
        match self.place(chat)? {
            Place::Group(group) => Ok(group),
            Place::Private(_) => {
                Err(Refusal::bad_request("there are no members in the private chat"))
            }
        }
    }
}

/// The link that a join request or a join came through, as the bot sees it.
pub fn link_json(model: &Model, group: &Group, url: Option<&str>) -> Option<Value> {
    Some(json::link(model, group.links.get(url?)?))
}
