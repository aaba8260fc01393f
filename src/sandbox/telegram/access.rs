//! Whether the bot may act on a group at all: in it, thrown out of it, or the group grown up into
//! another.

use super::group::{Group, Kind};
use super::model::Model;
use super::params::ChatRef;
use super::refusal::{self, Refusal};

/// Where a chat id leads.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Private(u64),
    Group(i64),
}

/// How near a method must come to a chat.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Looks at the chat itself, which goes from outside as well if it is public or basic.
    Read,
    /// Looks at the members.
    Members,
    /// Changes a message.
    Edit,
    /// Does anything else.
    Write,
}

impl Model {
    /// # Errors
    /// "chat not found" for anything the bot has never met.
    pub fn place(&self, chat: &ChatRef) -> Result<Place, Refusal> {
        let Some(id) = chat.number() else {
            let name = chat.name().ok_or_else(refusal::chat_not_found)?;
            let named = |group: &&Group| {
                group.username.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name))
            };
            let group = self.groups.values().find(named).ok_or_else(refusal::chat_not_found)?;
            return Ok(Place::Group(group.id));
        };
        if self.groups.get(&id).is_some_and(|group| self.has_met(group)) {
            return Ok(Place::Group(id));
        }
        let user = u64::try_from(id).ok();
        let known = user.filter(|id| self.users.get(id).is_some_and(|user| user.met));
        known.map(Place::Private).ok_or_else(refusal::chat_not_found)
    }

    /// Whether the bot has ever been in this group.
    fn has_met(&self, group: &Group) -> bool {
        group.members.contains_key(&self.bot.id)
    }

    /// The id of a group; a private chat is refused.
    ///
    /// # Errors
    /// As [`Model::place`].
    pub fn group_id(&self, chat: &ChatRef) -> Result<i64, Refusal> {
        match self.place(chat)? {
            Place::Group(group) => Ok(group),
            Place::Private(_) => {
                Err(Refusal::bad_request("there are no members in the private chat"))
            }
        }
    }

    /// A group that the bot may come as near to as `needs` says.
    ///
    /// # Errors
    /// The bot is not in it, or was thrown out, or the group has another id now.
    pub fn group(&mut self, id: i64, needs: Access) -> Result<&mut Group, Refusal> {
        let bot = self.bot.id;
        let group = self.groups.get_mut(&id).ok_or_else(refusal::chat_not_found)?;
        let kind = group.kind;
        if let Some(to) = group.migrated_to {
            return match needs {
                Access::Members | Access::Write => Err(Refusal::migrated(to)),
                Access::Read | Access::Edit => Ok(group),
            };
        }
        let standing = group.standing(bot);
        let open = match kind {
            Kind::Basic => needs == Access::Read,
            Kind::Super | Kind::Channel => needs <= Access::Members && group.is_public(),
        };
        if standing.is_present() {
            return Ok(group);
        }
        match standing {
            super::group::Standing::Banned { .. } if kind != Kind::Basic || !open => {
                Err(Refusal::forbidden(format!("bot was kicked from the {} chat", kind.name())))
            }
            _ if open => Ok(group),
            _ => {
                Err(Refusal::forbidden(format!("bot is not a member of the {} chat", kind.name())))
            }
        }
    }
}
