//! The backups that a running bot makes by itself: their names, when the next one is due, and which
//! are kept.
//!
//! ```text
//! <backup_folder>/countersign-20261120T110000Z.backup               UTC, when it was made
//! <backup_folder>/countersign-20261120T120000Z.backup.unfinished    one that is being made
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::backup::Backup;
use super::error::StoreError;
use super::files;
use super::{LEAST_ROOM, Store};
use crate::verification::Timestamp;

const BEGINS: &str = "countersign-";
const ENDS: &str = ".backup";
const UNFINISHED: &str = ".backup.unfinished";

/// How often, how many, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// `None`: the bot makes none by itself.
    pub every: Option<Duration>,
    /// How many are kept, the newest ones.
    pub keep: usize,
    pub folder: PathBuf,
}

/// One that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub file: PathBuf,
    pub taken: Timestamp,
}

impl Rotation {
    /// Those that are there, the newest first. One from the future was made when the clock was
    /// wrong: it counts as the oldest.
    ///
    /// # Errors
    /// The folder cannot be read; one that is not there is empty.
    pub fn list(&self, now: Timestamp) -> io::Result<Vec<Kept>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(why),
        };
        let mut kept = Vec::new();
        for entry in entries {
            let file = entry?.path();
            let name = file.file_name().and_then(|name| name.to_str());
            if let Some(taken) = name.and_then(read_name) {
                kept.push(Kept { file, taken });
            }
        }
        kept.sort_by_key(|kept| std::cmp::Reverse((kept.taken <= now, kept.taken)));
        Ok(kept)
    }

    /// The newest one that is there and can be found.
    #[must_use]
    pub fn newest(&self, now: Timestamp) -> Option<Kept> {
        let mut kept = self.list(now).ok()?;
        (!kept.is_empty()).then(|| kept.remove(0))
    }

    /// Whether it is time for the next one.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let Some(every) = self.every else { return false };
        match self.newest(now) {
            Some(newest) => newest.taken > now || now.since(newest.taken) >= every,
            None => true,
        }
    }

    /// Makes the next one and, once it is there and was checked, removes the ones that are too
    /// many.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`], [`StoreError::Io`], [`StoreError::BadBackup`]: nothing that was
    /// there is gone. Otherwise as for [`Store::backup`].
    pub async fn turn(&self, store: &Store, now: Timestamp) -> Result<Backup, StoreError> {
        let failed = |why: io::Error| StoreError::io("writing in", &self.folder, &why);
        files::make_folder(&self.folder).map_err(failed)?;
        self.remove_unfinished().map_err(failed)?;
        has_room(&self.folder, store.stats().bytes_on_disk)?;
        let made = store.backup(&self.folder.join(name(now)), now).await?;
        let others = self.list(now).map_err(failed)?.into_iter();
        let others = others.filter(|kept| kept.file != made.file);
        for old in others.skip(self.keep.saturating_sub(1)) {
            fs::remove_file(&old.file).map_err(failed)?;
        }
        Ok(made)
    }

    /// What a process that died was about to make.
    fn remove_unfinished(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(BEGINS) && name.ends_with(UNFINISHED) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Whether a backup of a store of so many bytes leaves enough room on the disk: a backup is smaller
/// than the store.
pub(super) fn has_room(folder: &Path, store: u64) -> Result<(), StoreError> {
    let free = files::free_bytes(folder).map_err(|e| StoreError::io("looking at", folder, &e))?;
    let needed = store.saturating_add(LEAST_ROOM);
    if free >= needed {
        return Ok(());
    }
    Err(StoreError::NoRoom { path: folder.to_owned(), free, needed })
}

/// A time for people: `2026-11-20T11:00:00Z`.
#[must_use]
pub fn show_time(at: Timestamp) -> String {
    let millis = Duration::from_millis(at.0.max(0).unsigned_abs());
    match UNIX_EPOCH.checked_add(millis) {
        // humantime shows no year beyond 9999.
        Some(time) if millis.as_secs() < 253_402_300_800 => {
            humantime::format_rfc3339_seconds(time).to_string()
        }
        Some(_) | None => format!("{} ms after 1970", at.0),
    }
}

fn name(at: Timestamp) -> String {
    let time = show_time(at).replace(['-', ':'], "");
    format!("{BEGINS}{time}{ENDS}")
}

/// When the backup of this name was made; `None`: it is none of ours.
fn read_name(name: &str) -> Option<Timestamp> {
    let time = name.strip_prefix(BEGINS)?.strip_suffix(ENDS)?;
    let digits = time.len() == 16 && time.is_ascii();
    let (date, clock) = time.split_at_checked(8).filter(|_| digits)?;
    let clock = clock.strip_prefix('T')?.strip_suffix('Z')?;
    let [date, clock] = [
        [&date[..4], &date[4..6], &date[6..]].join("-"),
        [&clock[..2], &clock[2..4], &clock[4..]].join(":"),
    ];
    let at = humantime::parse_rfc3339(&format!("{date}T{clock}Z")).ok()?;
    Some(Timestamp(0).after(at.duration_since(UNIX_EPOCH).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_when_and_nothing_else_is_a_name() {
        let at = Timestamp(1_795_172_400_000);
        assert_eq!(name(at), "countersign-20261120T110000Z.backup");
        for at in [Timestamp(0), at, Timestamp(253_402_300_799_000)] {
            assert_eq!(read_name(&name(at)), Some(at));
        }
        for other in [
            "countersign-20261120T110000Z.backup.unfinished",
            "countersign-20261320T110000Z.backup",
            "countersign-20261120X110000Z.backup",
            "countersign-2026112éT11000Z.backup",
            "countersign-.backup",
            "gate.backup",
            "",
        ] {
            assert_eq!(read_name(other), None, "{other}");
        }
        assert_eq!(show_time(Timestamp(i64::MAX)), "9223372036854775807 ms after 1970");
        assert_eq!(show_time(Timestamp(-1)), "1970-01-01T00:00:00Z");
    }
}
