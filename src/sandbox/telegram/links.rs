//! Invite links as the bot makes, changes and revokes them.

use serde_json::Value;

use super::access::Access;
use super::group::{Group, InviteLink};
use super::json;
use super::methods::Answer;
use super::model::Model;
use super::params::{CreateChatInviteLink, EditChatInviteLink, OfChat, RevokeChatInviteLink};
use super::refusal::{self, Refusal};

impl Model {
    pub(super) fn create_chat_invite_link(&mut self, params: CreateChatInviteLink) -> Answer {
        let CreateChatInviteLink { chat_id, name, expire_date, member_limit, creates_join_request } =
            params;
        let group = self.group_id(&chat_id)?;
        let terms = self.terms(name, expire_date, member_limit, creates_join_request)?;
        let bot = self.bot.id;
        self.may_make_links(group)?;
        let link = self.adds_link(group, bot, terms);
        Ok(json::link(self, &link))
    }

    pub(super) fn edit_chat_invite_link(&mut self, params: EditChatInviteLink) -> Answer {
        let EditChatInviteLink {
            chat_id,
            invite_link,
            name,
            expire_date,
            member_limit,
            creates_join_request,
        } = params;
        let group = self.group_id(&chat_id)?;
        let terms = self.terms(name, expire_date, member_limit, creates_join_request)?;
        let link = self.own_link(group, &invite_link)?;
        if link.is_primary || link.is_revoked {
            return Err(Refusal::bad_request("INVITE_HASH_EXPIRED"));
        }
        let Terms { name, expire_date, member_limit, creates_join_request } = terms;
        *link =
            InviteLink { name, expire_date, member_limit, creates_join_request, ..link.clone() };
        let link = link.clone();
        Ok(json::link(self, &link))
    }

    pub(super) fn revoke_chat_invite_link(&mut self, params: &RevokeChatInviteLink) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        let bot = self.bot.id;
        let link = self.own_link(group, &params.invite_link)?;
        link.is_revoked = true;
        let link = link.clone();
        if link.is_primary {
            self.new_primary_link(group, bot);
        }
        Ok(json::link(self, &link))
    }

    pub(super) fn export_chat_invite_link(&mut self, params: &OfChat) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        let bot = self.bot.id;
        self.may_make_links(group)?;
        Ok(self.new_primary_link(group, bot).into())
    }

    /// A new primary link in the place of the old one, which is dead; it asks if "approve new
    /// members" is on. Returns its address.
    pub fn new_primary_link(&mut self, group: i64, creator: u64) -> String {
        let terms = Terms::default();
        let link = self.adds_link(group, creator, terms);
        let Some(model) = self.groups.get_mut(&group) else { return link.url };
        let old = std::mem::replace(&mut model.primary_link, link.url.clone());
        if let Some(old) = model.links.get_mut(&old) {
            old.is_revoked = true;
            old.is_primary = false;
        }
        let asks = model.join_by_request;
        if let Some(new) = model.links.get_mut(&link.url) {
            new.is_primary = true;
            new.creates_join_request = asks;
        }
        link.url
    }

    /// One more link of a group.
    pub fn adds_link(&mut self, group: i64, creator: u64, terms: Terms) -> InviteLink {
        let serial = self.serial();
        let Terms { name, expire_date, member_limit, creates_join_request } = terms;
        let url = format!("https://t.me/+sandbox{serial:09}");
        let link = InviteLink {
            name,
            expire_date,
            member_limit,
            creates_join_request,
            ..InviteLink::new(url.clone(), creator)
        };
        if let Some(model) = self.groups.get_mut(&group) {
            model.links.insert(url.clone(), link.clone());
            self.links.insert(url, group);
        }
        link
    }

    fn terms(
        &self,
        name: Option<String>,
        expire_date: Option<i64>,
        member_limit: Option<u32>,
        creates_join_request: Option<bool>,
    ) -> Result<Terms, Refusal> {
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
        Ok(Terms { name, expire_date, member_limit, creates_join_request })
    }

    fn may_make_links(&mut self, group: i64) -> Result<(), Refusal> {
        let bot = self.bot.id;
        let may = self.group(group, Access::Write)?.may_invite(bot);
        if may { Ok(()) } else { Err(refusal::not_enough_rights_for_links()) }
    }

    /// A link that the bot made itself: it cannot touch others.
    fn own_link(&mut self, group: i64, url: &str) -> Result<&mut InviteLink, Refusal> {
        self.may_make_links(group)?;
        let bot = self.bot.id;
        let links = &mut self.group(group, Access::Write)?.links;
        let link = links.get_mut(url).filter(|link| link.creator == bot);
        link.ok_or_else(|| Refusal::bad_request("INVITE_HASH_EXPIRED"))
    }
}

/// Whom a link lets in, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub name: Option<String>,
    /// Unix seconds.
    pub expire_date: Option<i64>,
    /// How many may be in at the same time who came by it.
    pub member_limit: Option<u32>,
    /// Whoever opens it asks to be let in.
    pub creates_join_request: bool,
}

/// The link that a join request or a join came through, as the bot sees it.
pub fn link_json(model: &Model, group: &Group, url: Option<&str>) -> Option<Value> {
    Some(json::link(model, group.links.get(url?)?))
}
