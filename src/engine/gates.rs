//! The gates as configured, with their groups' titles as last seen.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use tracing::{info, warn};

use super::Engine;
use crate::store::records::GateTitle;
use crate::store::{Store, StoreError};
use crate::verification::GateId;
use crate::verification::gate::{Gate, Gates};

/// How long until a group whose title could not be read is asked for again.
const RETRY: Duration = Duration::from_secs(60);

/// All gates; each step sees them as they are when it begins.
pub struct GateBook {
    gates: RwLock<Arc<Gates>>,
}

impl GateBook {
    #[must_use]
    pub fn new(gates: Vec<Gate>) -> GateBook {
        let gates = gates.into_iter().map(|gate| (gate.id, gate)).collect();
        GateBook { gates: RwLock::new(Arc::new(gates)) }
    }

    #[must_use]
    pub fn current(&self) -> Arc<Gates> {
        Arc::clone(&self.gates.read().unwrap_or_else(PoisonError::into_inner))
    }

    #[must_use]
    pub fn has(&self, id: GateId) -> bool {
        self.current().contains_key(&id)
    }

    /// Fills in the titles that were kept.
    pub(super) async fn recall(&self, store: &Store) -> Result<(), StoreError> {
        let ids: Vec<GateId> = self.current().keys().copied().collect();
        let kept = store
            .read(move |view| {
                ids.into_iter()
                    .map(|id| Ok((id, view.get::<GateTitle>(&id)?)))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        for (id, title) in kept {
            if let Some(GateTitle { title }) = title {
                self.set_title(id, &title);
            }
        }
        Ok(())
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
        let mut gates = self.gates.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = Arc::make_mut(&mut gates).get_mut(&id) {
            title.clone_into(&mut gate.title);
        }
    }
}

/// Asks Telegram for every gate's title and whether the bot may do its work there.
pub(super) async fn refresh(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let all = engine.gates.current().keys().copied().collect();
    let mut told = HashMap::new();
    let looked = tokio::select! {
        unseen = look_at(&engine, all, &mut told) => Some(unseen),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    engine.pulse.end(1);
    let Some(mut unseen) = looked else { return };
    while !unseen.is_empty() {
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        unseen = look_at(&engine, unseen, &mut told).await;
    }
}

/// Why a gate could not be looked at, as the log has it.
type Told = HashMap<GateId, &'static str>;

/// Returns those that could not be looked at.
async fn look_at(engine: &Engine, gates: Vec<GateId>, told: &mut Told) -> Vec<GateId> {
    let mut unseen = Vec::new();
    for id in gates {
        if look(engine, id, told).await.is_none() {
            unseen.push(id);
        }
    }
    unseen
}

async fn look(engine: &Engine, id: GateId, told: &mut Told) -> Option<()> {
    let chat = match engine.telegram.chat(id).await {
        Ok(chat) => chat,
        Err(fault) => {
            if told.insert(id, fault.class()) != Some(fault.class()) {
                warn!(gate = id.0, why = %fault, "the gate's group cannot be looked at: is the bot in it?");
            }
            return (!fault.is_retryable()).then_some(());
        }
    };
    engine.gates.retitle(&engine.store, id, &chat.title).await.ok()?;
    match engine.telegram.own_rights(id, engine.me).await {
        Ok(rights) if rights.can_invite => info!(gate = id.0, "the gate is guarded"),
        Ok(_) => warn!(
            gate = id.0,
            "the bot may not approve join requests: make it an administrator with the right \"Invite Users via Link\""
        ),
        Err(fault) => warn!(gate = id.0, why = %fault, "the bot's rights cannot be read"),
    }
    Some(())
}
