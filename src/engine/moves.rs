//! A basic group became a supergroup: it has another id, and its gate goes along.

use std::sync::Arc;

use tracing::warn;

use super::Engine;
use super::follow::{Followed, tell};
use crate::administration::{desk, panel};
use crate::machines::Happening;
use crate::store::records::{
    DeskRecord, GateTitle, Holders, MovedGate, Record, RosterLine, RosterSize, SettingsRecord,
};
use crate::store::{StoreError, View};
use crate::verification::GateId;

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
                let known = settings.is_some() || desk.is_some() || engine.gates.has(from);
                if from == to || !known {
                    return Ok(None);
                }
                view.put(&from, &MovedGate { to })?;
                let admins = settings.map(|SettingsRecord(settings)| settings.admins);
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

fn take_all_along<R: Record<Key = (GateId, [u8; 32])>>(
    view: &mut View<'_>,
    from: GateId,
    to: GateId,
) -> Result<(), StoreError> {
    let (first, last) = ((from, [0; 32]), (from, [0xff; 32]));
    for (key, _) in view.scan_until::<R>(Some(&first), Some(&last), usize::MAX)? {
        take_along::<R>(view, &key, &(to, key.1))?;
    }
    Ok(())
}
