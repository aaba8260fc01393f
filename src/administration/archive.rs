//! What the machines of this room can look up.

use std::sync::Arc;

use super::settings::{House, Settings};
use super::staff::{Rank, Staff};
use crate::verification::address::Address;
use crate::verification::applicant::Person;
use crate::verification::code::{Keys, Random};
use crate::verification::gate::Gates;
use crate::verification::limits::Ledger;
use crate::verification::{GateId, Hidden, Timestamp, UserId};

/// What is kept, as of the moment of the step.
pub trait Archive {
    fn staff(&self) -> Staff;
    /// The settings of a gate, or of a draft, that was made in a chat.
    fn settings(&self, gate: GateId) -> Option<Settings>;
    /// All groups that have settings, drafts too.
    fn settled(&self) -> Vec<GateId>;
    /// A group's title as last seen, whether it has a gate or not.
    fn title(&self, gate: GateId) -> Option<String>;
    /// How many addresses a gate's roster has.
    fn roster_size(&self, gate: GateId) -> u32;
    fn on_roster(&self, gate: GateId, key: &[u8; 32]) -> bool;
    /// So many addresses of a roster after this key, in the order of their keys, with those whom
    /// they admitted.
    fn roster_page(&self, gate: GateId, after: Option<[u8; 32]>, limit: usize) -> Vec<Listed>;
    /// The user who was last seen under this username.
    fn user_named(&self, username: &str) -> Option<UserId>;
    fn person(&self, user: UserId) -> Option<Arc<Person>>;
    /// What a panel keeps of its admin: their chat and language, for what the desk writes to them.
    fn panel(&self, admin: UserId) -> Option<super::panel::Panel>;
    /// What a ledger holds: the uses of a password, for one.
    fn ledger(&self, ledger: &Ledger) -> u64;
    /// A file that was fetched and not decided on yet.
    fn upload(&self, admin: UserId) -> Option<Vec<u8>>;
}

/// One line of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub key: [u8; 32],
    pub address: Address,
    pub admitted: Vec<UserId>,
}

/// What the machines of this room must be told besides what happened.
pub struct Facts<'a> {
    pub now: Timestamp,
    /// All gates on duty.
    pub gates: &'a Gates,
    /// Those of the config: they can be looked at and stepped in at, not changed.
    pub fixed: &'a dyn Fn(GateId) -> bool,
    /// The log chat of a gate of the config.
    pub fixed_log: &'a dyn Fn(GateId) -> Option<crate::verification::ChatId>,
    pub house: &'a House,
    /// The owners of the config.
    pub owners: &'a [UserId],
    /// Every group admin may gate their group.
    pub open_enrolment: bool,
    pub keys: &'a Keys,
    pub random: &'a mut dyn Random,
    pub archive: &'a dyn Archive,
    /// The bot itself.
    pub me: UserId,
    /// The bot's name in links: `https://t.me/<this>`.
    pub bot: &'a str,
    /// The languages that there are words in.
    pub languages: &'a [crate::verification::Language],
    /// The Argon2id hash of the new password that was typed, once it has been made.
    pub hashed: Option<Hidden>,
}

impl Facts<'_> {
    #[must_use]
    pub fn rank(&self, user: UserId) -> Rank {
        let staff = self.archive.staff();
        if self.owners.contains(&user) || staff.owners.contains(&user) {
            Rank::Owner
        } else if self.open_enrolment || staff.admins.contains_key(&user) {
            Rank::Enrolled
        } else {
            Rank::Stranger
        }
    }
}
