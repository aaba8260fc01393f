//! A group as a test sees it.

use std::sync::Arc;
use std::time::Duration;

use super::outside::Outside;
use super::person::Person;
use super::telegram::model::{Model, Standing};
use super::telegram::people::Impossible;

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

    /// What was said in the group, oldest first: `Name: text`.
    #[must_use]
    pub fn transcript(&self) -> String {
        let said = self.look(|group, model| {
            let lines = group.messages.values().map(|message| {
                format!("{}: {}", super::person::author(model, message), message.body.text)
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        said.unwrap_or_default()
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
        self.appoint(Model::bot_admin(can_invite));
    }

    /// The owner makes the bot an ordinary member.
    pub fn demotes_bot(&self) {
        self.appoint(Standing::Member { via: None });
    }

    /// The owner removes the bot.
    pub fn removes_bot(&self) {
        self.appoint(Standing::Banned);
    }

    /// The owner lets somebody in who asked.
    ///
    /// # Errors
    /// If they did not ask.
    pub fn approves(&self, person: &Person) -> Result<(), Impossible> {
        self.outside.telegram.change(|model| {
            let owner = model.groups.get(&self.id).and_then(super::telegram::model::Group::owner);
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
        self.set(person, Standing::Banned);
    }

    /// The owner adds somebody.
    pub fn adds(&self, person: &Person) {
        self.set(person, Standing::Member { via: None });
    }

    /// The owner takes somebody's right to write.
    pub fn restricts(&self, person: &Person) {
        self.set(person, Standing::Restricted { member: true });
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
        self.outside.telegram.change(|model| {
            let owner = model.groups.get(&self.id).and_then(super::telegram::model::Group::owner);
            if let Some(user) = model.users.get_mut(&person.id()) {
                user.met = true;
            }
            let owner = owner.unwrap_or_default();
            model.change_standing(self.id, person.id(), owner, standing, false);
        });
    }

    fn appoint(&self, standing: Standing) {
        // The group exists as long as its handle.
        let _ = self.outside.telegram.change(|model| model.appoints_bot(self.id, standing));
    }

    fn look<T>(&self, look: impl FnOnce(&super::telegram::model::Group, &Model) -> T) -> Option<T> {
        let model = self.outside.telegram.model();
        model.groups.get(&self.id).map(|group| look(group, &model))
    }
}

fn name(model: &Model, id: u64) -> String {
    match model.person(id) {
        Ok(user) => user.name(),
        Err(_) => model.bot.name.clone(),
    }
}
