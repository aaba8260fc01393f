//! What the admins' machines can look up, out of a transaction.

use std::sync::Arc;

use super::Engine;
use super::world::SystemRandom;
use crate::administration::archive::{Archive, Facts, Listed};
use crate::administration::door::Acquaintance;
use crate::administration::panel::Panel;
use crate::administration::settings::Settings;
use crate::administration::staff::Staff;
use crate::store::records::{
    ConversionRecord, DeskRecord, GateTitle, Holders, PanelRecord, PersonRecord, RosterLine,
    RosterSize, SettingsRecord, StaffRecord, Suppressed, UploadPart, Username,
};
use crate::store::{StoreError, View};
use crate::verification::applicant::Person;
use crate::verification::conversion::Conversion;
use crate::verification::gate::Gates;
use crate::verification::limits::Ledger;
use crate::verification::{GateId, Hidden, Timestamp, UserId};

/// A transaction, looked at. What cannot be read is as if it were not there: the store fails
/// closed then, and nothing that follows from it becomes durable.
pub(super) struct Shelf<'v, 'd> {
    pub view: &'v View<'d>,
    pub engine: &'v Engine,
}

impl Archive for Shelf<'_, '_> {
    fn staff(&self) -> Staff {
        let kept = self.view.get::<StaffRecord>(&()).ok().flatten();
        kept.map(|StaffRecord(staff)| staff).unwrap_or_default()
    }

    fn settings(&self, gate: GateId) -> Option<Settings> {
        let kept = self.view.get::<SettingsRecord>(&gate).ok().flatten();
        kept.map(|SettingsRecord(settings)| settings)
    }

    fn settled(&self) -> Vec<GateId> {
        let kept = self.view.scan::<SettingsRecord>(None, usize::MAX).unwrap_or_default();
        kept.into_iter().map(|(gate, _)| gate).collect()
    }

    fn title(&self, gate: GateId) -> Option<String> {
        let seen = self.view.get::<GateTitle>(&gate).ok().flatten();
        let desk = || self.view.get::<DeskRecord>(&gate).ok().flatten();
        seen.map(|GateTitle { title }| title)
            .or_else(|| desk().map(|DeskRecord(desk)| desk.title))
            .filter(|title| !title.is_empty())
    }

    fn roster_size(&self, gate: GateId) -> u32 {
        let kept = self.view.get::<RosterSize>(&gate).ok().flatten();
        kept.map_or(0, |RosterSize { lines }| lines)
    }

    fn on_roster(&self, gate: GateId, key: &[u8; 32]) -> bool {
        self.view.get::<RosterLine>(&(gate, *key)).ok().flatten().is_some()
    }

    fn roster_page(&self, gate: GateId, after: Option<[u8; 32]>, limit: usize) -> Vec<Listed> {
        let after = after.map(|key| (gate, key));
        let found = self.view.scan_of::<RosterLine>(&gate, after.as_ref(), limit);
        let lines = found.unwrap_or_default().into_iter();
        let listed = lines.map(|((gate, key), RosterLine { address })| Listed {
            key,
            address,
            admitted: holders(self.view, gate, &key),
        });
        listed.collect()
    }

    fn user_named(&self, username: &str) -> Option<UserId> {
        let key = self.engine.keys.username(username);
        self.view.get::<Username>(&key).ok().flatten().map(|Username { user }| user)
    }

    fn person(&self, user: UserId) -> Option<Arc<Person>> {
        person_of(self.view, self.engine, user).ok().flatten()
    }

    fn panel(&self, admin: UserId) -> Option<Panel> {
        panel_of(self.view, self.engine, admin).ok().flatten()
    }

    fn upload(&self, admin: UserId) -> Option<Vec<u8>> {
        let parts = self.view.scan_of::<UploadPart>(&admin, None, usize::MAX).ok()?;
        if parts.is_empty() {
            return None;
        }
        let latin = parts.iter().flat_map(|(_, UploadPart { part })| part.reveal().chars());
        latin.map(|c| u8::try_from(c).ok()).collect()
    }

