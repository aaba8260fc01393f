//! The commands, one file each. Each ends in an [`Exit`].

pub mod check;
pub mod hash_password;
pub mod health;

use std::path::Path;

use countersign::config::{self, ConfigError, Loaded};
use countersign::verification::code::Random;
use rand::TryRng;
use rand::rngs::SysRng;

/// The operating system's random source.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// The configuration; its warnings go to standard error.
fn configuration(path: Option<&Path>) -> Result<Loaded, ConfigError> {
    let loaded = config::load(path, std::env::vars_os(), &mut SystemRandom)?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(loaded)
}
