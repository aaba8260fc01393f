//! What people do in groups: make them, join, add, promote, write, press, change what is allowed.
//! Each makes the updates that the real server would send.

use serde_json::json;

use super::group::{
    Admin, FIRST_BASIC_GROUP, FIRST_SUPERGROUP, Group, JoinRequest, Kind, Standing,
};
use super::html::Formatted;
use super::json;
use super::links::{Terms, link_json};
use super::markup::Does;
use super::membership::Way;
use super::model::{Author, Content, Message, Model, REQUEST_LIFE};
use super::people::{Done, Impossible, Opened, check_length, find_button, impossible, typed};
use super::rights::{Permissions, Rights};

impl Model {
    // Groups come and change.

    /// Somebody makes a group. It is private unless it has a name (without the @): only
    /// supergroups can.
    pub fn founds(
        &mut self,
        owner: u64,
        title: &str,
        kind: Kind,
        username: Option<&str>,
    ) -> Done<i64> {
        let name = self.person(owner)?.name();
        if title.trim().is_empty() || title.chars().count() > 128 {
            return impossible("a group's title has 1 to 128 characters");
        }
        let id = self.next_group_id(kind);
        let url = match self.groups.len() {
            0 => "https://t.me/+main".to_owned(),
            number => format!("https://t.me/+main{}", number + 1),
        };
        let made = self.groups.len();
        let group = Group { made, ..Group::new(id, kind, title, owner, url.clone()) };
        self.groups.insert(id, group);
        self.links.insert(url, id);
        if username.is_some() {
            self.names(id, username)?;
        }
        let fields = match kind {
            Kind::Basic => json!({"group_chat_created": true}),
            Kind::Super => json!({"supergroup_chat_created": true}),
            Kind::Channel => json!({"channel_chat_created": true}),
        };
        let what = if kind == Kind::Channel { "channel" } else { "group" };
        let words = format!("{name} created the {what}");
        self.service_message(id, Author::User(owner), words, fields, false);
        Ok(id)
    }

    fn next_group_id(&self, kind: Kind) -> i64 {
        let lowest = match kind {
            Kind::Basic => self.groups.range(FIRST_SUPERGROUP + 1..).next(),
            Kind::Super | Kind::Channel => self.groups.range(..=FIRST_SUPERGROUP).next(),
        };
        match (lowest, kind) {
            (Some((lowest, _)), _) => lowest - 1,
            (None, Kind::Basic) => FIRST_BASIC_GROUP,
            (None, Kind::Super | Kind::Channel) => FIRST_SUPERGROUP,
        }
    }

    /// The group becomes public under this name, or private again.
    pub fn names(&mut self, group: i64, username: Option<&str>) -> Done<()> {
        let of_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if username.is_some_and(|name| name.len() < 4 || !name.bytes().all(of_name)) {
            return impossible("a group's name has at least 4 of A-Z a-z 0-9 _");
        }
        let taken = |group: &Group| username.is_some() && group.username.as_deref() == username;
        if self.groups.values().any(taken) {
            return impossible("this name is taken");
        }
        let group = self.some_group(group)?;
        if group.kind == Kind::Basic && username.is_some() {
            return impossible("a basic group cannot be public");
        }
        group.username = username.map(str::to_owned);
        group.changed.notify_waiters();
        Ok(())
    }

    /// The switch "approve new members": whoever joins by the name or by the primary link is let
    /// in by an administrator only.
    pub fn approves_new_members(&mut self, group: i64, on: bool) -> Done<()> {
        let group = self.some_group(group)?;
        group.join_by_request = on;
        let primary = group.primary_link.clone();
        if let Some(link) = group.links.get_mut(&primary) {
            link.creates_join_request = on;
        }
        group.changed.notify_waiters();
        Ok(())
    }

    /// What ordinary members may do from now on.
    pub fn permits(&mut self, group: i64, change: impl FnOnce(&mut Permissions)) -> Done<()> {
        let group = self.some_group(group)?;
        change(&mut group.permissions);
        group.changed.notify_waiters();
        Ok(())
    }