    fn ledger(&self, ledger: &Ledger) -> u64 {
        super::decide::count(self.view, ledger)
    }
}

/// A person as they stand before the gates under the ids that these have now.
pub(super) fn person_of(
    view: &View<'_>,
    engine: &Engine,
    user: UserId,
) -> Result<Option<Arc<Person>>, StoreError> {
    let Some(PersonRecord(mut person)) = view.get::<PersonRecord>(&user)? else { return Ok(None) };
    let moved = engine.gates.moved();
    if !moved.is_empty() {
        Arc::make_mut(&mut person).follow(&moved);
    }
    Ok(Some(person))
}

/// The same of an admin's panel.
pub(super) fn panel_of(
    view: &View<'_>,
    engine: &Engine,
    admin: UserId,
) -> Result<Option<Panel>, StoreError> {
    let Some(PanelRecord(mut panel)) = view.get::<PanelRecord>(&admin)? else { return Ok(None) };
    for (from, to) in engine.gates.moved().iter() {
        panel.follow(*from, *to);
    }
    Ok(Some(panel))
}

/// The accounts that an address has let in at a gate.
pub(super) fn holders(view: &View<'_>, gate: GateId, key: &[u8; 32]) -> Vec<UserId> {
    let kept = view.get::<Holders>(&(gate, *key)).ok().flatten();
    kept.map(|Holders { users }| users).unwrap_or_default()
}

/// Whether whoever has this address (its keyed hash) wants no codes; one that cannot be looked up
/// gets none.
pub(super) fn is_suppressed(view: &View<'_>, key: &[u8; 32]) -> bool {
    !matches!(view.get::<Suppressed>(key), Ok(None))
}

/// How many of the latest codes by SMS to a dial code came back.
pub(super) fn conversion(view: &View<'_>, dial_code: u16) -> Conversion {
    let kept = view.get::<ConversionRecord>(&dial_code).ok().flatten();
    kept.map(|ConversionRecord(country)| country).unwrap_or_default()
}

/// What is known of one person.
pub(super) struct Known<'s, 'v, 'd> {
    shelf: &'s Shelf<'v, 'd>,
    user: UserId,
}

impl Acquaintance for Known<'_, '_, '_> {
    fn is_staff(&self) -> bool {
        let (shelf, user) = (self.shelf, self.user);
        let staff = shelf.staff();
        let kept = || shelf.view.scan::<SettingsRecord>(None, usize::MAX).unwrap_or_default();
        shelf.engine.setting.owners.contains(&user)
            || staff.owners.contains(&user)
            || staff.admins.contains_key(&user)
            || kept().iter().any(|(_, SettingsRecord(settings))| settings.admins.contains(&user))
    }

    fn is_applying(&self) -> bool {
        let gates = self.shelf.engine.gates.current();
        self.shelf.person(self.user).is_some_and(|person| person.is_under_way(&gates))
    }
}

impl<'v, 'd> Shelf<'v, 'd> {
    pub fn acquaintance(&self, user: UserId) -> Known<'_, 'v, 'd> {
        Known { shelf: self, user }
    }

    /// Everything that the admins' machines are told, as of this transaction.
    pub fn facts<T>(
        &self,
        gates: &Gates,
        now: Timestamp,
        hashed: Option<Hidden>,
        step: impl FnOnce(&mut Facts<'_>) -> T,
    ) -> T {
        let setting = &self.engine.setting;
        let mut facts = Facts {
            now,
            gates,
            fixed: &|gate| self.engine.gates.is_fixed(gate),
            fixed_log: &|gate| self.engine.gates.fixed_log(gate),
            house: self.engine.gates.house(),
            owners: &setting.owners,
            open_enrolment: setting.open_enrolment,
            keys: &self.engine.keys,
            random: &mut SystemRandom,
            archive: self,
            me: self.engine.me,
            bot: &self.engine.username,
            languages: &setting.languages,
            hashed,
        };
        step(&mut facts)
    }
}
