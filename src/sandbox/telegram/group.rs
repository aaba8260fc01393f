//! A group or a channel as the pretend Telegram knows it: members and what they may do, links, messages.
//!
//! Times are in milliseconds since 1970 by the world's clock, unless they are named `until` or
//! `date`: those are Unix seconds, as in the Bot API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Notify;

use super::model::Message;
use super::rights::{Permissions, Rights};

/// The first id of basic groups, downwards.
pub const FIRST_BASIC_GROUP: i64 = -4_100_000_001;
/// The first id of supergroups, downwards.
pub const FIRST_SUPERGROUP: i64 = -1_001_000_000_001;

/// A group, a supergroup or a channel.
#[derive(Debug)]
pub struct Group {
    pub id: i64,
    /// Which of all groups it is, by age: a group keeps it when it grows up.
    pub made: usize,
    pub kind: Kind,
    pub title: String,
    /// Without the @; a group that has one is public.
    pub username: Option<String>,
    /// The link without a maker's name, which every administrator shows.
    pub primary_link: String,
    pub members: BTreeMap<u64, Standing>,
    /// The link that somebody came by.
    pub came_by: BTreeMap<u64, String>,
    /// What ordinary members may do.
    pub permissions: Permissions,
    /// Whoever joins without a link must be let in by an administrator.
    pub join_by_request: bool,
    pub requests: BTreeMap<u64, JoinRequest>,
    pub links: BTreeMap<String, InviteLink>,
    pub messages: BTreeMap<i32, Message>,
    /// Our bot is this group's guard: join requests carry a query id.
    pub guarded: bool,
    /// The supergroup that it became.
    pub migrated_to: Option<i64>,
    /// The last id given to a message of a supergroup.
    pub last_message: i32,
    /// Restrictions and bans that end: when (Unix seconds), and whose.
    pub lapses: BTreeSet<(i64, u64)>,
    pub changed: Arc<Notify>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Basic,
    Super,
    /// Only its administrators write there; bots are in it as such or not at all.
    Channel,
}

impl Kind {
    /// The `type` of its chat, and what refusals call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Basic => "group",
            Kind::Super => "supergroup",
            Kind::Channel => "channel",
        }
    }
}

/// What somebody is in a group. `until`: Unix seconds, 0 for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Owner {
        anonymous: bool,
    },
    Admin(Admin),
    Member,
    /// May do only what is left to them; `member`: whether they are in at all.
    Restricted {
        member: bool,
        permissions: Permissions,
        until: i64,
    },
    Left,
    Banned {
        until: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    pub rights: Rights,
    pub anonymous: bool,
    pub title: Option<String>,
}

#[derive(Clone, Debug)]
pub struct JoinRequest {
    pub at_ms: i64,
    pub link: Option<String>,
}

#[derive(Clone, Debug)]
pub struct InviteLink {
    pub url: String,
    pub creator: u64,
    pub name: Option<String>,
    pub creates_join_request: bool,
    pub is_primary: bool,
    pub is_revoked: bool,
    /// Unix seconds.
    pub expire_date: Option<i64>,
    pub member_limit: Option<u32>,
}

impl InviteLink {
    /// One that neither ends nor asks, by the person or bot with this id.
    pub fn new(url: String, creator: u64) -> InviteLink {
        InviteLink {
            url,
            creator,
            name: None,
            creates_join_request: false,
            is_primary: false,
            is_revoked: false,
            expire_date: None,
            member_limit: None,
        }
    }

    pub fn is_alive(&self, now_s: i64) -> bool {
        !self.is_revoked && self.expire_date.is_none_or(|date| date > now_s)
    }
}

impl Standing {
    pub const OWNER: Standing = Standing::Owner { anonymous: false };
    pub const BANNED: Standing = Standing::Banned { until: 0 };
    /// A member who may write nothing, for ever.
    pub const MUTED: Standing =
        Standing::Restricted { member: true, permissions: Permissions::NONE, until: 0 };

    pub fn admin(rights: Rights) -> Standing {
        Standing::Admin(Admin { rights, anonymous: false, title: None })
    }

    pub fn is_present(&self) -> bool {
        match self {
            Standing::Owner { .. } | Standing::Admin(_) | Standing::Member => true,
            Standing::Restricted { member, .. } => *member,
            Standing::Left | Standing::Banned { .. } => false,
        }
    }

    /// The rights of an administrator; `None` for everybody else.
    pub fn rights(&self) -> Option<Rights> {
        match self {
            Standing::Owner { .. } => Some(Rights::ALL),
            Standing::Admin(admin) => Some(admin.rights),
            Standing::Member
            | Standing::Restricted { .. }
            | Standing::Left
            | Standing::Banned { .. } => None,
        }
    }