    /// Somebody with the right to invite makes one more link; its address.
    pub fn makes_link(&mut self, by: u64, group: i64, terms: Terms) -> Done<String> {
        if !self.some_group(group)?.may_invite(by) {
            return impossible("only an administrator who may invite makes links");
        }
        Ok(self.adds_link(group, by, terms).url)
    }

    /// An administrator ends a link; the primary one gets a successor.
    pub fn ends_link(&mut self, group: i64, url: &str) -> Done<()> {
        let known = self.some_group(group)?;
        let owner = known.owner().unwrap_or_default();
        let Some(link) = known.links.get_mut(url) else {
            return impossible(format!("{url} is no link of this group"));
        };
        link.is_revoked = true;
        if link.is_primary {
            self.new_primary_link(group, owner);
        }
        Ok(())
    }

    /// The group becomes a supergroup under another id; returns that.
    pub fn migrates(&mut self, group: i64) -> Done<i64> {
        let new_id = self.next_group_id(Kind::Super);
        let bot = self.bot.id;
        let old = self.some_group(group)?;
        let owner = old.owner().unwrap_or_default();
        old.migrated_to = Some(new_id);
        // Whatever it was made as here: what grows up was a basic group.
        old.kind = Kind::Basic;
        let heard = old.standing(bot).is_present();
        let new = Group {
            id: new_id,
            made: old.made,
            kind: Kind::Super,
            title: old.title.clone(),
            username: None,
            primary_link: old.primary_link.clone(),
            members: old.members.clone(),
            came_by: old.came_by.clone(),
            permissions: old.permissions,
            join_by_request: old.join_by_request,
            requests: std::mem::take(&mut old.requests),
            links: old.links.clone(),
            messages: std::collections::BTreeMap::new(),
            guarded: old.guarded,
            migrated_to: None,
            last_message: 0,
            lapses: old.lapses.clone(),
            changed: std::sync::Arc::default(),
        };
        for url in new.links.keys() {
            self.links.insert(url.clone(), new_id);
        }
        let standing = new.standing(bot);
        self.groups.insert(new_id, new);
        let words = "The group was upgraded to a supergroup".to_owned();
        let to = json!({"migrate_to_chat_id": new_id});
        self.service_message(group, Author::User(owner), words.clone(), to, heard);
        let from = json!({"migrate_from_chat_id": group});
        self.service_message(new_id, Author::User(owner), words, from, heard);
        if heard {
            let model = &self.groups[&new_id];
            let who = json::bot(&self.bot);
            let update = json!({
                "chat": json::group_chat(model), "from": self.who(owner),
                "date": self.clock.now_s(),
                "old_chat_member": json::member(who.clone(), &Standing::Left, model.kind),
                "new_chat_member": json::member(who, &standing, model.kind),
            });
            self.updates.push("my_chat_member", &update);
        }
        Ok(new_id)
    }

    // People come and go.

    /// Asks to join, through a link or without one.
    pub fn asks_to_join(&mut self, user: u64, group: i64, link: Option<&str>) -> Done<()> {
        let now = self.clock.now_ms();
        let who = json::user(self.person(user)?);
        let bot = self.bot.id;
        let known = self.joinable(user, group)?;
        let life = REQUEST_LIFE.as_millis() as i64;
        if known.requests.get(&user).is_some_and(|request| now - request.at_ms < life) {
            return impossible("they have asked to join already");
        }
        let request = JoinRequest { at_ms: now, link: link.map(str::to_owned) };
        known.requests.insert(user, request);
        known.changed.notify_waiters();
        if !known.may_invite(bot) {
            return Ok(());
        }
        let (chat, guarded) = (json::group_chat(known), known.guarded);
        let mut update = json!({
            "chat": chat, "from": who, "user_chat_id": user, "date": now.div_euclid(1000),
        });
        if let Some(link) = link_json(self, &self.groups[&group], link) {
            update["invite_link"] = link;
        }
        if guarded {
            let id = format!("guard{}", self.serial());
            self.join_queries.insert(id.clone(), (group, user));
            update["query_id"] = id.into();
        }
        let known = self.person_mut(user)?;
        known.met = true;
        known.chat.changed.notify_waiters();
        self.updates.push("chat_join_request", &update);
        Ok(())
    }

