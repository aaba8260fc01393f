//! The commands, one file each. Each ends in an [`Exit`].

pub mod check;
pub mod claim;
pub mod demo;
pub mod hash_password;
pub mod health;
pub mod run;
pub mod store;

use std::path::Path;

use countersign::config::{self, ConfigError, Loaded};
use countersign::engine::world::SystemRandom;

/// The configuration; its warnings go to standard error.
fn configuration(path: Option<&Path>) -> Result<Loaded, ConfigError> {
    let loaded = config::load(path, std::env::vars_os(), &mut SystemRandom)?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(loaded)
}
