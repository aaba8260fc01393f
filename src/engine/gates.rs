//! The gates on duty: those of the config, and those that were set up in a chat; with their
//! groups' titles as last seen and the ids that they have now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use crate::administration::settings::{House, Settings};
use crate::store::records::{DeskRecord, GateTitle, MovedGate, SettingsRecord, StaffRecord};
use crate::store::{Store, StoreError};
use crate::verification::gate::{Gate, Gates};
use crate::verification::{ChatId, GateId};

/// All gates; each step sees them as they are when it begins.
pub struct GateBook {
    /// Those of the config, by the ids that their groups have now.
    fixed: RwLock<Fixed>,
    house: House,
    pages: RwLock<Pages>,
}

#[derive(Default)]
struct Fixed {
    gates: BTreeMap<GateId, Gate>,
    log_chats: BTreeMap<GateId, ChatId>,
    /// Somebody has claimed the bot, and looks after all of them.
    owned: bool,
    /// Those that an admin of the group looks after.
    attached: BTreeSet<GateId>,
}

/// What changes while the bot runs.
#[derive(Clone, Default)]
struct Pages {
    gates: Arc<Gates>,
    /// The log chats of all gates that have one.
    log_chats: Arc<BTreeMap<GateId, ChatId>>,
    /// The ids that groups have now, by those that they had.
    moved: Arc<BTreeMap<GateId, GateId>>,
}

impl GateBook {
    #[must_use]
    pub fn new(gates: Vec<Gate>, log_chats: BTreeMap<GateId, ChatId>, house: House) -> GateBook {
        let gates: Gates = gates.into_iter().map(|gate| (gate.id, gate)).collect();
        let pages = Pages {
            gates: Arc::new(gates.clone()),
            log_chats: Arc::new(log_chats.clone()),
            moved: Arc::default(),
        };
        GateBook {
            fixed: RwLock::new(Fixed { gates, log_chats, ..Fixed::default() }),
            house,
            pages: RwLock::new(pages),
        }
    }

    #[must_use]
    pub fn current(&self) -> Arc<Gates> {
        self.read(|pages| Arc::clone(&pages.gates))
    }

    #[must_use]
    pub fn has(&self, id: GateId) -> bool {
        self.current().contains_key(&id)
    }

    /// Whether a gate is of the config.
    #[must_use]
    pub fn is_fixed(&self, id: GateId) -> bool {
        self.fixed.read().unwrap_or_else(PoisonError::into_inner).gates.contains_key(&id)
    }

    /// The log chat of a gate of the config.
    #[must_use]
    pub fn fixed_log(&self, id: GateId) -> Option<ChatId> {
        let fixed = self.fixed.read().unwrap_or_else(PoisonError::into_inner);
        fixed.log_chats.get(&id).copied()
    }

    #[must_use]
    pub fn log_chat(&self, id: GateId) -> Option<ChatId> {
        self.read(|pages| pages.log_chats.get(&id).copied())
    }

    /// The ids that groups have now, by those that they had.
    #[must_use]
    pub fn moved(&self) -> Arc<BTreeMap<GateId, GateId>> {
        self.read(|pages| Arc::clone(&pages.moved))
    }

    /// A chat that some gate's log goes to.
    #[must_use]
    pub fn is_log_chat(&self, chat: ChatId) -> bool {
        self.read(|pages| pages.log_chats.values().any(|log| *log == chat))
    }

    pub fn house(&self) -> &House {
        &self.house
    }

    /// Fills in what was kept: moves, gates that were set up in a chat, titles.
    pub(super) async fn recall(&self, store: &Store) -> Result<(), StoreError> {
        let kept = store.read(|view| {
            Ok((
                view.scan::<MovedGate>(None, usize::MAX)?,
                view.scan::<SettingsRecord>(None, usize::MAX)?,
                view.scan::<GateTitle>(None, usize::MAX)?,
                view.scan::<DeskRecord>(None, usize::MAX)?,
                view.get::<StaffRecord>(&())?,
            ))
        });
        let (moves, settings, titles, desks, staff) = kept.await?;
        for (from, MovedGate { to }) in moves {
            self.follow(from, to);
        }
        for (id, SettingsRecord(settings)) in settings {
            self.settle(id, Some(&settings));
        }
        for (id, GateTitle { title }) in titles {
            self.set_title(id, &title);
        }
        self.own(staff.is_some_and(|StaffRecord(staff)| !staff.owners.is_empty()));
        for (id, DeskRecord(desk)) in desks {
            self.attach(id, desk.is_attended());
        }
        Ok(())
    }