    /// Takes a join request back. Telegram tells the bot nothing.
    pub fn withdraws_request(&mut self, user: u64, group: i64) -> Done<()> {
        let group = self.some_group(group)?;
        if group.requests.remove(&user).is_none() {
            return impossible("they have not asked to join");
        }
        group.changed.notify_waiters();
        Ok(())
    }

    /// Joins a public group, or asks to, as its switch says.
    pub fn joins(&mut self, user: u64, group: i64) -> Done<Opened> {
        if !self.some_group(group)?.is_public() {
            return impossible("the group is private: only a link or a member leads into it");
        }
        if self.some_group(group)?.join_by_request {
            self.asks_to_join(user, group, None)?;
            return Ok(Opened::Requested { group });
        }
        let now = self.joinable(user, group)?.standing(user).on_joining();
        self.change_standing(group, user, user, now, Way::Alone);
        Ok(Opened::Joined { group })
    }

    /// Follows an invite link.
    pub(super) fn opens_invite(&mut self, user: u64, group: i64, url: &str) -> Done<Opened> {
        let now = self.clock.now_s();
        let known = self.some_group(group)?;
        let Some(link) = known.links.get(url).filter(|link| !link.is_revoked) else {
            return impossible("the invite link was revoked");
        };
        if !link.is_alive(now) {
            return impossible("the invite link has expired");
        }
        if link.creates_join_request {
            self.asks_to_join(user, group, Some(url))?;
            return Ok(Opened::Requested { group });
        }
        if link.member_limit.is_some_and(|limit| known.came_by(url) >= limit as usize) {
            return impossible("the invite link was used up");
        }
        let now = self.joinable(user, group)?.standing(user).on_joining();
        self.change_standing(group, user, user, now, Way::Link(url.to_owned()));
        Ok(Opened::Joined { group })
    }

    pub fn leaves(&mut self, user: u64, group: i64) -> Done<()> {
        let now = self.present(user, group)?.standing(user).on_leaving();
        self.change_standing(group, user, user, now, Way::Added);
        Ok(())
    }

    /// Adds somebody, or our bot, as an ordinary member.
    pub fn adds(&mut self, by: u64, group: i64, user: u64) -> Done<()> {
        let bot = self.bot.id;
        let known = self.present(by, group)?;
        if known.kind == Kind::Channel && user == bot {
            return impossible("a bot comes into a channel only as an administrator");
        }
        if !known.permissions_of(by).can_invite_users
            || (known.rights(by).is_some() && !known.may_invite(by))
        {
            return impossible("they may not add people here");
        }
        let is_admin = known.rights(by).is_some();
        match known.standing(user) {
            Standing::Banned { .. } if !is_admin => impossible("they are banned from the group"),
            standing if standing.is_present() => impossible("they are in the group already"),
            standing => {
                self.change_standing(group, user, by, standing.on_joining(), Way::Added);
                Ok(())
            }
        }
    }

    /// Makes somebody, or our bot, an administrator with these rights, or changes them; whoever is
    /// not in comes in. In a basic group nobody chooses the rights.
    pub fn promotes(
        &mut self,
        by: u64,
        group: i64,
        user: u64,
        rights: Rights,
        title: Option<&str>,
    ) -> Done<()> {
        let known = self.present(by, group)?;
        let own = known.rights(by).unwrap_or(Rights::NONE);
        let before = known.standing(user);
        let rights = if known.kind == Kind::Basic { Rights::BASIC } else { rights };
        if !own.can_promote_members || (known.kind != Kind::Basic && !own.include(rights)) {
            return impossible("they may not give these rights away");
        }
        let anonymous = match before {
            Standing::Owner { .. } => return impossible("the owner has every right"),
            Standing::Admin(Admin { anonymous, .. }) => anonymous,
            Standing::Member
            | Standing::Restricted { .. }
            | Standing::Left
            | Standing::Banned { .. } => false,
        };
        let admin = Admin { rights, anonymous, title: title.map(str::to_owned) };
        self.change_standing(group, user, by, Standing::Admin(admin), Way::Added);
        Ok(())
    }

