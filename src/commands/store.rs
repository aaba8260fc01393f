//! `countersign store …`: back up, put back, look through.

use std::path::Path;
use std::time::Duration;

use countersign::config::Config;
use countersign::engine::world::{Clock, SystemClock};
use countersign::ops::backups::{self, AskError};
use countersign::store::backup::{self, Backup, Counts};
use countersign::store::restore::{self, Lost, Restored};
use countersign::store::rotation::show_time;
use countersign::store::{SealKey, StoreError, secret};
use countersign::verification::Timestamp;
use countersign::verification::restore::Restore;

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
        Err(Failure::Store(error)) if error.is_damage() => {
            eprintln!("error: {error}");
            if let Some(newest) = newest(&config) {
                eprintln!("{newest}");
            }
            Exit::StoreDamaged
        }
        Err(Failure::Store(error)) => {
            eprintln!("error: {error}");
            Exit::Failed
        }
        Err(Failure::Other(error)) => {
            eprintln!("error: {error}");
            Exit::Failed
        }
    }
}

/// Why a command failed.
enum Failure {
    Store(StoreError),
    /// One sentence.
    Other(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

/// The newest backup that the bot made by itself, and what puts it back.
pub(super) fn newest(config: &Config) -> Option<String> {
    let newest = config.store.backups.newest(SystemClock.now())?;
    let (file, taken) = (newest.file.display(), show_time(newest.taken));
    Some(format!(
        "the newest backup that is there was made at {taken}: `countersign store restore {file} --replace`"
    ))
}

fn carry_out(config: &Config, keys: &SealKey, command: &StoreCommand) -> Result<String, Failure> {
    let path = &config.store.path;
    let now = SystemClock.now();
    Ok(match command {
        StoreCommand::Backup { file } => {
            let made = match backup::write(path, keys, file, now) {
                Err(StoreError::InUse { .. }) => from_running(config, keys, file)?,
                made => made?,
            };
            format!(
                "backed up {} into {} ({} bytes). The secret key is not in it: keep {} as well, elsewhere.",
                listed(&made.records),
                made.file.display(),
                made.bytes,
                config.store.secret_key_file.display(),
            )
        }
        StoreCommand::Restore { file, replace } => {
            let restored = restore::put_back(file, path, keys, *replace, now)?;
            let kept = restored.kept.as_ref().map_or_else(String::new, |kept| {
                format!(" What was there before is in {}.", kept.display())
            });
            format!(
                "restored {} into {}.\n{}\n{}{kept}",
                listed(&restored.records),
                path.display(),
                forgotten(&restored),
                waits(config, restored.mark),
            )
        }
        StoreCommand::Verify => {
            let verified = backup::verify(path, keys)?;
            let marked = verified.restore.map_or_else(String::new, |mark| {
                format!("\nIt was put back {} {}", when(mark), waits(config, mark))
            });
            format!(
                "the store in {} is sound: {}, {} bytes on disk{marked}",
                path.display(),
                listed(&verified.records),
                verified.bytes_on_disk,
            )
        }
    })
}

/// Asks the process that has the store open.
fn from_running(config: &Config, keys: &SealKey, file: &Path) -> Result<Backup, Failure> {
    backups::ask(&config.store.path, keys, file).map_err(|error| match error {
        AskError::Nobody { .. } => {
            let newest = config.store.backups.newest(SystemClock.now());
            let newest = newest.map_or_else(String::new, |kept| {
                format!("; the newest backup of the running bot is {}", kept.file.display())
            });
            let path = config.store.path.display();
            Failure::Other(format!(
                "the store in {path} is in use by a process that makes no backup on request ({error}); stop that one first{newest}"
            ))
        }
        AskError::Store(error) => Failure::Store(error),
        AskError::Refused(_) | AskError::BrokenOff(_) => Failure::Other(error.to_string()),
    })
}

/// What is lost by a restore, as far as anybody knows.
fn forgotten(restored: &Restored) -> String {
    let age = match restored.mark.taken {
        Some(taken) => format!(
            "The backup was made at {}, {} before.",
            show_time(taken),
            span(restored.mark.at.since(taken))
        ),
        None => "The backup does not say when it was made.".to_owned(),
    };
    let lost = match restored.lost {
        Lost::Unknown => {
            "How much happened since then cannot be told: no manifest of this store is there."
                .to_owned()
        }
        Lost::Known { commits: 0, .. } => {
            "Nothing was written since: nothing is missing.".to_owned()
        }
        Lost::Known { commits, records, last } => {
            let last = last.map_or_else(String::new, |last| {
                format!(", the last of them at {}", show_time(last))
            });
            format!(
                "What happened since then is missing: {commits} commits{last}; the store had {records} records."
            )
        }
    };
    format!("{age} {lost}")
}

/// When the store was put back, and from a backup of when.
fn when(mark: Restore) -> String {
    let at = show_time(mark.at);
    match mark.taken {
        Some(taken) => format!("at {at} from a backup of {}.", show_time(taken)),
        None => format!("at {at} from a backup of nobody knows when."),
    }
}

/// What the rules make of it.
fn waits(config: &Config, mark: Restore) -> String {
    let limits = config.gates.iter().map(|gate| &gate.limits).chain([&config.limits]);
    let until = limits.map(|limits| mark.until(0, limits)).max().unwrap_or(mark.at);
    let now = SystemClock.now();
    if now >= until {
        return format!("So nobody could try anything until {}; that is over.", show_time(until));
    }
    let midnight = Timestamp((mark.at.day() + 1) * 24 * 60 * 60 * 1000);
    format!(
        "So nobody can try anything until {} (whoever was locked before, longer), and no SMS leaves before {}.",
        show_time(until),
        show_time(midnight.max(until)),
    )
}

/// In whole seconds.
fn span(time: Duration) -> String {
    humantime::format_duration(Duration::from_secs(time.as_secs())).to_string()
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
