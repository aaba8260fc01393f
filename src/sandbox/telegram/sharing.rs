//! What people choose and hand over: a group or people by a key of the bot's keyboard, and a group
//! for a link that adds the bot to one.

use serde_json::{Value, json};

use super::group::{Group, Kind};
use super::html::Formatted;
use super::markup::{Key, KeyDoes, RequestChat, RequestUsers};
use super::model::{Content, Model};
use super::people::{Done, Impossible, impossible};
use super::rights::Rights;

impl Model {
    /// Presses the key with this label: says it, or shares one's own contact. Those that let one
    /// choose need a choice.
    pub fn presses_key(&mut self, user: u64, label: &str) -> Done<i32> {
        match self.key(user, label)?.does {
            KeyDoes::Say => {
                let sent = self.says(user, label)?;
                self.key_was_used(user)?;
                Ok(sent)
            }
            KeyDoes::ShareContact => self.shares_contact(user),
            KeyDoes::ShareChat(_) | KeyDoes::ShareUsers(_) => {
                impossible(format!("[{label}] wants to know a choice"))
            }
        }
    }

    /// Presses the key that asks for a group, and chooses this one. If the key wants so, the bot
    /// is added there first, as the app does after asking back.
    pub fn shares_chat(&mut self, user: u64, label: &str, group: i64) -> Done<i32> {
        let KeyDoes::ShareChat(request) = self.key(user, label)?.does else {
            return impossible(format!("[{label}] does not ask for a group"));
        };
        self.fits(user, group, &request).map_err(Impossible)?;
        self.bring_the_bot(user, group, &request)?;
        let chosen = self.some_group(group)?;
        let mut shared = json!({"request_id": request.request_id, "chat_id": group});
        if request.request_title == Some(true) {
            shared["title"] = chosen.title.as_str().into();
        }
        if let Some(name) = &chosen.username
            && request.request_username == Some(true)
        {
            shared["username"] = name.as_str().into();
        }
        let words = format!("(shared the group {})", chosen.title);
        self.hands_over(user, words, json!({"chat_shared": shared}))
    }

    /// Presses the key that asks for people, and chooses these.
    pub fn shares_users(&mut self, user: u64, label: &str, chosen: &[u64]) -> Done<i32> {
        let KeyDoes::ShareUsers(request) = self.key(user, label)?.does else {
            return impossible(format!("[{label}] does not ask for people"));
        };
        let most = request.max_quantity.unwrap_or(1);
        if chosen.is_empty() || chosen.len() > most {
            return impossible(format!("[{label}] asks for 1 to {most}"));
        }
        let shared = chosen.iter().map(|id| self.shared_user(*id, &request));
        let shared: Vec<Value> = shared.collect::<Done<_>>()?;
        let words = format!("(shared {})", if most == 1 { "somebody" } else { "people" });
        let fields = json!({"users_shared": {"request_id": request.request_id, "users": shared}});
        self.hands_over(user, words, fields)
    }

    /// The groups that this person could choose for the key with this label.
    pub fn groups_for_key(&self, user: u64, label: &str) -> Done<Vec<i64>> {
        let KeyDoes::ShareChat(request) = self.key(user, label)?.does else {
            return impossible(format!("[{label}] does not ask for a group"));
        };
        let fitting = self.groups.keys().filter(|id| self.fits(user, **id, &request).is_ok());
        Ok(fitting.copied().collect())
    }

    /// Follows a link of the form `t.me/<bot>?startgroup=…&admin=…` and chooses this group: the
    /// bot is added, as an administrator if the link says so, and gets `/start` there.
    pub fn adds_bot_by_link(&mut self, user: u64, link: &str, group: i64) -> Done<()> {
        let beginning = format!("https://t.me/{}?startgroup", self.bot.username);
        let bot = self.bot.id;
        if !link.starts_with(&beginning) {
            return impossible(format!("{link} adds no bot to a group"));
        }
        let url = reqwest::Url::parse(link).map_err(|why| Impossible(why.to_string()))?;
        let value = |name: &str| {
            url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        };
        match value("admin") {
            Some(names) => {
                let names: Vec<String> =
                    names.split([' ', '+']).map(|name| format!("can_{name}")).collect();
                let rights = Rights::of(names.iter().map(String::as_str))
                    .map_err(|name| Impossible(format!("{name} is no right of a group")))?;
                self.promotes(user, group, bot, rights, None)?;
            }
            None => self.adds(user, group, bot)?,
        }
        if let Some(parameter) = value("startgroup").filter(|parameter| !parameter.is_empty()) {
            let text = format!("/start@{} {parameter}", self.bot.username);
            self.writes_in_group(user, group, &text, false)?;
        }
        Ok(())
    }