    /// Makes an administrator an ordinary member again.
    pub fn demotes(&mut self, by: u64, group: i64, user: u64) -> Done<()> {
        let bot = self.bot.id;
        let known = self.present(by, group)?;
        if known.kind == Kind::Channel && user == bot {
            return impossible("a bot is in a channel as an administrator or not at all");
        }
        if !known.has_right(by, |rights| rights.can_promote_members) {
            return impossible("they may not take rights away");
        }
        if !matches!(known.standing(user), Standing::Admin(_)) {
            return impossible("this is no administrator whom one can demote");
        }
        self.change_standing(group, user, by, Standing::Member, Way::Added);
        Ok(())
    }

    /// Removes somebody, or our bot: banned from a supergroup, gone from a basic group.
    pub fn removes(&mut self, by: u64, group: i64, user: u64) -> Done<()> {
        let known = self.present(by, group)?;
        let kind = known.kind;
        if !known.has_right(by, |rights| rights.can_restrict_members) {
            return impossible("they may not remove anybody");
        }
        match known.standing(user) {
            Standing::Owner { .. } => return impossible("nobody removes the owner"),
            Standing::Left | Standing::Banned { .. } => return impossible("they are not in"),
            Standing::Admin(_) | Standing::Member | Standing::Restricted { .. } => {}
        }
        let now = match kind {
            Kind::Super | Kind::Channel => Standing::BANNED,
            // There, too, the bot itself counts as thrown out.
            Kind::Basic if user == self.bot.id => Standing::BANNED,
            Kind::Basic => Standing::Left,
        };
        self.change_standing(group, user, by, now, Way::Added);
        Ok(())
    }

    /// An administrator hides behind the group's name, or shows themselves again.
    pub fn goes_anonymous(&mut self, user: u64, group: i64, is: bool) -> Done<()> {
        let known = self.present(user, group)?;
        if known.kind != Kind::Super {
            return impossible("nobody chooses to be anonymous in a basic group or a channel");
        }
        let now = match known.standing(user) {
            Standing::Owner { .. } => Standing::Owner { anonymous: is },
            Standing::Admin(admin) => Standing::Admin(Admin { anonymous: is, ..admin }),
            Standing::Member
            | Standing::Restricted { .. }
            | Standing::Left
            | Standing::Banned { .. } => {
                return impossible("only administrators can be anonymous");
            }
        };
        self.change_standing(group, user, user, now, Way::Added);
        Ok(())
    }

    // People talk.

    /// Writes in a group that they are in; `anonymous`: in the group's name, as who hides does
    /// anyway.
    pub fn writes_in_group(
        &mut self,
        user: u64,
        group: i64,
        text: &str,
        anonymous: bool,
    ) -> Done<i32> {
        check_length(text)?;
        let known = self.present(user, group)?;
        if !known.permissions_of(user).can_send_messages {
            return impossible("they may not write in this group");
        }
        let hidden = anonymous || known.standing(user).is_anonymous();
        let author = if hidden { Author::Group } else { Author::User(user) };
        self.posts(user, group, author, typed(text), None)
    }

    /// Answers a message of the group.
    pub fn replies_in_group(
        &mut self,
        user: u64,
        group: i64,
        message: i32,
        text: &str,
    ) -> Done<i32> {
        check_length(text)?;
        let known = self.present(user, group)?;
        if !known.permissions_of(user).can_send_messages {
            return impossible("they may not write in this group");
        }
        if !known.messages.contains_key(&message) {
            return impossible("there is no such message to answer");
        }
        let hidden = known.standing(user).is_anonymous();
        let author = if hidden { Author::Group } else { Author::User(user) };
        self.posts(user, group, author, typed(text), Some(message))
    }

