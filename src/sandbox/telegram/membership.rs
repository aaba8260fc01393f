//! What the bot does with the members of a group: join requests, restrictions, bans, looking.

use serde_json::{Value, json};

use super::access::{Access, Place};
use super::group::{Group, Kind, Standing};
use super::json;
use super::methods::Answer;
use super::model::{ANONYMOUS_ADMIN, Author, Content, Message, Model, REQUEST_LIFE};
use super::params::{AnswerChatJoinRequestQuery, BanChatMember, GetChatAdministrators, OfChat};
use super::params::{OfMember, RestrictChatMember, UnbanChatMember};
use super::refusal::{self, Refusal};

/// Restrictions and bans that end within so many seconds, or after so many, never end.
const SHORTEST: i64 = 30;
const LONGEST: i64 = 366 * 24 * 60 * 60;

/// How somebody came in, if they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Somebody else did it, or it is no coming.
    Added,
    /// By themselves, without a link.
    Alone,
    /// By this link.
    Link(String),
    /// They asked, by a link or without one, and were let in.
    Request(Option<String>),
}

impl Way {
    fn link(&self) -> Option<&str> {
        match self {
            Way::Link(url) | Way::Request(Some(url)) => Some(url),
            Way::Added | Way::Alone | Way::Request(None) => None,
        }
    }
}

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
        let Some(model) = self.groups.get_mut(&group) else { return Ok(()) };
        let request = model.requests.remove(&user);
        let now = model.standing(user).on_joining();
        let way = Way::Request(request.and_then(|request| request.link));
        self.change_standing(group, user, by, now, way);
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
        let may = self.group(group, Access::Write)?.may_invite(bot);
        if may { Ok(()) } else { Err(refusal::admin_required()) }
    }

    pub(super) fn restrict_chat_member(&mut self, params: &RestrictChatMember) -> Answer {
        let independent = params.use_independent_chat_permissions == Some(true);
        let permissions = params.permissions.meant(independent);
        let until = self.ends(params.until_date);
        let group = self.group_id(&params.chat_id)?;
        if self.group(group, Access::Write)?.kind != Kind::Super {
            return Err(Refusal::bad_request("method is available only for supergroups"));
        }
        let before = self.standing_of(group, params.user_id)?;
        let member = before.is_present();
        let now = if permissions == super::rights::Permissions::ALL {
            if member { Standing::Member } else { Standing::Left }
        } else {
            Standing::Restricted { member, permissions, until }
        };
        self.restrict(group, params.user_id, now)
    }

    pub(super) fn ban_chat_member(&mut self, params: &BanChatMember) -> Answer {
        let until = self.ends(params.until_date);
        let group = self.group_id(&params.chat_id)?;
        let bot = self.bot.id;
        let model = self.group(group, Access::Write)?;
        if model.kind != Kind::Basic {
            return self.restrict(group, params.user_id, Standing::Banned { until });
        }
        // Basic groups know no bans: whoever is removed may come back.
        if !model.has_right(bot, |rights| rights.can_restrict_members) {
            return Err(refusal::admin_required());
        }
        match model.standing(params.user_id) {
            Standing::Owner { .. } | Standing::Admin(_) => return Err(is_administrator()),
            Standing::Left | Standing::Banned { .. } => {
                return Err(Refusal::bad_request("USER_NOT_PARTICIPANT"));
            }
            Standing::Member | Standing::Restricted { .. } => {}
        }
        self.change_standing(group, params.user_id, bot, Standing::Left, Way::Added);
        Ok(true.into())
    }

    pub(super) fn unban_chat_member(&mut self, params: &UnbanChatMember) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        if self.group(group, Access::Write)?.kind == Kind::Basic {
            let why = "method is available for supergroup and channel chats only";
            return Err(Refusal::bad_request(why));
        }
        let before = self.standing_of(group, params.user_id)?;
        let banned = matches!(before, Standing::Banned { .. });
        if params.only_if_banned == Some(true) && !banned {
            return Ok(true.into());
        }
        if before.is_present() {
            // Nobody is simply put out: they are banned for a moment.
            let until = self.clock.now_s() + 60;
            self.restrict(group, params.user_id, Standing::Banned { until })?;
        }
        self.restrict(group, params.user_id, Standing::Left)
    }

    /// When what a bot orders until `date` ends: 0 for ever.
    fn ends(&self, date: Option<i64>) -> i64 {
        let date = date.unwrap_or_default();
        let left = date - self.clock.now_s();
        if (SHORTEST..=LONGEST).contains(&left) { date } else { 0 }
    }

    /// The bot makes somebody in a supergroup less than a member, or a member again.
    fn restrict(&mut self, group: i64, user: u64, now: Standing) -> Answer {
        let bot = self.bot.id;
        let before = self.standing_of(group, user)?;
        if before == now {
            return Ok(true.into());
        }
        if matches!(before, Standing::Owner { .. }) {
            return Err(Refusal::bad_request("can't remove chat owner"));
        }
        if user == bot {
            return Err(Refusal::bad_request("can't restrict self"));
        }
        let model = self.group(group, Access::Write)?;
        if !model.has_right(bot, |rights| rights.can_restrict_members) {
            let why = "not enough rights to restrict/unrestrict chat member";
            return Err(Refusal::bad_request(why));
        }
        if matches!(before, Standing::Admin(_)) {
            return Err(is_administrator());
        }
        self.change_standing(group, user, bot, now, Way::Added);
        Ok(true.into())
    }

    fn standing_of(&self, group: i64, user: u64) -> Result<Standing, Refusal> {
        let known = [self.bot.id, ANONYMOUS_ADMIN].contains(&user);
        if !known && !self.users.contains_key(&user) {
            return Err(Refusal::bad_request("PARTICIPANT_ID_INVALID"));
        }
        Ok(self.groups.get(&group).map_or(Standing::Left, |group| group.standing(user)))
    }

    /// Makes somebody what they now are in a group, and tells the bot as the real server would.
    /// `by`: who did it.
    pub fn change_standing(&mut self, group: i64, user: u64, by: u64, now: Standing, way: Way) {
        let bot = self.bot.id;
        let Some(model) = self.groups.get_mut(&group) else { return };
        let before = model.standing(user);
        if before == now {
            return;
        }
        let hidden = model.standing(by).is_anonymous();
        let bot_was_admin = model.rights(bot).is_some();
        let bot_was_in = model.standing(bot).is_present();
        model.set_standing(user, now.clone());
        let (came, went) = coming(&before, &now);
        if came {
            model.requests.remove(&user);
            match way.link() {
                Some(url) => model.came_by.insert(user, url.to_owned()),
                None => model.came_by.remove(&user),
            };
        }
        model.changed.notify_waiters();
        if let Some(user) = self.users.get_mut(&user) {
            // A bot gets to know everybody in its groups.
            user.met |= bot_was_in;
            user.chat.shows(None);
        }
        let change = self.standing_changed(group, user, by, hidden, (&before, &now), &way);
        if user == bot {
            self.updates.push("my_chat_member", &change);
        }
        // In a channel nobody is told who comes and goes.
        if (came || went) && self.groups[&group].kind != Kind::Channel {
            let author = match &way {
                Way::Added if hidden => Author::Group,
                Way::Added if by == bot => Author::Bot,
                Way::Added => Author::User(by),
                Way::Alone | Way::Link(_) | Way::Request(_) => Author::User(user),
            };
            let fields = self.coming_in_words(user, came);
            let words = self.told(user, by, hidden, came, &way);
            self.service_message(group, author, words, fields, bot_was_in || user == bot);
        }
        if user != bot && bot_was_admin {
            self.updates.push("chat_member", &change);
        }
    }

    fn standing_changed(
        &self,
        group: i64,
        user: u64,
        by: u64,
        hidden: bool,
        (before, now): (&Standing, &Standing),
        way: &Way,
    ) -> Value {
        let Some(model) = self.groups.get(&group) else { return Value::Null };
        let who = self.who(user);
        let mut change = json!({
            "chat": json::group_chat(model),
            "from": if hidden { json::anonymous_admin() } else { self.who(by) },
            "date": self.clock.now_s(),
            "old_chat_member": json::member(who.clone(), before, model.kind),
            "new_chat_member": json::member(who, now, model.kind),
        });
        if coming(before, now).0 {
            if let Some(link) = way.link().and_then(|url| model.links.get(url)) {
                change["invite_link"] = json::link(self, link);
            }
            if *way == Way::Request(None) {
                change["via_join_request"] = true.into();
            }
        }
        change
    }

    /// The fields of the message that says that somebody came or went.
    fn coming_in_words(&self, user: u64, came: bool) -> Value {
        let who = self.who(user);
        if came {
            json!({
                "new_chat_participant": who.clone(), "new_chat_member": who.clone(),
                "new_chat_members": [who],
            })
        } else {
            json!({"left_chat_participant": who.clone(), "left_chat_member": who})
        }
    }

    fn told(&self, user: u64, by: u64, hidden: bool, came: bool, way: &Way) -> String {
        let who = self.name_of(user);
        let actor = if hidden { "The group".to_owned() } else { self.name_of(by) };
        match way {
            Way::Added if by == user && came => format!("{who} joined the group"),
            Way::Added if by == user => format!("{who} left the group"),
            Way::Added if came => format!("{actor} added {who}"),
            Way::Added => format!("{actor} removed {who}"),
            Way::Alone => format!("{who} joined the group"),
            Way::Link(_) => format!("{who} joined the group by an invite link"),
            Way::Request(_) => format!("{who} was accepted to the group"),
        }
    }

    /// Puts a word of Telegram's own into a group; `heard`: the bot gets it too.
    pub fn service_message(
        &mut self,
        group: i64,
        author: Author,
        words: String,
        fields: Value,
        heard: bool,
    ) -> i32 {
        let id = self.group_message_id(group);
        let message = Message {
            id,
            author,
            at_ms: self.clock.now_ms(),
            edited_ms: None,
            body: super::html::Formatted::default(),
            content: Content::Service { words, fields },
            buttons: Vec::new(),
            origin: None,
            reply_to: None,
        };
        if let Some(model) = self.groups.get_mut(&group) {
            model.messages.insert(id, message.clone());
            model.changed.notify_waiters();
        }
        if heard && let Some(model) = self.groups.get(&group) {
            let update = self.group_message(model, &message);
            self.updates.push("message", &update);
        }
        id
    }

    /// The name of a person or of our bot.
    pub fn name_of(&self, id: u64) -> String {
        self.users.get(&id).map_or_else(|| self.bot.name.clone(), super::model::User::name)
    }

    pub(super) fn get_chat(&mut self, params: &OfChat) -> Answer {
        let bot = self.bot.id;
        match self.place(&params.chat_id)? {
            Place::Private(user) => Ok(json::private_chat_in_full(
                self.user(user).map_err(|_| refusal::chat_not_found())?,
            )),
            Place::Group(group) => {
                let group = self.group(group, Access::Read)?;
                let is_admin = group.rights(bot).is_some();
                Ok(json::group_in_full(group, is_admin, group.may_invite(bot)))
            }
        }
    }

    pub(super) fn get_chat_member(&mut self, params: &OfMember) -> Answer {
        let id = params.user_id;
        let group = self.group_id(&params.chat_id)?;
        let needs = if id == self.bot.id { Access::Read } else { Access::Members };
        let kind = self.group(group, needs)?.kind;
        let standing = self.standing_of(group, id)?;
        Ok(json::member(self.who(id), &standing, kind))
    }

    pub(super) fn get_chat_administrators(&mut self, params: &GetChatAdministrators) -> Answer {
        let bots = params.return_bots == Some(true);
        let own = self.bot.id;
        let group = self.group_id(&params.chat_id)?;
        self.group(group, Access::Members)?;
        let group: &Group = &self.groups[&group];
        let is_admin = group.rights(own).is_some();
        let shown = group.members.iter().filter(|(id, standing)| {
            let is_person = self.users.get(id).is_some_and(|user| !user.is_bot);
            standing.rights().is_some()
                // Who hides is seen by other administrators only.
                && (is_admin || !standing.is_anonymous())
                && (**id == own || bots || is_person)
        });
        Ok(shown.map(|(id, standing)| json::member(self.who(*id), standing, group.kind)).collect())
    }

    pub(super) fn leave_chat(&mut self, params: &OfChat) -> Answer {
        let group = self.group_id(&params.chat_id)?;
        let bot = self.bot.id;
        let model = self.group(group, Access::Read)?;
        if model.migrated_to.is_some() {
            return Err(Refusal::bad_request("chat is deactivated"));
        }
        let now = model.standing(bot);
        if now.is_present() {
            self.change_standing(group, bot, bot, now.on_leaving(), Way::Added);
        }
        Ok(true.into())
    }
}

/// Whether somebody came, and whether they went.
fn coming(before: &Standing, now: &Standing) -> (bool, bool) {
    let (was, is) = (before.is_present(), now.is_present());
    (!was && is, was && !is)
}

fn is_administrator() -> Refusal {
    Refusal::bad_request("user is an administrator of the chat")
}
