//! `countersign store …`: back up, put back, look through.

use std::path::Path;

use countersign::config::Config;
use countersign::store::backup::{self, Counts};
use countersign::store::{StoreError, secret};

use crate::cli::{Exit, StoreCommand};

pub fn store(path: Option<&Path>, command: &StoreCommand) -> Exit {
    let config = match super::configuration(path) {
        Ok(loaded) => loaded.config,
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Usage;
        }
    };
    let keys = match secret::load(&config.store.secret_key_file) {
        Ok(secret) => secret.seal_key(),
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Failed;
        }
    };
    match carry_out(&config, &keys, command) {
        Ok(said) => {
            println!("{said}");
            Exit::Well
        }
        Err(error) => {
            eprintln!("error: {error}");
            if error.is_damage() { Exit::StoreDamaged } else { Exit::Failed }
        }
    }
}

fn carry_out(
    config: &Config,
    keys: &countersign::store::SealKey,
    command: &StoreCommand,
) -> Result<String, StoreError> {
    let path = &config.store.path;
    Ok(match command {
        StoreCommand::Backup { file } => {
            let made = backup::write(path, keys, file)?;
            format!(
                "backed up {} into {} ({} bytes). The secret key is not in it: keep {} as well, elsewhere.",
                listed(&made.records),
                made.file.display(),
                made.bytes,
                config.store.secret_key_file.display(),
            )
        }
        StoreCommand::Restore { file, replace } => {
            let restored = backup::restore(file, path, keys, *replace)?;
            let kept = restored.kept.map_or_else(String::new, |kept| {
                format!(" What was there before is in {}.", kept.display())
            });
            format!(
                "restored {} into {}. What happened after the backup was made is not in it.{kept}",
                listed(&restored.records),
                path.display(),
            )
        }
        StoreCommand::Verify => {
            let verified = backup::verify(path, keys)?;
            format!(
                "the store in {} is sound: {}, {} bytes on disk",
                path.display(),
                listed(&verified.records),
                verified.bytes_on_disk,
            )
        }
    })
}

fn listed(records: &Counts) -> String {
    let total: u64 = records.values().sum();
    let kinds: Vec<String> = records
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| format!("{kind}: {count}"))
        .collect();
    match kinds[..] {
        [] => "no records".to_owned(),
        _ => format!("{total} records ({})", kinds.join(", ")),
    }
}
