//! `countersign claim`: a link that makes whoever opens it first an owner of the bot.

use std::path::Path;

use countersign::engine::world::{Clock, SystemClock, SystemRandom};
use countersign::ops::metrics::Metrics;
use countersign::service::{self, claim_link};
use countersign::store::secret;
use countersign::verification::code::Keys;

use crate::cli::Exit;

/// Prints the link.
pub async fn claim(path: Option<&Path>) -> Exit {
    let config = match super::configuration(path) {
        Ok(loaded) => loaded.config,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Usage;
        }
    };
    if !config.telegram.owners.is_empty() {
        eprintln!("error: the owners are named in telegram.owners: add the new one's id there");
        return Exit::Usage;
    }
    let secret = match secret::load(&config.store.secret_key_file) {
        Ok(secret) => secret,
        Err(error) => {
            eprintln!("error: {error}; start the bot once, which makes the key");
            return Exit::Failed;
        }
    };
    let me = match service::client(&config, &Metrics::new()) {
        Ok(client) => client.me().await.map_err(|fault| fault.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match me {
        Ok(me) => {
            let keys = Keys::derive(&secret.rules_secret());
            let link = claim_link(&keys, &me.username, SystemClock.now(), &mut SystemRandom);
            println!("{link}");
            eprintln!("Whoever opens it first, within ten minutes, owns the bot.");
            Exit::Well
        }
        Err(error) => {
            eprintln!("error: {error}");
            Exit::Failed
        }
    }
}
