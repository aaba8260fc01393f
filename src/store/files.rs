//! Folders and files with the right modes, and made to last.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use crate::ops::fault;

/// The folder that holds `path`; `.` for a bare name.
pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Makes a folder with mode 0700, and those above it, and makes their names last. One that is
/// there already keeps its mode: it is the host's.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = parent(path);
    if above != path {
        make_folder(&above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        made => made?,
    }
    sync_folder(&above)
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Bytes in a folder and everything below it; what vanishes meanwhile is not counted.
pub(super) fn bytes_below(path: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => bytes_below(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Fails unless so many bytes can still be written in a folder.
///
/// sled must not meet a full disk: it stops cleanly, but what it writes at its next start, on the
/// disk that is still full, can make its data unreadable for good.
pub(super) fn keep_room(store: &Path, folder: &Path, needed: u64) -> Result<(), StoreError> {
    let free = free_bytes(folder).map_err(|e| StoreError::io("looking at", folder, &e))?;
    if free >= needed {
        return Ok(());
    }
    Err(StoreError::DiskFull { path: store.to_owned(), free, needed })
}

/// As [`keep_room`], but takes the room for a moment: a quota shows in no number.
pub(super) fn try_room(store: &Path, folder: &Path, needed: u64) -> Result<(), StoreError> {
    keep_room(store, folder, needed)?;
    let probe = folder.join("room.probe");
    let take = || {
        let file = File::create(&probe)?;
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, needed)?;
        io::Result::Ok(())
    };
    let taken = take();
    let removed = fs::remove_file(&probe);
    match taken.map_err(|why| why.kind()) {
        Err(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
            Err(StoreError::DiskFull { path: store.to_owned(), free: 0, needed })
        }
        // What cannot be made here is no question of room, and not every file system can do this.
        Ok(()) | Err(_) => match removed {
            Err(why) if probe.exists() => Err(StoreError::io("removing", &probe, &why)),
            Ok(()) | Err(_) => Ok(()),
        },
    }
}

/// How many bytes can still be written in the file system of a folder.
pub(super) fn free_bytes(path: &Path) -> io::Result<u64> {
    let file_system = rustix::fs::statvfs(path)?;
    Ok(fault::free_bytes(file_system.f_bavail.saturating_mul(file_system.f_frsize)))
}

pub(super) fn hex_digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hex_digits(*byte)).map(char::from).collect()
}
