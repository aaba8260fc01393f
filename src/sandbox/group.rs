//! A group as a test sees it.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::outside::Outside;
use super::person::Person;
use super::telegram::group::{self as model_group, Kind, Standing};
use super::telegram::links::Terms;
use super::telegram::membership::Way;
use super::telegram::model::{Author, Content, Message, Model};
use super::telegram::people::{Done, Impossible};
use super::telegram::rights::{Permissions, Rights};

/// One group, and what its owner does there.
#[derive(Clone)]
pub struct Group {
    outside: Arc<Outside>,
    id: i64,
}

impl Group {
    pub(super) fn new(outside: Arc<Outside>, id: i64) -> Group {
        Group { outside, id }
    }

    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.look(|group, _| group.title.clone()).unwrap_or_default()
    }

    /// The group's own link: whoever opens it asks to join.
    #[must_use]
    pub fn link(&self) -> String {
        self.look(|group, _| group.primary_link.clone()).unwrap_or_default()
    }

    /// The names of all who are in, the bot's among them.
    #[must_use]
    pub fn members(&self) -> Vec<String> {
        let names = self.look(|group, model| {
            let present = group.members.iter().filter(|(_, standing)| standing.is_present());
            present.map(|(id, _)| name(model, *id)).collect()
        });
        names.unwrap_or_default()
    }

    /// The names of all who wait to be let in.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let names =
            self.look(|group, model| group.requests.keys().map(|id| name(model, *id)).collect());
        names.unwrap_or_default()
    }

    /// What was said in the group, oldest first: `Name: text`, without what Telegram says itself.
    #[must_use]
    pub fn transcript(&self) -> String {
        let said = self.look(|group, model| {
            let said = |message: &&Message| !matches!(message.content, Content::Service { .. });
            let lines = group.messages.values().filter(said).map(|message| {
                format!("{}: {}", super::person::author(model, message), message.words())
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        said.unwrap_or_default()
    }

    /// The group's chat as it looks now, deleted messages gone: `Name: text` and the buttons, and
    /// what Telegram says itself in dashes.
    #[must_use]
    pub fn chat(&self) -> String {
        let chat = self.look(|group, model| {
            let lines = group.messages.values().map(|message| match &message.content {
                Content::Service { words, .. } => format!("— {words} —"),
                Content::Text
                | Content::Contact { .. }
                | Content::Document { .. }
                | Content::Other { .. } => super::person::shown(model, message),
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        chat.unwrap_or_default()
    }

    /// Everything that stands in the group's chat now, oldest first.
    #[must_use]
    pub fn posts(&self) -> Vec<Post> {
        let posts = self.look(|group, model| {
            group.messages.values().map(|message| Post::of(model, message)).collect()
        });
        posts.unwrap_or_default()
    }

    /// What the bot wrote, and what of it stands there now.
    #[must_use]
    pub fn bot_posts(&self) -> Vec<Post> {
        self.posts().into_iter().filter(|post| post.by_bot).collect()
    }

    /// Waits until something in the chat is like this, and gives it.
    ///
    /// # Panics
    /// If nothing is in time: with the chat.
    #[track_caller]
    pub fn shows(&self, like: impl Fn(&Post) -> bool) -> impl Future<Output = Post> {
        let at = Location::caller();
        async move {
            let found = self.wait(|group, model| {
                group.messages.values().map(|message| Post::of(model, message)).find(&like)
            });
            match found.await {
                Some(post) => post,
                None => panic!("nothing like that came (at {at}); the chat:\n{}", self.chat()),
            }
        }
    }

    /// Waits until this message is gone from the chat.
    ///
    /// # Panics
    /// If it stays.
    #[track_caller]
    pub fn sees_deleted(&self, message: i32) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let gone = self.wait(|group, _| (!group.messages.contains_key(&message)).then_some(()));
            assert!(gone.await.is_some(), "{message} stays (at {at}); the chat:\n{}", self.chat());
        }
    }

    #[must_use]
    pub fn is_supergroup(&self) -> bool {
        self.look(|group, _| group.kind == Kind::Super).unwrap_or_default()
    }

    /// What ordinary members may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.look(|group, _| group.permissions).unwrap_or(Permissions::NONE)
    }

    /// What this member may do here now; administrators may all.
    #[must_use]
    pub fn permissions_of(&self, person: &Person) -> Permissions {
        self.look(|group, _| group.permissions_of(person.id())).unwrap_or(Permissions::NONE)
    }

    /// Whether they are in and may not write.
    #[must_use]
    pub fn has_muted(&self, person: &Person) -> bool {
        self.has_member(person) && !self.permissions_of(person).can_send_messages
    }

    #[must_use]
    pub fn has_banned(&self, person: &Person) -> bool {
        let standing = self.look(|group, _| group.standing(person.id()));
        matches!(standing, Some(Standing::Banned { .. }))
    }

    /// Until when they may do less or are banned, in Unix seconds; `None`: for ever, or they are
    /// neither.
    #[must_use]
    pub fn restricted_until(&self, person: &Person) -> Option<i64> {
        self.look(|group, _| group.standing(person.id()))?.until()
    }

    /// Our bot's rights as an administrator; `None`: it is none.
    #[must_use]
    pub fn bot_rights(&self) -> Option<Rights> {
        self.look(|group, model| group.rights(model.bot.id)).flatten()
    }

    #[must_use]
    pub fn has_bot(&self) -> bool {
        let there = self.look(|group, model| group.standing(model.bot.id).is_present());
        there.unwrap_or_default()
    }

    /// The links that the bot made here and did not revoke, oldest first.
    #[must_use]
    pub fn living_links(&self) -> Vec<String> {
        let links = self.look(|group, _| {
            let living = group.links.values().filter(|link| !link.is_primary && !link.is_revoked);
            living.map(|link| link.url.clone()).collect()
        });
        links.unwrap_or_default()
    }

    #[must_use]
    pub fn has_member(&self, person: &Person) -> bool {
        self.look(|group, _| group.standing(person.id()).is_present()).unwrap_or_default()
    }

    #[must_use]
    pub fn has_request_of(&self, person: &Person) -> bool {
        self.look(|group, _| group.requests.contains_key(&person.id())).unwrap_or_default()
    }

    /// The owner makes the bot an administrator, with or without the right to invite.
    pub fn makes_bot_admin(&self, can_invite: bool) {
        self.gives_bot(Rights { can_invite_users: can_invite, ..Rights::GATEKEEPER });
    }

    /// The owner makes the bot an administrator with exactly these rights.
    pub fn gives_bot(&self, rights: Rights) {
        self.appoint(Standing::admin(rights));
    }

    /// The owner makes the bot an ordinary member.
    pub fn demotes_bot(&self) {
        self.appoint(Standing::Member);
    }

    /// The owner removes the bot.
    pub fn removes_bot(&self) {
        self.appoint(Standing::BANNED);
    }

    /// Another bot is an administrator here; the owner made it one.
    #[must_use]
    pub fn has_admin_bot(&self, name: &str, rights: Rights) -> Person {
        let bot = self.outside.person(name).is_a_bot();
        self.set(&bot, Standing::admin(rights));
        bot
    }

    // Its settings, as the owner sets them.

    /// The switch "approve new members": for who comes by the name or by the primary link.
    pub fn approves_new_members(&self, on: bool) {
        self.change(|model| model.approves_new_members(self.id, on));
    }

    /// The primary link alone asks, or lets in.
    pub fn primary_link_asks(&self, on: bool) {
        self.change(|model| {
            let group = model.some_group(self.id)?;
            let primary = group.primary_link.clone();
            if let Some(link) = group.links.get_mut(&primary) {
                link.creates_join_request = on;
            }
            Ok(())
        });
    }

    /// Whether members may add people.
    pub fn members_may_add(&self, may: bool) {
        self.permits(|permissions| permissions.can_invite_users = may);
    }

    /// Changes what ordinary members may do.
    pub fn permits(&self, change: impl FnOnce(&mut Permissions)) {
        self.change(|model| model.permits(self.id, change));
    }

    /// The group becomes public under this name (without the @), or private.
    ///
    /// # Errors
    /// If the name is taken or none, or the group is a basic one.
    pub fn is_named(&self, username: Option<&str>) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| model.names(self.id, username))
    }

    /// The owner makes one more link; its address.
    ///
    /// # Errors
    /// If the group is gone.
    pub fn makes_link(&self, terms: Terms) -> Result<String, Impossible> {
        self.outside.telegram.change(|model| {
            let owner = model.some_group(self.id)?.owner().unwrap_or_default();
            model.makes_link(owner, self.id, terms)
        })
    }

    /// The owner ends a link; the primary one gets a successor.
    pub fn ends_link(&self, url: &str) {
        self.change(|model| model.ends_link(self.id, url));
    }

    // What the owner does with people.

    /// The owner lets somebody in who asked.
    ///
    /// # Errors
    /// If they did not ask.
    pub fn approves(&self, person: &Person) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| {
            let owner = model.groups.get(&self.id).and_then(model_group::Group::owner);
            model
                .approve(self.id, person.id(), owner.unwrap_or_default())
                .map_err(|why| Impossible(why.description))
        })
    }

    /// The owner turns somebody down who asked.
    ///
    /// # Errors
    /// If they did not ask.
    pub fn declines(&self, person: &Person) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| {
            model.decline(self.id, person.id()).map_err(|why| Impossible(why.description))
        })
    }

    /// The owner bans somebody.
    pub fn bans(&self, person: &Person) {
        self.set(person, Standing::BANNED);
    }

    /// The owner adds somebody.
    pub fn adds(&self, person: &Person) {
        self.set(person, Standing::Member);
    }

    /// The owner takes somebody's right to write.
    pub fn restricts(&self, person: &Person) {
        self.set(person, Standing::MUTED);
    }

    /// The group becomes a supergroup with another id; this handle stays with the old one.
    #[must_use]
    pub fn migrates(&self) -> Group {
        let id = self.outside.telegram.change(|model| model.migrates(self.id));
        // The group exists as long as its handle.
        Group::new(Arc::clone(&self.outside), id.unwrap_or(self.id))
    }

    /// Our bot becomes the guard: join requests carry a query id.
    pub fn is_guarded(&self, guarded: bool) {
        self.outside.telegram.change(|model| {
            if let Some(group) = model.groups.get_mut(&self.id) {
                group.guarded = guarded;
            }
        });
    }

    /// Waits until `person` is in, or is not; whether it was so within `patience`.
    pub async fn wait_for_member(&self, person: &Person, is: bool, patience: Duration) -> bool {
        let Some(changed) = self.look(|group, _| Arc::clone(&group.changed)) else { return false };
        let (id, group) = (person.id(), self.id);
        let found = self.outside.wait_for(changed, patience, |model| {
            let present = model.groups.get(&group)?.standing(id).is_present();
            (present == is).then_some(())
        });
        found.await.is_some()
    }

    fn set(&self, person: &Person, standing: Standing) {
        self.appoints(person.id(), standing);
    }

    fn appoint(&self, standing: Standing) {
        let bot = self.outside.telegram.model().bot.id;
        self.appoints(bot, standing);
    }

    fn appoints(&self, id: u64, standing: Standing) {
        self.outside.telegram.change(|model| {
            let owner = model.groups.get(&self.id).and_then(model_group::Group::owner);
            model.change_standing(self.id, id, owner.unwrap_or_default(), standing, Way::Added);
        });
    }

    #[track_caller]
    fn change(&self, change: impl FnOnce(&mut Model) -> Done<()>) {
        super::person::or_panic(self.outside.telegram.change(change), Location::caller());
    }

    async fn wait<T>(
        &self,
        mut look: impl FnMut(&model_group::Group, &Model) -> Option<T>,
    ) -> Option<T> {
        let changed = self.look(|group, _| Arc::clone(&group.changed))?;
        let found = self.outside.wait_for(changed, self.outside.patience(), |model| {
            look(model.groups.get(&self.id)?, model)
        });
        found.await
    }

    fn look<T>(&self, look: impl FnOnce(&model_group::Group, &Model) -> T) -> Option<T> {
        let model = self.outside.telegram.model();
        model.groups.get(&self.id).map(|group| look(group, &model))
    }
}

/// Something in a group's chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: i32,
    pub author: String,
    pub by_bot: bool,
    pub text: String,
    /// The labels of the buttons below it, row after row.
    pub buttons: Vec<Vec<String>>,
    /// Telegram itself says it: somebody came or went, and the like.
    pub is_service: bool,
}

impl Post {
    fn of(model: &Model, message: &Message) -> Post {
        Post {
            id: message.id,
            author: super::person::author(model, message),
            by_bot: message.author == Author::Bot,
            text: message.words(),
            buttons: message.labels(),
            is_service: matches!(message.content, Content::Service { .. }),
        }
    }
}

fn name(model: &Model, id: u64) -> String {
    match model.person(id) {
        Ok(user) => user.name(),
        Err(_) => model.bot.name.clone(),
    }
}
