//! The bot's commands, put into its menu at the start. A courtesy: nothing waits for it, and no start
//! fails for it.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::{debug, warn};

use super::Engine;
use crate::verification::ChatId;

/// Puts the commands for everybody into the bot's menu, and those of the owners into theirs.
pub(super) async fn fill(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = fill_all(&engine) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    engine.pulse.end(1);
}

async fn fill_all(engine: &Engine) {
    let Engine { telegram, texts, setting, .. } = engine;
    if let Err(fault) = telegram.set_commands(texts).await {
        warn!(why = %fault, "the bot's commands cannot be put into its menu");
    }
    for owner in &setting.owners {
        let Ok(chat) = i64::try_from(owner.0) else { continue };
        // One who has never written to the bot gets them with their first word.
        if let Err(fault) = telegram.offer_commands(ChatId(chat), true, texts).await {
            let owner = owner.0;
            debug!(owner, why = %fault, "an owner's commands cannot be put into their menu yet");
        }
    }
}