    pub fn is_anonymous(&self) -> bool {
        match self {
            Standing::Owner { anonymous } => *anonymous,
            Standing::Admin(admin) => admin.anonymous,
            Standing::Member
            | Standing::Restricted { .. }
            | Standing::Left
            | Standing::Banned { .. } => false,
        }
    }

    /// When it ends by itself; `None`: never.
    pub fn until(&self) -> Option<i64> {
        match self {
            Standing::Restricted { until, .. } | Standing::Banned { until } => {
                Some(*until).filter(|until| *until != 0)
            }
            Standing::Owner { .. } | Standing::Admin(_) | Standing::Member | Standing::Left => None,
        }
    }

    /// What it becomes when the person comes in: restrictions stay with who had them.
    pub fn on_joining(&self) -> Standing {
        match *self {
            Standing::Restricted { permissions, until, .. } => {
                Standing::Restricted { member: true, permissions, until }
            }
            Standing::Owner { .. }
            | Standing::Admin(_)
            | Standing::Member
            | Standing::Left
            | Standing::Banned { .. } => Standing::Member,
        }
    }

    /// What it becomes when the person goes by themselves.
    pub fn on_leaving(&self) -> Standing {
        match *self {
            Standing::Restricted { permissions, until, .. } => {
                Standing::Restricted { member: false, permissions, until }
            }
            Standing::Owner { .. }
            | Standing::Admin(_)
            | Standing::Member
            | Standing::Left
            | Standing::Banned { .. } => Standing::Left,
        }
    }

    /// What it becomes when its time is over.
    fn lapsed(&self) -> Standing {
        if self.is_present() { Standing::Member } else { Standing::Left }
    }
}

impl Group {
    /// An empty private group in which everybody may do everything. `primary`: its link's address.
    pub fn new(id: i64, kind: Kind, title: &str, owner: u64, primary: String) -> Group {
        let link = InviteLink { is_primary: true, ..InviteLink::new(primary.clone(), owner) };
        Group {
            id,
            made: 0,
            kind,
            title: title.to_owned(),
            username: None,
            primary_link: primary.clone(),
            members: [(owner, Standing::OWNER)].into(),
            came_by: BTreeMap::new(),
            permissions: if kind == Kind::Channel { Permissions::NONE } else { Permissions::ALL },
            join_by_request: false,
            requests: BTreeMap::new(),
            links: [(primary, link)].into(),
            messages: BTreeMap::new(),
            guarded: false,
            migrated_to: None,
            last_message: 0,
            lapses: BTreeSet::new(),
            changed: Arc::default(),
        }
    }

    pub fn standing(&self, user: u64) -> Standing {
        self.members.get(&user).cloned().unwrap_or(Standing::Left)
    }

    pub fn set_standing(&mut self, user: u64, standing: Standing) {
        if let Some(until) = standing.until() {
            self.lapses.insert((until, user));
        }
        self.members.insert(user, standing);
    }

    /// Ends what has ended by itself. Telegram tells nobody.
    pub fn lapse(&mut self, now_s: i64) {
        while let Some(&(until, user)) = self.lapses.first()
            && until <= now_s
        {
            self.lapses.pop_first();
            let standing = self.standing(user);
            if standing.until() == Some(until) {
                self.members.insert(user, standing.lapsed());
                self.changed.notify_waiters();
            }
        }
    }

    /// The rights of an administrator; `None` for everybody else.
    pub fn rights(&self, user: u64) -> Option<Rights> {
        self.members.get(&user)?.rights()
    }

    /// Whether they are an administrator with this right.
    pub fn has_right(&self, user: u64, right: impl FnOnce(Rights) -> bool) -> bool {
        self.rights(user).is_some_and(right)
    }

    pub fn may_invite(&self, user: u64) -> bool {
        self.has_right(user, |rights| rights.can_invite_users)
    }

    /// What somebody who is in may do as a member; administrators may all.
    pub fn permissions_of(&self, user: u64) -> Permissions {
        match self.standing(user) {
            Standing::Owner { .. } | Standing::Admin(_) => Permissions::ALL,
            Standing::Member => self.permissions,
            Standing::Restricted { member: true, permissions, .. } => {
                permissions.and(self.permissions)
            }
            Standing::Restricted { member: false, .. }
            | Standing::Left
            | Standing::Banned { .. } => Permissions::NONE,
        }
    }

    pub fn owner(&self) -> Option<u64> {
        let mut members = self.members.iter();
        members.find(|(_, standing)| matches!(standing, Standing::Owner { .. })).map(|(id, _)| *id)
    }

    pub fn is_public(&self) -> bool {
        self.username.is_some()
    }

    /// How many are in who came by this link.
    pub fn came_by(&self, url: &str) -> usize {
        let came = self.came_by.iter().filter(|(_, by)| *by == url);
        came.filter(|(user, _)| self.standing(**user).is_present()).count()
    }
}
