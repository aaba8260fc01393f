//! `countersign run`: guards the groups until told to stop.

use std::path::Path;

use countersign::config;
use countersign::engine::world::SystemRandom;
use countersign::ops::log;
use countersign::service::{self, Surroundings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{error, warn};

use crate::cli::Exit;

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// Logging or the signals cannot be set up.
pub async fn run(path: Option<&Path>) -> anyhow::Result<Exit> {
    let loaded = match config::load(path, std::env::vars_os(), &mut SystemRandom) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Exit::Usage);
        }
    };
    // From here on everything goes to the log, in the form that the host chose for it.
    log::start(loaded.config.log)?;
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let claim = |link: &str| {
        println!(
            "Nobody owns this bot yet. Whoever opens this link first, within ten minutes, does:"
        );
        println!("{link}");
        println!("Later: countersign claim");
    };
    let surroundings = Surroundings { claim: Some(Box::new(claim)), ..Surroundings::default() };
    let counted = surroundings.metrics.clone();
    log::hook_panics(move || counted.panic());
    let stop = stop_signal()?;
    let config = loaded.config.clone();
    let ended = service::run(loaded.config, surroundings, stop).await;
    Ok(match ended {
        Ok(()) => Exit::Well,
        Err(error) => {
            error!("{error}");
            if !error.is_damage() {
                return Ok(Exit::Failed);
            }
            if let Some(newest) = super::store::newest(&config) {
                warn!("{newest}");
            }
            Exit::StoreDamaged
        }
    })
}

/// Turns true at the first SIGTERM or SIGINT.
///
/// # Errors
/// The signals cannot be listened to.
pub fn stop_signal() -> std::io::Result<watch::Receiver<bool>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        sender.send_replace(true);
        // A second signal must not find the default handler gone and nothing in its place.
        std::future::pending::<()>().await;
    });
    Ok(receiver)
}