    fn posts(
        &mut self,
        user: u64,
        group: i64,
        author: Author,
        body: Formatted,
        reply_to: Option<i32>,
    ) -> Done<i32> {
        let bot = self.bot.id;
        let id = self.group_message_id(group);
        let message = Message {
            id,
            author,
            at_ms: self.clock.now_ms(),
            edited_ms: None,
            body,
            content: Content::Text,
            buttons: Vec::new(),
            origin: None,
            reply_to,
        };
        let name = format!("@{}", self.bot.username);
        let known = self.some_group(group)?;
        let answers_bot = reply_to
            .and_then(|id| known.messages.get(&id))
            .is_some_and(|answered| answered.author == Author::Bot);
        known.messages.insert(id, message.clone());
        known.changed.notify_waiters();
        // Bots that are no administrators hear what is meant for them only ("privacy mode").
        let command = message.body.text.split_whitespace().next().unwrap_or_default();
        let to_bot = command.starts_with('/')
            && command.split_once('@').is_none_or(|(_, to)| name[1..].eq_ignore_ascii_case(to));
        let heard = known.rights(bot).is_some()
            || (known.standing(bot).is_present() && (to_bot || answers_bot));
        self.person_mut(user)?.met |= heard;
        if heard {
            let update = self.group_message(&self.groups[&group], &message);
            self.updates.push("message", &update);
        }
        Ok(id)
    }

    /// Presses a button below a message of the group; the message need not be there any more.
    /// Returns the query's id.
    pub fn presses_in_group(
        &mut self,
        user: u64,
        group: i64,
        message: i32,
        data: &str,
    ) -> Done<String> {
        self.present(user, group)?;
        let known = &self.groups[&group];
        let shown = match known.messages.get(&message) {
            Some(found) => self.group_message(known, found),
            None => json!({"message_id": message, "date": 0, "chat": json::group_chat(known)}),
        };
        self.person_mut(user)?.met = true;
        Ok(self.asks_by_button(user, shown, data))
    }

    /// The button with this label on the group's newest message that has any.
    pub fn find_button_in_group(
        &mut self,
        user: u64,
        group: i64,
        label: &str,
    ) -> Done<(i32, Does)> {
        let who = self.person(user)?.name();
        find_button(&who, self.present(user, group)?.messages.values(), label)
    }

    /// Takes a message out of the group: one's own, or as an administrator anybody's.
    pub fn deletes_in_group(&mut self, user: u64, group: i64, message: i32) -> Done<()> {
        let known = self.present(user, group)?;
        let may = known.has_right(user, |rights| rights.can_delete_messages);
        let found = known.messages.get(&message).map(|found| found.author);
        match found {
            None => impossible("there is no such message"),
            Some(author) if !may && author != Author::User(user) => {
                impossible("they may not delete this message")
            }
            Some(_) => {
                known.messages.remove(&message);
                known.changed.notify_waiters();
                Ok(())
            }
        }
    }

    /// A group that still goes by this id.
    pub fn some_group(&mut self, id: i64) -> Done<&mut Group> {
        let group = self.groups.get_mut(&id);
        let group = group.ok_or_else(|| Impossible(format!("there is no group {id}")))?;
        match group.migrated_to {
            Some(to) => impossible(format!("group {id} has become {to}")),
            None => Ok(group),
        }
    }

    /// A group that this person is in.
    fn present(&mut self, user: u64, group: i64) -> Done<&mut Group> {
        let group = self.some_group(group)?;
        if group.standing(user).is_present() {
            Ok(group)
        } else {
            impossible("they are not in the group")
        }
    }

    /// A group that this person may come into.
    fn joinable(&mut self, user: u64, group: i64) -> Done<&mut Group> {
        self.person(user)?;
        let group = self.some_group(group)?;
        match group.standing(user) {
            Standing::Banned { .. } => impossible("they are banned from the group"),
            standing if standing.is_present() => impossible("they are in the group already"),
            _ => Ok(group),
        }
    }
}