    /// A gate was set up or changed in a chat, or (`None`) taken down. A gate of the config stays
    /// as it is.
    pub(super) fn settle(&self, id: GateId, settings: Option<&Settings>) {
        if self.is_fixed(id) {
            return;
        }
        let gate = settings.and_then(|settings| settings.gate(id, &self.house));
        let log_chat = settings.and_then(|settings| settings.log_chat);
        self.change(|pages| {
            match gate {
                Some(gate) => Arc::make_mut(&mut pages.gates).insert(id, gate),
                None => Arc::make_mut(&mut pages.gates).remove(&id),
            };
            match log_chat {
                Some(chat) => Arc::make_mut(&mut pages.log_chats).insert(id, chat),
                None => Arc::make_mut(&mut pages.log_chats).remove(&id),
            };
        });
    }

    /// Whether somebody has claimed the bot.
    pub(super) fn own(&self, owned: bool) {
        self.attend(|fixed| std::mem::replace(&mut fixed.owned, owned) != owned);
    }

    /// Whether an admin of this group looks after its gate, which is of the config.
    pub(super) fn attach(&self, id: GateId, attached: bool) {
        self.attend(|fixed| {
            let attached = attached && fixed.gates.contains_key(&id);
            if attached { fixed.attached.insert(id) } else { fixed.attached.remove(&id) }
        });
    }

    /// Whether applicants at the gates of the config can ask somebody.
    fn attend(&self, change: impl FnOnce(&mut Fixed) -> bool) {
        let mut fixed = self.fixed.write().unwrap_or_else(PoisonError::into_inner);
        if !change(&mut fixed) {
            return;
        }
        self.change(|pages| {
            let gates = Arc::make_mut(&mut pages.gates);
            for (id, gate) in &fixed.gates {
                let attended = gate.attended || fixed.owned || fixed.attached.contains(id);
                if let Some(gate) = gates.get_mut(id) {
                    gate.attended = attended;
                }
            }
        });
    }

    /// A group has another id from now on.
    pub(super) fn follow(&self, from: GateId, to: GateId) {
        {
            let mut fixed = self.fixed.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(mut gate) = fixed.gates.remove(&from) {
                gate.id = to;
                fixed.gates.entry(to).or_insert(gate);
            }
            if let Some(chat) = fixed.log_chats.remove(&from) {
                fixed.log_chats.entry(to).or_insert(chat);
            }
            follow_logs(&mut fixed.log_chats, from, to);
            if fixed.attached.remove(&from) {
                fixed.attached.insert(to);
            }
        }
        self.change(|pages| {
            let moved = Arc::make_mut(&mut pages.moved);
            // Who moved to the old id has moved to the new one, in whatever order that is heard.
            let to = moved.get(&to).copied().unwrap_or(to);
            moved.values_mut().filter(|id| **id == from).for_each(|id| *id = to);
            moved.insert(from, to);
            let gates = Arc::make_mut(&mut pages.gates);
            if let Some(mut gate) = gates.remove(&from) {
                gate.id = to;
                gates.entry(to).or_insert(gate);
            }
            let log_chats = Arc::make_mut(&mut pages.log_chats);
            if let Some(chat) = log_chats.remove(&from) {
                log_chats.entry(to).or_insert(chat);
            }
            follow_logs(log_chats, from, to);
        });
    }

    /// Takes a title that was seen, and keeps it.
    pub(super) async fn retitle(
        &self,
        store: &Store,
        id: GateId,
        title: &str,
    ) -> Result<(), StoreError> {
        let known = self.current().get(&id).is_none_or(|gate| gate.title == title);
        if known {
            return Ok(());
        }
        self.set_title(id, title);
        let title = title.to_owned();
        store.commit(move |view| view.put(&id, &GateTitle { title })).await
    }

    fn set_title(&self, id: GateId, title: &str) {
        self.change(|pages| {
            if let Some(gate) = Arc::make_mut(&mut pages.gates).get_mut(&id) {
                title.clone_into(&mut gate.title);
            }
        });
        let mut fixed = self.fixed.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = fixed.gates.get_mut(&id) {
            title.clone_into(&mut gate.title);
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Pages) -> T) -> T {
        look(&self.pages.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Pages)) {
        change(&mut self.pages.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A log chat is a group too, and may have another id.
fn follow_logs(logs: &mut BTreeMap<GateId, ChatId>, from: GateId, to: GateId) {
    logs.values_mut().filter(|log| log.0 == from.0).for_each(|log| *log = ChatId(to.0));
}
