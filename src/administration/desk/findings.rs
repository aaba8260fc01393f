//! What may be set up wrongly in a group, and how it is found.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::administration::rights::{BotRights, Examination};
use crate::verification::gate::Mode;

/// So many other bots are named.
const BOTS: usize = 5;

/// One thing that is set up wrongly, the worst first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Finding {
    /// The bot is not in the group.
    Gone,
    NotAdmin,
    /// "Invite Users via Link" is missing.
    NoInvite,
    /// "Ban Users" is missing, and the gate mutes.
    NoRestrict,
    /// "Delete Messages" is missing, and the gate tidies.
    NoDelete,
    /// A group that is no supergroup yet, and the gate mutes.
    Basic,
    /// Public, and everybody may come in without asking.
    NoApproval,
    /// Members may add people.
    MembersAdd,
    /// Somebody came in by a link that asks nobody.
    UngatedLink {
        url: String,
        name: Option<String>,
        primary: bool,
    },
    /// Other bots could answer join requests.
    OtherBots(Vec<String>),
    /// Nothing can be posted in the log chat.
    LogGone,
}

/// What the gate wants of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    pub mode: Mode,
    pub tidy: bool,
}

impl Wants {
    #[must_use]
    pub fn mutes(&self) -> bool {
        match self.mode {
            Mode::Restrict { .. } => true,
            Mode::JoinRequest | Mode::PersonalLink => false,
        }
    }

    /// Whether these rights are enough to open the group to somebody.
    #[must_use]
    pub fn can_open(&self, rights: BotRights) -> bool {
        of_rights(rights, self).iter().all(|finding| *finding == Finding::NoDelete)
    }
}

impl Finding {
    /// Whether it is seen from the bot's own rights alone.
    #[must_use]
    pub fn is_of_rights(&self) -> bool {
        match self {
            Finding::Gone
            | Finding::NotAdmin
            | Finding::NoInvite
            | Finding::NoRestrict
            | Finding::NoDelete => true,
            Finding::Basic
            | Finding::NoApproval
            | Finding::MembersAdd
            | Finding::UngatedLink { .. }
            | Finding::OtherBots(_)
            | Finding::LogGone => false,
        }
    }

    /// Whether the bot can hardly ask Telegram who is an admin there any more: these are said to
    /// those who were.
    #[must_use]
    pub fn blinds(&self) -> bool {
        matches!(self, Finding::Gone | Finding::NotAdmin)
    }
}

/// What is wrong with the bot's own rights.
#[must_use]
pub fn of_rights(rights: BotRights, wants: &Wants) -> BTreeSet<Finding> {
    if !rights.present {
        return BTreeSet::from([Finding::Gone]);
    }
    if !rights.admin {
        return BTreeSet::from([Finding::NotAdmin]);
    }
    let missing = [
        (!rights.can_invite, Finding::NoInvite),
        (!rights.can_restrict && wants.mutes(), Finding::NoRestrict),
        (!rights.can_delete && wants.tidy, Finding::NoDelete),
    ];
    chosen(missing)
}

/// What is wrong with the group, but for the links that people came by.
///
/// Who comes in by another way than the gate's is muted where the gate mutes: there, ways in that
/// ask nobody are no fault.
#[must_use]
pub fn of_group(group: &Examination, wants: &Wants) -> BTreeSet<Finding> {
    let mut found = of_rights(group.bot, wants);
    if !group.bot.present {
        return found;
    }
    let open = !wants.mutes();
    found.extend(chosen([
        (group.basic && wants.mutes(), Finding::Basic),
        (group.public && !group.approves_new && open, Finding::NoApproval),
        (group.members_add && open, Finding::MembersAdd),
    ]));
    if !group.other_bots.is_empty() {
        let names = group.other_bots.iter().take(BOTS);
        found.insert(Finding::OtherBots(names.map(|name| super::kept(name, 40)).collect()));
    }
    found
}

fn chosen<const N: usize>(candidates: [(bool, Finding); N]) -> BTreeSet<Finding> {
    candidates.into_iter().filter(|(is, _)| *is).map(|(_, finding)| finding).collect()
}