    fn key(&self, user: u64, label: &str) -> Done<Key> {
        let known = self.person(user)?;
        let Some(keyboard) = &known.chat.keyboard else {
            return impossible(format!("{} sees no keyboard", known.name()));
        };
        let keys = || keyboard.rows.iter().flatten();
        let exact = keys().find(|key| key.text == label);
        let mut alike = keys().filter(|key| key.text.contains(label));
        let found = exact.or_else(|| alike.next().filter(|_| alike.next().is_none()));
        found.cloned().ok_or_else(|| {
            let there: Vec<String> = keys().map(|key| format!("[{}]", key.text)).collect();
            let who = known.name();
            Impossible(format!("{who} sees no key [{label}], but {}", there.join(" ")))
        })
    }

    /// Why a group is not offered.
    fn fits(&self, user: u64, group: i64, request: &RequestChat) -> Result<(), String> {
        let not = |why: &str| Err(why.to_owned());
        let Some(known) = self.groups.get(&group).filter(|group| group.migrated_to.is_none())
        else {
            return Err(format!("there is no group {group}"));
        };
        if request.chat_is_channel != (known.kind == Kind::Channel) {
            return not("the key asks for a group where this is a channel, or the other way round");
        }
        if request.chat_is_forum == Some(true) {
            return not("the key asks for a forum");
        }
        if !known.standing(user).is_present() {
            return not("they are not in the group");
        }
        if request.chat_has_username.is_some_and(|wanted| wanted != known.is_public()) {
            return not("the key asks for another kind of group (public or private)");
        }
        if request.chat_is_created == Some(true) && known.owner() != Some(user) {
            return not("the key asks for a group of one's own");
        }
        if let Some(wanted) = request.user_administrator_rights
            && !known.has_right(user, |rights| {
                of_kind(known, rights).include(of_kind(known, wanted.in_a_group()))
            })
        {
            return not("they lack the rights that the key asks for");
        }
        let needs_bot =
            request.bot_is_member == Some(true) || request.bot_administrator_rights.is_some();
        if needs_bot && !self.bot_fits(known, request) && !self.may_bring(known, user, request) {
            return not("the bot is not in the group as the key asks for, and they may not add it");
        }
        Ok(())
    }

    fn bot_fits(&self, group: &Group, request: &RequestChat) -> bool {
        let bot = self.bot.id;
        let wanted = request.bot_administrator_rights.map(|rights| rights.in_a_group());
        group.standing(bot).is_present()
            && wanted.is_none_or(|wanted| {
                group
                    .has_right(bot, |rights| of_kind(group, rights).include(of_kind(group, wanted)))
            })
    }

    fn may_bring(&self, group: &Group, user: u64, request: &RequestChat) -> bool {
        match request.bot_administrator_rights {
            Some(_) => group.has_right(user, |rights| rights.can_promote_members),
            None => group.permissions_of(user).can_invite_users,
        }
    }

    fn bring_the_bot(&mut self, user: u64, group: i64, request: &RequestChat) -> Done<()> {
        let bot = self.bot.id;
        let known = &self.groups[&group];
        if self.bot_fits(known, request) {
            return Ok(());
        }
        match request.bot_administrator_rights {
            Some(wanted) => {
                let has = known.rights(bot).unwrap_or(Rights::NONE);
                let rights = wanted.in_a_group().or(has);
                self.promotes(user, group, bot, rights, None)
            }
            None if request.bot_is_member == Some(true) => self.adds(user, group, bot),
            None => Ok(()),
        }
    }

    fn shared_user(&self, id: u64, request: &RequestUsers) -> Done<Value> {
        let known = self.person(id)?;
        if request.user_is_bot.is_some_and(|wanted| wanted != known.is_bot) {
            return impossible(format!("{} is not of the kind that is asked for", known.name()));
        }
        if request.user_is_premium == Some(true) {
            return impossible("nobody pays for Telegram in this world");
        }
        let mut shared = json!({"user_id": id});
        if request.request_name == Some(true) {
            shared["first_name"] = known.first_name.as_str().into();
            if let Some(last) = &known.last_name {
                shared["last_name"] = last.as_str().into();
            }
        }
        if let Some(name) = &known.username
            && request.request_username == Some(true)
        {
            shared["username"] = name.as_str().into();
        }
        Ok(shared)
    }

    fn hands_over(&mut self, user: u64, words: String, fields: Value) -> Done<i32> {
        let content = Content::Service { words, fields };
        let sent = self.writes(user, Formatted::default(), content, None, None)?;
        self.key_was_used(user)?;
        Ok(sent)
    }

    fn key_was_used(&mut self, user: u64) -> Done<()> {
        let chat = &mut self.person_mut(user)?.chat;
        if chat.keyboard.as_ref().is_some_and(|keyboard| keyboard.one_time) {
            chat.keyboard = None;
        }
        chat.changed.notify_waiters();
        Ok(())
    }
}

/// What counts of these rights: in a basic group those that can be had there.
fn of_kind(group: &Group, rights: Rights) -> Rights {
    match group.kind {
        Kind::Basic => rights.and(Rights::BASIC),
        Kind::Super | Kind::Channel => rights,
    }
}
