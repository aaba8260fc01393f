//! Who may do what in a group, as Telegram says it.

use serde::{Deserialize, Serialize};

use crate::verification::ChatId;

/// What somebody may do in a group now.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rights {
    /// The owner, or an administrator who may let people in ("Invite Users via Link"), anonymous
    /// or not: may do everything here.
    Admin,
    /// An administrator without that right.
    Lesser,
    /// Anybody else: a member, a former admin, a stranger.
    None,
    /// The group is gone or the bot is not in it (any more).
    NoGroup,
    /// Telegram did not say.
    Unknown,
}

/// The bot's own rights in a group.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotRights {
    pub present: bool,
    pub admin: bool,
    /// "Invite Users via Link": join requests and personal links.
    pub can_invite: bool,
    /// "Ban Users": muting, freeing, removing.
    pub can_restrict: bool,
    /// "Delete Messages": join and leave messages.
    pub can_delete: bool,
}

/// A group as the doctor finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    pub title: String,
    pub bot: BotRights,
    /// Not a supergroup: nobody can be muted in it.
    pub basic: bool,
    /// It has a public username.
    pub public: bool,
    /// "Approve New Members".
    pub approves_new: bool,
    /// "Add Members" is on for all.
    pub members_add: bool,
    /// Names of other bots that are administrators with "Invite Users via Link".
    pub other_bots: Vec<String>,
}

/// What came of a look at a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Examined {
    Group(Examination),
    /// The bot is not in it (any more), or it is gone.
    NotThere,
    /// It became a supergroup with this id.
    Moved(ChatId),
    Unknown,
}
