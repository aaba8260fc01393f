//! What is kept, in memory: for the tests of this room.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::archive::{Archive, Listed};
use super::panel::Panel;
use super::settings::Settings;
use super::staff::Staff;
use crate::verification::address::Address;
use crate::verification::applicant::Person;
use crate::verification::limits::Ledger;
use crate::verification::{GateId, UserId};

#[derive(Default)]
pub struct Shelf {
    pub staff: Staff,
    pub settings: BTreeMap<GateId, Settings>,
    pub titles: BTreeMap<GateId, String>,
    pub ledgers: BTreeMap<Ledger, u64>,
    pub rosters: BTreeMap<GateId, BTreeMap<[u8; 32], Address>>,
    pub admitted: BTreeMap<[u8; 32], Vec<UserId>>,
    pub usernames: BTreeMap<String, UserId>,
    pub people: BTreeMap<UserId, Person>,
    pub panels: BTreeMap<UserId, Panel>,
    pub uploads: BTreeMap<UserId, Vec<u8>>,
}

impl Archive for Shelf {
    fn staff(&self) -> Staff {
        self.staff.clone()
    }

    fn settings(&self, gate: GateId) -> Option<Settings> {
        self.settings.get(&gate).cloned()
    }

    fn settled(&self) -> Vec<GateId> {
        self.settings.keys().copied().collect()
    }

    fn title(&self, gate: GateId) -> Option<String> {
        self.titles.get(&gate).cloned()
    }

    fn ledger(&self, ledger: &Ledger) -> u64 {
        self.ledgers.get(ledger).copied().unwrap_or(0)
    }

    fn roster_size(&self, gate: GateId) -> u32 {
        self.rosters.get(&gate).map_or(0, |roster| u32::try_from(roster.len()).expect("a few"))
    }

    fn on_roster(&self, gate: GateId, key: &[u8; 32]) -> bool {
        self.rosters.get(&gate).is_some_and(|roster| roster.contains_key(key))
    }

    fn roster_page(&self, gate: GateId, after: Option<[u8; 32]>, limit: usize) -> Vec<Listed> {
        let roster = self.rosters.get(&gate).into_iter().flatten();
        roster
            .filter(|(key, _)| after.is_none_or(|after| **key > after))
            .take(limit)
            .map(|(key, address)| Listed {
                key: *key,
                address: address.clone(),
                admitted: self.admitted.get(key).cloned().unwrap_or_default(),
            })
            .collect()
    }

    fn user_named(&self, username: &str) -> Option<UserId> {
        self.usernames.get(&username.to_lowercase()).copied()
    }

    fn person(&self, user: UserId) -> Option<Arc<Person>> {
        self.people.get(&user).cloned().map(Arc::new)
    }

    fn panel(&self, admin: UserId) -> Option<Panel> {
        self.panels.get(&admin).cloned()
    }

    fn upload(&self, admin: UserId) -> Option<Vec<u8>> {
        self.uploads.get(&admin).cloned()
    }
}
