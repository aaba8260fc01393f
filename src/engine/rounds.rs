//! A look at every gate's group at the start: its title, and whether the bot can do its work there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::{info, warn};

use super::Engine;
use crate::telegram::Fault;
use crate::verification::GateId;

/// How long until a group whose title could not be read is asked for again.
const RETRY: Duration = Duration::from_secs(60);

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
async fn look_at(engine: &Arc<Engine>, gates: Vec<GateId>, told: &mut Told) -> Vec<GateId> {
    let mut unseen = Vec::new();
    for id in gates {
        if look(engine, id, told).await.is_none() {
            unseen.push(id);
        }
    }
    unseen
}

async fn look(engine: &Arc<Engine>, id: GateId, told: &mut Told) -> Option<()> {
    let chat = match engine.telegram.chat(id).await {
        Ok(chat) => chat,
        Err(fault) => {
            if let Fault::Migrated { to, .. } = fault {
                return engine.follow_move(id, GateId(to)).await.ok();
            }
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
