//! A basic group became a supergroup: it has another id, and its gate goes along.

use std::sync::Arc;

use tracing::warn;

use super::Engine;
use super::follow::{Followed, tell};
use crate::administration::{desk, panel};
use crate::machines::Happening;
use crate::store::records::{
    DeskRecord, GateTitle, Grouped, Holders, LedgerCount, MovedGate, Record, RosterLine,
    RosterSize, SettingsRecord,
};
use crate::store::{StoreError, View};
use crate::verification::code::Keys;
use crate::verification::gate::Password;
use crate::verification::limits::Ledger;
use crate::verification::{ChatId, GateId};

impl Engine {
    /// Everything that is kept of the group is kept under its new id from now on. Telling it twice
    /// does no harm.
    pub(super) async fn follow_move(
        self: &Arc<Self>,
        from: GateId,
        to: GateId,
    ) -> Result<(), StoreError> {
        let engine = Arc::clone(self);
        let now = self.clock.now();
        let fixed = self.gates.is_fixed(from);
        let followed = self
            .store
            .commit(move |view| {
                let mut followed = Followed::default();
                let settings = view.get::<SettingsRecord>(&from)?;
                let desk = view.get::<DeskRecord>(&from)?;
                let is_log = engine.gates.is_log_chat(ChatId(from.0));
                let known = settings.is_some() || desk.is_some() || engine.gates.has(from);
                if from == to || !(known || is_log) {
                    return Ok(None);
                }
                view.put(&from, &MovedGate { to })?;
                if is_log {
                    move_log(view, ChatId(from.0), ChatId(to.0))?;
                }
                if !known {
                    engine.gates.follow(from, to);
                    return Ok(None);
                }
                let mut admins = None;
                if let Some(SettingsRecord(settings)) = settings {
                    for Password { label, .. } in &settings.passwords {
                        move_uses(view, &engine.keys, label, from, to)?;
                    }
                    admins = Some(settings.admins);
                }
                for day in [now.day() - 1, now.day()] {
                    let ledger = |gate| Ledger::Gate { gate, day };
                    take_along::<LedgerCount>(view, &ledger(from), &ledger(to))?;
                }
                take_along::<SettingsRecord>(view, &from, &to)?;
                take_along::<DeskRecord>(view, &from, &to)?;
                take_along::<GateTitle>(view, &from, &to)?;
                take_along::<RosterSize>(view, &from, &to)?;
                take_all_along::<RosterLine>(view, from, to)?;
                take_all_along::<Holders>(view, from, to)?;
                engine.gates.follow(from, to);
                let what = desk::What::Moved { from };
                let moved = Happening::Desk(desk::Event { desk: to, what });
                tell(view, &mut followed, moved, now)?;
                for admin in admins.unwrap_or_default() {
                    let what = panel::What::Moved { from, to };
                    let moved = panel::Event { admin, language: None, name: None, what };
                    tell(view, &mut followed, Happening::Panel(moved), now)?;
                }
                Ok(Some(followed))
            })
            .await?;
        let Some(followed) = followed else { return Ok(()) };
        self.proceed(None, followed);
        if fixed {
            warn!(
                gate = from.0,
                to = to.0,
                "the group became a supergroup and has a new id; the gate goes along, but set gates.chat_id to it"
            );
        }
        Ok(())
    }
}

/// A log chat has another id: the gates whose log goes there have it from now on.
fn move_log(view: &mut View<'_>, from: ChatId, to: ChatId) -> Result<(), StoreError> {
    for (gate, SettingsRecord(mut settings)) in view.scan::<SettingsRecord>(None, usize::MAX)? {
        if settings.log_chat == Some(from) {
            settings.log_chat = Some(to);
            view.put(&gate, &SettingsRecord(settings))?;
        }
    }
    Ok(())
}

/// How many have passed by a password is counted under its label and its group.
fn move_uses(
    view: &mut View<'_>,
    keys: &Keys,
    label: &str,
    from: GateId,
    to: GateId,
) -> Result<(), StoreError> {
    let ledger = |gate| Ledger::Password { key: keys.password(gate, label) };
    take_along::<LedgerCount>(view, &ledger(from), &ledger(to))
}

fn take_along<R: Record>(
    view: &mut View<'_>,
    from: &R::Key,
    to: &R::Key,
) -> Result<(), StoreError> {
    if let Some(record) = view.get::<R>(from)? {
        view.remove::<R>(from);
        if view.get::<R>(to)?.is_none() {
            view.put(to, &record)?;
        }
    }
    Ok(())
}

fn take_all_along<R: Grouped<Owner = GateId, Key = (GateId, [u8; 32])>>(
    view: &mut View<'_>,
    from: GateId,
    to: GateId,
) -> Result<(), StoreError> {
    for (key, _) in view.scan_of::<R>(&from, None, usize::MAX)? {
        take_along::<R>(view, &key, &(to, key.1))?;
    }
    Ok(())
}
